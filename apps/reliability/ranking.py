"""State and need of an SLO in whole numbers: what `standing` says of one, for thousands at once. Pure.

Every judgment of `budget` and `burn` is a comparison of fractions; multiplied out it is one of whole numbers, which is
ten times as fast and says the same.
"""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from apps.reliability import burn
from apps.reliability.budget import BudgetState
from apps.reliability.standing import LAST, URGENT, Counts


class Ranking:
    """Of SLOs with one target and windows of one length."""

    def __init__(self, target: Fraction, window_length: timedelta) -> None:
        allowed = 1 - target
        self._allowed, self._of = allowed.numerator, allowed.denominator
        self._watched = burn.ratios(target, window_length)

    def rank(self, counts: Counts, sums: Mapping[int, Counts]) -> tuple[BudgetState, float]:
        """State and need, from (good, total) of the SLO's window and of the alerts' windows by length in seconds."""
        good, total = counts
        bad = total - good
        if not total:
            return BudgetState.NO_DATA, LAST
        budget = self._allowed * total
        if not budget:
            return (BudgetState.EXHAUSTED if bad else BudgetState.NO_BUDGET), float(-bad)
        left = budget - bad * self._of
        need = left / budget - (URGENT if burn.any_fires(sums, self._watched) else 0)
        if left <= 0:
            return BudgetState.EXHAUSTED, need
        if left * 4 < budget:
            return BudgetState.LOW, need
        if left * 2 < budget:
            return BudgetState.HALF, need
        return (BudgetState.FAIR if left * 4 <= budget * 3 else BudgetState.AMPLE), need
