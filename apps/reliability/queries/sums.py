"""Good and total over any window, from stored counts: whole days, and the hours and five minutes at the rims.

A window begins and ends where a bucket does: its end at whole five minutes, its beginning at whole hours once it lies
further back than counts by five minutes are kept. A day that was counted as a whole counts where all of it lies inside.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Model, Sum

from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR
from apps.reliability.models import SLI, DayCount, FiveMinuteCount, HourCount


class Sums(NamedTuple):
    """Events of a window."""

    good: int
    total: int


def sums_between(slis: Collection[int] | None, start: int, end: int) -> dict[int, Sums]:
    """Sums by the primary key of the SLI, of those that have counts there; of all SLIs where `slis` is None.

    `start` and `end` in seconds since 1970 UTC, `end` excluded. At most five queries, however many SLIs.
    """
    found: dict[int, Sums] = {}
    # Of all SLIs too, one after the other: the index begins with the SLI, and without it every bucket would be read.
    chosen = SLI.objects.order_by().values("pk") if slis is None else slis
    for model, first, last in pieces(start, end):
        rows = model._default_manager.filter(sli_id__in=chosen, start__gte=first, start__lt=last)
        for pk, good, total in rows.values_list("sli_id").annotate(Sum("good"), Sum("total")).order_by():
            before = found.get(pk, Sums(0, 0))
            found[pk] = Sums(before.good + int(good), before.total + int(total))
    return found


def pieces(start: int, end: int) -> Iterator[tuple[type[Model], int, int]]:
    """The tables and spans that make up [start, end), each instant once."""
    first_hour, last_hour = -(-start // HOUR) * HOUR, end - end % HOUR
    if first_hour >= last_hour:
        yield FiveMinuteCount, start - start % FIVE_MINUTES, end
        return
    if start < first_hour:
        yield FiveMinuteCount, start, first_hour
    if last_hour < end:
        yield FiveMinuteCount, last_hour, end
    first_day, last_day = -(-first_hour // DAY) * DAY, last_hour - last_hour % DAY
    if first_day >= last_day:
        yield HourCount, first_hour, last_hour
        return
    if first_hour < first_day:
        yield HourCount, first_hour, first_day
    yield DayCount, first_day, last_day
    if last_day < last_hour:
        yield HourCount, last_day, last_hour


class Day(NamedTuple):
    """A day of UTC that has counts."""

    at: datetime
    good: int
    total: int

    @property
    def good_words(self) -> str:
        return f"{self.good:,}"

    @property
    def total_words(self) -> str:
        return f"{self.total:,}"

    @property
    def share(self) -> float:
        """Of good events in percent, for drawing."""
        return 100 * self.good / self.total if self.total else 0.0


def last_days(sli: SLI, days: int) -> list[Day]:
    """The last so many days that have counts, the newest first."""
    rows = DayCount.objects.filter(sli=sli).order_by("-start").values_list("start", "good", "total")
    return [Day(datetime.fromtimestamp(start, UTC), good, total) for start, good, total in rows[:days]]
