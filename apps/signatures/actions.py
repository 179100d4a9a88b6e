"""Writing signatures."""

from dataclasses import dataclass

from django.utils import timezone

from apps.audit.acts import act
from apps.common.refused import Refused
from apps.common.text import clean_text
from apps.organization.actions import take_keys
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.signatures import queries, rules
from apps.signatures.models import Signature
from apps.signatures.reauthentication import Authentication


@dataclass(frozen=True)
class Statement:
    """What is signed: the thing, the digest of what was shown of it, the meaning, and the words as printed."""

    subject: str
    title: str
    digest: str
    meaning: str
    words: str


@act
def sign(
    *,
    statement: Statement,
    by: Person,
    seat: HeldSeat,
    authentication: Authentication | None,
    comment: str,
    key: str,
) -> Signature:
    """One signature, inside the act of the room above, which has locked and compared what is signed and records it.

    Raises NotAllowed without a fresh re-authentication, BadInput for a key or comment that cannot be taken, and Refused
    where the key was used for something else.
    """
    confirmed = rules.check_may_sign(by=by, authentication=authentication, now=timezone.now())
    rules.check_idempotency_key(key)
    if queries.signature_with_key(person=by, idempotency_key=key) is not None:
        raise Refused("This form was used for another signature. Open the page again.")
    return Signature.objects.create(
        key=take_keys("SIG", 1)[0],
        person=by,
        printed_name=by.name,
        seat_role=seat.role,
        seat_scope=seat.scope_key,
        seat_since=seat.since,
        delegated_by_id=seat.delegated_by_id,
        subject=statement.subject,
        subject_title=statement.title,
        digest=statement.digest,
        meaning=statement.meaning,
        statement=statement.words,
        comment=clean_text(comment, what="Your comment", limit=rules.MAX_COMMENT),
        authenticated_with=confirmed.method,
        authenticated_at=confirmed.at,
        idempotency_key=key,
    )
