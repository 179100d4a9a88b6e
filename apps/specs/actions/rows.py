"""Results as rows: written without model objects, of which a large run would need tens of thousands."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from apps.specs.matching import Located, Match
from apps.specs.models import LatestResult, Result, Run

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
    with connection.cursor() as cursor:
        cursor.executemany(_insert(Result, _FIELDS), list(_rows(run, cases, matches)))


def write_latest(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of LatestResult, in the order of `_LATEST`, each taking the place of the one of the same meaning."""
    quote = connection.ops.quote_name
    at = connection.ops.adapt_datetimefield_value
    key = ", ".join(quote(_column(LatestResult, name)) for name in _LATEST_KEY)
    rest = [quote(_column(LatestResult, name)) for name in _LATEST if name not in _LATEST_KEY]
    update = ", ".join(f"{name} = excluded.{name}" for name in rest)
    sql = f"{_insert(LatestResult, _LATEST)} ON CONFLICT ({key}) DO UPDATE SET {update}"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*row[:-1], at(row[-1])) for row in rows])


def _insert(model: type[Model], names: Sequence[str]) -> str:
    """An INSERT whose names come from the model, and whose every value is a parameter."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(_column(model, name)) for name in names)
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


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
