"""Reading signatures, and whether somebody's signing is shut."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet

from apps.common.damaged import damaged_of
from apps.common.refused import Damaged
from apps.organization.models import Person
from apps.signatures.models import Signature


def signature_called(key: str) -> Signature:
    """The one with this key, persons loaded. Raises Signature.DoesNotExist; Damaged where its row cannot be read."""
    words = f"{key[:20]} cannot be read: its row was changed after signing. Verifying the log names it."
    try:
        found = Signature.objects.select_related("person", "delegated_by").get(key=key)
    except (DatabaseError, UnicodeDecodeError) as error:  # of a text; of an instant
        if isinstance(error, DatabaseError) and not damaged_of(error):
            raise
        raise Damaged(words) from error
    if not found.is_readable:
        raise Damaged(words)
    return found


def signature_with_key(*, person: Person, idempotency_key: str) -> Signature | None:
    """The signature that an earlier sending of the same form made, or None."""
    return Signature.objects.filter(person=person, idempotency_key=idempotency_key).first()


def signatures_on(subject: str) -> "list[Signature]":
    """Signatures on the thing with this key, the latest first, persons loaded."""
    return list(Signature.objects.filter(subject=subject).select_related("person", "delegated_by"))


def shut_until(person: Person, *, now: datetime) -> datetime | None:
    """Until when the person signs by an older factor alone, since another changed what they sign in with; or None."""
    if person.credentials_changed_at is None:
        return None
    until = person.credentials_changed_at + timedelta(hours=settings.SIGNING_HOLD_HOURS)
    return until if now < until else None


def older_factors(person: Person) -> QuerySet[Authenticator]:
    """Code apps and passkeys that the person had before that change; no recovery codes, which may be made anew."""
    return Authenticator.objects.filter(
        user=person,
        type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN],
        created_at__lt=person.credentials_changed_at,
    )
