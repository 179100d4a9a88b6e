"""Stories of a made-up shop, and the reports that a runner of them would write."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from apps.delivery import actions as delivery
from apps.delivery import gherkin
from apps.delivery.models import Epic, Initiative, Story
from apps.organization.models import Person, Scope
from apps.specs import actions, intake
from apps.specs.actions import Imported
from apps.specs.manifest import Manifest
from apps.specs.models import Run
from tests.cast import Cast, forget_seats

CART = """Feature: Cart
  In order to buy
  As a customer
  I want to collect things

  Background:
    Given an empty cart

  Scenario: Add one thing
    When I add a lamp
    Then the cart holds 1 thing

  Scenario Outline: Add <thing> twice
    When I add <thing>
    And I add <thing>
    Then the cart holds 2 things

    Examples:
      | thing |
      | lamps |
      | sofas |
"""
EDITED = CART.replace("holds 1 thing", "holds one thing")
PAY = "Feature: Pay\n  Scenario: By card\n    When I pay\n    Then I am told so\n"


def make_epic(cast: Cast, scope: Scope | None = None, title: str = "Checkout in one page") -> Epic:
    """An open epic of the cast's initiative, or of another, where Maria is given a seat."""
    scope = scope or cast.initiative
    initiative, _ = Initiative.objects.get_or_create(scope=scope)
    if scope != cast.initiative:
        cast.seat(cast.maria, "PRODUCT_OWNER", scope)  # type: ignore[arg-type]
    return delivery.create_epic(initiative_key=initiative.key, title=title, by=cast.maria)


def make_story(cast: Cast, text: str = CART, *, epic: Epic | None = None, path: str = "") -> Story:
    """A story that Maria wrote, as if it came from the file `path`."""
    epic = epic or make_epic(cast)
    story = delivery.create_story(epic_key=epic.key, text=text, by=forget_seats(cast.maria))
    Story.objects.filter(pk=story.pk).update(path=path)
    return reread(story)


def edit(cast: Cast, story: Story, text: str) -> Story:
    """Maria changes the text."""
    current = reread(story)
    number = current.version.number if current.version else 0
    delivery.edit_story(story_key=story.key, text=text, by=cast.maria, base_version=number, reason="tests")
    return reread(story)


def reread(story: Story) -> Story:
    return Story.objects.select_related("epic", "version").get(pk=story.pk)


def behave_json(text: str, *, path: str = "features/cart.feature", **statuses: str) -> bytes:
    """What behave writes of a text. Everything passes, but scenarios whose names begin as said:
    `behave_json(CART, **{"Add one": "failed"})`."""
    return json.dumps([behave_feature(text, path, statuses)]).encode()


def behave_feature(text: str, path: str, statuses: Mapping[str, str]) -> dict[str, Any]:
    feature = gherkin.parse(text)
    assert feature
    elements = []
    for scenario in feature.scenarios:
        for pickle in scenario.pickles:
            status = next((word for name, word in statuses.items() if pickle.name.startswith(name)), "passed")
            mark = f" -- @{pickle.place[0]}.{pickle.place[1]} " if pickle.row else ""
            elements.append(
                {
                    "type": "scenario",
                    "keyword": "Scenario",
                    "name": pickle.name + mark,
                    "location": f"{path}:{pickle.line}",
                    "tags": [],
                    "status": status,
                    "steps": [behave_step(step, path, status) for step in pickle.steps],
                }
            )
    return {
        "keyword": "Feature",
        "name": feature.name,
        "location": f"{path}:1",
        "status": "passed",
        "tags": [],
        "elements": elements,
    }


def behave_step(step: gherkin.Step, path: str, status: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "keyword": step.keyword,
        "name": step.text,
        "step_type": "given",
        "location": f"{path}:{step.line}",
    }
    if status != "skipped":
        written["result"] = {"status": status, "duration": 0.01}
        if status == "failed":
            written["result"]["error_message"] = ["Assertion failed: <b>1</b> is not 2"]
    return written


def junit(text: str, *, at: datetime | None, stem: str = "cart") -> bytes:
    """What behave's JUnit reporter writes of a text that passed."""
    feature = gherkin.parse(text)
    assert feature
    class_name = quoteattr(f"{stem}.{feature.name}")
    stamp = f" timestamp={quoteattr(at.replace(tzinfo=None).isoformat())}" if at else ""
    cases = []
    for scenario in feature.scenarios:
        for pickle in scenario.pickles:
            mark = f" -- @{pickle.place[0]}.{pickle.place[1]} " if pickle.row else ""
            cases.append(f"<testcase classname={class_name} name={quoteattr(pickle.name + mark)} status='passed'/>")
    return f"<testsuite name={class_name}{stamp}>{''.join(cases)}</testsuite>".encode()


def import_bytes(
    *files: bytes,
    by: Person,
    format: str = "behave-json",
    revision: str = "",
    channel: str = Run.Channel.PAGE,
    manifest: Manifest | None = None,
    initiative: Initiative | None = None,
    ran_at: datetime | None = None,
) -> Imported:
    """The act, as page and API call it."""
    taken = intake.take(
        [intake.of_bytes(f"report{number}.json", data) for number, data in enumerate(files)],
        format=format,
        revision=revision,
        initiative=initiative.key if initiative else "",
    )
    return actions.import_results(
        reports=taken.reports,
        format=taken.format,
        source=taken.source,
        revision=revision,
        channel=channel,
        by=forget_seats(by),
        digest=taken.digest,
        manifest=manifest,
        initiative=initiative,
        reports_digest=taken.reports_digest,
        ran_at=ran_at,
    )
