"""Burn episodes: for how long a budget burned faster than it lasts, and how much of four weeks' budget that took. Pure.

Google, The Site Reliability Workbook, appendix B, “Example Error Budget Policy”: an incident that alone took more than
20 % of the budget of four weeks obliges. An incident has to be declared by somebody; an episode is seen in the counts.

An hour without data neither ends an episode nor prolongs it. It ends none, because what fails often takes its
measurement with it: cut at the gap, one outage would be two, each below the 20 %. It prolongs none, because nothing is
known of it: an episode ends with its last bad hour. After a day of silence it is another episode, since by then nobody
would say that it is still the same.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate

from apps.reliability.budget import ONE, Counted, check_counts, check_target
from apps.reliability.burn import INFINITE, Burn

HOUR = timedelta(hours=1)
FOUR_WEEKS = timedelta(days=28)
LONGEST_SILENCE = timedelta(hours=24)
COSTLY = Fraction(1, 5)


@dataclass(frozen=True)
class Episode:
    """Hours with a burn rate above 1, from `start` up to and without `end`, in which `bad` events failed.

    `share` is bad by what four weeks up to `end` allow, INFINITE where nothing may fail. `is_whole` says whether the
    counts reach back that far: of less than four weeks the share is larger than it will prove to be.
    """

    start: datetime
    end: datetime
    bad: int
    share: Burn
    is_whole: bool

    @property
    def is_costly(self) -> bool:
        """Whether it took more than 20 %; at exactly 20 % it did not."""
        return self.share > COSTLY


def episodes(counts: Sequence[Counted], target: Fraction) -> list[Episode]:
    """The burn episodes in hourly `counts`, which stand in order of time; the last one may go on.

    For the shares to be right the counts begin four weeks before the first episode of interest. Raises ValueError for
    counts or a target that cannot be, or counts out of order.
    """
    check_target(target)
    for one in counts:
        check_counts(one.good, one.total)
    if any(one.at + HOUR > other.at for one, other in zip(counts, counts[1:], strict=False)):
        raise ValueError("Counts of episodes come by the hour and in order of time, each hour once.")
    begins = [one.at for one in counts]
    totals = [0, *accumulate(one.total for one in counts)]
    found = []
    for hours in _runs(counts, target):
        end = hours[-1].at + HOUR
        events = totals[bisect_left(begins, end)] - totals[bisect_left(begins, end - FOUR_WEEKS)]
        allowed = (ONE - target) * events
        bad = sum(one.bad for one in hours)
        share: Burn = bad / allowed if allowed else INFINITE
        found.append(Episode(hours[0].at, end, bad, share, begins[0] <= end - FOUR_WEEKS))
    return found


def _runs(counts: Sequence[Counted], target: Fraction) -> Iterator[list[Counted]]:
    """The bad hours of each episode."""
    run: list[Counted] = []
    for one in counts:
        if not one.total:
            continue
        # Burn above 1, as a comparison of whole numbers: a year has 8,760 hours.
        burns = one.bad * target.denominator > (target.denominator - target.numerator) * one.total
        if run and (not burns or one.at - (run[-1].at + HOUR) > LONGEST_SILENCE):
            yield run
            run = []
        if burns:
            run.append(one)
    if run:
        yield run
