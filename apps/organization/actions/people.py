"""Acts on people: adding, editing, inviting, deactivating, handing over."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.audit.acts import Of, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput
from apps.organization import queries, rules
from apps.organization.actions.credentials import note_mail_change
from apps.organization.actions.letters import post_letter
from apps.organization.actions.locks import lock_organization, lock_person
from apps.organization.actions.seats import end_seat, grant_seat
from apps.organization.actions.words import one_line
from apps.organization.models import Letter, Person, Seat
from apps.organization.roles import Role


def hashed_password(password: str, *, username: str, name: str, email: str = "") -> str:
    """The password in the form in which it is stored. Takes some tenths of a second: never inside an act.

    Raises BadInput with every reason why the password is too weak.
    """
    try:
        validate_password(password, user=Person(username=username, name=name, email=email))
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    return make_password(password)


@act
def add_person(
    *,
    username: str,
    name: str,
    by: Person | None,
    email: str = "",
    time_zone: str = "UTC",
    password_hash: str = "",
    is_demo: bool = False,
    link_base: str = "",
) -> Person:
    """Somebody new, without a seat; they choose their password by a one-time link.

    With `link_base` (this portal's address) the link is sent by mail too, where there is a mail address. `by` None is
    the operator at the command line.
    """
    seat = rules.check_may_add_person(username=username, email=email, by=by)
    person = Person(
        username=rules.check_username(username),
        name=one_line(name, what="The name", limit=200, needed=True),
        email=rules.check_email(email),
        time_zone=_time_zone(time_zone),
        is_demo=is_demo,
        password=password_hash or make_password(None),
    )
    person.save()
    record(
        "person.added",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        personal=_of(person, name=person.name, username=person.username, email=person.email),
        sentence="added {name} ({username})",
    )
    if link_base and person.email and not person.has_usable_password():
        post_letter(Letter.Kind.INVITATION, person=person, detail=link_base)
    return person


def _of(person: Person, **values: str) -> dict[str, Of]:
    """Personal values of `person`, so that erasing theirs finds them whoever acted."""
    return {name: Of(person.key, value) for name, value in values.items() if value}


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise BadInput(f"“{name[:60]}” is no time zone such as Europe/Lisbon.")
    return name


@act
def edit_person(
    *, person: Person, by: Person, name: str | None = None, email: str | None = None, time_zone: str | None = None
) -> Person:
    """Changes what is given; people themselves only their time zone.

    Another's change of the mail address is told to the old address and shuts the person's signing for a while.
    """
    person = lock_person(person)
    seat = rules.check_may_edit_person(person, by=by)
    before = {field: getattr(person, field) for field in ("name", "email", "time_zone")}
    if seat is not None:
        if name is not None:
            person.name = one_line(name, what="The name", limit=200, needed=True)
        if email is not None:
            person.email = rules.check_email(email, but=person)
    if time_zone is not None:
        person.time_zone = _time_zone(time_zone)
    changed = [field for field, value in before.items() if getattr(person, field) != value]
    if not changed:
        nothing_changed()
        return person
    shuts = "email" in changed and note_mail_change(person, before=before["email"], by=by)
    person.save(update_fields=["name", "email", "time_zone", "credentials_changed_at"])
    record(
        "person.edited",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        personal=_of(person, name=person.name, **{f"new_{field}": getattr(person, field) for field in changed}),
        facts={"changed": changed, "shuts_signing": shuts},
        sentence=f"edited {{name}}: {', '.join(changed).replace('_', ' ')}",
    )
    return person


@act
def invite_person(*, person: Person, by: Person, link_base: str = "") -> Person:
    """Notes that a new one-time link was made for somebody who has no password yet; mails it with `link_base`."""
    person = lock_person(person)
    seat = rules.check_may_invite_person(person, by=by)
    record(
        "person.invited",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        personal=_of(person, name=person.name),
        sentence="made a new one-time link for {name}",
    )
    if link_base and person.email:
        post_letter(Letter.Kind.INVITATION, person=person, detail=link_base)
    return person


@act
def deactivate_person(*, person: Person, by: Person, reason: str = "") -> Person:
    """Ends every session and token at once; seats stay as they are, act no more, and wait for a successor."""
    lock_organization()
    person = lock_person(person)
    seat = rules.check_may_deactivate_person(person, by=by)
    now = timezone.now()
    waiting = queries.open_seats_of(person)
    person.is_active, person.deactivated_at = False, now
    person.save(update_fields=["is_active", "deactivated_at"])
    tokens = person.tokens.filter(revoked_at=None).update(revoked_at=now)
    sessions = end_sessions(person)
    record(
        "person.deactivated",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        about=sorted({one.scope.key for one in waiting}),
        reason=one_line(reason, what="The reason", limit=500),
        personal=_of(person, name=person.name),
        facts={"sessions": sessions, "tokens": tokens, "seats": [one.pk for one in waiting]},
        sentence=f"deactivated {{name}}; {len(waiting)} {'seat waits' if len(waiting) == 1 else 'seats wait'} for a"
        " successor",
    )
    return person


def end_sessions(person: Person) -> int:
    """Removes the stored sessions of `person`; returns how many. A part of acts, without an entry of its own."""
    mine = [
        session.pk
        for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator(chunk_size=500)
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    for start in range(0, len(mine), 500):
        Session.objects.filter(pk__in=mine[start : start + 500]).delete()
    return len(mine)


@act
def reactivate_person(*, person: Person, by: Person) -> Person:
    """Lets somebody sign in again, in whatever seats are still theirs; revoked tokens stay revoked."""
    person = lock_person(person)
    seat = rules.check_may_reactivate_person(person, by=by)
    person.is_active, person.deactivated_at = True, None
    person.save(update_fields=["is_active", "deactivated_at"])
    record(
        "person.reactivated",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        personal=_of(person, name=person.name),
        sentence="reactivated {name}",
    )
    return person


@act
def hand_over_seats(*, person: Person, successors: Mapping[int, Person | None], by: Person) -> list[Seat]:
    """Ends the named seats of `person` at once and gives each to its successor; None leaves it vacant.

    `successors` maps the primary key of a seat to who takes it. All of them or, where one is refused, none.
    """
    lock_organization()
    seat = rules.check_may_hand_over(person, by=by)
    person = lock_person(person)
    mine = {one.pk: one for one in queries.open_seats_of(person)}
    if not successors:
        raise BadInput("Choose a successor for at least one seat.")
    if not mine.keys() >= successors.keys():
        raise BadInput(f"One of these is no open seat of {person.name} any more. Load the page again.")
    taken = [_hand_over(mine[pk], successor, by=by) for pk, successor in successors.items()]
    given = [one for one in taken if one is not None]
    record(
        "person.handed_over",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=by,
        seat=seat,
        about=sorted({mine[pk].scope.key for pk in successors} | {one.person.key for one in given}),
        personal=_of(person, name=person.name),
        facts={"ended": list(successors), "granted": [one.pk for one in given]},
        sentence=f"handed over {len(given)} of {len(successors)} seats of {{name}}, the others are vacant now",
    )
    return given


def _hand_over(seat: Seat, successor: Person | None, *, by: Person) -> Seat | None:
    first, last = max(queries.today(), seat.from_on), seat.until_on
    given = None
    if successor is not None:
        # Before the old one ends: the last administrator's seat changes hands without a gap.
        given = grant_seat(
            person=successor, role=Role(seat.role), scope=seat.scope, from_on=first, until_on=last, by=by
        )
    end_seat(seat=seat, by=by)
    return given
