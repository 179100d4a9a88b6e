"""Reading signatures."""

from apps.organization.models import Person
from apps.signatures.models import Signature


def signature_with_key(*, person: Person, idempotency_key: str) -> Signature | None:
    """The signature that an earlier sending of the same form made, or None."""
    return Signature.objects.filter(person=person, idempotency_key=idempotency_key).first()


def signatures_on(subject: str) -> "list[Signature]":
    """Signatures on the thing with this key, the latest first, persons loaded."""
    return list(Signature.objects.filter(subject=subject).select_related("person", "delegated_by"))
