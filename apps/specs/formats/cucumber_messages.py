"""Cucumber Messages: one JSON message a line, the one format that carries the text that ran.

Read line by line, so that a long stream costs little memory. What a message says of pickles and sources is
read by `message_sources`; here are the test cases, their attempts and their steps.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from apps.specs.formats import json_node
from apps.specs.formats.json_node import Node
from apps.specs.formats.message_sources import Ran, Sources
from apps.specs.report import (
    MAX_CASES,
    MAX_DURATION_NS,
    NO_ZONE,
    Case,
    CaseStep,
    Hook,
    NotAReport,
    Report,
    Status,
    Tried,
    capped,
    outcome,
    total,
)

FORMAT = "cucumber-messages"
MAX_LINE = 1024 * 1024
MAX_KEPT = 32 * 1024 * 1024  # bytes of lines that are kept in memory until the end; attachments are not

_ATTACHMENT = re.compile(rb'\s*\{\s*"(?:attachment|externalAttachment)"\s*:')
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATUSES = {
    "UNKNOWN": Status.ERROR,
    "PASSED": Status.PASSED,
    "SKIPPED": Status.SKIPPED,
    "PENDING": Status.PENDING,
    "UNDEFINED": Status.UNDEFINED,
    "AMBIGUOUS": Status.AMBIGUOUS,
    "FAILED": Status.FAILED,
}


@dataclass
class _Attempt:
    """One start of a test case: results by test step."""

    number: int
    started_at: datetime | None
    results: dict[str, tuple[Status, str, int | None]] = field(default_factory=dict)
    finished: bool = False


@dataclass
class _TestCase:
    """`steps` are (test step, pickle step), the pickle step "" for a hook; `known` the same, to look up."""

    pickle: str
    steps: tuple[tuple[str, str], ...]
    known: dict[str, str]
    attempts: list[_Attempt] = field(default_factory=list)


def read(data: bytes, *, zone: ZoneInfo = NO_ZONE) -> Report:
    """The stream as cases; `zone` is not needed, since messages carry instants.

    Raises NotAReport with the line.
    """
    return read_stream(io.BytesIO(data))


def read_stream(stream: BinaryIO) -> Report:
    """As read(), from an open file."""
    reader = _Reader()
    for number, line in _lines(stream, reader):
        reader.take(json_node.root(line, where=f"line {number}", first_line=number), len(line))
    return reader.report()


def _lines(stream: BinaryIO, reader: "_Reader") -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            if not _ATTACHMENT.match(line):
                raise NotAReport(f"Line {number}: is longer than 1 MiB and no attachment.")
            reader.skipped += 1
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
        elif line.strip():
            yield number, line


class _Reader:
    """What the messages so far say."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.cases: dict[str, _TestCase] = {}
        self.starts: dict[str, tuple[_TestCase, _Attempt]] = {}
        self.tool = ""
        self.started_at: datetime | None = None
        self.finished = False
        self.skipped = 0
        self.kept = 0
        self.failed_hooks = 0
        self.success: bool | None = None

    def take(self, message: Node, size: int) -> None:
        """Note what one message says; messages of other kinds are passed over, as the protocol asks."""
        if not isinstance(message.value, dict):
            raise message.refusal("expected a message, an object.")
        for kind in message.value:
            if handler := _HANDLERS.get(kind):
                self.kept += size
                if self.kept > MAX_KEPT:
                    raise message.refusal(f"the stream holds more than {MAX_KEPT:,} bytes besides attachments.")
                handler(self, message.child(kind))

    def meta(self, node: Node) -> None:
        implementation = node.child("implementation")
        if implementation.value is not None:
            words = (implementation.text("name", ""), implementation.text("version", ""))
            self.tool = " ".join(word for word in words if word)

    def source(self, node: Node) -> None:
        self.sources.take_source(node)

    def gherkin_document(self, node: Node) -> None:
        self.sources.take_document(node)

    def pickle(self, node: Node) -> None:
        self.sources.take_pickle(node)

    def test_run_started(self, node: Node) -> None:
        self.started_at = _instant(node.child("timestamp"))

    def test_case(self, node: Node) -> None:
        key, pickle = node.text("id"), node.text("pickleId")
        if key in self.cases:
            raise node.refusal(f"the test case “{key[:60]}” stands twice.")
        if len(self.cases) >= MAX_CASES:
            raise node.refusal(f"the stream holds more than {MAX_CASES:,} cases.")
        if not self.sources.has(pickle):
            raise node.refusal(f"the pickle “{pickle[:60]}” is not in the stream.")
        steps = tuple((step.text("id"), step.text("pickleStepId", "")) for step in node.items("testSteps"))
        self.cases[key] = _TestCase(pickle, steps, dict(steps))

    def test_case_started(self, node: Node) -> None:
        key = node.text("id")
        case = self.cases.get(node.text("testCaseId"))
        if case is None or key in self.starts:
            raise node.refusal("starts a test case that is not in the stream, or starts it twice.")
        attempt = _Attempt(len(case.attempts), _instant(node.child("timestamp")))
        case.attempts.append(attempt)
        self.starts[key] = (case, attempt)

    def test_step_finished(self, node: Node) -> None:
        case, attempt = self._start(node)
        step = node.text("testStepId")
        if step not in case.known:
            raise node.refusal(f"the step “{step[:60]}” is not one of its test case.")
        attempt.results[step] = _result(node.child("testStepResult"))

    def test_case_finished(self, node: Node) -> None:
        self._start(node)[1].finished = True

    def test_run_hook_finished(self, node: Node) -> None:
        status, _, _ = _result(node.child("result"))
        self.failed_hooks += status not in (Status.PASSED, Status.SKIPPED)

    def test_run_finished(self, node: Node) -> None:
        self.finished = True
        if node.has("success"):
            self.success = node.flag("success")

    def _start(self, node: Node) -> tuple[_TestCase, _Attempt]:
        found = self.starts.get(node.text("testCaseStartedId"))
        if found is None:
            raise node.refusal("belongs to a test case that was not started.")
        return found

    def report(self) -> Report:
        """All of it; raises NotAReport where the stream breaks off."""
        if not self.finished:
            raise NotAReport("The stream ends without testRunFinished: it is not Cucumber Messages or was cut off.")
        cases = tuple(_case(case, self.sources.ran(case.pickle)) for case in self.cases.values())
        return Report(FORMAT, cases, self.started_at, self.tool, tuple(self._notes(cases)))

    def _notes(self, cases: tuple[Case, ...]) -> Iterator[str]:
        if self.skipped:
            yield f"Attachment lines over 1 MiB that were skipped: {self.skipped}."
        if self.failed_hooks:
            yield f"Hooks around the whole run that did not pass: {self.failed_hooks}."
        if self.success is False and all(case.status is Status.PASSED for case in cases):
            yield "The run as a whole is reported as failed, though no case failed."
        yield from self.sources.notes()


_HANDLERS = {
    "meta": _Reader.meta,
    "source": _Reader.source,
    "gherkinDocument": _Reader.gherkin_document,
    "pickle": _Reader.pickle,
    "testRunStarted": _Reader.test_run_started,
    "testCase": _Reader.test_case,
    "testCaseStarted": _Reader.test_case_started,
    "testStepFinished": _Reader.test_step_finished,
    "testCaseFinished": _Reader.test_case_finished,
    "testRunHookFinished": _Reader.test_run_hook_finished,
    "testRunFinished": _Reader.test_run_finished,
}


def _case(case: _TestCase, ran: Ran) -> Case:
    last = case.attempts[-1] if case.attempts else _Attempt(0, None, finished=True)
    steps, hooks = [], []
    for key, pickle_step in case.steps:
        result = last.results.get(key)
        if pickle_step:
            status, message, duration = result or (None, "", None)
            steps.append(CaseStep(ran.step(pickle_step), status, message, duration))
        elif result:
            hooks.append(Hook(result[0], result[1]))
    if not last.finished:
        hooks.append(Hook(Status.ERROR, "The stream does not say how this case finished."))
    status, message = outcome(steps, hooks)
    return Case(
        feature_name=ran.feature_name,
        name=ran.name,
        uri=ran.uri,
        line=ran.line,
        row=ran.row,
        steps=tuple(steps),
        status=status,
        message=message,
        duration_ns=total(duration for _, _, duration in last.results.values()),
        attempts=len(case.attempts),
        run_digest=ran.run_digest,
        scenario_digest=ran.scenario_digest,
        started_at=last.started_at,
        attempt_steps=tuple(_tried(case, ran)),
        note=ran.note,
    )


def _tried(case: _TestCase, ran: Ran) -> Iterator[Tried]:
    for attempt in case.attempts:
        for key, result in attempt.results.items():
            pickle_step = case.known[key]
            yield Tried(attempt.number, ran.step(pickle_step) if pickle_step else None, *result)


def _result(node: Node) -> tuple[Status, str, int | None]:
    word = node.text("status")
    if word not in _STATUSES:
        raise node.child("status").refusal(f"“{word[:60]}” is not a status that Cucumber knows.")
    message = node.words("message")
    if not message and node.has("exception"):
        message = node.child("exception").words("message")
    duration = node.child("duration")
    return _STATUSES[word], capped(message), None if duration.value is None else _nanoseconds(duration)


def _nanoseconds(node: Node) -> int | None:
    found = (node.whole("seconds") or 0) * 1_000_000_000 + (node.whole("nanos") or 0)
    return found if 0 <= found <= MAX_DURATION_NS else None


def _instant(node: Node) -> datetime | None:
    if node.value is None:
        return None
    try:
        microseconds = (node.whole("nanos") or 0) // 1000
        return _EPOCH + timedelta(seconds=node.whole("seconds") or 0, microseconds=microseconds)
    except OverflowError as error:
        raise node.refusal("is no instant.") from error
