"""The price of a nine, from history: any target replayed on stored daily counts. Pure.

A window of fixed length slides day by day over the history; its attainment is the sum of good over the sum of total.
The share of windows that met a target is how often it would have been met; a low quantile of the attainments is the
target that could be promised. Google SRE Workbook, ch. 2 (a first SLO from history).

Windows overlap, so they are no sample of independent trials. The 95 % intervals are therefore of days, drawn anew in
blocks of neighbors (moving-block bootstrap, Künsch 1989) and slid over again, by percentiles.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor
from random import Random

from apps.reliability.percent import percent

# What people ask for, as shares.
USUAL_TARGETS = tuple(Fraction(text) for text in ("0.99", "0.995", "0.999", "0.9995", "0.9999", "0.99999"))
# Of fewer days with data no interval is given.
LEAST_DAYS = 90
# So many windows must fit beside each other, or the history holds no second trial.
LEAST_WINDOWS = 2
RESAMPLES = 1000
LOW_QUANTILE = Fraction(1, 10)
# One level everywhere: 95 %, so 2.5 % at either end.
TAIL = Fraction(1, 40)
WEEK = 7


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both shares of 1, at 95 %. A statistic, hence floats."""

    low: float
    high: float

    def words(self, places: int = 4) -> str:
        """Such as “91.3 to 99.2 %”, rounded outwards to `places` decimals."""
        scale = 100 * 10**places
        # 0.999 as a float is a little less; what counts to a billion is not its representation.
        low, high = (Fraction(end).limit_denominator(10**9) for end in (self.low, self.high))
        ends = percent(low, places), percent(Fraction(ceil(high * scale), scale), places)
        return f"{ends[0].removesuffix(' %')} to {ends[1]}"


@dataclass(frozen=True)
class Window:
    """One full window with data: the last of its days, counted from 0 at the oldest, and its sums."""

    last_day: int
    good: int
    total: int

    @property
    def attainment(self) -> Fraction:
        return Fraction(self.good, self.total)

    def met(self, target: Fraction) -> bool:
        """Whether it met `target`, exactly."""
        return self.good * target.denominator >= target.numerator * self.total


@dataclass(frozen=True)
class History:
    """Daily counts, and every full window of `length` days over them.

    `windows` leave out those without any data: `empty` counts them, and `days_without_data` the days.
    """

    days: tuple[tuple[int, int], ...]
    length: int
    windows: tuple[Window, ...]
    empty: int
    days_without_data: int

    @property
    def measured(self) -> int:
        """Days with data."""
        return len(self.days) - self.days_without_data

    @property
    def side_by_side(self) -> int:
        """How many windows the days with data fill without overlap: as many independent trials at most."""
        return self.measured // self.length

    @property
    def too_short(self) -> str:
        """Why nothing can be said with an interval, in words; "" where it can."""
        needed = max(LEAST_DAYS, LEAST_WINDOWS * self.length)
        if self.measured >= needed:
            return ""
        had = f"Too short: {_counted(self.measured, 'day')} with data"
        if self.measured < LEAST_DAYS:
            return f"{had}, at least {needed} are needed."
        return f"{had} are fewer than two windows of {self.length} days, which need {needed}."

    @property
    def left_out_words(self) -> str:
        """What was left out for want of data; "" where nothing was."""
        if not self.days_without_data:
            return ""
        days = _counted(self.days_without_data, "day")
        windows = _counted(self.empty, "window")
        return f"{days} without data; {windows} without any data left out."


@dataclass(frozen=True)
class Chance:
    """How often `target` would have been met: in `met` of `n` windows. No interval where the history is too short."""

    target: Fraction
    met: int
    n: int
    interval: Interval | None

    @property
    def share(self) -> Fraction | None:
        """Of windows that met the target, from 0 to 1; None where there is no window."""
        return Fraction(self.met, self.n) if self.n else None

    @property
    def words(self) -> str:
        """Such as “99.9 % would have been met in 310 of 338 windows, 91.7 % (95 %: 74.2 to 100 %).”"""
        if self.share is None:
            return f"No window with data to try {percent(self.target)} on."
        said = f"{percent(self.target)} would have been met in {self.met} of {_counted(self.n, 'window')}"
        chance = f", {percent(self.share, 1)}"
        return f"{said}{chance} (95 %: {self.interval.words(1)})." if self.interval else f"{said}{chance}."


@dataclass(frozen=True)
class Achievable:
    """The highest target that all but `quantile` of the `n` windows met. None where there is no window."""

    quantile: Fraction
    target: Fraction | None
    n: int
    interval: Interval | None

    @property
    def words(self) -> str:
        """Such as “90 % of 338 windows met 99.93 % (95 %: 99.9 to 99.96 %).”"""
        if self.target is None:
            return "No window with data to find a target on."
        said = f"{percent(1 - self.quantile)} of {_counted(self.n, 'window')} met {percent(self.target)}"
        return f"{said} (95 %: {self.interval.words()})." if self.interval else f"{said}."


@dataclass(frozen=True)
class Replay:
    """Targets replayed on one history. `too_short` says why there are no intervals, or is ""."""

    history: History
    chances: tuple[Chance, ...]
    achievable: Achievable
    too_short: str


def slide(days: Sequence[tuple[int, int]], length: int) -> History:
    """Every full window of `length` days over `days`, each (good, total), the oldest first, total 0 for no data.

    Raises ValueError for a length below 1, and for counts that no measurement can have.
    """
    if length < 1:
        raise ValueError(f"A window has at least one day, not {length}.")
    for number, (good, total) in enumerate(days, start=1):
        if not 0 <= good <= total:
            raise ValueError(f"Day {number} has {good} good of {total}.")
    windows = tuple(
        Window(last, good, total)
        for last, (good, total) in enumerate(_sums(days, length), start=length - 1)
        if total  # no data is not 100 %
    )
    empty = max(len(days) - length + 1, 0) - len(windows)
    return History(tuple(days), length, windows, empty, sum(not total for _, total in days))


def p_meet(history: History, target: Fraction, *, seed: int, resamples: int = RESAMPLES) -> Chance:
    """How often `target` would have been met. The same seed gives the same interval."""
    return replay(history, (target,), seed=seed, resamples=resamples).chances[0]


def achievable(
    history: History, quantile: Fraction = LOW_QUANTILE, *, seed: int, resamples: int = RESAMPLES
) -> Achievable:
    """The target that could be promised: a low quantile of what the windows attained."""
    return replay(history, (), quantile=quantile, seed=seed, resamples=resamples).achievable


def replay(
    history: History,
    targets: Sequence[Fraction] = USUAL_TARGETS,
    *,
    quantile: Fraction = LOW_QUANTILE,
    seed: int,
    resamples: int = RESAMPLES,
) -> Replay:
    """All of `targets` and the achievable one, from one and the same draws.

    A fifth of a second for a year of days, windows of 28 days and 1,000 draws. Raises ValueError for a target or a
    quantile that is no share.
    """
    if not 0 <= quantile < 1 or any(not 0 <= target <= 1 for target in targets):
        raise ValueError("Targets and the quantile are shares between 0 and 1.")
    draws = [] if history.too_short else list(_draws(history, seed, resamples))
    chances = tuple(_chance(history, target, draws) for target in targets)
    return Replay(history, chances, _achievable(history, quantile, draws), history.too_short)


def block_length(days: int) -> int:
    """How many neighboring days are drawn together from a history of `days`.

    Whole weeks, because weekdays differ, so at least 7; and at least the cube root of the history, the rate at which
    blocks must grow for the variance to come out right (Hall, Horowitz & Jing 1995). 7 up to 343 days, 14 for a year.
    """
    length = WEEK
    while length**3 < days:
        length += WEEK
    return length


def _draws(history: History, seed: int, resamples: int) -> Iterator[list[float]]:
    """The sorted attainments of each history drawn anew. Never empty: one without data is passed over."""
    chance = Random(seed)  # noqa: S311, a statistic that must come out alike again
    days, n = history.days, len(history.days)
    block = block_length(n)
    starts = n - block + 1
    for _ in range(resamples):
        drawn: list[tuple[int, int]] = []
        while len(drawn) < n:
            start = int(chance.random() * starts)
            drawn += days[start : start + block]
        attained = sorted(good / total for good, total in _sums(drawn[:n], history.length) if total)
        if attained:
            yield attained


def _sums(days: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """(good, total) of every full window of `length` days, the oldest first."""
    good = list(accumulate((day[0] for day in days), initial=0))
    total = list(accumulate((day[1] for day in days), initial=0))
    for g0, g1, t0, t1 in zip(good, good[length:], total, total[length:], strict=False):
        yield g1 - g0, t1 - t0


def _chance(history: History, target: Fraction, draws: Sequence[list[float]]) -> Chance:
    met, n = sum(window.met(target) for window in history.windows), len(history.windows)
    if not draws:
        return Chance(target, met, n, None)
    # Both quotients are rounded alike, so that a window exactly at the target still meets it.
    bound = float(target)
    shares = sorted(1 - bisect_left(attained, bound) / len(attained) for attained in draws)
    found = _percentiles(shares, met / n)
    # No draw shows what never happened. Of k independent trials all met, the exact bound is 0.025^(1/k)
    # (Clopper & Pearson 1934); of none met, its mirror.
    surely = float(TAIL) ** (1 / history.side_by_side)
    if met == n:
        found = Interval(min(found.low, surely), 1.0)
    elif not met:
        found = Interval(0.0, max(found.high, 1 - surely))
    return Chance(target, met, n, found)


def _achievable(history: History, quantile: Fraction, draws: Sequence[list[float]]) -> Achievable:
    attained = sorted(window.attainment for window in history.windows)
    if not attained:
        return Achievable(quantile, None, 0, None)
    target = attained[floor(quantile * len(attained))]
    if not draws:
        return Achievable(quantile, target, len(attained), None)
    targets = sorted(one[floor(quantile * len(one))] for one in draws)
    return Achievable(quantile, target, len(attained), _percentiles(targets, float(target)))


def _percentiles(drawn: Sequence[float], point: float) -> Interval:
    """The middle 95 % of `drawn`, which are sorted; widened to hold `point`, if it must."""
    low = drawn[floor(TAIL * len(drawn))]
    high = drawn[ceil((1 - TAIL) * len(drawn)) - 1]
    return Interval(min(low, point), max(high, point))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
