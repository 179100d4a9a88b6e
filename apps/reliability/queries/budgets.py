"""What is left of many SLOs' budgets, for whoever judges by it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from apps.reliability import standing, windows
from apps.reliability.budget import Budget, BudgetState
from apps.reliability.counts import FIVE_MINUTES, seconds_of
from apps.reliability.matrix import Option
from apps.reliability.models import SLO, Decision
from apps.reliability.queries.sums import Sums, sums_between
from apps.reliability.showing import STALE_AFTER, signed_percent

# Counts may come once a day, from files, and then some hours late.
SILENT_AFTER = timedelta(days=2)


@dataclass(frozen=True)
class Stood:
    """An SLO with its budget as of an instant; `silent_since` is when its counts ended, where that is too long ago."""

    slo: SLO
    budget: Budget
    silent_since: datetime | None

    @property
    def is_unknown(self) -> bool:
        """No data, or none that is recent enough to say how things are."""
        return self.budget.state == BudgetState.NO_DATA or self.silent_since is not None

    @property
    def is_exhausted(self) -> bool:
        return not self.is_unknown and self.budget.state == BudgetState.EXHAUSTED

    @property
    def left_words(self) -> str:
        """Such as "31 % of its budget left"; why there is no such figure where there is none."""
        if self.budget.state == BudgetState.NO_DATA:
            return "no data"
        if self.silent_since is not None:
            return f"no counts since {self.silent_since:%d %b %Y %H:%M} UTC"
        left = self.budget.remaining
        if left is None:
            return "nothing may fail, and nothing did" if not self.budget.bad else "nothing may fail, and something did"
        return f"{signed_percent(left)} of its budget left"


def stood(slos: Iterable[SLO], *, at: datetime) -> dict[int, Stood]:
    """By primary key: as the last refresh left it, or where none came by lately, computed from the stored counts.

    So nobody waits for a worker. `slos` have indicator and status loaded; at most five queries for each window of those
    that were not refreshed.
    """
    found: dict[int, Stood] = {}
    late: dict[str, list[SLO]] = defaultdict(list)
    for slo in slos:
        status = getattr(slo, "status", None)
        # The first counts may have come since.
        if status and at - status.as_of <= STALE_AFTER and (status.total or not slo.sli.counted_at):
            found[slo.pk] = _stood(slo, Sums(status.good, status.total), at=at)
        else:
            late[slo.window].append(slo)
    end = seconds_of(at) - seconds_of(at) % FIVE_MINUTES
    for window, alike in late.items():
        start, _ = windows.parse(window).bounds(datetime.fromtimestamp(end, UTC))
        sums = sums_between({slo.sli_id for slo in alike}, standing.window_start(start), end)
        for slo in alike:
            found[slo.pk] = _stood(slo, sums.get(slo.sli_id, Sums(0, 0)), at=at)
    return found


def _stood(slo: SLO, sums: Sums, *, at: datetime) -> Stood:
    until = slo.sli.counts_until
    silent = until is None or at - until > SILENT_AFTER
    return Stood(slo, Budget(sums.good, sums.total, slo.share), until if silent else None)


def kept_going(slo_ids: Collection[int], *, on: date) -> dict[int, Decision]:
    """By SLO: the decision in force on that day to keep shipping although the budget is used up. One query."""
    decisions = Decision.objects.filter(
        slo__in=slo_ids,
        kind=Decision.Kind.BROKEN,
        state=Decision.State.DECIDED,
        decided__option=Option.KEEP,
        expires_on__gte=on,
    )
    return {decision.slo_id: decision for decision in decisions.order_by("pk")}
