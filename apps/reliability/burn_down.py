"""What is left of a budget over a window, hour by hour or day by day. Pure and exact.

Every point is divided by the budget of the whole window, as far as it can be foreseen. Divided by the events up to then
the line would climb after each bad day, though no error was undone: of 50 bad on the first day, at 10,000 a day and
99 %, it would read 50 % left, then 75, then 90.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from apps.reliability.budget import ONE, Counted, check_counts, check_target


class Denominator(StrEnum):
    """Where the window's number of events is from."""

    COUNTED = "COUNTED"
    GIVEN = "GIVEN"
    MEAN = "MEAN"
    UNKNOWN = "UNKNOWN"

    @property
    def words(self) -> str:
        return {
            Denominator.COUNTED: "of the events counted in the window",
            Denominator.GIVEN: "of the events forecast for the window",
            Denominator.MEAN: "of the events the window will have if it goes on at its mean",
            Denominator.UNKNOWN: "no data",
        }[self]


class Point(NamedTuple):
    """What was left after the hour or day that begins at `at`; below 0 once more failed than may."""

    at: datetime
    remaining: Fraction


@dataclass(frozen=True)
class BurnDown:
    """A line that never climbs. `denominator` is the events of the whole window, `source` where they are from.

    Without `points` there is nothing to draw: no data, or a target of 100 %, which has no budget.
    """

    points: tuple[Point, ...]
    denominator: Fraction
    source: Denominator

    @property
    def is_forecast(self) -> bool:
        return self.source in (Denominator.GIVEN, Denominator.MEAN)


def burn_down(
    counts: Sequence[Counted],
    target: Fraction,
    *,
    steps: int,
    passed: int | None = None,
    forecast: int | None = None,
) -> BurnDown:
    """The burn-down of a window of so many `steps` (its hours or its days), of which `passed` lie behind.

    `counts` are those steps in order of time; where some are missing, or hold no data, `passed` says how many there
    were. `forecast` is how many events the whole window will have; without it the steps to come are taken to be like
    the mean of those with data. Once more were counted than forecast, or all steps passed, what was counted holds.

    Raises ValueError for counts, a target or numbers of steps that cannot be.
    """
    passed = len(counts) if passed is None else passed
    _check(counts, target, steps, passed, forecast)
    denominator, source = _denominator(counts, steps - passed, forecast)
    allowed = (ONE - target) * denominator
    points, bad = [], 0
    for one in counts if allowed else ():
        bad += one.bad
        points.append(Point(one.at, ONE - bad / allowed))
    return BurnDown(tuple(points), denominator, source)


def _denominator(counts: Sequence[Counted], to_come: int, forecast: int | None) -> tuple[Fraction, Denominator]:
    """How many events the window has or will have."""
    seen = sum(one.total for one in counts)
    if not to_come and seen:
        return Fraction(seen), Denominator.COUNTED
    if to_come and forecast:
        return Fraction(max(forecast, seen)), Denominator.GIVEN
    if not seen:
        return Fraction(0), Denominator.UNKNOWN
    return seen + Fraction(seen, sum(one.total > 0 for one in counts)) * to_come, Denominator.MEAN


def _check(counts: Sequence[Counted], target: Fraction, steps: int, passed: int, forecast: int | None) -> None:
    check_target(target)
    for one in counts:
        check_counts(one.good, one.total)
    if any(one.at >= other.at for one, other in zip(counts, counts[1:], strict=False)):
        raise ValueError("Counts of a burn-down come in order of time, each instant once.")
    if not len(counts) <= passed <= steps:
        raise ValueError(f"Of a window of {steps} steps {passed} cannot have passed with counts of {len(counts)}.")
    if forecast is not None and forecast < 0:
        raise ValueError(f"A window cannot have {forecast} events.")
