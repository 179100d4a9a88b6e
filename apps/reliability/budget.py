"""Error budgets: what of a target may fail, and how much of that is gone. Pure and exact.

Formulas: Google, The Site Reliability Workbook, chapters 2 and 5. A target is a Fraction from 0 to 1; counts are whole
numbers, and a `total` of 0 means that there is no data, which is never the same as 100 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import NamedTuple

ONE = Fraction(1)


class Counted(NamedTuple):
    """Events of one hour or day that begins at `at`: how many were good, of how many that count."""

    at: datetime
    good: int
    total: int

    @property
    def bad(self) -> int:
        return self.total - self.good


class BudgetState(StrEnum):
    """How much is left. An edge between two belongs to the better one, except that AMPLE is above 75 %."""

    NO_DATA = "NO_DATA"
    NO_BUDGET = "NO_BUDGET"  # a target of 100 %, and nothing failed
    EXHAUSTED = "EXHAUSTED"  # nothing, or less
    LOW = "LOW"  # below 25 %
    HALF = "HALF"  # from 25 % to below 50 %
    FAIR = "FAIR"  # from 50 to 75 %
    AMPLE = "AMPLE"  # above 75 %


@dataclass(frozen=True)
class Budget:
    """The error budget of `total` events, of which `good` were good, for `target`.

    Raises ValueError for counts or a target that cannot be.
    """

    good: int
    total: int
    target: Fraction

    def __post_init__(self) -> None:
        check_counts(self.good, self.total)
        check_target(self.target)

    @property
    def bad(self) -> int:
        return self.total - self.good

    @property
    def sli(self) -> Fraction | None:
        """Good of all; None without data."""
        return Fraction(self.good, self.total) if self.total else None

    @cached_property
    def allowed(self) -> Fraction:
        """How many events may be bad: (1 - target) x total."""
        return (ONE - self.target) * self.total

    @cached_property
    def consumed(self) -> Fraction | None:
        """Bad of allowed, above 1 once more failed than may; None without data, and where nothing may fail."""
        return self.bad / self.allowed if self.allowed else None

    @cached_property
    def remaining(self) -> Fraction | None:
        """1 - consumed, so below 0 once more failed than may; None where `consumed` is."""
        return None if self.consumed is None else ONE - self.consumed

    @property
    def is_breached(self) -> bool:
        """Whether the SLI is below its target. At 100 % one bad event does it; at exactly the target it is not."""
        return self.bad > self.allowed

    @property
    def state(self) -> BudgetState:
        left = self.remaining
        if not self.total:
            return BudgetState.NO_DATA
        if left is None:
            return BudgetState.EXHAUSTED if self.bad else BudgetState.NO_BUDGET
        return _state_of(left)


def _state_of(left: Fraction) -> BudgetState:
    if left <= 0:
        return BudgetState.EXHAUSTED
    if left < Fraction(1, 4):
        return BudgetState.LOW
    if left < Fraction(1, 2):
        return BudgetState.HALF
    return BudgetState.FAIR if left <= Fraction(3, 4) else BudgetState.AMPLE


def budget_of(counts: Iterable[tuple[int, int]], target: Fraction) -> Budget:
    """The budget of several counts (good, total) together: the ratio of their sums, not the average of their ratios."""
    good = total = 0
    for some_good, some_total in counts:
        good += some_good
        total += some_total
    return Budget(good, total, target)


def time_budget(target: Fraction, window: timedelta) -> timedelta:
    """How long everything may fail in `window`: (1 - target) x window, to the microsecond."""
    return timedelta(microseconds=round((ONE - check_target(target)) * (window // timedelta.resolution)))


def bad_per_million(target: Fraction) -> Fraction:
    """How many of a million events may be bad."""
    return (ONE - check_target(target)) * 1_000_000


def outages_affordable(target: Fraction, window: timedelta, minutes: int | Fraction) -> Fraction:
    """How many outages of so many `minutes`, in each of which everything fails, `window` can pay for.

    Raises ValueError unless `minutes` is above 0.
    """
    if minutes <= 0:
        raise ValueError(f"An outage lasts longer than {minutes} minutes.")
    window_minutes = Fraction(window // timedelta.resolution, timedelta(minutes=1) // timedelta.resolution)
    return (ONE - check_target(target)) * window_minutes / minutes


def ceiling(targets: Iterable[Fraction]) -> Fraction:
    """The highest target that can be kept by what needs all of these, one after the other; 1 where it needs none."""
    return prod((check_target(target) for target in targets), start=ONE)


def check_counts(good: int, total: int) -> None:
    """Raises ValueError unless 0 <= good <= total."""
    if not 0 <= good <= total:
        raise ValueError(f"{good} good of {total} events cannot be.")


def check_target(target: Fraction) -> Fraction:
    """The target; raises ValueError unless it is from 0 to 1."""
    if not 0 <= target <= 1:
        raise ValueError(f"A target lies between 0 and 100 %; {float(target * 100):g} % does not.")
    return target
