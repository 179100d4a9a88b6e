"""What few events can say of an SLI: its interval, and whether a target is met beyond doubt. Pure.

E. B. Wilson, “Probable Inference, the Law of Succession, and Statistical Inference”, Journal of the American
Statistical Association 22 (1927): all ratios that the counts do not contradict. At 95 %, here as everywhere.
"""

from decimal import ROUND_CEILING, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from apps.reliability.budget import ONE, check_counts, check_target

# How many standard deviations to each side hold 95 % of a normal distribution.
Z = Fraction("1.959963984540054")
# Of a claim at 95 %: the chance that it is made though it does not hold.
DOUBT = Fraction(1, 20)


class Interval(NamedTuple):
    """From `low` to `high`, ratios between 0 and 1; floats, to be shown and not to be judged by."""

    low: float
    high: float


class Attainment(StrEnum):
    """Whether a target is met, and whether the counts could as well come from a service that does otherwise."""

    MET = "MET"
    MET_BUT_NOT_DISTINGUISHABLE = "MET_BUT_NOT_DISTINGUISHABLE"
    MISSED_BUT_NOT_DISTINGUISHABLE = "MISSED_BUT_NOT_DISTINGUISHABLE"
    MISSED = "MISSED"
    NO_DATA = "NO_DATA"

    @property
    def words(self) -> str:
        return {
            Attainment.MET: "met",
            Attainment.MET_BUT_NOT_DISTINGUISHABLE: "met, but not distinguishable from a miss",
            Attainment.MISSED_BUT_NOT_DISTINGUISHABLE: "missed, but not distinguishable from met",
            Attainment.MISSED: "missed",
            Attainment.NO_DATA: "no data",
        }[self]


def wilson(good: int, total: int) -> Interval | None:
    """Wilson's interval of good / total at 95 %; None without data. Raises ValueError for counts that cannot be."""
    check_counts(good, total)
    if not total:
        return None
    z = float(Z)
    bad, room = (total - good) / total, z * z / total
    middle = bad + room / 2
    half = z * sqrt(bad * (good / total) / total + room / total / 4)
    # Computed from what is bad, which keeps its digits where nearly everything is good. At no bad event, or no good
    # one, the bound is exact and only rounding leaves it.
    low = 0.0 if not good else 1 - (middle + half) / (1 + room)
    high = 1.0 if good == total else 1 - (middle - half) / (1 + room)
    return Interval(low, high)


def distinguishable(good: int, total: int, target: Fraction) -> Attainment:
    """Whether `target` is met, and whether Wilson's interval leaves it on one side.

    Exact, without the interval's floats: the target lies outside where (sli - target)^2 x total exceeds
    Z^2 x target x (1 - target). So 100 % is never met beyond doubt, and missed beyond doubt by one bad event.
    """
    check_counts(good, total)
    check_target(target)
    if not total:
        return Attainment.NO_DATA
    sli = Fraction(good, total)
    beyond_doubt = (sli - target) ** 2 * total > Z**2 * target * (ONE - target)
    if sli >= target:
        return Attainment.MET if beyond_doubt else Attainment.MET_BUT_NOT_DISTINGUISHABLE
    return Attainment.MISSED if beyond_doubt else Attainment.MISSED_BUT_NOT_DISTINGUISHABLE


def events_to_claim(target: Fraction) -> int | None:
    """The fewest events, none of them bad, that support `target` at 95 %: the smallest n with target^n <= 0.05.

    None at 100 %, which no number of events supports.
    """
    if check_target(target) == 1:
        return None
    if target <= DOUBT:
        return 1
    with localcontext() as context:
        # 20 is no power, so target^n never equals 0.05 here, and so many digits tell on which side of n it lies.
        context.prec = 60
        doubt = Decimal(DOUBT.numerator) / DOUBT.denominator
        ratio = doubt.ln() / (Decimal(target.numerator) / target.denominator).ln()
        return int(ratio.to_integral_value(ROUND_CEILING))
