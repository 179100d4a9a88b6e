"""The gap between what is aimed at and what was promised outside, in percentage points. Pure and exact.

An SLO that is stricter than the SLA beside it is missed first, while there is still time to act.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from apps.reliability.budget import Budget, check_target
from apps.reliability.percent import percent

DIGITS = 7  # behind the point of a target in percent, so that a gap is never rounded


class GapVerdict(StrEnum):
    """What the gap says; that the promise is broken already comes before all else."""

    SAFE = "SAFE"  # the SLO is stricter
    NO_GAP = "NO_GAP"  # both ask the same
    UPSIDE_DOWN = "UPSIDE_DOWN"  # the SLA promises more than the SLO asks
    BREACHED = "BREACHED"  # more failed than the SLA allows


@dataclass(frozen=True)
class SafetyGap:
    """An SLO's target (a share of 1) beside an SLA's `budget`, which is of the SLA's own target and window.

    `same_window` says whether the SLO's window is the SLA's too. Raises ValueError for a target that cannot be.
    """

    slo_target: Fraction
    budget: Budget
    same_window: bool

    def __post_init__(self) -> None:
        check_target(self.slo_target)

    @property
    def points(self) -> Fraction:
        """The SLO's target less the SLA's, in percentage points: below 0 where the SLA promises more."""
        return (self.slo_target - self.budget.target) * 100

    @property
    def left(self) -> Fraction | None:
        """Share of the SLA's own budget that is left, below 0 once it is broken; None where there is no such share."""
        return self.budget.remaining

    @property
    def verdict(self) -> GapVerdict:
        if self.budget.is_breached:
            return GapVerdict.BREACHED
        if self.points > 0:
            return GapVerdict.SAFE
        return GapVerdict.UPSIDE_DOWN if self.points < 0 else GapVerdict.NO_GAP

    @property
    def words(self) -> str:
        """What the verdict means, and what to do where it is a warning."""
        match self.verdict:
            case GapVerdict.BREACHED:
                bad, total = self.budget.bad, self.budget.total
                return f"The SLA is broken: {bad:,} of {total:,} events were bad, more than it allows."
            case GapVerdict.SAFE:
                told = f"The SLO asks {points_words(self.points)} more than the SLA promises"
                return f"{told}{', so it is missed first' if self.same_window else ''}.{self._of_windows}"
            case GapVerdict.NO_GAP:
                return (
                    f"The SLO asks no more than the SLA promises: nothing warns before it is broken.{self._of_windows}"
                )
            case GapVerdict.UPSIDE_DOWN:
                return (
                    f"The SLA promises {points_words(-self.points)} more than the SLO asks: it can be broken while the "
                    f"SLO is met. Make the SLO stricter, or promise less.{self._of_windows}"
                )

    @property
    def _of_windows(self) -> str:
        return "" if self.same_window else " Their windows differ; the gap compares targets alone."


def points_words(points: Fraction) -> str:
    """Such as "0.4 points", "−1 point"; exact for all targets that can be written."""
    size = percent(abs(points) / 100, DIGITS).removesuffix(" %")
    return f"{'−' if points < 0 else ''}{size} point{'' if size == '1' else 's'}"
