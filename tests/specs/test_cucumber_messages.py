"""Cucumber Messages: attempts, hooks, and digests that the source in the stream bears out."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery import gherkin
from apps.specs.formats import cucumber_messages, message_sources
from apps.specs.report import Case, NotAReport, Report, Status
from tests.specs import hostile

STORY = '''Feature: Basket
  Background:
    Given an empty basket

  Rule: Fruit only
    Scenario Outline: Put in <count>
      When I put in
        | <count> |
      And I read
        """
        one line
        """

      Examples:
        | count |
        | 2     |

      Examples: More
        | count |
        | 2     |
        | 3     |
'''

Message = dict[str, Any]


def time(seconds: int) -> Message:
    return {"seconds": 1_772_366_400 + seconds, "nanos": 500}


def step(id: str, text: str, kind: str, node: str, **argument: Any) -> Message:
    return {"id": id, "text": text, "type": kind, "astNodeIds": [node], **argument}


def pickle(id: str, count: str, row: str, line: int) -> Message:
    table = {"dataTable": {"rows": [{"cells": [{"value": count}]}]}}
    steps = [
        step(f"{id}a", "an empty basket", "Context", "n1"),
        step(f"{id}b", "I put in", "Action", "n3", argument=table),
        step(f"{id}c", "I read", "Action", "n4", argument={"docString": {"content": "one line"}}),
    ]
    return {
        "pickle": {
            "id": id,
            "uri": "features/a.feature",
            "location": {"line": line, "column": 9},
            "astNodeIds": ["n2", row],
            "name": f"Put in {count}",
            "language": "en",
            "tags": [],
            "steps": steps,
        }
    }


def node(id: str, line: int, **more: Any) -> Message:
    return {"id": id, "location": {"line": line, "column": 1}, **more}


DOCUMENT: Message = {
    "gherkinDocument": {
        "uri": "features/a.feature",
        "comments": [],
        "feature": {
            "name": "Basket",
            "language": "en",
            "children": [
                {"background": node("n0", 2, steps=[node("n1", 3, keyword="Given ")])},
                {
                    "rule": node(
                        "n9",
                        5,
                        children=[
                            {
                                "scenario": node(
                                    "n2",
                                    6,
                                    steps=[node("n3", 7, keyword="When "), node("n4", 9, keyword="And ")],
                                    examples=[
                                        {"tableBody": [node("r1", 16)]},
                                        {"tableBody": [node("r2", 20), node("r3", 21)]},
                                    ],
                                )
                            }
                        ],
                    )
                },
            ],
        },
    }
}
SOURCE: Message = {"source": {"uri": "features/a.feature", "data": STORY, "mediaType": "text/x.cucumber.gherkin+plain"}}
MARKDOWN = "text/x.cucumber.gherkin+markdown"
META: Message = {"meta": {"protocolVersion": "33.0.4", "implementation": {"name": "cucumber-jvm", "version": "8"}}}


def finished(start: str, id: str, status: str = "PASSED", **more: Any) -> Message:
    result = {"status": status, "duration": {"seconds": 0, "nanos": 250}, **more}
    return {"testStepFinished": {"testCaseStartedId": start, "testStepId": id, "testStepResult": result}}


def test_case(id: str, pickle: str) -> Message:
    hooks = {"id": f"{id}-before", "hookId": "h"}
    steps = [{"id": f"{id}-{part}", "pickleStepId": f"{pickle}{part}"} for part in "abc"]
    return {"testCase": {"id": id, "pickleId": pickle, "testSteps": [hooks, *steps]}}


test_case.__test__ = False  # type: ignore[attr-defined]


def attempt(start: str, case: str, *statuses: str, retried: bool = False, before: str = "PASSED") -> list[Message]:
    begun = {"testCaseStarted": {"id": start, "testCaseId": case, "timestamp": time(1), "attempt": 0}}
    ended = {"testCaseFinished": {"testCaseStartedId": start, "timestamp": time(2), "willBeRetried": retried}}
    steps = [finished(start, f"{case}-{part}", status) for part, status in zip("abc", statuses, strict=False)]
    return [begun, finished(start, f"{case}-before", before), *steps, ended]


ENDED: Message = {"testRunFinished": {"timestamp": time(9), "success": True}}
BEGUN: Message = {"testRunStarted": {"timestamp": time(0)}}
PICKLES = [pickle("p1", "2", "r1", 16), pickle("p2", "2", "r2", 20), pickle("p3", "3", "r3", 21)]
TEXT = [META, SOURCE, DOCUMENT, *PICKLES, BEGUN]
ALL_PASSED = ("PASSED", "PASSED", "PASSED")
STREAM = [
    *TEXT,
    test_case("t1", "p1"),
    test_case("t2", "p2"),
    test_case("t3", "p3"),
    *attempt("s1", "t1", *ALL_PASSED),
    *attempt("s2", "t2", *ALL_PASSED),
    *attempt("s3", "t3", *ALL_PASSED),
    ENDED,
]


def stream(messages: Any) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def report(*messages: Message) -> Report:
    return cucumber_messages.read(stream(messages))


def one(*messages: Message) -> Case:
    return report(*TEXT, test_case("t1", "p1"), *messages, ENDED).cases[0]


def refusal(*messages: Message) -> str:
    with pytest.raises(NotAReport) as refused:
        report(*messages)
    return str(refused.value)


def test_cases_are_the_rows_of_the_story_with_both_digests() -> None:
    story = gherkin.parse(STORY)
    assert story
    (scenario,) = story.scenarios
    found = report(*STREAM)
    assert [case.run_digest for case in found.cases] == [pickle.run_digest for pickle in scenario.pickles]
    assert [case.line for case in found.cases] == [pickle.line for pickle in scenario.pickles] == [16, 20, 21]
    assert [case.row for case in found.cases] == [(1, 1), (2, 1), (2, 2)]
    assert {case.scenario_digest for case in found.cases} == {scenario.digest}
    assert {case.status for case in found.cases} == {Status.PASSED}
    assert {case.note for case in found.cases} == {""}
    assert found.cases[0].steps
    assert [each.step for each in found.cases[0].steps] == list(scenario.pickles[0].steps)
    assert found.cases[0].duration_ns == 1000
    assert (found.tool, found.notes) == ("cucumber-jvm 8", ())
    assert found.started_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert found.cases[0].started_at == datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)


def test_older_streams_without_types_and_places_say_the_same() -> None:
    older = json.loads(json.dumps(STREAM))
    for message in older:
        if found := message.get("pickle"):
            del found["location"]
            for each in found["steps"]:
                del each["type"]
    expected = report(*STREAM).cases
    assert report(*older).cases == expected


def test_a_pickle_that_its_source_does_not_bear_out_has_no_scenario_digest() -> None:
    lie = json.loads(json.dumps(STREAM))
    lie[3]["pickle"]["steps"][1]["text"] = "I put in more"
    first, second, _ = report(*lie).cases
    assert first.scenario_digest is None
    assert first.note == "The source in the stream does not hold what the pickle says."
    assert second.scenario_digest


@pytest.mark.parametrize(
    ("source", "note"),
    [
        (None, "The stream does not carry the source, so the scenario's digest is not known."),
        ({"mediaType": MARKDOWN}, "The source is Gherkin in Markdown, which is not read here."),
        ({"data": "# nothing"}, "The source holds no feature."),
        ({"data": "Feature: a\n  Scenario: b\n    Given c\n    oh\n"}, "The source is refused as a story. Line 4: "),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_read_is_said(source: Message | None, note: str) -> None:
    first = [] if source is None else [{"source": {**SOURCE["source"], **source}}]
    found = report(META, *first, *STREAM[2:])
    assert {case.scenario_digest for case in found.cases} == {None}
    assert found.cases[0].run_digest == report(*STREAM).cases[0].run_digest
    assert all(case.note.startswith(note) for case in found.cases)
    assert len(found.notes) == 1 and found.notes[0].startswith(f"features/a.feature: {note}")


def test_the_last_attempt_counts_and_every_attempt_is_kept() -> None:
    found = one(
        *attempt("s1", "t1", "PASSED", "FAILED", "SKIPPED", retried=True),
        *attempt("s2", "t1", *ALL_PASSED),
    )
    assert (found.status, found.attempts) == (Status.PASSED, 2)
    tried = [(each.attempt, each.status) for each in found.attempt_steps if each.step]
    assert tried == [
        (0, Status.PASSED),
        (0, Status.FAILED),
        (0, Status.SKIPPED),
        (1, Status.PASSED),
        (1, Status.PASSED),
        (1, Status.PASSED),
    ]
    assert sum(each.step is None for each in found.attempt_steps) == 2


@pytest.mark.parametrize(
    ("statuses", "before", "status"),
    [
        (ALL_PASSED, "PASSED", Status.PASSED),
        (ALL_PASSED, "FAILED", Status.FAILED),
        (ALL_PASSED, "UNKNOWN", Status.ERROR),
        (("SKIPPED", "SKIPPED", "SKIPPED"), "SKIPPED", Status.SKIPPED),
        (("PASSED", "PENDING", "SKIPPED"), "PASSED", Status.PENDING),
        (("PASSED", "UNDEFINED", "SKIPPED"), "PASSED", Status.UNDEFINED),
        (("UNDEFINED", "AMBIGUOUS", "SKIPPED"), "PASSED", Status.AMBIGUOUS),
        (("PASSED", "UNKNOWN", "PASSED"), "PASSED", Status.ERROR),
        (("PASSED", "PASSED"), "PASSED", Status.SKIPPED),
        ((), "PASSED", Status.SKIPPED),
    ],
)
def test_status_is_the_worst_of_steps_and_hooks(statuses: tuple[str, ...], before: str, status: Status) -> None:
    assert one(*attempt("s1", "t1", *statuses, before=before)).status is status


def test_a_case_that_never_finished_is_an_error() -> None:
    found = one(*attempt("s1", "t1", *ALL_PASSED)[:-1])
    assert (found.status, found.message) == (Status.ERROR, "The stream does not say how this case finished.")


def test_a_case_that_never_started_is_skipped() -> None:
    found = one()
    assert (found.status, found.attempts) == (Status.SKIPPED, 0)


def test_the_message_is_the_first_failures() -> None:
    messages = attempt("s1", "t1", "PASSED", "PASSED", "PASSED")
    messages[3] = finished("s1", "t1-b", "FAILED", message="Expected 2\nfound 3")
    assert one(*messages).message == "Expected 2\nfound 3"
    messages[3] = finished("s1", "t1-b", "FAILED", exception={"type": "Error", "message": "No basket"})
    assert one(*messages).message == "No basket"


def test_failures_around_the_run_are_said() -> None:
    hook = {"testRunHookFinished": {"result": {"status": "FAILED"}}}
    found = report(*STREAM[:-1], hook, {"testRunFinished": {"success": False}})
    assert found.notes == (
        "Hooks around the whole run that did not pass: 1.",
        "The run as a whole is reported as failed, though no case failed.",
    )


def test_long_attachments_are_skipped_and_counted() -> None:
    long = "x" * (3 * 1024 * 1024)
    attached = [{"attachment": {"body": long}}, {"externalAttachment": {"url": long}}]
    found = report(*TEXT, *attached, *STREAM[len(TEXT) :])
    assert found.notes == ("Attachment lines over 1 MiB that were skipped: 2.",)
    assert found.cases == report(*STREAM).cases


def test_other_long_lines_are_refused() -> None:
    assert refusal(META, {"envelope": "x" * (1024 * 1024)}) == "Line 2: is longer than 1 MiB and no attachment."
    sly = {"source": {"uri": "attachment", "data": "x" * (1024 * 1024)}}
    assert refusal(META, sly) == "Line 2: is longer than 1 MiB and no attachment."


def test_messages_of_other_kinds_are_passed_over() -> None:
    assert report(*TEXT, {"somethingNew": [1]}, *STREAM[len(TEXT) :]) == report(*STREAM)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "The stream ends without testRunFinished: it is not Cucumber Messages or was cut off."),
        ([META, [1]], "At line 2: expected a message, an object."),
        ([test_case("t1", "p9")], "At line 1.testCase: the pickle “p9” is not in the stream."),
        ([*PICKLES, PICKLES[0]], "At line 4.pickle: the pickle “p1” stands twice."),
        (
            [*PICKLES, test_case("t1", "p1"), test_case("t1", "p1")],
            "At line 5.testCase: the test case “t1” stands twice.",
        ),
        (
            [*PICKLES, *attempt("s1", "t1")],
            "At line 4.testCaseStarted: starts a test case that is not in the stream, or starts it twice.",
        ),
        (
            [META, finished("s9", "a")],
            "At line 2.testStepFinished: belongs to a test case that was not started.",
        ),
        (
            [*PICKLES, test_case("t1", "p1"), *attempt("s1", "t1")[:1], finished("s1", "t2-a")],
            "At line 6.testStepFinished: the step “t2-a” is not one of its test case.",
        ),
        (
            [*PICKLES, test_case("t1", "p1"), *attempt("s1", "t1", "GREEN")],
            "At line 7.testStepFinished.testStepResult.status: “GREEN” is not a status that Cucumber knows.",
        ),
        (
            [{"testRunStarted": {"timestamp": {"seconds": 10**30}}}],
            "At line 1.testRunStarted.timestamp: is no instant.",
        ),
    ],
)  # fmt: skip
def test_refuses_in_words_with_the_line(messages: list[Message], words: str) -> None:
    assert refusal(*messages) == words


def test_refuses_what_is_not_json_with_the_line() -> None:
    with pytest.raises(NotAReport, match=r"^Line 3: the key “a” stands twice"):
        cucumber_messages.read(stream([META]) + b'\n{"a": 1, "a": 2}\n')


def test_a_test_step_of_another_pickle_is_refused() -> None:
    other: Message = {"testCase": {"id": "t1", "pickleId": "p1", "testSteps": [{"id": "x", "pickleStepId": "p2a"}]}}
    assert refusal(*TEXT, other, ENDED) == "At line 4.pickle: the pickle has no step “p2a”."


def test_many_cases_of_one_long_pickle_take_no_time() -> None:
    """Each line is short to send; what it refers to is read once."""
    long = pickle("p1", "x" * 400_000, "r1", 16)
    many = [test_case(f"t{n}", "p1") for n in range(5000)]
    found = hostile.answer(cucumber_messages.read, stream([META, SOURCE, DOCUMENT, long, *many, ENDED]))
    assert isinstance(found, NotAReport)
    shorter = pickle("p1", "x" * 9_000, "r1", 16)
    found = hostile.answer(cucumber_messages.read, stream([META, SOURCE, DOCUMENT, shorter, *many, ENDED]))
    assert isinstance(found, Report) and len(found.cases) == 5000


def test_sources_are_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes of text may hold ten thousand steps to read."""
    monkeypatch.setattr(message_sources, "MAX_STEPS", 1)
    other = {"pickle": {**pickle("p9", "2", "r1", 16)["pickle"], "uri": "features/b.feature"}}
    text = {"source": {**SOURCE["source"], "uri": "features/b.feature"}}
    found = report(*TEXT, text, other, test_case("t1", "p1"), test_case("t9", "p9"), ENDED)
    assert [case.scenario_digest is None for case in found.cases] == [False, True]
    assert found.notes[-1].startswith("features/b.feature: The sources before it hold 1,000,000 steps, and no more")


def test_wrong_types_everywhere_are_refused_or_read() -> None:
    sample = [*TEXT[:4], test_case("t1", "p1"), *attempt("s1", "t1", *ALL_PASSED), ENDED]

    def write(messages: Any) -> bytes:
        return stream(messages) if isinstance(messages, list) else hostile.written(messages)

    assert hostile.wrong_everywhere(cucumber_messages.read, sample, write) > 500


def test_cut_off_anywhere_it_is_refused() -> None:
    for data in hostile.cuts(stream(STREAM).strip(), 300):
        assert isinstance(hostile.answer(cucumber_messages.read, data), NotAReport)


@given(st.data())
def test_anything_anywhere_is_refused_or_read(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in hostile.places(STREAM) if path]))
    variant = hostile.replaced(STREAM, path, data.draw(hostile.json_values))
    hostile.answer(cucumber_messages.read, stream(variant))


@given(st.binary())
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    hostile.answer(cucumber_messages.read, data)


def test_the_compatibility_kit(real_data: Path) -> None:
    """Every stream: as many results of each status as its own EXPECTED says, over all attempts, with hooks."""
    expected = json.loads((real_data / "cck/EXPECTED.json").read_text())["per_sample"]
    files = sorted((real_data / "cck/devkit/samples").glob("*/*.ndjson"))
    found = {file.name: cucumber_messages.read(file.read_bytes()) for file in files}
    assert found.keys() == expected.keys() and len(found) == 46
    for name, report in found.items():
        tried = Counter(each.status.value for case in report.cases for each in case.attempt_steps)
        assert tried == expected[name]["stepResults"], name
    cases = [case for report in found.values() for case in report.cases]
    assert len(cases) == 120
    assert sum(case.attempts for case in cases) == 125
    assert sum(len(case.attempt_steps) for case in cases) == 270


def test_the_compatibility_kit_is_matched_by_its_sources(real_data: Path) -> None:
    """All but the one stream whose source is Markdown, which says so."""
    for file in sorted((real_data / "cck/devkit/samples").glob("*/*.ndjson")):
        for case in cucumber_messages.read(file.read_bytes()).cases:
            assert case.run_digest
            assert bool(case.scenario_digest) == (file.stem != "markdown")
            assert bool(case.note) == (file.stem == "markdown")


def test_the_compatibility_kit_cut_off_anywhere(real_data: Path) -> None:
    for file in (real_data / "cck/devkit/samples").glob("*/*.ndjson"):
        for data in hostile.cuts(file.read_bytes().strip(), 12):
            assert isinstance(hostile.answer(cucumber_messages.read, data), NotAReport)
