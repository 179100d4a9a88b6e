"""What the page of one SLO shows besides its figures: the budget over the window, and what burned it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from django.db.models import Sum

from apps.reliability import standing, windows
from apps.reliability.budget import Counted
from apps.reliability.burn_down import BurnDown, burn_down
from apps.reliability.counts import DAY, seconds_of
from apps.reliability.models import SLO, DayCount, ErrorClassCount

MOST_CLASSES = 20


@dataclass(frozen=True)
class Burned:
    """Bad events of one cause in the window, and the share of the budget they used; None where there is no budget."""

    name: str
    bad: int
    share: Fraction | None


def burn_down_of(slo: SLO, *, at: datetime) -> BurnDown:
    """What was left of the budget at the end of each day of the window, from counts by the day (UTC).

    A rolling window is drawn as its whole days, today's last; a calendar's up to today.
    """
    start, end = windows.parse(slo.window).bounds(at)
    first = -(-standing.window_start(start) // DAY) * DAY
    last = seconds_of(at) - seconds_of(at) % DAY
    whole = max((seconds_of(end) - first) // DAY, (last - first) // DAY + 1)
    rows = DayCount.objects.filter(sli=slo.sli_id, start__gte=first, start__lte=last).order_by("start")
    counts = [
        Counted(datetime.fromtimestamp(start, UTC), good, total)
        for start, good, total in rows.values_list("start", "good", "total")
    ]
    return burn_down(counts, slo.share, steps=whole, passed=(last - first) // DAY + 1)


def burned_by_class(slo: SLO, *, at: datetime, allowed: Fraction) -> list[Burned]:
    """Causes of bad events in the window as whoever counts names them, the largest first."""
    start, _ = windows.parse(slo.window).bounds(at)
    rows = ErrorClassCount.objects.filter(sli=slo.sli_id, start__gte=standing.window_start(start))
    sums = rows.values_list("name").annotate(bad=Sum("bad")).order_by("-bad", "name")[:MOST_CLASSES]
    return [Burned(name, int(bad), bad / allowed if allowed else None) for name, bad in sums]
