"""Receipts: what was signed, and where the log holds it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.organization.requests import person_of
from apps.organization.roles import Role
from apps.reliability import queries as reliability
from apps.signatures.models import Signature
from apps.signoff import receipts


@member
@require_safe
def receipt_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One signature as a receipt that prints; read by whoever may read what was signed.

    The case for another target has its receipt on its own page.
    """
    person = person_of(request)
    try:
        receipt = receipts.receipt_of(key, reader=person)
    except Signature.DoesNotExist as error:
        if case := reliability.nine_case_signed_as(key, person):
            return redirect(case)
        raise Http404 from error
    on_epic = receipt.epic_sign_off
    context = {
        "signature": receipt.signature,
        "role": Role(receipt.signature.seat_role).label,
        "sign_off": on_epic or receipt.story_sign_off,
        "meaning": receipt.meaning,
        "is_epic": on_epic is not None,
        "thing": receipt.thing,
        "dossier": receipt.dossier,
        "holds": receipt.holds,
        "entry": receipt.entry,
        "proof": receipt.proof,
        "proof_error": receipt.proof_error,
        "differs": receipt.differs,
        "erased": receipt.erased,
        "told": receipts.told_of(receipt.thing),
        "at": timezone.now(),
    }
    return render(request, "signoff/receipt_detail.html", context)
