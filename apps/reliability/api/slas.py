"""What was promised outside beside an SLO, and how safe that is."""

from collections.abc import Sequence
from typing import TypedDict

from django.utils import timezone
from rest_framework.request import Request

from apps.common.endpoints import Address, Day, Instant, Key, body_of, day, found, instant, reads, writes
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.reliability import actions, queries
from apps.reliability.api.slos import readable_slo
from apps.reliability.forms import ReasonForm
from apps.reliability.models import SLA
from apps.reliability.safety_gap import GapVerdict, SafetyGap
from apps.reliability.showing import decimal_text
from apps.reliability.sla_forms import SLAForm, agreed_of, sla_initial


class SLARow(TypedDict):
    """A promise to somebody outside. `target` and `budget_left` are exact shares of 1 as text.

    `gap` is the SLO's target less this one's, in percentage points. `good`, `total` and `budget_left` are of the SLA's
    own window, from `from_on` on; `budget_left` is null without data. Once it has ended nothing is judged any more.
    """

    key: Key
    url: Address
    slo: Key
    counterparty: str
    target: str
    window: str
    penalty: str
    from_on: Day
    ended_on: Day | None
    gap: str | None
    verdict: GapVerdict | None
    words: str
    good: int | None
    total: int | None
    budget_left: str | None
    written_by: PersonMention
    written_at: Instant


def _row(request: Request, sla: SLA, gap: SafetyGap | None) -> SLARow:
    left = gap.left if gap else None
    return {
        "key": sla.key,
        "url": request.build_absolute_uri(sla.get_absolute_url()),
        "slo": sla.slo.key,
        "counterparty": sla.counterparty,
        "target": decimal_text(sla.share),
        "window": sla.window,
        "penalty": sla.penalty,
        "from_on": day(sla.from_on),
        "ended_on": day(sla.ended_on),
        "gap": decimal_text(gap.points) if gap else None,
        "verdict": gap.verdict if gap else None,
        "words": gap.words if gap else "",
        "good": gap.budget.good if gap else None,
        "total": gap.budget.total if gap else None,
        "budget_left": None if left is None else decimal_text(left),
        "written_by": mention(sla.written_by),
        "written_at": instant(sla.written_at),
    }


def _rows(request: Request, slas: Sequence[SLA]) -> list[SLARow]:
    gaps = queries.gaps_of(slas, at=timezone.now())
    return [_row(request, sla, gaps.get(sla.pk)) for sla in slas]


def _read(request: Request, key: str) -> SLARow:
    """The SLA, or 404."""
    return _rows(request, [found(queries.slas_for(person_of(request)), key=key)])[0]


@reads(list[SLARow])
def sla_list(request: Request, key: str) -> list[SLARow]:
    """SLAs beside an SLO with the safety gap of each; those that have ended come last."""
    return _rows(request, queries.slas_of(readable_slo(request, key)))


@reads(SLARow)
def sla_read(request: Request, key: str) -> SLARow:
    """One SLA."""
    return _read(request, key)


@writes(SLARow, body=SLAForm, status=201)
def sla_agree(request: Request, key: str) -> SLARow:
    """Say what was promised outside beside an SLO. `target` is in percent."""
    readable_slo(request, key)
    agreed = agreed_of(body_of(request, SLAForm))
    return _read(request, actions.agree_sla(slo_key=key, agreed=agreed, by=person_of(request)).key)


@writes(SLARow, body=SLAForm, partial=True)
def sla_change(request: Request, key: str) -> SLARow:
    """What was agreed anew; what is left out stays."""
    sla = found(queries.slas_for(person_of(request)), key=key)
    agreed = agreed_of(body_of(request, SLAForm, start=sla_initial(sla)))
    actions.change_sla(sla_key=key, agreed=agreed, by=person_of(request))
    return _read(request, key)


@writes(SLARow, body=ReasonForm)
def sla_end(request: Request, key: str) -> SLARow:
    """Promise it no longer, from today on; the row stays."""
    found(queries.slas_for(person_of(request)), key=key)
    data = body_of(request, ReasonForm)
    actions.end_sla(sla_key=key, reason=data["reason"], by=person_of(request))
    return _read(request, key)
