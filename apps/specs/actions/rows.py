"""A run's results as rows: written without model objects, of which a large run would need tens of thousands."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from apps.specs.matching import Located, Match
from apps.specs.models import Result, Run

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
    "feature_name",
    "name",
    "uri",
    "line",
    "message",
    "duration_ns",
    "attempts",
)
_MAX_UNKNOWN = 400


def write_results(run: Run, cases: Sequence[Located], matches: Sequence[Match]) -> None:
    """One row a case, in order, positions from 1."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in map(_column, _FIELDS))
    marks = ", ".join(["%s"] * len(_FIELDS))
    with connection.cursor() as cursor:
        # Names of columns come from the model; every value is a parameter.
        cursor.executemany(
            f"INSERT INTO {quote(Result._meta.db_table)} ({columns}) VALUES ({marks})",  # noqa: S608
            list(_rows(run, cases, matches)),
        )


def _column(name: str) -> Any:
    return Result._meta.get_field(name)


def _rows(run: Run, cases: Sequence[Located], matches: Sequence[Match]) -> Iterator[tuple[Any, ...]]:
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
            case.feature_name,
            case.name,
            case.uri,
            case.line,
            case.message,
            case.duration_ns,
            case.attempts,
        )
