"""What every report of a test run says once read, whatever its format: cases, their steps, their statuses.

A reader is `read(data, *, zone) -> Report`; it raises NotAReport, and nothing else, for what it cannot read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.common.refused import Refused
from apps.common.text import clean_text
from apps.delivery import gherkin

MAX_MESSAGE_BYTES = 4096
MAX_NAME = 10_000
MAX_STEP = 500
MAX_CASES = 100_000  # about a hundred megabytes
MAX_DURATION_NS = 2**63 - 1
NO_ZONE = ZoneInfo("UTC")


class Status(StrEnum):
    """How a case or a step ended. Only PASSED proves anything."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"
    PENDING = "PENDING"
    UNDEFINED = "UNDEFINED"
    AMBIGUOUS = "AMBIGUOUS"


WORST_FIRST = (
    Status.FAILED,
    Status.ERROR,
    Status.AMBIGUOUS,
    Status.UNDEFINED,
    Status.PENDING,
    Status.SKIPPED,
    Status.PASSED,
)
FAILURES = frozenset(WORST_FIRST) - {Status.PASSED, Status.SKIPPED}
# What makes a story fail. What is pending fails nothing: nobody wrote its step yet.
FAILING = FAILURES - {Status.PENDING}


class NotAReport(ValueError):
    """The bytes are no report of that format; the sentence says where (line or JSON path) and why."""


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One executed step. `status` None: the report names the step but not how it ended, so it did not run."""

    step: gherkin.Step
    status: Status | None
    message: str = ""
    duration_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One step or hook of one attempt, as Cucumber Messages report them. `step` None: a hook."""

    attempt: int
    step: gherkin.Step | None
    status: Status
    message: str = ""
    duration_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario or example row as one run had it.

    `name` and `feature_name` are as reported (`name` may end in behave's ` -- @1.2 examples`). `uri` is the
    path the report gives, "" where it gives none. `line` is that of the scenario, or of the example row.
    `row` is (examples, row), both from 1, where the report says it. `steps` None: the report does not name
    them, or its reader keeps their digest alone. `message` is the first failure's, at most 4 KiB. `run_digest`
    stands where the executed steps are known; `scenario_digest` only where the report carries the source.
    `classname` is JUnit's own. `note` says what this case lacks and why. `failed_step` is the first that failed,
    where the reader knows it and keeps no `steps`.
    """

    feature_name: str
    name: str
    uri: str
    line: int | None
    row: tuple[int, int] | None
    steps: tuple[CaseStep, ...] | None
    status: Status
    message: str = ""
    duration_ns: int | None = None
    attempts: int = 1
    run_digest: str | None = None
    scenario_digest: str | None = None
    started_at: datetime | None = None
    classname: str = ""
    attempt_steps: tuple[Tried, ...] = ()
    note: str = ""
    failed_step: str = ""

    @property
    def origins(self) -> tuple[tuple[str, str], ...]:
        """What `classname` may mean, as (file stem, feature name): whole as a name, then cut at each dot.

        behave writes `<path with dots, no suffix>.<feature name>`, and either part may hold dots itself.
        """
        if not self.classname:
            return ((self.stem, self.feature_name),)
        parts = self.classname.split(".")
        cuts = ((".".join(parts[:n]), ".".join(parts[n:])) for n in range(1, min(len(parts), 20)))
        return (("", self.classname), *cuts)

    @property
    def stem(self) -> str:
        """The file's name without folder and `.feature`, "" where the report names no file."""
        return self.uri.rpartition("/")[2].removesuffix(".feature")


@dataclass(frozen=True, slots=True)
class Report:
    """One file, read. `notes` are things left out that a person should know of."""

    format: str
    cases: tuple[Case, ...]
    started_at: datetime | None
    tool: str
    notes: tuple[str, ...] = field(default=())


def worst(statuses: Iterable[Status]) -> Status | None:
    """The worst of `statuses`; None where there are none."""
    return min(statuses, key=WORST_FIRST.index, default=None)


def capped(message: str) -> str:
    """`message` in at most 4 KiB of UTF-8. What no database stores becomes U+FFFD: it names nothing."""
    plain = message.replace("\x00", "�").encode("utf-8", "replace")
    if len(plain) <= MAX_MESSAGE_BYTES:
        return plain.decode("utf-8")
    return plain[: MAX_MESSAGE_BYTES - 3].decode("utf-8", "ignore") + "…"


def failed_step(steps: Iterable[CaseStep]) -> str:
    """Keyword and text of the first of `steps` that failed, in at most 500 characters; "" where none did."""
    failing = next((step.step for step in steps if step.status in FAILURES), None)
    return one_line(f"{failing.keyword} {failing.text}") if failing else ""


def one_line(text: str) -> str:
    """`text` as it is shown within a sentence, in at most 500 characters."""
    line = " ".join(capped(text).split())
    return line if len(line) <= MAX_STEP else line[: MAX_STEP - 1] + "…"


def clean(text: str, where: str, limit: int = MAX_NAME) -> str:
    """`text` as it may be stored; raises NotAReport naming `where` for NUL, lone surrogates, overlong text."""
    try:
        return clean_text(text, what=where, limit=limit)
    except Refused as refused:
        raise NotAReport(refused.sentence) from refused


def checked_count(cases: Sequence[Case]) -> tuple[Case, ...]:
    """`cases`; raises NotAReport where there are more than one import takes."""
    if len(cases) > MAX_CASES:
        raise NotAReport(f"The report holds {len(cases):,} cases; at most {MAX_CASES:,} are taken at once.")
    return tuple(cases)


def path_of(uri: str) -> str:
    """The path that a report's `uri` names: without `file:` or `classpath:`."""
    for prefix in ("file://", "file:", "classpath:"):
        if uri.startswith(prefix):
            return uri.removeprefix(prefix)
    return uri


def nanoseconds(seconds: float) -> int | None:
    """`seconds` in nanoseconds; None for what is no duration (clocks set back give negative ones)."""
    found = seconds * 1e9
    return round(found) if 0 <= found <= MAX_DURATION_NS else None


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant that `text` (ISO 8601) names, in UTC; without a zone of its own it is read in `zone`."""
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Hook:
    """What ran around a case or a step: it counts for the status, never for what was executed."""

    status: Status
    message: str = ""


def outcome(steps: Sequence[CaseStep], hooks: Sequence[Hook] = ()) -> tuple[Status, str]:
    """The status of a case, the worst of its steps and hooks, and the first failure's words.

    A step that did not run keeps a case from passing, and a case without steps proves nothing: SKIPPED.
    """
    statuses = [step.status or Status.SKIPPED for step in steps] or [Status.SKIPPED]
    status = worst([*statuses, *(hook.status for hook in hooks)]) or Status.SKIPPED
    for step in steps:
        if step.status in FAILURES:
            return status, step.message or capped(f"{step.step.keyword} {step.step.text}: {step.status.lower()}.")
    for hook in hooks:
        if hook.status in FAILURES:
            return status, hook.message or f"A hook ended as {hook.status.lower()}."
    return status, "" if steps else "No step was run."


def total(durations: Iterable[int | None]) -> int | None:
    """The sum of the durations that are known, None where none is."""
    known = [duration for duration in durations if duration is not None]
    return min(sum(known), MAX_DURATION_NS) if known else None


def joined(cases: Iterable[Case]) -> list[Case]:
    """`cases` with each run of the same one (path, line, name) as one: reports without attempts write retries
    so.
    """
    found: list[Case] = []
    for case in cases:
        last = found[-1] if found else None
        if last and case.line is not None and (last.uri, last.line, last.name) == (case.uri, case.line, case.name):
            found[-1] = replace(case, attempts=last.attempts + case.attempts)
        else:
            found.append(case)
    return found
