"""Acts on service accounts and their tokens."""

import secrets
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.unavailable import where_possible
from apps.organization import rules
from apps.organization.actions.locks import lock_person
from apps.organization.actions.words import one_line
from apps.organization.models import Person, Token
from apps.organization.models.seats import HeldSeat

PREFIX = "triad_"
SHOWN = len(PREFIX) + 6
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@act
def add_service_account(*, username: str, name: str, by: Person) -> Person:
    """An account for a program: it never signs in and holds no seat."""
    seat = rules.check_may_manage_tokens(by)
    return _add_service_account(username, name, by=by, seat=seat)


@act
def service_account(*, username: str, name: str = "") -> Person:
    """The service account of this username, added where there is none; a part of other acts, such as an import's.

    Raises Refused where the name belongs to a person or to an account that is not active.
    """
    found = Person.objects.filter(username=username).first()
    if found is None:
        return _add_service_account(username, name or username.capitalize(), by=None, seat=None)
    if not found.is_service:
        raise Refused(f"“{username}” is a person here, so it cannot be the service account of that name.")
    if not found.is_active:
        raise Refused(f"The service account “{username}” is not active.")
    nothing_changed()
    return found


def actor_named(username: str) -> Person:
    """Who acts by a command: a person, or a service account, which for `importer` is added where it is absent.

    Raises BadInput where nobody active has the username.
    """
    if username == "importer":
        return service_account(username=username, name="Importer")
    found = Person.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise BadInput(f"Nobody active has the username “{username}”.")
    return found


def _add_service_account(username: str, name: str, *, by: Person | None, seat: HeldSeat | None) -> Person:
    person = Person(
        username=rules.check_username(username),
        name=one_line(name, what="The name", limit=200, needed=True),
        is_service=True,
        password=make_password(None),
    )
    person.save()
    record(
        "service_account.added",
        subject=person.key,
        title=person.username,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        sentence="added the service account “{title}”",
    )
    return person


@act
def create_token(*, person: Person, name: str, expires_on: date, by: Person) -> tuple[Token, str]:
    """A new token, good through the day `expires_on` (UTC), and its secret, which is kept nowhere."""
    person = lock_person(person)
    name = one_line(name, what="The name", limit=100)
    seat = rules.check_may_create_token(person, name=name, expires_on=expires_on, by=by)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        person=person,
        name=name,
        prefix=secret[:SHOWN],
        secret_hash=Token.hash_of(secret),
        created_by=by,
        expires_at=datetime.combine(expires_on + timedelta(days=1), time(), UTC),
    )
    record(
        "token.created",
        subject=person.key,
        title=person.username,
        digest=canonical_digest(token.canonical_row()),
        by=by,
        seat=seat,
        facts={"token": token.prefix, "name": token.name, "expires_at": token.expires_at},
        sentence="made the token “{name}” ({token}…) for the service account “{title}”",
    )
    return token, secret


@act
def revoke_token(*, token: Token, by: Person) -> Token:
    """The token is refused from now on."""
    token = Token.objects.select_for_update(of=("self",)).select_related("person").get(pk=token.pk)
    seat = rules.check_may_revoke_token(token, by=by)
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(
        "token.revoked",
        subject=token.person.key,
        title=token.person.username,
        digest=canonical_digest(token.canonical_row()),
        by=by,
        seat=seat,
        facts={"token": token.prefix, "name": token.name},
        sentence="revoked the token “{name}” ({token}…) of the service account “{title}”",
    )
    return token


def note_token_use(token: Token, *, at: datetime) -> None:
    """Keeps when the token was last used, to the minute: a fact that machines measure, no act."""
    old = Q(last_used_at=None) | Q(last_used_at__lt=at - USE_IS_NOTED_EVERY)
    with where_possible():  # a read must not fail because nothing can be written
        Token.objects.filter(old, pk=token.pk).update(last_used_at=at)
