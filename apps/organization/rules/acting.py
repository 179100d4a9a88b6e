"""The seat in which somebody acts, whatever the room: asked for by its rules, with words of its own."""

from apps.common.refused import NotAllowed
from apps.organization import queries
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS
from apps.organization.roles import Role


def seat_or_refuse(by: Person, right: str, words: str, *scopes: Scope, fresh: bool = False) -> HeldSeat | None:
    """The seat that gives `right` on any of `scopes`, or on any scope at all; None for a service account that may.

    `words` say what is done, such as "Editing E-12"; `fresh` reads seats anew, as acts do on locked rows.
    Raises NotAllowed.
    """
    if by.is_service:  # nobody gives a seat to one
        if queries.has_right(by, right, *scopes):
            return None
    elif seat := queries.seat_for(by, right, *scopes, fresh=fresh):
        return seat
    raise no_seat(right, words, *scopes)


def no_seat(right: str, words: str, *scopes: Scope) -> NotAllowed:
    """The refusal that names the seats which would do."""
    *others, last = (role.label for role in Role if role in RIGHTS[right])
    roles = f"{', '.join(others)} or {last}" if others else last
    where = " or ".join(scope.key for scope in scopes)
    return NotAllowed(
        f"{words} takes a seat as {roles} of {f'{where} or above' if where else 'some scope'}, and you hold none."
    )
