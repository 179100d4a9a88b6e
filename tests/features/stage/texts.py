"""Texts of made-up stories, and the reports that a runner of them would write."""

import json
from collections.abc import Callable, Mapping

from apps.delivery import gherkin

OUTCOME = "the order is placed"
TEXT = """Feature: {title}
  In order to buy without a detour
  As a customer
  I want to be done in a minute

  Scenario: {title} at the first try
    Given a basket with 2 lamps
    And an address in town
    When the customer orders
    Then {outcome}
"""
FINE = "passed"


def text_of(title: str, *, outcome: str = OUTCOME) -> str:
    """A story of one scenario with this title and this last step."""
    return TEXT.format(title=title, outcome=outcome)


# What people do to a text that leaves its meaning as it was.
REFORMATTED: dict[str, Callable[[str], str]] = {
    "indents it anew": lambda text: text.replace("\n    ", "\n\t\t\t"),
    "leaves empty lines in it": lambda text: text.replace("\n    When", "\n\n\n    When"),
    "writes a comment into it": lambda text: f"# spoken through on Monday\n{text}",
    "tags it": lambda text: f"@shop @quick\n{text}",
    "says Given where it said And": lambda text: text.replace("And an address", "Given an address"),
}
# What changes it, though it may look small.
REWORDED: dict[str, Callable[[str], str]] = {
    "changes a number in a step": lambda text: text.replace("2 lamps", "3 lamps"),
    "takes a step away": lambda text: text.replace("    And an address in town\n", ""),
    "says When where it said Then": lambda text: text.replace("Then the order", "When the order"),
    "gives it another title": lambda text: text.replace("Feature: ", "Feature: The new "),
    "says who it is for": lambda text: text.replace("As a customer", "As a returning customer"),
    "adds a scenario": lambda text: f"{text}\n  Scenario: Once more\n    When the customer orders\n",
}


def behave_report(*texts: str, statuses: Mapping[str, str] | None = None) -> bytes:
    """What behave writes of these texts: everything passes, but scenarios by the name that `statuses` gives."""
    return json.dumps([_feature(text, number, statuses or {}) for number, text in enumerate(texts)]).encode()


def _feature(text: str, number: int, statuses: Mapping[str, str]) -> dict[str, object]:
    feature = gherkin.parse(text)
    assert feature, "a report needs a feature"
    path = f"features/{number}.feature"
    return {
        "keyword": "Feature",
        "name": feature.name,
        "location": f"{path}:1",
        "status": FINE,
        "tags": [],
        "elements": [
            _element(pickle, path, statuses.get(scenario.name, FINE))
            for scenario in feature.scenarios
            for pickle in scenario.pickles
        ],
    }


def _element(pickle: gherkin.Pickle, path: str, status: str) -> dict[str, object]:
    mark = f" -- @{pickle.place[0]}.{pickle.place[1]} " if pickle.row else ""
    return {
        "type": "scenario",
        "keyword": "Scenario",
        "name": pickle.name + mark,
        "location": f"{path}:{pickle.line}",
        "tags": [],
        "status": status,
        "steps": [_step(step, path, status) for step in pickle.steps],
    }


def _step(step: gherkin.Step, path: str, status: str) -> dict[str, object]:
    written: dict[str, object] = {
        "keyword": step.keyword,
        "name": step.text,
        "step_type": "given",
        "location": f"{path}:{step.line}",
    }
    if status != "skipped":
        message = {"error_message": ["Assertion failed: the order is not there"]} if status == "failed" else {}
        written["result"] = {"status": status, "duration": 0.01, **message}
    return written
