"""Where each SLO stands, computed anew from counts: no act, since it adds nothing to what was counted."""

import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.common.rows import insert_rows
from apps.reliability import queries, standing
from apps.reliability.models import SLO, SLOStatus

NAMES = ("slo", "as_of", "good", "total", "state", "need", "sums")


def refresh_slos(*, at: datetime | None = None, slis: Collection[int] | None = None) -> int:
    """Writes the status of every SLO in force, or of those on `slis` (primary keys), as of the last whole five minutes.

    Returns how many SLOs there were.
    """
    slos = SLO.objects.filter(archived_at=None).only("pk", "sli_id", "target", "window").order_by("pk")
    if slis is not None:
        slos = slos.filter(sli_id__in=slis)
    found = list(slos)
    rows = [
        (
            slo.pk,
            stands.as_of,
            stands.budget.good,
            stands.budget.total,
            str(stands.state),
            stands.need,
            json.dumps(standing.kept(sums)),
        )
        for slo, stands, sums in queries.stand_all(found, at=at or timezone.now(), every=slis is None)
    ]
    with transaction.atomic():
        insert_rows(SLOStatus, NAMES, rows, instead=["slo"])
    return len(found)
