"""JUnit XML, as behave, pytest, Surefire and many others write it. One call reads one file.

It names no steps, so its cases can only be matched by name. What a class name means differs by tool, see
`Case.origins`. The document is read as a stream of tags: what tests printed is never held in memory.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from apps.specs.formats.behave_json import row_of
from apps.specs.report import (
    MAX_CASES,
    NO_ZONE,
    Case,
    NotAReport,
    Report,
    Status,
    capped,
    clean,
    instant,
    nanoseconds,
    one_line,
    path_of,
    worst,
)

FORMAT = "junit"
MAX_DEPTH = 32
# As behave begins what it says of a failure, and how it ends that line.
_FAILING_STEP = "Failing step: "
_STEP_ENDED = re.compile(r"\w+(?: in [\d.]+s)?")
MAX_BYTES = 64 * 1024 * 1024

_CHILDREN = {"failure": Status.FAILED, "error": Status.ERROR, "skipped": Status.SKIPPED}
_RETRIES = ("flakyFailure", "flakyError", "rerunFailure", "rerunError")
# behave's words, and what others write; behave marks what is undefined with <failure> or <error> besides
_STATUSES = {
    "passed": Status.PASSED,
    "pass": Status.PASSED,
    "success": Status.PASSED,
    "successful": Status.PASSED,
    "ok": Status.PASSED,
    "run": Status.PASSED,
    "completed": Status.PASSED,
    "failed": Status.FAILED,
    "fail": Status.FAILED,
    "failure": Status.FAILED,
    "error": Status.ERROR,
    "hook_error": Status.ERROR,
    "cleanup_error": Status.ERROR,
    "skipped": Status.SKIPPED,
    "untested": Status.SKIPPED,
    "notrun": Status.SKIPPED,
    "disabled": Status.SKIPPED,
    "ignored": Status.SKIPPED,
    "pending": Status.PENDING,
    "pending_warn": Status.PENDING,
    "untested_pending": Status.PENDING,
    "undefined": Status.UNDEFINED,
    "untested_undefined": Status.UNDEFINED,
    "ambiguous": Status.AMBIGUOUS,
}


@dataclass
class _Open:
    """A test case whose end tag has not come yet."""

    line: int
    attributes: dict[str, str]
    started_at: datetime | None
    statuses: list[Status] = field(default_factory=list)
    message: str = ""
    text: list[str] | None = None
    failed_step: str = ""
    attempts: int = 1


def read(data: bytes, *, zone: ZoneInfo = NO_ZONE) -> Report:
    """The file as cases; a suite's start without a zone of its own is read in `zone`.

    Raises NotAReport with the line.
    """
    if len(data) > MAX_BYTES:
        raise NotAReport(f"Line 1: {len(data):,} bytes are more than the {MAX_BYTES:,} allowed.")
    reader = _Reader(zone)
    parser = XMLParser(target=reader, forbid_dtd=True)
    reader.expat = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except NotAReport:
        raise
    except ParseError as error:
        line, column = error.position
        words = str(error).partition(":")[0]
        raise NotAReport(f"Line {line}: is not XML: {words} (column {column + 1}).") from error
    except DefusedXmlException as error:
        raise NotAReport(f"Line {reader.line}: a document type and entities are not read.") from error
    except (ValueError, LookupError) as error:
        raise NotAReport(f"Line {reader.line}: is not XML in an encoding that is read here.") from error
    return Report(FORMAT, tuple(reader.cases), reader.first, "junit")


class _Reader:
    """Takes tags as they come; nothing is kept but the cases and the one that is open."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.cases: list[Case] = []
        self.first: datetime | None = None
        self.expat: Any = None
        self.path: list[str] = []
        self.suites: list[datetime | None] = []
        self.case: _Open | None = None

    @property
    def line(self) -> int:
        """The line the parser has come to."""
        return int(self.expat.CurrentLineNumber) if self.expat else 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        name = _local(tag)
        if not self.path and name not in ("testsuite", "testsuites"):
            raise self.refusal(f"<{name[:60]}> is not where a JUnit report begins; expected <testsuites>.")
        self.path.append(name)
        if len(self.path) > MAX_DEPTH:
            raise self.refusal(f"is nested deeper than {MAX_DEPTH} levels.")
        if self.case is not None:
            self.inside(self.case, name, attributes)
        elif name == "testsuite":
            self.suites.append(self.instant(attributes) or (self.suites[-1] if self.suites else None))
        elif name == "testcase":
            self.open(attributes)

    def open(self, attributes: dict[str, str]) -> None:
        """A test case begins."""
        if len(self.cases) >= MAX_CASES:
            raise self.refusal(f"the report holds more than {MAX_CASES:,} cases.")
        if "name" not in attributes:
            raise self.refusal("a test case has no name.")
        inherited = self.suites[-1] if self.suites else None
        self.case = _Open(self.line, attributes, self.instant(attributes) or inherited)
        if word := attributes.get("status", "").strip().lower():
            if word not in _STATUSES:
                raise self.refusal(f"“{word[:60]}” is not a status that is known here.")
            self.case.statuses.append(_STATUSES[word])

    def inside(self, case: _Open, name: str, attributes: dict[str, str]) -> None:
        """A tag within a test case."""
        if name == "testcase":
            raise self.refusal("a test case stands within another.")
        if self.path[-2] != "testcase":
            return
        if name in _RETRIES:
            case.attempts += 1
        elif name in _CHILDREN:
            case.statuses.append(_CHILDREN[name])
            if not case.message:
                case.message = attributes.get("message", "").strip()
                case.text = []

    def data(self, text: str) -> None:
        """Text within tags: kept only where it is the first failure's, and no more of it than is shown."""
        if self.case and self.case.text is not None and self.path[-1] in _CHILDREN and len(self.case.text) < 500:
            self.case.text.append(text[:5000])

    def end(self, tag: str) -> None:
        """A tag closes."""
        name = self.path.pop()
        if self.case is None:
            if name == "testsuite":
                self.suites.pop()
        elif name == "testcase":
            self.cases.append(self.closed(self.case))
            self.case = None
        elif name in _CHILDREN and self.case.text is not None:
            text = "".join(self.case.text).strip()
            self.case.message = self.case.message or text
            self.case.failed_step = _failing_step(text)
            self.case.text = None

    def close(self) -> None:
        """The document ends."""

    def closed(self, case: _Open) -> Case:
        """The case, once all of it is known."""
        status = _status(case.statuses)
        class_name = self.clean(case.attributes.get("classname", ""), case.line)
        name = self.clean(case.attributes["name"], case.line)
        uri = path_of(self.clean(case.attributes.get("file", ""), case.line))
        # pytest's line is of a Python file, and counted from 0
        line = _number(case.attributes.get("line", "")) if uri.endswith(".feature") else None
        started = case.started_at
        if started and (self.first is None or started < self.first):
            self.first = started
        return Case(
            feature_name=class_name,
            name=name,
            uri=uri,
            line=line,
            row=row_of(name),
            steps=None,
            status=status,
            message="" if status is Status.PASSED else capped(case.message),
            duration_ns=self.duration(case),
            attempts=case.attempts,
            started_at=started,
            classname=class_name,
            failed_step="" if status is Status.PASSED else case.failed_step,
        )

    def duration(self, case: _Open) -> int | None:
        """The `time` of a case, seconds; Surefire sets commas at the thousands."""
        written = case.attributes.get("time", "").replace(",", "").strip()
        try:
            return nanoseconds(float(written)) if written else None
        except ValueError as error:
            raise NotAReport(f"Line {case.line}: “{written[:60]}” is not a time in seconds.") from error

    def instant(self, attributes: dict[str, str]) -> datetime | None:
        """The `timestamp` of a tag."""
        written = attributes.get("timestamp", "").strip()
        found = instant(written, self.zone) if written else None
        if written and found is None:
            raise self.refusal(f"“{written[:60]}” is not an instant as in 2026-03-01T12:00:00.")
        return found

    def clean(self, text: str, line: int) -> str:
        """`text` as it may be stored."""
        return clean(text, f"Line {line}: the name")

    def refusal(self, words: str) -> NotAReport:
        """What to raise about the place the parser has come to."""
        return NotAReport(f"Line {self.line}: {words}")


def _status(found: list[Status]) -> Status:
    """behave marks an undefined or pending case with <failure> too: the finer word wins over that, else the
    worst.
    """
    finer = [status for status in found if status in (Status.AMBIGUOUS, Status.UNDEFINED, Status.PENDING)]
    return worst(finer) or worst(found) or Status.PASSED


def _failing_step(text: str) -> str:
    """The step that behave names, without “ ... failed in 0.001s”; "" where it names none."""
    if not text.startswith(_FAILING_STEP):
        return ""
    line = text.removeprefix(_FAILING_STEP).partition("\n")[0].rstrip()
    step, _, ended = line.rpartition(" ... ")
    return one_line(step if _STEP_ENDED.fullmatch(ended) and step else line)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 8 else None
