"""Receipts: what was signed, and where the log holds it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from apps.audit import queries as audit
from apps.audit.merkle import ProofError
from apps.audit.models import Entry
from apps.common.access import member
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Story
from apps.organization.requests import person_of
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff import queries
from apps.signoff.dossier import read_dossier
from apps.signoff.models import EpicSignOff, StorySignOff


@member
def receipt_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One signature as a receipt that prints; read by whoever may read what was signed."""
    person = person_of(request)
    signature = get_object_or_404(Signature.objects.select_related("person", "delegated_by"), key=key)
    epic_sign_off = (
        EpicSignOff.objects.filter(signature=signature).select_related("epic", "dossier", "signature").first()
    )
    story_sign_off = StorySignOff.objects.filter(signature=signature).select_related("version").first()
    thing: Epic | Story | None = None
    if epic_sign_off is not None:
        thing = delivery.epics_for(person).filter(pk=epic_sign_off.epic_id).first()
    elif story_sign_off is not None:
        thing = delivery.stories_for(person).filter(pk=story_sign_off.story_id).first()
    if thing is None:
        raise Http404
    entry = Entry.objects.filter(reference=signature.key).order_by("index").first()
    context = {
        "signature": signature,
        "role": Role(signature.seat_role).label,
        "sign_off": epic_sign_off or story_sign_off,
        "is_epic": epic_sign_off is not None,
        "thing": thing,
        "dossier": read_dossier(bytes(epic_sign_off.dossier.body)) if epic_sign_off else None,
        "holds": _still_holds(thing, epic_sign_off, story_sign_off),
        "entry": entry,
        "proof": audit.inclusion_proof(entry.index) if entry else None,
        "proof_error": _proof_error(entry),
        "told": queries.told_of(thing),
        "at": timezone.now(),
    }
    return render(request, "signoff/receipt_detail.html", context)


def _proof_error(entry: Entry | None) -> str:
    """Why the log does not prove the entry; "" where it does, computed now from stored bytes."""
    if entry is None:
        return "The log holds no entry of this signature."
    try:
        audit.inclusion_proof(entry.index).check()
    except ProofError as error:
        return str(error)
    return ""


def _still_holds(thing: Epic | Story, epic: EpicSignOff | None, story: StorySignOff | None) -> str:
    """Whether what was signed is still so, in words."""
    if isinstance(thing, Epic) and epic is not None:
        if epic.meaning == EpicSignOff.Meaning.REJECT:
            return "a rejection; what was accepted before holds no longer"
        if thing.signed_promise != epic.promise:
            return "no longer the latest: another promise was signed, or it was rejected since"
        if queries.current_promise(thing) != epic.promise:
            return "drifted: the promise has changed since and waits to be signed again"
        if rejected := queries.rejected_since(thing):
            named = ", ".join(story.key for story in rejected)
            return f"drifted: {named}, on which it rests, was rejected since"
        regressed = f", but a story fails since {thing.regressed_at:%d %b %Y %H:%M} UTC" if thing.regressed_at else ""
        return f"valid, nothing of the promise has changed{regressed}"
    if isinstance(thing, Story) and story is not None:
        if story.meaning == StorySignOff.Meaning.REJECT:
            return "a rejection"
        if not thing.signed_digest:
            return "no longer: the story was rejected since"
        return (
            "valid, the text means the same"
            if thing.digest == story.digest
            else "no longer: the text has changed since"
        )
    return "unknown"
