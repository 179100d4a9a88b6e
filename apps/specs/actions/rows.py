"""Results as rows: written without model objects, of which a large run would need tens of thousands."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from apps.common.rows import insert_rows
from apps.specs.matching import Located, Match
from apps.specs.models import LatestResult, Result, Run
from apps.specs.report import Status, Tried, failed_step

_LATEST = ("story", "scenario_digest", "run_digest", "twin", "run", "position", "status", "ordered_at")
_LATEST_KEY = _LATEST[:4]
_FIELDS = (
    "run",
    "position",
    "story",
    "pickle",
    "scenario_digest",
    "run_digest",
    "twin",
    "matched_by",
    "is_stale",
    "unknown",
    "status",
    "at",
    "failed_step",
    "feature_name",
    "name",
    "uri",
    "line",
    "message",
    "duration_ns",
    "attempts",
    "tried",
)
_MAX_UNKNOWN = 400
_MAX_SAID = 1_000


def write_results(run: Run, cases: Sequence[Located], matches: Sequence[Match], *, came_at: datetime) -> None:
    """One row a case, in order, positions from 1; the reports came first at `came_at`."""
    insert_rows(Result, _FIELDS, _rows(run, cases, matches, came_at))


def counted_from(one: Located, came_at: datetime) -> datetime:
    """When it ran: a runner's clock never counts as later than ours; what does not say counts from when it came."""
    return min(one.at, came_at) if one.at else came_at


def write_latest(rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of LatestResult, in the order of `_LATEST`, each taking the place of the one of the same meaning."""
    insert_rows(LatestResult, _LATEST, rows, instead=_LATEST_KEY)


def _rows(run: Run, cases: Sequence[Located], matches: Sequence[Match], came_at: datetime) -> Iterator[tuple[Any, ...]]:
    for position, (one, match) in enumerate(zip(cases, matches, strict=True), 1):
        case, known = one.case, match.known
        yield (
            run.pk,
            position,
            known.story if known else None,
            known.pickle if known else None,
            known.scenario_digest if known else "",
            known.run_digest if known else case.run_digest or "",
            match.twin,
            match.by,
            match.is_stale,
            match.unknown[:_MAX_UNKNOWN],
            case.status.value,
            counted_from(one, came_at),
            case.failed_step or ("" if case.status is Status.PASSED else failed_step(case.steps or ())),
            case.feature_name,
            case.name,
            case.uri,
            case.line,
            case.message,
            case.duration_ns,
            case.attempts,
            _tried(case.attempt_steps) if case.attempt_steps else "[]",
        )


def _tried(steps: Sequence[Tried]) -> str:
    said = [
        [
            one.attempt + 1,
            f"{one.step.keyword.strip()} {one.step.text}" if one.step else "",
            one.status.value,
            one.message[:_MAX_SAID],
        ]
        for one in steps
    ]
    return json.dumps(said, ensure_ascii=False)
