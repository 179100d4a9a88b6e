"""Where an SLO stands at an instant: its budget, how fast it burns, which alerts fire. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from apps.reliability import burn
from apps.reliability.budget import Budget, BudgetState
from apps.reliability.counts import HOUR
from apps.reliability.windows import Window

Counts = tuple[int, int]
# Seconds of the alerts' windows, the short ones first.
ALERT_LENGTHS = tuple(sorted({int(one.total_seconds()) for alert in burn.ALERTS for one in (alert.short, alert.long)}))
_KEPT = "{" + ", ".join(f'"{length}": [%d, %d]' for length in ALERT_LENGTHS) + "}"
# What has no data sorts behind everything that has.
LAST = 1e9
# What fires an alert stands before all that does not, unless that is overdrawn ten times.
URGENT = 10


@dataclass(frozen=True)
class Standing:
    """What one SLO's counts say as of an instant; `sums` are those of the alerts' windows by length in seconds."""

    budget: Budget
    sums: Mapping[int, Counts]
    as_of: datetime
    window: Window

    @cached_property
    def burns(self) -> dict[int, burn.Burn | None]:
        """By the window's length in seconds, None without data."""
        return {seconds: burn.burn_rate(*found, self.budget.target) for seconds, found in self.sums.items()}

    @cached_property
    def alerts(self) -> list[burn.AlertState]:
        by_length = {timedelta(seconds=seconds): found for seconds, found in self.sums.items()}
        return burn.judge_alerts(by_length, self.budget.target, self._length)

    @property
    def state(self) -> BudgetState:
        return self.budget.state

    @property
    def need(self) -> float:
        """What to sort by: alerts first, then the least that is left of a budget."""
        remaining = self.budget.remaining
        if remaining is None:
            return LAST if self.budget.total == 0 else float(-self.budget.bad)
        return float(remaining) - (URGENT if self.firing else 0)

    @property
    def exhaustion_words(self) -> str:
        """When the budget ends if the last six hours go on: "at this rate the budget ends Thursday 14:00"."""
        burning, (_, end) = self.burns.get(6 * HOUR), self.window.bounds(self.as_of)
        resets = end if end > self.as_of else None
        return burn.words_for_exhaustion(self.budget.remaining, burning, self._length, at=self.as_of, resets=resets)

    @cached_property
    def firing(self) -> list[burn.AlertState]:
        """Those of `alerts` that fire."""
        if not burn.any_fires(self.sums, burn.ratios(self.budget.target, self._length)):
            return []
        return [alert for alert in self.alerts if alert.fires]

    @property
    def _length(self) -> timedelta:
        return self.window.length_at(self.as_of)


def stand(counts: Counts, sums: Mapping[int, Counts], *, target: Fraction, window: Window, as_of: datetime) -> Standing:
    """From (good, total) of the SLO's window and of each alert's window by its length in seconds."""
    return Standing(Budget(*counts, target), sums, as_of, window)


def window_start(start: datetime) -> int:
    """Where the sum of a long window begins, in seconds since 1970 UTC: at a whole hour, the later one."""
    seconds = int(start.timestamp())
    return -(-seconds // HOUR) * HOUR


def kept_text(sums: Mapping[int, Counts]) -> str:
    """Sums of all the alerts' windows as a status stores them, in JSON: {"300": [99, 100], …}."""
    return _KEPT % tuple(count for length in ALERT_LENGTHS for count in sums[length])


def read_text(text: str) -> dict[int, Counts]:
    """Sums as `kept_text` stored them."""
    return read(json.loads(text))


def read(stored: Mapping[str, Any]) -> dict[int, Counts]:
    """The same from JSON that was read."""
    return {int(seconds): (good, total) for seconds, (good, total) in stored.items()}
