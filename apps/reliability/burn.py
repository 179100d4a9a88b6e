"""How fast an error budget burns, when it ends at that rate, and whether that is worth an alert. Pure and exact.

Formulas: Google, The Site Reliability Workbook, chapter 5, “Alerting on SLOs”, number 6: several windows, several burn
rates. A rate is compared as it is, never rounded: 9.04 exceeds 9.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from typing import TypeAlias

from apps.reliability.budget import ONE, check_counts, check_target

# The only float among burn rates: something failed where nothing may. It compares with fractions as it should.
INFINITE = math.inf
NOTHING = (0, 0)
Burn: TypeAlias = Fraction | float

# Nobody plans by a date farther away.
FARTHEST = timedelta(days=3650)


class Severity(StrEnum):
    PAGE = "PAGE"  # somebody acts now
    TICKET = "TICKET"  # somebody acts within days


@dataclass(frozen=True)
class Alert:
    """Fires where `share` of the budget is gone within `long`, and burns still over `short`, a twelfth of it."""

    severity: Severity
    long: timedelta
    short: timedelta
    share: Fraction


# The Workbook's recommended parameters, with the ticket over one day of its example.
ALERTS = (
    Alert(Severity.PAGE, timedelta(hours=1), timedelta(minutes=5), Fraction(2, 100)),
    Alert(Severity.PAGE, timedelta(hours=6), timedelta(minutes=30), Fraction(5, 100)),
    Alert(Severity.TICKET, timedelta(hours=24), timedelta(hours=2), Fraction(10, 100)),
    Alert(Severity.TICKET, timedelta(hours=72), timedelta(hours=6), Fraction(10, 100)),
)


@dataclass(frozen=True)
class AlertState:
    """What one alert says: whether it fires, or in `unable` why it cannot be judged, then it never fires."""

    alert: Alert
    threshold: Fraction
    long_burn: Burn | None
    short_burn: Burn | None
    unable: str = ""

    @property
    def fires(self) -> bool:
        """Both windows exceed the threshold; at exactly the threshold nothing fires."""
        return (
            not self.unable
            and self.long_burn is not None
            and self.short_burn is not None
            and self.long_burn > self.threshold
            and self.short_burn > self.threshold
        )


def burn_rate(good: int, total: int, target: Fraction) -> Burn | None:
    """The error ratio by the ratio that is allowed: at 1 the budget lasts exactly its window.

    None without data. At a target of 100 % None as well while nothing failed, and INFINITE once something did. Raises
    ValueError for counts or a target that cannot be.
    """
    check_counts(good, total)
    allowed = (ONE - check_target(target)) * total
    if allowed:
        return (total - good) / allowed
    return INFINITE if total > good else None


def exhaustion(remaining: Fraction, burn: Burn | None, window: timedelta) -> timedelta | None:
    """How long `remaining` of the budget lasts at `burn`: remaining x window / burn, to the microsecond.

    Nothing once the budget is gone; None where it does not end: no burn, or later than FARTHEST.
    """
    if remaining <= 0 or burn == INFINITE:
        return timedelta(0)
    if not burn:
        return None
    left = remaining * (window // timedelta.resolution) / Fraction(burn)
    return None if left > FARTHEST // timedelta.resolution else timedelta(microseconds=round(left))


def words_for_exhaustion(
    remaining: Fraction | None, burn: Burn | None, window: timedelta, *, at: datetime, resets: datetime | None = None
) -> str:
    """When the budget ends if it goes on like this, seen from `at`; in UTC, by weekday where only one can be meant.

    A window of the calendar has its budget anew where it ends, at `resets`. A rolling one (None) gets back what was
    burned a window ago: what would take longer than that never ends it.
    """
    if remaining is None:
        return "there is no budget that could end"
    if remaining <= 0:
        return "the budget is used up"
    if burn is None:
        return "without data nobody can say when the budget ends"
    left = exhaustion(remaining, burn, window)
    if left is None or (resets is None and left > window):
        return "at this rate the budget does not end"
    now = at.astimezone(UTC)
    end = now + left
    if resets is not None and end >= resets:
        return "at this rate the budget lasts to the end of the window"
    day = f"{end:%A}" if (end.date() - now.date()).days < 7 else f"{end.day} {end:%b %Y}"
    return f"at this rate the budget ends {day} {end:%H:%M}"


@cache
def threshold(alert: Alert, window_length: timedelta) -> Fraction:
    """The burn rate above which `alert` fires: share x window / long."""
    return alert.share * Fraction(window_length // timedelta.resolution, alert.long // timedelta.resolution)


def judge_alerts(
    counts: Mapping[timedelta, tuple[int, int]], target: Fraction, window_length: timedelta
) -> list[AlertState]:
    """Each of ALERTS by `counts`, (good, total) of the time as long as the key; a missing one is no data."""
    return [_judge(alert, counts, target, threshold(alert, window_length)) for alert in ALERTS]


# Lengths of an alert's long and short window in seconds, and the error ratio above which it fires.
Ratio: TypeAlias = tuple[int, int, int, int]


@lru_cache(4096)
def ratios(target: Fraction, window_length: timedelta) -> list[Ratio]:
    """Of each of ALERTS that any error ratio sets off: its windows, and that ratio's numerator and denominator."""
    allowed = ONE - target
    found = [(alert, threshold(alert, window_length)) for alert in ALERTS]
    return [
        (_seconds(alert.long), _seconds(alert.short), *(least * allowed).as_integer_ratio())
        for alert, least in found
        if allowed and ONE / allowed > least
    ]


def any_fires(sums: Mapping[int, tuple[int, int]], watched: Sequence[Ratio]) -> bool:
    """Whether `judge_alerts` would find one that fires, by (good, total) of windows by length in seconds.

    In whole numbers, which is ten times as fast, and most SLOs have none.
    """
    for long, short, ratio, of in watched:
        (long_good, long_total), (short_good, short_total) = sums.get(long, NOTHING), sums.get(short, NOTHING)
        if (
            (long_total - long_good) * of > ratio * long_total
            and (short_total - short_good) * of > ratio * short_total
            and long_total * ratio >= of  # a single bad event would not set it off
        ):
            return True
    return False


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


def _judge(alert: Alert, counts: Mapping[timedelta, tuple[int, int]], target: Fraction, least: Fraction) -> AlertState:
    long, short = counts.get(alert.long, NOTHING), counts.get(alert.short, NOTHING)
    return AlertState(
        alert,
        least,
        burn_rate(*long, target),
        burn_rate(*short, target),
        _why_unable(alert, long[1], short[1], target, least),
    )


def _why_unable(alert: Alert, long_total: int, short_total: int, target: Fraction, least: Fraction) -> str:
    """In words why the alert says nothing; "" where it does."""
    allowed = ONE - target
    if not allowed:
        return "A target of 100 % has no budget that could burn: one bad event breaches it."
    if ONE / allowed <= least:
        return (
            f"It fires above a burn rate of {float(least):.4g}, but at this target everything failing is one of"
            f" {float(ONE / allowed):.4g}. Set a higher target, or watch the budget itself."
        )
    for total, length in ((long_total, alert.long), (short_total, alert.short)):
        if not total:
            return f"No data of the last {_length_words(length)}."
    if long_total * allowed * least < 1:
        needed = math.ceil(ONE / (allowed * least))
        return (
            f"In the last {_length_words(alert.long)} there were {long_total:,} events. Of fewer than {needed:,} a"
            " single bad one would set it off; count over a longer time, or count more."
        )
    return ""


def _length_words(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    if minutes == 60:
        return "hour"
    return f"{minutes // 60} hours" if minutes > 60 else f"{minutes} minutes"
