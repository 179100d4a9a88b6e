"""Cucumber's JSON report as JVM, Ruby and JavaScript write it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery import gherkin
from apps.specs.formats import cucumber_json
from apps.specs.report import Case, NotAReport, Status
from tests.specs import hostile

STORY = '''Feature: Basket
  Background:
    Given an empty basket

  Scenario Outline: Put in <count>
    When I put in
      | what  | count   |
      | apple | <count> |
    And I read
      """
      one line
      """

    Examples:
      | count |
      | 2     |
      | 3     |
'''

PASSED = {"status": "passed", "duration": 250_000_000}


def step(keyword: str, name: str, line: int, status: str | None = "passed", **more: Any) -> dict[str, Any]:
    result = {} if status is None else {"result": {**PASSED, "status": status}}
    return {
        "keyword": f"{keyword} ",
        "name": name,
        "line": line,
        "match": {"location": "a.rb:1"},
        **result,
        **more,
    }


def scenario(name: str, line: int, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {"type": "scenario", "keyword": "Scenario", "name": name, "line": line, "steps": list(steps)}
    return {**found, "id": "basket;put-in", "description": "", **more}


def background(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "background", "keyword": "Background", "name": "", "line": 2, "steps": list(steps)}


def report(*elements: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    feature = {
        "keyword": "Feature",
        "name": "Basket",
        "uri": "file:features/a.feature",
        "line": 1,
        "id": "basket",
    }
    return [{**feature, "elements": list(elements), **more}]


def row(count: str, line: int) -> dict[str, Any]:
    rows = [{"cells": ["what", "count"]}, {"cells": ["apple", count]}]
    steps = (
        step("When", "I put in", 6, rows=rows),
        step("And", "I read", 9, doc_string={"value": "one line", "line": 10, "content_type": ""}),
    )
    return scenario(f"Put in {count}", line, *steps, start_timestamp=f"2026-03-01T12:00:{line}.000Z")


GIVEN = background(step("Given", "an empty basket", 3))
JVM = report(GIVEN, row("2", 16), GIVEN, row("3", 17))


def javascript() -> list[dict[str, Any]]:
    """The same as JVM, the background within the scenario and arguments in a list."""
    rows = [{"cells": ["what", "count"]}, {"cells": ["apple", "2"]}]
    return report(
        scenario(
            "Put in 2",
            16,
            {"keyword": "Before", "hidden": True, "result": PASSED},
            step("Given", "an empty basket", 3, arguments=[]),
            step("When", "I put in", 6, arguments=[{"rows": rows}]),
            step("And", "I read", 9, arguments=[{"content": "one line", "line": 10}]),
            {"keyword": "After", "hidden": True, "result": PASSED},
        )
    )


def cases(sample: Any) -> tuple[Case, ...]:
    return cucumber_json.read(hostile.written(sample)).cases


def test_cases_are_the_rows_of_the_story_background_first() -> None:
    story = gherkin.parse(STORY)
    assert story
    pickles = story.scenarios[0].pickles
    found = cases(JVM)
    assert [case.run_digest for case in found] == [pickle.run_digest for pickle in pickles]
    assert [case.line for case in found] == [pickle.line for pickle in pickles] == [16, 17]
    assert found[0].uri == "features/a.feature"
    assert found[0].duration_ns == 750_000_000


def test_javascript_says_the_same() -> None:
    assert cases(javascript())[0].run_digest == cases(JVM)[0].run_digest


def test_starts_are_instants() -> None:
    found = cucumber_json.read(hostile.written(JVM))
    assert found.started_at == datetime(2026, 3, 1, 12, 0, 16, tzinfo=UTC)
    plain = report(scenario("S", 3, step("Given", "a", 4), start_timestamp="2026-03-01T12:00:00"))
    local = cucumber_json.read(hostile.written(plain), zone=ZoneInfo("Europe/Berlin"))
    assert local.started_at == datetime(2026, 3, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["passed", "failed", "skipped"], Status.FAILED),
        (["passed", "ambiguous", "undefined"], Status.AMBIGUOUS),
        (["undefined", "skipped", "pending"], Status.UNDEFINED),
        (["pending", "skipped"], Status.PENDING),
        (["skipped", "passed"], Status.SKIPPED),
        (["unknown", "passed"], Status.ERROR),
        (["passed", None], Status.SKIPPED),
        (["PASSED"], Status.PASSED),
        ([], Status.SKIPPED),
    ],
)
def test_status_is_the_worst_of_the_steps(words: list[str | None], status: Status) -> None:
    steps = [step("Given", "a", 4 + n, word) for n, word in enumerate(words)]
    assert cases(report(scenario("S", 3, *steps)))[0].status is status


FAILED_HOOK = {
    "match": {"location": "Hooks.java:1"},
    "result": {"status": "failed", "error_message": "No browser"},
}


@pytest.mark.parametrize(
    "element",
    [
        scenario("S", 3, step("Given", "a", 4), before=[FAILED_HOOK]),
        scenario("S", 3, step("Given", "a", 4), after=[FAILED_HOOK]),
        scenario("S", 3, step("Given", "a", 4, after=[FAILED_HOOK])),
        scenario("S", 3, step("Given", "a", 4), {"keyword": "After", "hidden": True, **FAILED_HOOK}),
    ],
)
def test_hooks_count_for_the_status_and_not_for_what_ran(element: dict[str, Any]) -> None:
    plain = cases(report(scenario("S", 3, step("Given", "a", 4))))[0]
    found = cases(report(element))[0]
    assert (found.status, found.message) == (Status.FAILED, "No browser")
    assert found.run_digest == plain.run_digest
    assert found.steps and len(found.steps) == 1


def test_hooks_alone_prove_nothing() -> None:
    found = cases(report(scenario("S", 3, {"keyword": "Before", "hidden": True, "result": PASSED})))[0]
    assert (found.status, found.run_digest) == (Status.SKIPPED, None)


def test_a_failed_background_fails_the_scenario_after_it_only() -> None:
    broken = background(step("Given", "an empty basket", 3, "failed"))
    found = cases(report(GIVEN, row("2", 16), broken, row("3", 17), GIVEN, row("4", 18)))
    assert [case.status for case in found] == [Status.PASSED, Status.FAILED, Status.PASSED]


def test_a_retry_with_its_background_is_one_case_with_the_last_status() -> None:
    flaky = scenario("S", 5, step("When", "a", 6, "failed"))
    found = cases(report(GIVEN, flaky, GIVEN, scenario("S", 5, step("When", "a", 6))))
    assert [(case.status, case.attempts) for case in found] == [(Status.PASSED, 2)]


def test_keywords_of_another_language() -> None:
    elements = [scenario("S", 3, step("Soit", "a", 4), step("Et", "b", 5), step("Alors", "c", 6))]
    found = cases(report(*elements, keyword="Fonctionnalité"))[0]
    assert found.steps
    assert [each.step.type.value for each in found.steps] == ["CONTEXT", "CONTEXT", "OUTCOME"]


FIRST = (0, "elements", 1, "steps", 0)


@pytest.mark.parametrize(
    ("path", "wrong", "words"),
    [
        ((), "x", "At $: expected a list, found a text."),
        ((0, "uri"), None, "At $[0]: “uri” is missing."),
        (
            (0, "elements", 0, "type"),
            "a",
            "At $[0].elements[0].type: “a” is not a type of element that Cucumber writes.",
        ),
        ((0, "elements", 1, "line"), "5", "At $[0].elements[1].line: expected a whole number, found a text."),
        (
            (*FIRST, "rows", 0, "cells", 0),
            1,
            "At $[0].elements[1].steps[0].rows[0].cells[0]: expected a text.",
        ),
        (
            (*FIRST, "result", "status"),
            "a",
            "At $[0].elements[1].steps[0].result.status: “a” is not a status that Cucumber knows.",
        ),
        (
            (0, "elements", 1, "start_timestamp"),
            "a",
            "At $[0].elements[1].start_timestamp: expected an instant, as in “2026-03-01T12:00:00Z”.",
        ),
    ],
)
def test_refuses_in_words_with_the_path(path: tuple[str | int, ...], wrong: Any, words: str) -> None:
    with pytest.raises(NotAReport) as refused:
        cases(hostile.replaced(JVM, path, wrong))
    assert str(refused.value) == words


@pytest.mark.parametrize("sample", [JVM, javascript()])
def test_wrong_types_everywhere_are_refused_or_read(sample: Any) -> None:
    assert hostile.wrong_everywhere(cucumber_json.read, sample) > 200


def test_cut_off_anywhere_it_is_refused() -> None:
    for data in hostile.cuts(hostile.written(JVM), 200):
        assert isinstance(hostile.answer(cucumber_json.read, data), NotAReport)


@given(st.data())
def test_anything_anywhere_is_refused_or_read(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(hostile.places(JVM))))
    variant = hostile.replaced(JVM, path, data.draw(hostile.json_values))
    hostile.answer(cucumber_json.read, hostile.written(variant))


@given(st.binary())
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    hostile.answer(cucumber_json.read, data)
