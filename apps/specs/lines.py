"""Runs as lines of a list: values, read as columns, that are drawn once (`{% drawn %}`)."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from apps.common.instants import ago_words
from apps.specs.models import Run
from apps.specs.models.runs import ordered_at


class RunCounts(NamedTuple):
    """Of a run's counts those that its line tells."""

    cases: int
    passed: int
    failed: int
    errors: int
    undefined: int
    ambiguous: int
    unknown: int
    stale: int


class RunLine(NamedTuple):
    """One run; `channel` says how it came, `age` how long ago it ran."""

    pk: int
    key: str
    source: str
    channel: str
    received_by: str
    revision: str
    initiative: str
    counts: RunCounts
    ran_at: datetime
    age: str


COLUMNS = (
    "pk", "key", "source", "channel", "received_by__name", "revision", "initiative__scope__title", "counts",
    "ran_at", "received_at",
)  # fmt: skip


def run_lines(runs: QuerySet[Run], *, at: datetime) -> list[RunLine]:
    """`runs` in their order; one query."""
    lines = []
    for row in runs.values_list(*COLUMNS, named=True):
        ran_at = ordered_at(row.ran_at, row.received_at)
        lines.append(
            RunLine(
                row.pk,
                row.key,
                row.source,
                str(Run.Channel(row.channel).label),
                row.received_by__name,
                row.revision,
                row.initiative__scope__title or "",
                RunCounts(*(row.counts.get(name, 0) for name in RunCounts._fields)),
                ran_at,
                ago_words(ran_at, at),
            )
        )
    return lines
