"""Charts of the room: what of a budget is left, what was attained by month, usage against its limit, targets replayed.

Figures are handed over; nothing here asks the database.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from apps.common.drawing import Chart, Line, Mark, spread
from apps.reliability.attainment import Attained, InForce
from apps.reliability.burn_down import BurnDown
from apps.reliability.headroom import MOST, Headroom
from apps.reliability.headroom_lines import amount
from apps.reliability.intervals import wilson
from apps.reliability.models import DayUsage, Resource
from apps.reliability.nines import Chance
from apps.reliability.percent import percent
from apps.reliability.showing import signed_percent

# Decimals of a percent that are drawn; what is said besides is exact.
PLACES = 5
# Letters of a name that is said where one points at a figure: as many as have room on a phone.
LETTERS = 36


def budget_chart(line: BurnDown, *, name: str, words: str) -> Chart:
    """What was left of a budget after each day of its window."""
    at = [point.at.date() for point in line.points]
    return Chart(
        words=words,
        name=name,
        at=at,
        values=[round(float(point.remaining) * 100, PLACES) for point in line.points],
        texts=[
            f"{_short(name)}\n{point.at:%-d %b %Y}: {signed_percent(point.remaining)} of the budget left"
            for point in line.points
        ],
        across=(at[0], at[-1]),
        labels=[(on, f"{on:%-d %b}") for on in spread(at)],
        limit=Line((at[0], at[-1]), (0, 0), "used up"),
        held=(0, 100),
    )


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1].rstrip()}…"


def history_chart(months: Sequence[Attained], *, name: str, words: str) -> Chart:
    """The SLI of each month with its 95 % interval, and the target that held, from the first day to the last.

    A month's figure stands in its middle. What was counted before the first target is shown beside it, as a broken
    line. Where the source gives ratios there are no counts to draw an interval from.
    """
    starts = [date.fromisoformat(f"{one.label}-01") for one in months]
    at = [start.replace(day=15) for start in starts]
    last = starts[-1].replace(day=monthrange(starts[-1].year, starts[-1].month)[1])
    bounds = [None if one.is_mean_of_ratios else wilson(one.good, one.total) for one in months]
    targets = _targets(months, starts[0], last)
    changes = [change for one in months for change in one.changes]
    return Chart(
        words=f"{name}: {words}",
        name=name,
        at=at,
        values=[None if one.sli is None else round(float(one.sli) * 100, PLACES) for one in months],
        texts=[_month_words(name, on, one) for on, one in zip(at, months, strict=True)],
        across=(starts[0], last),
        labels=[(on, f"{on:%b %Y}") for on in spread(at)],
        lows=[round(one.low * 100, PLACES) if one else None for one in bounds] if any(bounds) else (),
        highs=[round(one.high * 100, PLACES) if one else None for one in bounds] if any(bounds) else (),
        limit=targets,
        trend=_before(targets, starts[0]),
        marks=[Mark(one.since, f"{percent(one.target, 7)} from {one.since:%-d %b}") for one in changes],
    )


def _month_words(name: str, on: date, one: Attained) -> str:
    found = wilson(one.good, one.total)
    if one.sli is None or found is None:
        return f"{on:%b %Y}: no data"
    name = _short(name)
    verdict = {True: "met", False: "missed", None: "not judged"}[one.met]
    targets = ", then ".join(percent(target.target, 7) for target in one.targets)
    interval = "" if one.is_mean_of_ratios else f"\n95 %: {found.low * 100:.4f} to {found.high * 100:.4f} %"
    return (
        f"{name}\n{on:%b %Y}: {percent(one.sli)}{interval}\n{one.total - one.good:,} bad of {one.total:,} events\n"
        f"{f'Target {targets}: {verdict}' if targets else 'No target yet'}"
    )


def _targets(months: Sequence[Attained], first: date, last: date) -> Line | None:
    """Each target from the day it holds on; None where there never was one."""
    found: list[InForce] = []
    for one in months:
        found += [target for target in one.targets if target not in found]
    if not found:
        return None
    values = [float(one.target) * 100 for one in found]
    return Line(
        [*(max(one.since, first) for one in found), last],
        [*values, values[-1]],
        f"target {percent(found[-1].target, 7)}",
    )


def _before(targets: Line | None, first: date) -> Line | None:
    """From the first day to where the first target begins to hold."""
    if targets is None or targets.at[0] == first:
        return None
    return Line((first, targets.at[0]), (targets.values[0], targets.values[0]), "")


def usage_chart(resource: Resource, rows: Sequence[DayUsage], found: Headroom) -> Chart:
    """What was in use by day, of its limit, and the trend from the first day drawn to the last."""
    at = [row.on for row in rows]
    return Chart(
        words=f"{resource.title}: {found.words}",
        name=resource.title,
        at=at,
        values=[_share(row.value, resource) for row in rows],
        texts=[_usage_words(row, resource) for row in rows],
        across=(at[0], at[-1]),
        labels=[(on, f"{on:%-d %b}") for on in spread(at)],
        limit=Line((at[0], at[-1]), (100, 100), f"limit {amount(resource.limit, resource.unit)}"),
        trend=_trend(resource, rows, found),
        held=(0, 100),
    )


def _share(value: float, resource: Resource) -> float:
    """In percent of the limit, which may be next to nothing."""
    return round(max(-MOST, min(MOST, value / resource.limit * 100)), PLACES)


def _usage_words(row: DayUsage, resource: Resource) -> str:
    share = f"{row.value / resource.limit * 100:.4g} % of the limit"
    return f"{row.on:%-d %b %Y}: {amount(row.value, resource.unit)}\n{share}"


def _trend(resource: Resource, rows: Sequence[DayUsage], found: Headroom) -> Line | None:
    if found.slope is None or found.level is None or len(rows) < 2:
        return None
    today = found.now.date()
    ends = (found.level - found.slope.a_day * (today - row.on).days for row in (rows[0], rows[-1]))
    return Line((rows[0].on, rows[-1].on), [_share(end, resource) for end in ends], "trend")


def _chance_words(one: Chance) -> str:
    if one.share is None:
        return one.words
    interval = f" (95 %: {one.interval.words(1)})" if one.interval else ""
    return f"{percent(one.target, 7)} met in {one.met} of {one.n} windows\n{percent(one.share, 1)}{interval}"


def nines_chart(chances: Sequence[Chance], *, words: str) -> Chart:
    """How often each target would have been met, of all windows, with its 95 % interval."""
    at = list(range(len(chances)))
    return Chart(
        words=words,
        name="Met in",
        at=at,
        values=[None if one.share is None else round(float(one.share) * 100, PLACES) for one in chances],
        texts=[_chance_words(one) for one in chances],
        # Nearly half a place is left on both sides; six targets stand beside each other on a phone, without their sign.
        across=(-0.4, len(chances) - 0.6),
        labels=[(place, percent(one.target, 7).removesuffix(" %")) for place, one in enumerate(chances)],
        lows=[round(one.interval.low * 100, PLACES) if one.interval else None for one in chances],
        highs=[round(one.interval.high * 100, PLACES) if one.interval else None for one in chances],
        held=(0, 100),
        scattered=True,
    )
