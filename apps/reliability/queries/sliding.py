"""Windows that slide: what entered and left them between two instants, read from counts instead of the whole windows.

A window is made up of buckets of three grains (`sums.pieces`). Those of its later bounds that are not among those of
its earlier ones are added, and the other way round taken off: so the sum is the one of its buckets, to the last event.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Model

from apps.reliability import standing
from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR, seconds_of
from apps.reliability.models import DayCount, FiveMinuteCount, HourCount
from apps.reliability.queries.sums import pieces
from apps.reliability.standing import ALERT_LENGTHS, Counts
from apps.reliability.windows import Window

_GRAINS: dict[type[Model], int] = {FiveMinuteCount: FIVE_MINUTES, HourCount: HOUR, DayCount: DAY}
_LONG = 2 * len(ALERT_LENGTHS)  # where good and total of the SLO's window stand, behind those of the alerts'
_NOTHING = (0,) * (_LONG + 2)

# By table and start of a bucket: which windows it enters and leaves, as places of their good, and 1 or -1.
Moves = dict[type[Model], dict[int, list[tuple[int, int]]]]


class Moved(NamedTuple):
    """What became of windows, by the primary key of their SLI."""

    changes: Mapping[int, Sequence[int]]

    def __call__(self, sli: int, counts: Counts, sums: dict[int, Counts]) -> tuple[Counts, dict[int, Counts]]:
        """Sums of the SLO's window and of the alerts' windows, from those that stood before."""
        change = self.changes.get(sli)
        if change is None:
            return counts, sums
        moved, place = {}, 0
        for length in ALERT_LENGTHS:
            good, total = sums[length]
            moved[length] = good + change[place], total + change[place + 1]
            place += 2
        return (counts[0] + change[_LONG], counts[1] + change[_LONG + 1]), moved


def slid(slis: Collection[int], window: Window, *, since: datetime, until: datetime) -> Moved:
    """What entered and left the windows of SLOs on `slis` between two instants at whole five minutes.

    One query for each grain that has to do with it.
    """
    changes: dict[int, list[int]] = {}
    for model, moves in _moves(window, since, until).items():
        rows = model._default_manager.filter(sli_id__in=slis, start__in=list(moves))
        for sli, start, good, total in rows.values_list("sli_id", "start", "good", "total").order_by():
            change = changes.get(sli)
            if change is None:
                change = changes[sli] = list(_NOTHING)
            for place, sign in moves[start]:
                change[place] += sign * good
                change[place + 1] += sign * total
    return Moved(changes)


def _moves(window: Window, since: datetime, until: datetime) -> Moves:
    found: Moves = {}
    before, after = _bounds(window, since), _bounds(window, until)
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        had, has = set(_buckets(*old)), set(_buckets(*new))
        for sign, buckets in ((1, has - had), (-1, had - has)):
            for model, start in buckets:
                found.setdefault(model, {}).setdefault(start, []).append((2 * number, sign))
    return found


def _bounds(window: Window, at: datetime) -> list[tuple[int, int]]:
    """Of the alerts' windows, and of the SLO's."""
    end = seconds_of(at)
    return [*((end - length, end) for length in ALERT_LENGTHS), (standing.window_start(window.bounds(at)[0]), end)]


def _buckets(start: int, end: int) -> Iterator[tuple[type[Model], int]]:
    for model, first, last in pieces(start, end):
        for bucket in range(first, last, _GRAINS[model]):
            yield model, bucket
