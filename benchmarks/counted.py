"""Indicators with counts, and a promise of each: as many as asked, written in sets."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from random import Random

from django.db import connection, transaction
from django.db.models import Max, Model

from apps.common.rows import insert_rows
from apps.organization import actions as organization
from apps.organization.models import Scope
from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR
from apps.reliability.models import SLI, SLO, DayCount, FiveMinuteCount, HourCount
from portal.scale.rows import Table, go_on_behind

# A Saturday noon; the last bucket ends there.
NOON = int(datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp())
WINDOW, DAYS = "30d", 30
NAMES = ("sli", "start", "good", "total")
_AT_ONCE = 200_000

Row = tuple[int, int, int, int]


def promised(count: int, scopes: Sequence[Scope]) -> list[int]:
    """So many indicators, each with a promise of 99.9 % over 30 days, on `scopes` in turn; their primary keys."""
    by = organization.service_account(username="counter")
    slis = Table(SLI, "key", "scope", "title", "kind", "good_means", "source", "good_query", "total_query",
                 "is_mean_of_ratios", "written_by", "written_at", "counted_at", "counts_until")  # fmt: skip
    slos = Table(SLO, "key", "sli", "scope", "title", "target", "window", "version", "created_at")
    at = datetime.fromtimestamp(NOON - 60 * DAY, UTC)
    until = datetime.fromtimestamp(NOON, UTC)
    target = str(Decimal("0.999000000"))
    made = []
    for number in range(count):
        scope = scopes[number % len(scopes)].pk
        key = slis.last + 1
        made.append(slis.add(f"SLI-{key}", scope, "Answers in time", "AVAILABILITY", "answered within 300 ms",
                             "PUSHED", "", "", False, by.pk, at, until, until))  # fmt: skip
        slos.add(f"SLO-{key}", key, scope, f"Answers in time {number}", target, WINDOW, 1, at)
    with transaction.atomic():
        slis.write()
        slos.write()
        go_on_behind([slis, slos])
    return made


def fill(slis: Iterable[int]) -> int:
    """Counts up to NOON of all that a window of theirs reads within a day of it; how many rows.

    What lies further inside a window than its rims stands in days alone, else filling them would take hours.
    """
    chance = Random(7)  # noqa: S311 - nothing secret
    slis = list(slis)
    hours = [*range(NOON - DAYS * DAY, NOON - (DAYS - 2) * DAY, HOUR), *range(NOON - 4 * DAY, NOON, HOUR)]
    rims = [
        *range(NOON - 3 * DAY - HOUR, NOON - 3 * DAY + 2 * HOUR, FIVE_MINUTES),
        *range(NOON - DAY - HOUR, NOON - DAY + 2 * HOUR, FIVE_MINUTES),
        *range(NOON - 7 * HOUR, NOON, FIVE_MINUTES),
    ]
    return (
        fill_days(slis, DAYS + 1)
        + write(HourCount, _rows(slis, hours, 12, chance))
        + write(FiveMinuteCount, _rows(slis, rims, 1, chance))
    )


def fill_days(slis: Iterable[int], days: int) -> int:
    """So many days and today; how many rows."""
    midnight = NOON - NOON % DAY
    starts = range(midnight - days * DAY, midnight + DAY, DAY)
    return write(DayCount, _rows(list(slis), starts, 288, Random(days)))  # noqa: S311 - nothing secret


def next_bucket(slis: Iterable[int], start: int) -> None:
    """Five minutes more of each, as whoever measures sends them."""
    write(FiveMinuteCount, _rows(list(slis), [start], 1, Random(start)))  # noqa: S311 - nothing secret


def _rows(slis: Sequence[int], starts: Sequence[int], parts: int, chance: Random) -> Iterator[Row]:
    for sli in slis:
        for start in starts:
            total = parts * 1_000
            yield sli, start, total - chance.randrange(2 * parts), total


def write(model: type[Model], rows: Iterable[Row]) -> int:
    """Inserts counts in the quickest way of each database; how many."""
    rows, count = iter(rows), 0
    while some := list(islice(rows, _AT_ONCE)):
        count += len(some)
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                insert_rows(model, NAMES, some)
                continue
            with cursor.copy(f'COPY "{model._meta.db_table}" (sli_id, start, good, total) FROM STDIN') as copy:
                for row in some:
                    copy.write_row(row)
    return count


def latest() -> int:
    """Where the newest five minutes end."""
    return int(FiveMinuteCount.objects.aggregate(last=Max("start"))["last"]) + FIVE_MINUTES
