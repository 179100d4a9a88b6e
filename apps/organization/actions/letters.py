"""Mail that is due. No acts of the log: that somebody is written to follows from the act that asks for it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.common.ringing import ring
from apps.organization.models import Letter, Person

UNHEARD_AFTER = timedelta(seconds=10)
# A mail server that is away is asked again, for as long as the link in an invitation would hold.
TRIED_AGAIN_AFTER = timedelta(minutes=1)
KEPT_FOR = timedelta(days=3)


def post_letter(kind: Letter.Kind, *, person: Person, detail: str) -> Letter:
    """Part of an act: the mail is due from its commit on. Raises RuntimeError outside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a letter is posted in the transaction of its act")
    letter = Letter.objects.create(kind=kind, person=person, detail=detail)
    ring("organization.send_letter", letter.pk)
    return letter


@transaction.atomic
def take_letter(pk: int) -> Letter | None:
    """The letter, for this worker alone; None where it was sent, or another was at it within the last minute."""
    letter = Letter.objects.select_for_update(of=("self",)).select_related("person").filter(pk=pk).first()
    now = timezone.now()
    if letter is None or (letter.tried_at and letter.tried_at > now - TRIED_AGAIN_AFTER):
        return None
    letter.tried_at = now
    letter.save(update_fields=["tried_at"])
    return letter


def forget_letter(letter: Letter) -> None:
    """It was sent, or need not be any more."""
    Letter.objects.filter(pk=letter.pk).delete()


def due_letters() -> QuerySet[Letter]:
    """Letters that nobody heard of, or whose sending failed; those that are too old are removed."""
    now = timezone.now()
    Letter.objects.filter(asked_at__lt=now - KEPT_FOR).delete()
    unheard = Q(tried_at=None, asked_at__lt=now - UNHEARD_AFTER)
    return Letter.objects.filter(unheard | Q(tried_at__lt=now - TRIED_AGAIN_AFTER))
