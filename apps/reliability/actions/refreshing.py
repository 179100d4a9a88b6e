"""Where each SLO stands, computed anew from counts: no act, since it adds nothing to what was counted."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from apps.common.ringing import ring
from apps.common.rows import insert_rows
from apps.reliability import standing
from apps.reliability.models import SLO, SLOStatus
from apps.reliability.queries.standings import sums_of_all
from apps.reliability.ranking import Ranking

NAMES = ("slo", "as_of", "good", "total", "state", "need", "sums")


def refresh_slos(*, at: datetime | None = None, slis: Collection[int] | None = None) -> int:
    """Writes the status of every SLO in force, or of those on `slis` (primary keys), as of the last whole five minutes.

    Returns how many SLOs there were.
    """
    slos = SLO.objects.filter(archived_at=None).only("pk", "sli_id", "target", "window").order_by("pk")
    if slis is not None:
        slos = slos.filter(sli_id__in=slis)
    rows = list(_rows(list(slos), at or timezone.now(), every=slis is None))
    with transaction.atomic():
        insert_rows(SLOStatus, NAMES, rows, instead=["slo"])
        for pk in slis or ():
            ring("reliability.judge_decisions", pk)
    return len(rows)


def _rows(slos: list[SLO], at: datetime, *, every: bool) -> Iterator[tuple[object, ...]]:
    rankings: dict[tuple[Decimal, str], Ranking] = {}
    for one in sums_of_all(slos, at=at, every=every):
        alike = (one.slo.target, one.slo.window)
        if alike not in rankings:
            rankings[alike] = Ranking(one.target, one.window.length_at(one.as_of))
        state, need = rankings[alike].rank(one.counts, one.sums)
        yield one.slo.pk, one.as_of, *one.counts, state.value, need, json.dumps(standing.kept(one.sums))
