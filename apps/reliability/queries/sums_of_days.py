"""Good and total of the last so many days, of many indicators and many lengths at once."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet, Sum, Value

from apps.reliability import standing
from apps.reliability.counts import FIVE_MINUTES, seconds_of
from apps.reliability.queries.sums import Sums, pieces
from apps.reliability.windows import Rolling

# SQLite takes 500 parts of one statement, and 32,766 values.
MOST_PARTS, MOST_VALUES = 400, 20_000


def sums_of_days(wanted: Mapping[int, Collection[int]], *, at: datetime) -> dict[tuple[int, int], Sums]:
    """By (primary key of the SLI, days): the events of the last days, as an SLO's window has them.

    `wanted` are primary keys of SLIs by days. What has no counts is left out. One query, for up to eighty lengths.
    """
    found: dict[tuple[int, int], Sums] = {}
    for parts in _statements(wanted, at=at):
        first, *others = parts
        rows = first.union(*others, all=True) if others else first
        for sli, days, good, total in rows:
            before = found.get((sli, days), Sums(0, 0))
            found[sli, days] = Sums(before.good + int(good), before.total + int(total))
    return found


def _statements(
    wanted: Mapping[int, Collection[int]], *, at: datetime
) -> Iterator[list[QuerySet[Any, tuple[int, int, int, int]]]]:
    end = seconds_of(at) - seconds_of(at) % FIVE_MINUTES
    parts: list[QuerySet[Any, tuple[int, int, int, int]]] = []
    values = 0
    for days, slis in sorted(wanted.items()):
        start, _ = Rolling(days).bounds(datetime.fromtimestamp(end, UTC))
        for model, first, last in pieces(standing.window_start(start), end):
            if parts and (len(parts) == MOST_PARTS or values + len(slis) > MOST_VALUES):
                yield parts
                parts, values = [], 0
            rows = model._default_manager.filter(sli_id__in=slis, start__gte=first, start__lt=last)
            told = rows.order_by().annotate(days=Value(days)).values_list("sli_id", "days")
            parts.append(told.annotate(Sum("good"), Sum("total")))
            values += len(slis)
    if parts:
        yield parts
