"""`GET /api/v1/epics/E-12/gate/`: a pipeline asks whether an epic may ship."""

from typing import Any, TypedDict

from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.canonical import canonical_digest
from apps.common.access import member_or_token
from apps.common.conditional import conditional
from apps.common.endpoints import Address, Digest, Instant, Key, found, instant, reads
from apps.delivery import queries as delivery
from apps.delivery.models import NFR
from apps.delivery.states import EpicState
from apps.organization.requests import person_of
from apps.signoff import release
from apps.signoff.reading import NFRRow
from apps.signoff.release import Reason, Release
from apps.signoff.states import VerdictState


class ReasonRow(TypedDict):
    """What is in the way, or a criterion's verdict: in words, with who can move it and where."""

    criterion: str
    state: VerdictState
    words: str
    detail: str
    owner: str
    subject: str | None
    url: Address | None


class RequirementRow(TypedDict):
    """A requirement of the epic with its verdict: what judges it, in words how it stands, and who can move it."""

    nfr: Key
    title: str
    kind: NFR.Kind
    judged_by: str
    state: VerdictState
    words: str
    owner: str
    url: Address


class GateRow(TypedDict):
    """Whether an epic may ship, as of one instant."""

    epic: Key
    title: str
    url: Address
    state: EpicState
    may_ship: bool
    reasons: list[ReasonRow]
    criteria: list[ReasonRow]
    nfrs: list[RequirementRow]
    promise: Digest
    signed_promise: Digest | None
    signed_at: Instant | None
    signed_by: str | None
    receipt: Address | None
    as_of: Instant


@reads(GateRow, may=member_or_token("signoff.read_gate"))
def epic_gate(request: Request, key: str) -> Any:
    """May the epic ship: yes or no, with the reasons. 200 for both; 304 while nothing but the time has changed."""
    epic = found(delivery.epics_for(person_of(request)), key=key)
    now = timezone.now()
    body = _body(request, release.release_of(epic, at=now))
    response = Response({**body, "as_of": instant(now)})
    return conditional(request, response, digest=canonical_digest(body))


def _body(request: Request, judged: Release) -> dict[str, Any]:
    epic, acceptance = judged.epic, judged.acceptance
    signature = acceptance.signature if acceptance else None
    receipt = reverse("signoff:receipt_detail", args=[signature.key]) if signature else ""
    return {
        "epic": epic.key,
        "title": epic.title,
        "url": request.build_absolute_uri(epic.get_absolute_url()),
        "state": judged.state.value,
        "may_ship": judged.may_ship,
        "reasons": [_row(request, reason) for reason in judged.reasons],
        "criteria": [_row(request, release.reason_of(item)) for item in judged.gate.judged],
        "nfrs": [_requirement(request, row) for row in judged.nfrs],
        "promise": judged.promise,
        "signed_promise": epic.signed_promise or None,
        "signed_at": instant(epic.signed_at),
        "signed_by": signature.person.name if signature else None,
        "receipt": request.build_absolute_uri(receipt) if receipt else None,
    }


def _row(request: Request, reason: Reason) -> ReasonRow:
    return {
        "criterion": reason.criterion,
        "state": reason.state,
        "words": reason.words,
        "detail": reason.detail,
        "owner": reason.owner,
        "subject": reason.subject or None,
        "url": request.build_absolute_uri(reason.url) if reason.url else None,
    }


def _requirement(request: Request, row: NFRRow) -> RequirementRow:
    return {
        "nfr": row.nfr.key,
        "title": row.nfr.title,
        "kind": NFR.Kind(row.nfr.kind),
        "judged_by": row.nfr.judged_by,
        "state": row.state,
        "words": row.words,
        "owner": row.owner,
        "url": request.build_absolute_uri(row.url),
    }
