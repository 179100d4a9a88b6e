"""SLAs, and how much of each is left over its own window."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet, Sum, Value

from apps.organization import queries as organization
from apps.organization.models import Person
from apps.reliability import standing, windows
from apps.reliability.budget import Budget
from apps.reliability.counts import FIVE_MINUTES, seconds_of
from apps.reliability.models import SLA, SLO
from apps.reliability.queries.definitions import slos_outside
from apps.reliability.queries.sums import Sums, pieces
from apps.reliability.safety_gap import SafetyGap

NOTHING = Sums(0, 0)
# A window has at most five parts, and SQLite takes 500 of one statement.
AT_ONCE = 80

Part = QuerySet[Any, tuple[int, int | None, int | None]]


def slas_for(reader: Person) -> QuerySet[SLA]:
    """SLAs beside SLOs that `reader` may read."""
    readable = slos_outside(organization.hidden_scope_ids(reader)).order_by()
    rows = SLA.objects.filter(slo__in=readable.values("pk"))
    return rows.select_related("slo__sli", "slo__scope__parent", "written_by")


def slas_of(slo: SLO) -> list[SLA]:
    """Those beside the SLO, in the order in which they were agreed; what has ended comes last. One query."""
    rows = slo.slas.select_related("written_by").order_by(F("ended_on").desc(nulls_first=True), "pk")
    found = list(rows)
    for sla in found:
        sla.slo = slo
    return found


def slas_beside(slo_ids: Collection[int]) -> list[SLA]:
    """Those beside any of these SLOs that have not ended, their SLOs loaded. One query."""
    return list(SLA.objects.filter(slo__in=slo_ids, ended_on=None).select_related("slo").order_by("pk"))


def gaps_of(slas: Sequence[SLA], *, at: datetime) -> dict[int, SafetyGap]:
    """By primary key: what the SLO beside it and the counts stored now say of each that has not ended.

    `slas` have their SLO loaded. One query for up to eighty of them.
    """
    standing_ones = [sla for sla in slas if sla.ended_on is None]
    sums = _sums(standing_ones, at=at)
    return {
        sla.pk: SafetyGap(
            slo_target=sla.slo.share,
            budget=Budget(*sums.get(sla.pk, NOTHING), sla.share),
            same_window=sla.window == sla.slo.window,
        )
        for sla in standing_ones
    }


def _sums(slas: Sequence[SLA], *, at: datetime) -> dict[int, Sums]:
    """Events of each one's window up to the last whole five minutes, from the day on from which it holds (UTC)."""
    end = seconds_of(at) - seconds_of(at) % FIVE_MINUTES
    found: dict[int, Sums] = {}
    left = iter(slas)
    while some := list(islice(left, AT_ONCE)):
        parts = [part for sla in some for part in _parts(sla, end)]
        if not parts:
            continue
        first, *others = parts
        for pk, good, total in first.union(*others, all=True) if others else first:
            before = found.get(pk, NOTHING)
            found[pk] = Sums(before.good + int(good or 0), before.total + int(total or 0))  # None of no rows
    return found


def _parts(sla: SLA, end: int) -> Iterator[Part]:
    window_start, _ = windows.parse(sla.window).bounds(datetime.fromtimestamp(end, UTC))
    holds = datetime.combine(sla.from_on, time(), UTC)
    start = standing.window_start(max(window_start, holds))
    if start >= end:
        return
    for model, first, last in pieces(start, end):
        rows = model._default_manager.filter(sli_id=sla.slo.sli_id, start__gte=first, start__lt=last)
        told = rows.order_by().annotate(sla=Value(sla.pk)).values_list("sla")
        yield told.annotate(Sum("good"), Sum("total"))
