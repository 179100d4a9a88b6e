"""Rules about people."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import queries
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat

# They would hide behind a page of this name below /people/.
RESERVED_USERNAMES = frozenset({"new", "import"})


def seat_to(by: Person | None, right: str, *scopes: Scope, words: str) -> HeldSeat | None:
    """The seat that gives `by` the right; None where `by` is None, the operator at the command line.

    Who can run commands on the host can write to its database anyway; no request is ever without a person. Raises
    NotAllowed with `words` where no seat gives it.
    """
    if by is None:
        return None
    seat = queries.seat_for(by, right, *scopes, fresh=True)
    if seat is None:
        raise NotAllowed(words)
    return seat


def check_may_manage_people(by: Person | None) -> HeldSeat | None:
    """Adding, editing, deactivating people is the administrator's."""
    return seat_to(
        by, "organization.manage_people", words="Only an administrator may add, change or deactivate people."
    )


def check_username(username: str, *, but: Person | None = None) -> str:
    """The username as stored; raises BadInput where it cannot be one, Refused where it is taken."""
    username = Person.normalize_username(username.strip())
    if not username:
        raise BadInput("A person needs a username.")
    if "@" in username:
        raise BadInput(f"“{username}” has an @: people may sign in by mail address too, and could be confused.")
    try:
        Person._meta.get_field("username").run_validators(username)
    except ValidationError as error:
        raise BadInput(
            f"“{username[:60]}” cannot be a username: use at most 150 letters, digits and . + - _."
        ) from error
    if username.lower() in RESERVED_USERNAMES:
        raise BadInput(f"“{username}” cannot be a username: a page has that name.")
    if Person.objects.filter(username__iexact=username).exclude(pk=but.pk if but else 0).exists():
        raise Refused(f"The username “{username}” is taken.")
    return username


def check_email(email: str, *, but: Person | None = None) -> str:
    """The mail address in lower case, "" where there is none; raises BadInput or Refused where it cannot be used."""
    email = email.strip().lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadInput(f"“{email[:100]}” is not a mail address.") from error
    if Person.objects.filter(email__iexact=email).exclude(pk=but.pk if but else 0).exists():
        raise Refused(f"The mail address {email} belongs to somebody else here.")
    return email


def check_may_add_person(*, username: str, email: str, by: Person | None) -> HeldSeat | None:
    """An administrator, a free username, a free mail address or none."""
    seat = check_may_manage_people(by)
    check_username(username)
    check_email(email)
    return seat


def check_may_edit_person(person: Person, *, by: Person) -> HeldSeat | None:
    """An administrator edits anybody; people change their own time zone on the same page (None: no seat needed)."""
    if by.pk == person.pk and not by.has_perm("organization.manage_people"):
        return None
    return seat_to(
        by,
        "organization.manage_people",
        words="Only an administrator may change other people; your own time zone you change on your own page.",
    )


def check_may_invite_person(person: Person, *, by: Person | None) -> HeldSeat | None:
    """A one-time link is for who has no password yet: else an administrator could sign in, and sign, as anybody."""
    seat = check_may_manage_people(by)
    if person.is_service:
        raise Refused(f"{person.name} is a service account: it never signs in. Make a token instead.")
    if not person.is_active:
        raise Refused(f"{person.name} is not active: reactivate the account first.")
    if person.has_usable_password():
        raise Refused(
            f"{person.name} has chosen a password already. Who forgets it asks for a new one on the sign-in page."
        )
    return seat


def check_may_deactivate_person(person: Person, *, by: Person) -> HeldSeat | None:
    """An administrator, and never the last one."""
    seat = check_may_manage_people(by)
    if not person.is_active:
        raise Refused(f"{person.name} is not active already.")
    if queries.is_last_administrator(person):
        whose = "You are" if by.pk == person.pk else f"{person.name} is"
        raise Refused(f"{whose} the last administrator. Give somebody else the administrator's seat first.")
    return seat


def check_may_reactivate_person(person: Person, *, by: Person) -> HeldSeat | None:
    """An administrator; tokens stay revoked."""
    seat = check_may_manage_people(by)
    if person.is_active:
        raise Refused(f"{person.name} is active.")
    return seat


def check_may_hand_over(person: Person, *, by: Person) -> HeldSeat | None:
    """An administrator hands over the seats of somebody who leaves or has left."""
    return check_may_manage_people(by)


def check_first_run() -> None:
    """Raises Refused once anybody has an account."""
    if Person.objects.filter(is_service=False).exists():
        raise Refused("This portal has been set up already. Ask an administrator for an account.")
