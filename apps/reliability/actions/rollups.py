"""Hours summed from five minutes, days from hours: set by set, only the spans that were touched."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model

from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR, runs_of
from apps.reliability.models import DayCount, FiveMinuteCount, HourCount

TABLES: dict[int, type[Model]] = {FIVE_MINUTES: FiveMinuteCount, HOUR: HourCount, DAY: DayCount}
_COARSER = {FIVE_MINUTES: HOUR, HOUR: DAY}


def roll_up(sli_pk: int, starts: Iterable[int], grain: int) -> None:
    """Sum anew whatever lies above the buckets `starts` of this grain."""
    while grain in _COARSER:
        coarser = _COARSER[grain]
        spans = runs_of(starts, grain=coarser)
        fine, coarse = (connection.ops.quote_name(TABLES[one]._meta.db_table) for one in (grain, coarser))
        sql = (
            f"INSERT INTO {coarse} (sli_id, start, good, total) "  # noqa: S608
            f"SELECT sli_id, start - start %% {coarser}, CAST(SUM(good) AS BIGINT), CAST(SUM(total) AS BIGINT) "
            f"FROM {fine} WHERE sli_id = %s AND start >= %s AND start < %s GROUP BY 1, 2 "
            "ON CONFLICT (sli_id, start) DO UPDATE SET good = excluded.good, total = excluded.total"
        )
        with connection.cursor() as cursor:
            cursor.executemany(sql, [(sli_pk, first, last) for first, last in spans])
        starts, grain = [start for first, last in spans for start in range(first, last, coarser)], coarser


def counted_otherwise(sli_pk: int, starts: Iterable[int], grain: int) -> list[int]:
    """Spans above or below the buckets `starts` that were counted by another grain, in their order.

    A span is counted by the grain it was counted by first: else the sum of its parts would not be what was sent.
    """
    starts, found = list(starts), set[int]()
    for fine, coarser in _COARSER.items():
        if fine == grain or (grain == FIVE_MINUTES and coarser == DAY):
            touched = {start - start % coarser for start in starts}
            found |= touched & set(_without_parts(sli_pk, fine, coarser, min(touched), max(touched)))
        elif coarser == grain:
            within = TABLES[fine].objects.filter(sli_id=sli_pk, start__gte=starts[0], start__lt=starts[-1] + grain)  # type: ignore[attr-defined]
            found |= {start - start % grain for start in within.values_list("start", flat=True)} & set(starts)
    return sorted(found)


def _without_parts(sli_pk: int, fine: int, coarser: int, first: int, last: int) -> Iterable[int]:
    """Starts of coarse buckets between that hold counts of which there are no parts."""
    parts, whole = (connection.ops.quote_name(TABLES[one]._meta.db_table) for one in (fine, coarser))
    sql = (
        f"SELECT start FROM {whole} AS whole WHERE sli_id = %s AND start >= %s AND start <= %s AND NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM {parts} AS part WHERE part.sli_id = whole.sli_id "
        f"AND part.start >= whole.start AND part.start < whole.start + {coarser})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [sli_pk, first, last])
        return [start for (start,) in cursor.fetchall()]
