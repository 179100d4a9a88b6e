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
        # Length of both windows in seconds, and the share of bad events above which the alert fires.
        self._alerts: list[tuple[int, int, int, int]] = []
        for alert in burn.ALERTS:
            least = burn.threshold(alert, window_length)
            if allowed and 1 / allowed > least:  # else no error ratio reaches it
                share = least * allowed
                long, short = (int(one.total_seconds()) for one in (alert.long, alert.short))
                self._alerts.append((long, short, share.numerator, share.denominator))

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
        need = left / budget - (URGENT if self._fires(sums) else 0)
        if left <= 0:
            return BudgetState.EXHAUSTED, need
        if left * 4 < budget:
            return BudgetState.LOW, need
        if left * 2 < budget:
            return BudgetState.HALF, need
        return (BudgetState.FAIR if left * 4 <= budget * 3 else BudgetState.AMPLE), need

    def _fires(self, sums: Mapping[int, Counts]) -> bool:
        for long, short, share, of in self._alerts:
            (long_good, long_total), (short_good, short_total) = sums[long], sums[short]
            if (
                (long_total - long_good) * of > share * long_total
                and (short_total - short_good) * of > share * short_total
                and long_total * share >= of  # a single bad event would not set it off
            ):
                return True
        return False
