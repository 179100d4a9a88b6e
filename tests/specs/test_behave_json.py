"""behave's JSON report: statuses from steps, rows of outlines, and steps that are those of the story."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.delivery import gherkin, meaning
from apps.specs.formats import behave_json, behave_quick
from apps.specs.report import Case, NotAReport, Status
from tests.specs import hostile

STORY = '''Feature: Basket
  Background:
    Given an empty basket
    And a customer "Ann"

  Scenario: Put in
    * nothing is said
    And nor here
    When I put in
      | what  | count |
      | apple | 2     |
    Then I read
      """
      one line

        two lines
      """
    But nothing else

  Scenario Outline: Take out <count>
    When I take out <count> of <what>

    Examples: Few
      | count | what |
      | 1     | pear |
      | 2     | fig  |
'''


def step(keyword: str, name: str, line: int, status: str | None = "passed", **more: Any) -> dict[str, Any]:
    found = {"keyword": keyword, "name": name, "step_type": "given", "location": f"features/a.feature:{line}"}
    if status:
        found["result"] = {"status": status, "duration": 0.25}  # type: ignore[assignment]
    return {**found, **more}


def scenario(name: str, line: int, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "scenario",
        "keyword": "Scenario",
        "name": name,
        "location": f"features/a.feature:{line}",
        "steps": list(steps),
        "tags": [],
        "status": "passed",
        **more,
    }


def report(*elements: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    feature = {
        "keyword": "Feature",
        "name": "Basket",
        "location": "features/a.feature:1",
        "status": "passed",
        "tags": [],
        "elements": list(elements),
    }
    return [{**feature, **more}]


BACKGROUND = (step("Given", "an empty basket", 3), step("And", 'a customer "Ann"', 4))
SAMPLE = report(
    {
        "type": "background",
        "keyword": "Background",
        "name": "",
        "location": "features/a.feature:2",
        "steps": [step("Given", "an empty basket", 3, None), step("And", 'a customer "Ann"', 4, None)],
    },
    scenario(
        "Put in",
        6,
        *BACKGROUND,
        step("*", "nothing is said", 7),
        step("And", "nor here", 8),
        step("When", "I put in", 9, table={"headings": ["what", "count"], "rows": [["apple", "2"]]}),
        step("Then", "I read", 12, text=["one line", "", "  two lines"]),
        step("But", "nothing else", 18),
    ),
    scenario("Take out 1 -- @1.1 Few", 25, *BACKGROUND, step("When", "I take out 1 of pear", 21)),
    scenario("Take out 2 -- @1.2 Few", 26, *BACKGROUND, step("When", "I take out 2 of fig", 21)),
)


def cases(sample: Any) -> tuple[Case, ...]:
    return behave_json.read(hostile.written(sample)).cases


def one(*steps: dict[str, Any], **more: Any) -> Case:
    return cases(report(scenario("S", 6, *steps, **more)))[0]


def test_cases_are_the_scenarios_and_rows_of_the_story() -> None:
    story = gherkin.parse(STORY)
    assert story
    expected = [pickle for each in story.scenarios for pickle in each.pickles]
    found = cases(SAMPLE)
    assert [case.run_digest for case in found] == [pickle.run_digest for pickle in expected]
    assert [case.line for case in found] == [pickle.line for pickle in expected]
    assert [case.row for case in found] == [None, (1, 1), (1, 2)]
    assert {case.status for case in found} == {Status.PASSED}
    assert {case.uri for case in found} == {"features/a.feature"}
    assert found[0].duration_ns == 7 * 250_000_000
    assert found[0].scenario_digest is None and found[0].started_at is None


def test_another_step_is_another_run() -> None:
    before = {case.run_digest for case in cases(SAMPLE)}
    steps = ("elements", 1, "steps", 3)
    for key, value in (("name", "nor there"), ("text", "more"), ("table", {"headings": ["a"], "rows": []})):
        changed = cases(hostile.replaced(SAMPLE, (0, *steps), {**SAMPLE[0]["elements"][1]["steps"][3], key: value}))
        assert changed[0].run_digest not in before


def digest_of(texts: str, types: list[gherkin.StepType], case: Case) -> str:
    steps = [gherkin.Step(kind, "", text) for kind, text in zip(types, texts, strict=True)]
    return meaning.run_digest(case.feature_name, case.name, steps)


def test_types_come_from_keywords_not_from_step_type() -> None:
    found = one(step("Given", "a", 7), step("And", "b", 8), step("*", "c", 9), step("And", "d", 10))
    unknown = gherkin.StepType.UNKNOWN
    types = [gherkin.StepType.CONTEXT, gherkin.StepType.CONTEXT, unknown, unknown]
    assert found.run_digest == digest_of("abcd", types, found)


def test_keywords_of_another_language() -> None:
    elements = [scenario("S", 6, step("Angenommen", "a", 7), step("Und", "b", 8), step("Dann", "c", 9))]
    found = cases(report(*elements, keyword="Funktionalität"))[0]
    kinds = gherkin.StepType
    assert found.run_digest == digest_of("abc", [kinds.CONTEXT, kinds.CONTEXT, kinds.OUTCOME], found)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["passed", "failed", "undefined"], Status.FAILED),
        (["passed", "error", None], Status.ERROR),
        (["hook_error", "passed"], Status.ERROR),
        (["undefined", "pending"], Status.UNDEFINED),
        (["pending", "skipped"], Status.PENDING),
        (["pending_warn", "passed"], Status.PENDING),
        (["passed", "skipped"], Status.SKIPPED),
        (["untested", "untested"], Status.SKIPPED),
        (["untested_undefined"], Status.UNDEFINED),
        (["passed", None], Status.SKIPPED),
        (["passed", "passed"], Status.PASSED),
        (["xfailed"], Status.SKIPPED),
        (["xpassed"], Status.FAILED),
    ],
)
def test_status_is_the_worst_of_the_steps(words: list[str | None], status: Status) -> None:
    steps = [step("Given", "a", 7 + n, word) for n, word in enumerate(words)]
    assert one(*steps, status=None).status is status


def test_without_steps_nothing_is_proven() -> None:
    for word in (None, "skipped", "passed"):
        found = one(status=word)
        assert (found.status, found.run_digest, found.message) == (Status.SKIPPED, None, "No step was run.")


def test_a_failing_hook_fails_a_scenario_whose_steps_passed() -> None:
    found = one(step("Given", "a", 7), status="hook_error")
    assert found.status is Status.ERROR
    assert found.message == "behave reports the scenario as error."


def test_a_status_on_the_background_after_it_is_the_scenarios_own() -> None:
    background = {
        "type": "background",
        "keyword": "Background",
        "location": "features/a.feature:9",
        "steps": [],
    }
    before = scenario("S", 6, step("Given", "a", 7), status=None)
    after = scenario("T", 11, step("Given", "a", 12))
    found = cases(report(before, {**background, "status": "hook_error"}, after))
    assert [case.status for case in found] == [Status.ERROR, Status.PASSED]


def test_the_message_is_the_first_failures() -> None:
    failed = step("Given", "a", 7, result={"status": "failed", "error_message": ["Assertion", "  failed"]})
    assert one(failed, step("Then", "b", 8, "undefined")).message == "Assertion\n  failed"
    assert one(step("Then", "b", 8, "undefined")).message == "Then b: undefined."


def test_a_message_is_capped_at_4_kib_and_always_storable() -> None:
    result = {"status": "failed", "error_message": "é\x00\ud800" * 3000}
    message = one(step("Given", "a", 7, result=result)).message
    assert len(message.encode()) <= 4096
    assert message.endswith("…") and "\x00" not in message


def test_a_retried_scenario_is_one_case_with_its_last_status() -> None:
    first, last = scenario("S", 6, step("Given", "a", 7, "failed")), scenario("S", 6, step("Given", "a", 7))
    found = cases(report(first, last, scenario("S", 9, step("Given", "a", 10))))
    assert [(case.status, case.attempts) for case in found] == [(Status.PASSED, 2), (Status.PASSED, 1)]


def test_a_feature_that_failed_as_a_whole_is_said() -> None:
    found = behave_json.read(hostile.written(report(scenario("S", 6), status="hook_error")))
    assert found.notes == ("features/a.feature: behave reports the feature itself as hook_error.",)


def test_a_run_of_nothing_has_no_cases() -> None:
    assert behave_json.read(b"[\n\n]").cases == ()


@pytest.mark.parametrize(
    ("path", "wrong", "words"),
    [
        ((), {}, "At $: expected a list, found an object."),
        ((0,), [], "At $[0]: expected an object, found a list."),
        ((0, "location"), None, "At $[0]: “location” is missing."),
        (
            (0, "location"),
            "a",
            "At $[0].location: expected a path and a line, as in “features/a.feature:12”.",
        ),
        (
            (0, "elements", 1, "type"),
            "x",
            "At $[0].elements[1]: “x” is not a type of element that behave writes.",
        ),
        ((0, "elements", 1, "steps"), 3, "At $[0].elements[1].steps: expected a list, found a number."),
        (
            (0, "elements", 1, "steps", 0, "result", "status"),
            "green",
            "At $[0].elements[1].steps[0].result.status: “green” is not a status that behave knows.",
        ),
        (
            (0, "elements", 1, "name"),
            "a\x00",
            "The text at $[0].elements[1].name holds a NUL character, which cannot be stored. "
            "Take it out and send again.",
        ),
    ],
)
def test_refuses_in_words_with_the_path(path: tuple[str | int, ...], wrong: Any, words: str) -> None:
    with pytest.raises(NotAReport) as refused:
        cases(hostile.replaced(SAMPLE, path, wrong))
    assert str(refused.value) == words


def test_refuses_what_is_not_json_with_the_line() -> None:
    with pytest.raises(NotAReport, match=r"^Line 3: expecting value"):
        behave_json.read(hostile.written(SAMPLE).removesuffix(b"]") + b"\n,\n]")


def test_wrong_types_everywhere_are_refused_or_read() -> None:
    assert hostile.wrong_everywhere(behave_json.read, SAMPLE) > 500


def test_cut_off_anywhere_it_is_refused() -> None:
    for data in hostile.cuts(hostile.written(SAMPLE), 200):
        assert isinstance(hostile.answer(behave_json.read, data), NotAReport)


@given(st.data())
def test_anything_anywhere_is_refused_or_read(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(hostile.places(SAMPLE))))
    hostile.answer(behave_json.read, hostile.written(hostile.replaced(SAMPLE, path, data.draw(hostile.json_values))))


@given(st.binary())
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    hostile.answer(behave_json.read, data)


def test_the_real_run(real_data: Path) -> None:
    found = behave_json.read((real_data / "behave/generated-run/behave-report.json").read_bytes())
    assert len(found.cases) == 311
    assert Counter(case.status for case in found.cases) == {Status.PASSED: 306, Status.SKIPPED: 5}


def test_the_real_run_is_matched_by_what_it_executed(real_data: Path) -> None:
    """306 passed: 14 in files that are refused as stories, 291 match one row, 1 two equal rows."""
    report = behave_json.read((real_data / "behave/generated-run/behave-report.json").read_bytes())
    stories = {uri: _story(real_data / "behave" / uri) for uri in {case.uri for case in report.cases}}
    hits: Counter[tuple[Status, int | None]] = Counter()
    for case in report.cases:
        story = stories[case.uri]
        pickles = [pickle for each in story.scenarios for pickle in each.pickles] if story else []
        same = [pickle for pickle in pickles if pickle.run_digest == case.run_digest]
        hits[case.status, len(same) if story else None] += 1
        assert not same or case.line in [pickle.line for pickle in same]
    passed, skipped = Status.PASSED, Status.SKIPPED
    assert hits == {(passed, 1): 291, (passed, 2): 1, (passed, None): 14, (skipped, 0): 5}
    assert sum(story is None for story in stories.values()) == 2


def _story(path: Path) -> gherkin.Feature | None:
    try:
        return gherkin.parse(path.read_text())
    except gherkin.NotGherkin:
        return None


def test_the_real_run_cut_off_anywhere(real_data: Path) -> None:
    for data in hostile.cuts((real_data / "behave/generated-run/behave-report.json").read_bytes(), 25):
        assert isinstance(hostile.answer(behave_json.read, data), NotAReport)


# --- what is read quickly is what is read thoroughly

# A text that asks for a look at each text, in a place that says nothing.
_SLOWLY = {"description": ["\r"]}
_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=8)


def _nearly(usual: dict[str, Any], odd: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """`usual` as it is, or with one thing of `odd` instead: keys to strategies."""
    changed = [strategy.map(lambda value, key=key: {**usual, key: value}) for key, strategy in odd.items()]
    return st.one_of([st.just(usual)] * 2 * len(changed) + changed)


_result = _nearly(
    {"status": "passed", "duration": 0.25},
    {
        "status": st.sampled_from(["failed", "skipped", "undefined"]),
        "duration": st.floats(-1, 1e12, allow_nan=False) | st.integers(0, 3) | st.none(),
        "error_message": st.just(["no"]) | st.just("no"),
    },
)
_step_ = st.builds(
    lambda step, result: {**step, "result": result},
    _nearly(
        {"keyword": "Given", "name": "a", "location": "features/a.feature:7"},
        {
            "keyword": st.sampled_from(["When", "And", "*", "Wenn"]),
            "name": _words,
            "text": _words | st.just(["a", "b"]),
            "table": st.just({"headings": ["a"], "rows": [["1"]]}),
        },
    ),
    _result,
)
_element = st.builds(
    lambda element, steps: {**element, "steps": steps},
    _nearly(
        {"type": "scenario", "name": "S", "location": "features/a.feature:6", "status": "passed"},
        {
            "type": st.just("background"),
            "name": _words | st.just("Rows -- @1.2 few"),
            "location": st.sampled_from(["a.feature:9", "C:\\a.feature:12"]),
            "status": st.sampled_from(["failed", "skipped", "hook_error", None]),
        },
    ),
    st.lists(_step_, min_size=1, max_size=3) | st.just([]),
)


@given(st.lists(_element, min_size=1, max_size=3), _words)
@settings(max_examples=500)
def test_quickly_and_thoroughly_the_same_is_read(elements: list[Any], name: str) -> None:
    feature = {"keyword": "Feature", "name": name, "location": "features/a.feature:1", "elements": elements}
    quick = hostile.answer(behave_json.read, hostile.written([feature]))
    assert quick == hostile.answer(behave_json.read, hostile.written([{**feature, **_SLOWLY}]))


def test_what_passed_and_is_usual_is_read_quickly() -> None:
    """Else the test above would compare one way of reading with itself."""
    usual = scenario("S", 6, step("Given", "a", 7), step("When", "b", 8))
    elements = [usual, scenario("T", 9, step("Given", "a", 10, "failed"))]
    assert behave_quick.is_usual(elements)
    assert [behave_quick.case(one, "F", "a", "en") is None for one in elements] == [False, True]
    assert behave_quick.is_plain(hostile.written([feature_of(usual)]))
    assert not behave_quick.is_plain(hostile.written([{**feature_of(usual), **_SLOWLY}]))
    assert not behave_quick.is_plain(b'[{"name": "\\ud83d"}]')
    assert not behave_quick.is_plain(b'[{"name": "\\u0000"}]')


def feature_of(*elements: Any) -> dict[str, Any]:
    found: dict[str, Any] = report(*elements)[0]
    return found


@pytest.mark.parametrize("escaped", [b"\\u0000", b"\\ud83d"])
def test_what_no_database_stores_is_refused_although_all_else_is_usual(escaped: bytes) -> None:
    data = hostile.written([feature_of(scenario("S", 6, step("Given", "QQ", 7)))])
    with pytest.raises(NotAReport, match=r"^The text at \$\[0\]\.elements\[0\]\.steps\[0\]\.name"):
        behave_json.read(data.replace(b"QQ", escaped))
