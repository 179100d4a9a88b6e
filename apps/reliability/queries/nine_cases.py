"""Cases for another target: what one would say now, and those that were saved."""

from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from apps.audit.canonical import plain, plain_bytes
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.reliability import price
from apps.reliability.models import SLO, ErrorClassJudgment, NineCase
from apps.reliability.nine_case import Judged, Weighed, case_row
from apps.reliability.nines import USUAL_TARGETS
from apps.reliability.queries.definitions import slos_outside
from apps.reliability.queries.nines import Replayed, efforts_of, errors_by_class, judgments_of, needed_by, replayed


def case_body(slo: SLO, weighed: Weighed, *, at: datetime, hidden: Collection[int]) -> bytes:
    """The case as of the last day that was counted, as canonical JSON: the same until something it says changes."""
    found = replayed(slo, {*USUAL_TARGETS, slo.share, weighed.target}, at=at)
    judgments = judgments_of(slo.sli)
    by_class = errors_by_class(slo.sli, found.first, found.last) if found.first and found.last else {}
    row = case_row(
        slo={"key": slo.key, "title": slo.title, "version": slo.version, "window": slo.window},
        promised=slo.share,
        weighed=weighed,
        replay=found.replay,
        rests_on=_rests_on(found),
        way=way_there(found, weighed.target, by_class, judgments),
        judged={name: Judged(one.judged_by.key, one.judged_at) for name, one in judgments.items()},
        needs=[(one.key, one.slo.key, one.slo.share) for one in needed_by(slo, hidden) if one.slo],
    )
    return plain_bytes(plain(row))


def way_there(
    found: Replayed, target: Fraction, by_class: Mapping[str, int], judgments: dict[str, ErrorClassJudgment]
) -> price.WayThere | None:
    """Which classes of the replayed days' errors must vanish.

    None without data, and where counts that came anew without their classes leave more errors by class than are bad.
    """
    unclassified = found.bad - sum(by_class.values())
    if found.first is None or unclassified < 0:
        return None
    efforts = efforts_of(judgments)
    return price.classes_to_vanish(by_class, found.total, target, efforts=efforts, unclassified=unclassified)


def _rests_on(found: Replayed) -> dict[str, Any]:
    history = found.replay.history
    return {
        "first": found.first,
        "last": found.last,
        "days_with_data": history.measured,
        "total": found.total,
        "bad": found.bad,
        "window_days": found.length,
        "windows": len(history.windows),
    }


def nine_cases_for(reader: Person) -> QuerySet[NineCase]:
    """Cases of SLOs that `reader` may read."""
    readable = slos_outside(organization.hidden_scope_ids(reader)).order_by()
    rows = NineCase.objects.filter(slo__in=readable.values("pk"))
    return rows.select_related("slo__sli", "slo__scope", "saved_by", "signed__signature__person")


def nine_cases_of(slo: SLO) -> list[NineCase]:
    """Cases saved of the SLO, the newest first."""
    return list(slo.nine_cases.select_related("saved_by", "signed__signature__person"))


def nine_case_signed_as(key: str, reader: Person) -> NineCase | None:
    """The case that this signature is on; None for what is none, or `reader` may not read."""
    return nine_cases_for(reader).filter(signed__signature__key=key).first()
