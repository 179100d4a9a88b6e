"""Writing what the API answered, so that the same request again does nothing twice.

No acts of the log: the act whose answer is kept left its own entry.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.refused import Refused
from apps.organization.models import KeptAnswer, Person

KEPT_FOR = timedelta(hours=24)


class AskedMeanwhile(Refused):
    """Somebody else was first with this key: their answer is there."""


def begin_answer(*, person: Person, key: str, request: str) -> KeptAnswer:
    """Takes the key, in the transaction of the act to come; waits for whoever has it and is not done.

    Raises AskedMeanwhile where they did what they were asked. Runs inside a transaction alone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an answer is begun in the transaction of its act")
    KeptAnswer.objects.filter(person=person, key=key, at__lt=timezone.now() - KEPT_FOR).delete()
    try:
        return KeptAnswer.objects.create(person=person, key=key, request=request, status=0)
    except IntegrityError as error:
        raise AskedMeanwhile("The same was asked at the same moment.") from error


def finish_answer(kept: KeptAnswer, *, status: int, location: str, body: bytes) -> None:
    """What the act answered."""
    kept.status, kept.location, kept.body = status, location, body
    kept.save(update_fields=["status", "location", "body"])


def forget_answers() -> int:
    """Removes answers older than a day. How many there were."""
    return KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]
