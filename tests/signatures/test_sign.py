"""One signature, whatever is signed."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.acts import act, canonical_digest, record
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.models import Person
from apps.organization.queries import held_seats
from apps.signatures import actions, queries
from apps.signatures.actions import Statement
from apps.signatures.models import Signature
from apps.signatures.reauthentication import Authentication
from tests.cast import Cast

pytestmark = pytest.mark.django_db

KEY = "0123456789abcdef"


@act
def sign_something(
    *, by: Person, key: str = KEY, comment: str = "", authentication: Authentication | None = None
) -> Signature:
    """An act of a room above."""
    signature = actions.sign(
        statement=Statement("X-1", "Something", "ab" * 32, "ACCEPT", f"I, {by.name}, accept it."),
        by=by,
        seat=held_seats(by)[0],
        authentication=authentication or Authentication("password", timezone.now()),
        comment=comment,
        key=key,
    )
    record("thing.signed", subject="X-1", digest=canonical_digest({"x": 1}), by=by, reference=signature.key)
    return signature


def test_it_freezes_name_seat_meaning_and_how_the_signer_confirmed(cast: Cast) -> None:
    signature = sign_something(by=cast.maria, comment="Well\r\ndone")
    assert (signature.printed_name, signature.seat_scope) == ("Maria Keller", cast.initiative.key)
    assert (signature.authenticated_with, signature.meaning) == ("password", "ACCEPT")
    assert signature.comment == "Well\ndone"
    assert queries.signatures_on("X-1") == [signature]


def test_a_key_signs_once(cast: Cast) -> None:
    signature = sign_something(by=cast.maria)
    assert queries.signature_with_key(person=cast.maria, idempotency_key=KEY) == signature
    with pytest.raises(Refused, match="used for another signature"):
        sign_something(by=cast.maria)
    assert sign_something(by=cast.ruth).key != signature.key


def test_the_database_is_the_last_judge(cast: Cast) -> None:
    signature = sign_something(by=cast.maria)
    signature.pk, signature.key = None, "SIG-99"
    with pytest.raises(IntegrityError), transaction.atomic():
        signature.save()


@pytest.mark.parametrize("key", ["", "short", "k" * 65, "é" * 20, "0123456789abcde\n"])
def test_a_key_that_no_page_made_is_refused(cast: Cast, key: str) -> None:
    with pytest.raises(BadInput, match="The form is incomplete"):
        sign_something(by=cast.maria, key=key)


def test_a_service_account_never_signs(cast: Cast) -> None:
    Person.objects.filter(pk=cast.maria.pk).update(is_service=True)
    cast.maria.refresh_from_db()
    with pytest.raises(NotAllowed, match="A service account cannot sign"):
        sign_something(by=cast.maria)


def test_a_deactivated_person_never_signs(cast: Cast) -> None:
    held_seats(cast.maria)
    cast.maria.is_active = False
    with pytest.raises(NotAllowed, match="deactivated and cannot sign"):
        sign_something(by=cast.maria)
