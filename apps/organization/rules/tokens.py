"""Rules about service accounts and their tokens."""

from datetime import date, timedelta

from apps.common.refused import BadInput, Refused
from apps.organization import queries
from apps.organization.models import Person, Token
from apps.organization.models.seats import HeldSeat
from apps.organization.rules.people import seat_to

LONGEST_TOKEN = timedelta(days=731)


def check_may_manage_tokens(by: Person | None) -> HeldSeat | None:
    """Service accounts and their tokens are the administrator's."""
    return seat_to(
        by,
        "organization.manage_tokens",
        words="Only an administrator may manage service accounts and their tokens.",
    )


def check_may_create_token(person: Person, *, name: str, expires_on: date, by: Person) -> HeldSeat | None:
    """For an active service account, under a name not in use, for two years at most.

    People have no tokens: what speaks for a person is that person, signed in.
    """
    seat = check_may_manage_tokens(by)
    if not person.is_service:
        raise Refused(f"{person.name} is a person; tokens are for service accounts. Add one for the program.")
    if not person.is_active:
        raise Refused(f"{person.name} is not active: reactivate the account first.")
    if not name:
        raise BadInput("A token needs a name that says what uses it.")
    today = queries.today()
    if expires_on <= today:
        raise BadInput("The token would have expired already: choose a later day.")
    if expires_on - today > LONGEST_TOKEN:
        raise BadInput("A token lasts at most two years: choose an earlier day.")
    if person.tokens.filter(name__iexact=name, revoked_at=None).exists():
        raise Refused(f"{person.name} has a token named “{name}” already. Revoke it first, or choose another name.")
    return seat


def check_may_revoke_token(token: Token, *, by: Person) -> HeldSeat | None:
    """An administrator; once."""
    seat = check_may_manage_tokens(by)
    if token.revoked_at is not None:
        raise Refused(f"The token “{token.name}” is revoked already.")
    return seat
