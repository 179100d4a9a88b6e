"""Where each SLO stands, computed from counts: no act, since it adds nothing to what was counted.

Whoever computes holds the rows of the statuses it will write, and whoever stores counts holds those of their SLI before
it ends (`mark_behind`): so either a refresh reads these counts, or they find how far it has come.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from apps.common.ringing import ring
from apps.common.rows import insert_rows, update_rows
from apps.reliability import standing, windows
from apps.reliability.budget import BudgetState
from apps.reliability.counts import FIVE_MINUTES, seconds_of
from apps.reliability.models import SLO, SLOStatus
from apps.reliability.queries.sliding import slid
from apps.reliability.queries.standings import sums_of_all
from apps.reliability.ranking import Ranking
from apps.reliability.standing import Counts

# Further apart, reading windows anew costs no more than what entered and left them.
SLIDES = timedelta(hours=2)
# Rows that one transaction holds.
AT_ONCE = 2_000
NAMES = ("as_of", "good", "total", "state", "need", "sums", "is_behind")

Row = tuple[object, ...]


def refresh_slos(*, at: datetime | None = None, slis: Collection[int] | None = None, rebuild: bool = False) -> int:
    """Writes where every SLO in force stands as of the last whole five minutes; returns how many there are.

    What stood a while ago slides: what has entered its windows since is added, what has left them taken off. Read anew
    are the SLOs on `slis` (primary keys) where those are given, what is behind, and all of them to `rebuild`.
    """
    end = _end(at or timezone.now())
    slos = SLO.objects.filter(archived_at=None)
    if slis is not None:
        slos = slos.filter(sli_id__in=slis)
    _begin(slos.filter(status=None), end)
    statuses = SLOStatus.objects.filter(slo__in=slos).order_by("pk")
    can_slide = Q(is_behind=False, as_of__gte=end - SLIDES, as_of__lt=end)
    if rebuild or slis is not None:
        _read_anew(statuses, end, waits=True)
    else:
        _read_anew(statuses.exclude(can_slide).exclude(is_behind=False, as_of=end), end, waits=False)
        together = statuses.filter(can_slide)
        for as_of, window in list(together.order_by().values_list("as_of", "slo__window").distinct()):
            _slide(together.filter(as_of=as_of, slo__window=window), as_of, window, end)
    for pk in slis or ():
        ring("reliability.judge_decisions", pk)
    return slos.count()


def mark_behind(firsts: dict[int, int]) -> None:
    """Counts of these SLIs (primary keys) were stored, the earliest at this second: what looked past it, looks again.

    Inside an act only, behind the counts.
    """
    rows = SLOStatus.objects.filter(slo__sli_id__in=firsts).order_by("pk").select_for_update(of=("self",))
    late = [pk for pk, sli, as_of in rows.values_list("pk", "slo__sli_id", "as_of") if seconds_of(as_of) > firsts[sli]]
    if late:
        SLOStatus.objects.filter(pk__in=late).update(is_behind=True)


def _begin(slos: QuerySet[SLO], end: datetime) -> None:
    """Statuses that say nothing yet. Who makes an SLO does so while it holds its SLI, so that no counts are missed."""
    begun = (end, 0, 0, BudgetState.NO_DATA.value, standing.LAST, "{}", True)
    missing = [(pk, *begun) for pk in slos.values_list("pk", flat=True)]
    if missing:
        insert_rows(SLOStatus, ("slo", *NAMES), missing, instead=["slo"])


def _read_anew(statuses: QuerySet[SLOStatus], end: datetime, *, waits: bool) -> None:
    last: int | None = 0
    while last is not None:
        with transaction.atomic():
            # What somebody else holds is refreshed by them, or next time.
            held = statuses.filter(pk__gt=last).select_for_update(of=("self",), skip_locked=not waits)
            pks = list(held.values_list("pk", flat=True)[:AT_ONCE])
            update_rows(SLOStatus, NAMES, _read(pks, end))
        last = pks[-1] if len(pks) == AT_ONCE else None


def _read(pks: Collection[int], end: datetime) -> Iterator[Row]:
    slos = list(SLO.objects.filter(pk__in=pks).only("pk", "sli_id", "target", "window"))
    rows = _Rows(end)
    for one in sums_of_all(slos, at=end):
        yield rows.of(one.slo.pk, str(one.slo.target), one.slo.window, one.counts, one.sums)


def _slide(statuses: QuerySet[SLOStatus], as_of: datetime, window: str, end: datetime) -> None:
    last: int | None = 0
    rows = _Rows(end)
    told = statuses.annotate(target=Cast("slo__target", TextField()), text=Cast("sums", TextField()))
    fields = ("pk", "slo__sli_id", "target", "good", "total", "text")
    while last is not None:
        with transaction.atomic():
            held = told.filter(pk__gt=last).select_for_update(of=("self",), skip_locked=True)
            found = list(held.values_list(*fields)[:AT_ONCE])
            moved = slid({sli for _, sli, *_ in found}, windows.parse(window), since=as_of, until=end)
            changed = []
            for pk, sli, target, good, total, text in found:
                counts, sums = moved(sli, (good, total), standing.read_text(text))
                changed.append(rows.of(pk, target, window, counts, sums))
            update_rows(SLOStatus, NAMES, changed)
        last = found[-1][0] if len(found) == AT_ONCE else None


class _Rows:
    """Rows of statuses as of an instant."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self._rankings: dict[tuple[str, str], Ranking] = {}

    def of(self, pk: int, target: str, window: str, counts: Counts, sums: Mapping[int, Counts]) -> Row:
        """Values of NAMES, then the primary key."""
        ranking = self._rankings.get((target, window))
        if ranking is None:
            ranking = Ranking(Fraction(target), windows.parse(window).length_at(self.end))
            self._rankings[target, window] = ranking
        state, need = ranking.rank(counts, sums)
        return self.end, *counts, state.value, need, standing.kept_text(sums), False, pk


def _end(at: datetime) -> datetime:
    seconds = seconds_of(at)
    return datetime.fromtimestamp(seconds - seconds % FIVE_MINUTES, UTC)
