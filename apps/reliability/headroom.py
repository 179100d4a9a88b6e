"""Headroom: how long until usage reaches its limit, by its trend and by planned demand. Pure.

The trend is Theil and Sen's: the median of the slopes between all pairs of points, with Sen's 95 % interval by ranks
(Sen 1968, after Kendall). Usage has spikes and steps, and up to 29 % of the points may be such without moving it, where
least squares follow the largest. It takes points for independent: measure a day's peak or a night's size, not minutes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from math import ceil, floor, inf, isfinite, sqrt
from statistics import median

# Two weeks, so that a week's ups and downs are no trend.
LEAST_POINTS = 14
LEAST_DAYS = 14
# Slopes are of all pairs: more points than these are taken together by medians of neighbors.
MOST_POINTS = 400
# Nothing is said of what lies farther ahead.
HORIZON_DAYS = 3650
MOST = 1e18
_Z = 1.960  # 95 %, two-sided
_DAY = timedelta(days=1)


class HeadroomState(StrEnum):
    """What can be said of usage against its limit."""

    TOO_FEW = "TOO_FEW"
    NOT_GROWING = "NOT_GROWING"  # the slope's interval includes zero, or lies below
    GROWING = "GROWING"
    AT_LIMIT = "AT_LIMIT"


@dataclass(frozen=True)
class Usage:
    """What was in use at an instant, in the limit's unit."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Step:
    """Planned demand that usage does not show yet: so much more (or less) from the beginning of the UTC day `on`."""

    on: date
    amount: float
    why: str = ""


@dataclass(frozen=True)
class Slope:
    """How much usage grows a day, with its 95 % interval."""

    a_day: float
    low: float
    high: float

    @property
    def is_growing(self) -> bool:
        return self.low > 0


@dataclass(frozen=True)
class Headroom:
    """What is left until `limit`, as of `now`.

    `level` is what the trend says is in use now. `days` until the limit, from `earliest` to `latest` by the slope's
    interval; None is not within HORIZON_DAYS. Without growth only `steps`, those still to come, can reach the limit.
    """

    state: HeadroomState
    now: datetime
    limit: float
    n: int
    unit: str = ""
    steps: tuple[Step, ...] = ()
    level: float | None = None
    slope: Slope | None = None
    days: float | None = None
    earliest: float | None = None
    latest: float | None = None

    @property
    def used(self) -> float | None:
        """The level as a share of the limit."""
        return None if self.level is None else self.level / self.limit

    @property
    def on(self) -> date | None:
        """The UTC day on which the limit is reached; None where it is not in sight."""
        return None if self.days is None else (self.now.astimezone(UTC) + self.days * _DAY).date()

    @property
    def words(self) -> str:
        """Usage, its growth, and when the limit is reached, for a reader."""
        if self.level is None or self.used is None or self.slope is None:
            had = f"{self.n} measurement{'' if self.n == 1 else 's'}"
            return f"Too few: {had}; at least {LEAST_POINTS} over {LEAST_DAYS} days are needed to see a trend."
        unit = f" {self.unit}" if self.unit else ""
        now = f"{_number(self.level)} of {_number(self.limit)}{unit} in use ({floor(self.used * 100)} %)"
        if self.state is HeadroomState.AT_LIMIT:
            return f"{now}: the limit is reached."
        if self.state is HeadroomState.NOT_GROWING:
            return f"{now}, not growing.{self._planned_words}"
        slope = self.slope
        grows = f"growing by {_number(slope.a_day)} a day (95 %: {_number(slope.low)} to {_number(slope.high)})"
        return f"{now}, {grows}. {self._reached_words}{self._planned_words}"

    @property
    def _reached_words(self) -> str:
        if self.days is None or self.on is None:
            soonest = "" if self.earliest is None else f"; at the soonest in {_days(self.earliest)}"
            return f"The limit is not reached within ten years{soonest}."
        ends = f"{floor(self.earliest or 0)} to {'more than ten years' if self.latest is None else floor(self.latest)}"
        return f"The limit is reached in {_days(self.days)} (95 %: {ends}), on {self.on.isoformat()}."

    @property
    def _planned_words(self) -> str:
        """What is planned, and for usage that does not grow what comes of it."""
        if not self.steps:
            return ""
        steps = ", ".join(f"{step.amount:+,g} on {step.on.isoformat()}" for step in self.steps)
        if self.state is HeadroomState.GROWING:
            return f" Planned demand is counted in: {steps}."
        if self.days is None or self.on is None:
            return f" Planned demand ({steps}) does not reach the limit."
        return f" Planned demand ({steps}) reaches the limit in {_days(self.days)}, on {self.on.isoformat()}."


def headroom(
    usage: Iterable[Usage], limit: float, *, now: datetime, steps: Iterable[Step] = (), unit: str = ""
) -> Headroom:
    """How long until `limit` is reached. Points after `now` are left out, as are steps that have begun by then.

    Raises ValueError for a limit that is not above 0, for values that are no numbers or beyond 10^18, and for instants
    without a zone.
    """
    usage, steps = list(usage), list(steps)
    _check(usage, limit, now, steps)
    coming = sorted((step for step in steps if _begins(step) > now), key=lambda step: step.on)
    points = sorted((_days_from(now, one.at), one.value) for one in usage if one.at <= now)
    found = Headroom(HeadroomState.TOO_FEW, now, limit, len(points), unit, tuple(coming))
    if len(points) < LEAST_POINTS or points[-1][0] - points[0][0] < LEAST_DAYS - 1:
        return found
    points = thinned(points)
    slope = theil_sen(points)
    level = _level(points, slope.a_day)
    found = replace(found, level=level, slope=slope, state=HeadroomState.NOT_GROWING)
    ahead = [(_days_from(now, _begins(step)), step.amount) for step in coming]
    if level >= limit:
        return replace(found, state=HeadroomState.AT_LIMIT, days=0.0, earliest=0.0, latest=0.0)
    if not slope.is_growing:
        return replace(found, days=days_until(limit, level, 0.0, ahead))
    ends = (days_until(limit, _level(points, end), end, ahead) for end in (slope.a_day, slope.high, slope.low))
    days, earliest, latest = ends
    return replace(found, state=HeadroomState.GROWING, days=days, earliest=earliest, latest=latest)


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most MOST_POINTS of (day, value), in order: medians of as many neighbors as that takes."""
    size = ceil(len(points) / MOST_POINTS)
    if size <= 1:
        return list(points)
    parts = (points[start : start + size] for start in range(0, len(points), size))
    return [(median(day for day, _ in part), median(value for _, value in part)) for part in parts]


def theil_sen(points: Sequence[tuple[float, float]]) -> Slope:
    """The slope through (day, value) and its interval. Raises ValueError unless two of the days differ.

    Of N slopes between n points the interval leaves out (N - C) / 2 at either end, C = 1.96 sqrt(n(n-1)(2n+5)/18).
    """
    n = len(points)
    slopes = sorted((v1 - v0) / (t1 - t0) for (t0, v0), (t1, v1) in combinations(points, 2) if t1 != t0)
    if not slopes:
        raise ValueError("A trend needs measurements at two instants.")
    spread = _Z * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(floor((len(slopes) - spread) / 2) - 1, 0)
    high = min(ceil((len(slopes) + spread) / 2), len(slopes) - 1)
    return Slope(median(slopes), slopes[low], slopes[high])


def days_until(limit: float, level: float, slope: float, steps: Sequence[tuple[float, float]]) -> float | None:
    """Days until `level`, growing by `slope` a day and by each step (days ahead, amount) in turn, is at `limit`.

    0 where it is there already, None where that is not within HORIZON_DAYS.
    """
    day = 0.0
    for ahead, amount in [*(step for step in steps if step[0] <= HORIZON_DAYS), (HORIZON_DAYS, 0.0)]:
        reached = day + (max(limit - level, 0.0) / slope if slope > 0 else inf)
        if level >= limit:
            return day
        if reached <= ahead:
            return reached
        level += slope * (ahead - day) + amount
        day = ahead
    return None


def _level(points: Sequence[tuple[float, float]], slope: float) -> float:
    """Where the line of this slope through the middle of the points stands on day 0, which is now."""
    return median(value - slope * day for day, value in points)


def _begins(step: Step) -> datetime:
    return datetime.combine(step.on, time(), UTC)


def _days_from(now: datetime, at: datetime) -> float:
    return (at - now) / _DAY


def _check(usage: Sequence[Usage], limit: float, now: datetime, steps: Sequence[Step]) -> None:
    if not 0 < limit <= MOST:
        raise ValueError("A limit is a number above 0.")
    if any(not isfinite(one) or abs(one) > MOST for one in (*(u.value for u in usage), *(s.amount for s in steps))):
        raise ValueError("Usage and planned demand are numbers, none beyond 10^18.")
    if any(at.tzinfo is None for at in (now, *(one.at for one in usage))):
        raise ValueError("Instants of usage need a time zone.")


def _days(days: float) -> str:
    whole = floor(days)
    return f"{whole:,} day{'' if whole == 1 else 's'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
