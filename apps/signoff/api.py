"""`GET /api/v1/epics/E-12/gate/`: a pipeline asks whether an epic may ship."""

from datetime import datetime
from typing import Any, cast

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.canonical import canonical_digest
from apps.common.access import member_or_token
from apps.common.conditional import conditional
from apps.common.instants import instant_text
from apps.delivery import queries as delivery
from apps.delivery.models import Epic
from apps.organization.models import Person
from apps.signoff import release
from apps.signoff.release import Reason, Release


@api_view(["GET", "HEAD"])
@permission_classes([member_or_token("signoff.read_gate")])
def epic_gate(request: Request, key: str) -> Response:
    """May the epic ship: yes or no, with the reasons. 200 for both; 304 while nothing but the time has changed."""
    try:
        epic = delivery.epic_for(cast(Person, request.user), key)
    except (Epic.DoesNotExist, ValueError) as error:  # PostgreSQL takes no NUL
        raise Http404("There is no such epic that you may read.") from error
    now = timezone.now()
    body = _body(request, release.release_of(epic, at=now))
    response = Response({**body, "as_of": instant_text(now)})
    return conditional(request, response, digest=canonical_digest(body))


def _body(request: Request, found: Release) -> dict[str, Any]:
    epic, acceptance = found.epic, found.acceptance
    signature = acceptance.signature if acceptance else None
    receipt = reverse("signoff:receipt_detail", args=[signature.key]) if signature else ""
    return {
        "epic": epic.key,
        "title": epic.title,
        "url": request.build_absolute_uri(epic.get_absolute_url()),
        "state": found.state.value,
        "may_ship": found.may_ship,
        "reasons": [_row(request, reason) for reason in found.reasons],
        "criteria": [_row(request, release.reason_of(item)) for item in found.gate.judged],
        "promise": found.promise,
        "signed_promise": epic.signed_promise or None,
        "signed_at": _instant(epic.signed_at),
        "signed_by": signature.person.name if signature else None,
        "receipt": request.build_absolute_uri(receipt) if receipt else None,
    }


def _row(request: Request, reason: Reason) -> dict[str, Any]:
    return {
        "criterion": reason.criterion,
        "state": reason.state.value,
        "words": reason.words,
        "detail": reason.detail,
        "owner": reason.owner,
        "subject": reason.subject or None,
        "url": request.build_absolute_uri(reason.url) if reason.url else None,
    }


def _instant(at: datetime | None) -> str | None:
    return instant_text(at) if at else None
