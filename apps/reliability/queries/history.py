"""Days of an SLO and the targets that held on them, as its history is made from."""

from datetime import UTC, datetime
from typing import NamedTuple

from apps.reliability.attainment import Attained, Day, InForce, Period, attainment
from apps.reliability.models import SLO, DayCount


class History(NamedTuple):
    """What was attained by month and by quarter, the oldest first, and when counts last came."""

    months: list[Attained]
    quarters: list[Attained]
    as_of: datetime | None


def history_of(slo: SLO) -> History:
    """All that is stored, in two queries; months and quarters are of UTC, as the counts by the day are."""
    days = DayCount.objects.filter(sli=slo.sli_id).order_by("start").values_list("start", "good", "total")
    counted = [Day(datetime.fromtimestamp(start, UTC).date(), good, total) for start, good, total in days]
    targets = _targets(slo)
    months, quarters = (
        attainment(counted, targets, period, is_mean_of_ratios=slo.sli.is_mean_of_ratios)
        for period in (Period.MONTH, Period.QUARTER)
    )
    return History(months, quarters, slo.sli.counted_at)


def _targets(slo: SLO) -> list[InForce]:
    """Each change of the target; of several on one day the last, and none where only the words or window changed."""
    by_day = {one.effective_on: one.share for one in slo.versions.order_by("number")}
    found: list[InForce] = []
    for since, target in sorted(by_day.items()):
        if not found or found[-1].target != target:
            found.append(InForce(since, target))
    return found
