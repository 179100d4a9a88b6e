"""Any target replayed on the stored days of an SLO, its errors by class, and what it depends on."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from django.core.cache import cache
from django.db.models import Sum

from apps.organization.models import ServiceDependency
from apps.reliability import windows
from apps.reliability.counts import DAY, seconds_of
from apps.reliability.models import SLI, SLO, DayCount, ErrorClassCount, ErrorClassJudgment
from apps.reliability.nines import Replay, replay, slide
from apps.reliability.price import Effort
from apps.reliability.queries.definitions import slos_outside

DAYS = 365
KEPT_SECONDS = 24 * 3_600
CALENDAR_DAYS = {"WEEK": 7, "MONTH": 30, "QUARTER": 91}


@dataclass(frozen=True)
class Replayed:
    """Targets replayed on the days from `first` to `last` of UTC, in windows of `length` days; no days, no dates."""

    replay: Replay
    first: date | None
    last: date | None
    length: int

    @property
    def total(self) -> int:
        """Events of all days."""
        return sum(total for _, total in self.replay.history.days)

    @property
    def bad(self) -> int:
        return self.total - sum(good for good, _ in self.replay.history.days)


def replayed(slo: SLO, targets: Iterable[Fraction], *, at: datetime) -> Replayed:
    """The last year of whole days up to the last one that was counted; today, which is not over, is left out.

    What was replayed is kept by all that it depends on, so that a page costs a fifth of a second once.
    """
    today = seconds_of(at) - seconds_of(at) % DAY
    rows = DayCount.objects.filter(sli=slo.sli_id, start__lt=today).order_by("-start")
    counted = {start: (good, total) for start, good, total in rows.values_list("start", "good", "total")[:DAYS]}
    length = days_of_window(slo)
    last = max(counted, default=None)
    first = min((start for start in counted if last is not None and start > last - DAYS * DAY), default=None)
    if first is None or last is None:
        return Replayed(replay(slide([], length), sorted(targets), seed=0), None, None, length)
    days = [counted.get(start, (0, 0)) for start in range(first, last + DAY, DAY)]
    asked = tuple(sorted(targets))
    seed = _seed(slo, last)
    kept_as = hashlib.sha256(repr((days, length, asked, seed)).encode()).hexdigest()
    found: Replay | None = cache.get(f"nines:{kept_as}")
    if found is None:
        found = replay(slide(days, length), asked, seed=seed)
        cache.set(f"nines:{kept_as}", found, KEPT_SECONDS)
    return Replayed(found, _day(first), _day(last), length)


def days_of_window(slo: SLO) -> int:
    """Days that a replayed window has; 7, 30 or 91 for those of the calendar."""
    window = windows.parse(slo.window)
    return window.days if isinstance(window, windows.Rolling) else CALENDAR_DAYS[window.unit]


def _seed(slo: SLO, last: int) -> int:
    """The same for whoever looks at the same SLO and days."""
    return int.from_bytes(hashlib.sha256(f"{slo.key} {last}".encode()).digest()[:8])


def _day(start: int) -> date:
    return datetime.fromtimestamp(start, UTC).date()


def errors_by_class(sli: SLI, first: date, last: date) -> dict[str, int]:
    """Bad events by class on these days of UTC, those without a class left out."""
    start = seconds_of(datetime(first.year, first.month, first.day, tzinfo=UTC))
    end = seconds_of(datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1))
    rows = ErrorClassCount.objects.filter(sli=sli, start__gte=start, start__lt=end).order_by()
    return {name: int(bad) for name, bad in rows.values_list("name").annotate(Sum("bad"))}


def counts_error_class(sli: SLI, name: str) -> bool:
    """Whether counts of the indicator name such errors."""
    return ErrorClassCount.objects.filter(sli=sli, name=name).exists()


def judgments_of(sli: SLI) -> dict[str, ErrorClassJudgment]:
    """What engineering judged of its errors, by class."""
    rows = ErrorClassJudgment.objects.filter(sli=sli).select_related("judged_by").order_by("pk")
    return {one.name: one for one in rows}


def efforts_of(judgments: dict[str, ErrorClassJudgment]) -> dict[str, Effort]:
    """The judgments as the price of a nine takes them."""
    return {name: Effort(one.effort) for name, one in judgments.items()}


@dataclass(frozen=True)
class Needed:
    """A service that an SLO's service cannot do without, and the least that is promised of it in the same kind."""

    key: str
    title: str
    url: str
    slo: SLO | None


def needed_by(slo: SLO, hidden: Collection[int]) -> list[Needed]:
    """Hard dependencies of the service that the SLO stands on, by name; none where it stands on no service."""
    rows = ServiceDependency.objects.filter(service__scope=slo.scope_id, kind=ServiceDependency.Kind.HARD)
    scopes = [row.needs.scope for row in rows.select_related("needs__scope").order_by("needs__scope__title")]
    promised = slos_outside(hidden).filter(scope__in=scopes, archived_at=None, sli__kind=slo.sli.kind)
    least: dict[int, SLO] = {}
    for one in promised.order_by("target", "pk"):
        least.setdefault(one.scope_id, one)
    return [Needed(scope.key, scope.title, scope.get_absolute_url(), least.get(scope.pk)) for scope in scopes]
