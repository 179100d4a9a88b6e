"""Rules about seats and their delegation.

Who hands out seats: the administrator any; the outward layer (Technical Product Manager, Enterprise Architect, SRE
Organization Lead) those of its own column, on its scope and below. Nobody gives a seat to themselves, except an
administrator, who must be able to begin alone; the log says that they did.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import queries
from apps.organization.models import Delegation, Person, Scope, Seat
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS
from apps.organization.roles import GRID, ORGANIZATION_ONLY, Role

LONGEST_DELEGATION = timedelta(days=366)
RIGHT = "organization.grant_seat"


def roles_to_hand_out(by: Person, scope: Scope) -> list[Role]:
    """The roles `by` may hand out on `scope`, in the order of the grid."""
    given: set[Role] = set()
    for seat in _granting_seats(by, scope):
        given |= _reach(Role(seat.role))
    if scope.kind != Scope.Kind.ORGANIZATION:
        given -= ORGANIZATION_ONLY
    return [role for role in Role if role in given]


def _granting_seats(by: Person, scope: Scope, *, fresh: bool = False) -> list[HeldSeat]:
    ids = set(scope.path_ids())
    seats = queries.held_seats(by, fresh=fresh)
    return [seat for seat in seats if Role(seat.role) in RIGHTS[RIGHT] and seat.scope_id in ids]


def _reach(granting: Role) -> set[Role]:
    if granting == Role.ADMINISTRATOR:
        return set(Role)
    return {role for role, place in GRID.items() if place.column == GRID[granting].column}


def check_may_hand_out_seats(scope: Scope, *, by: Person) -> None:
    """Some seat of `by` lets them hand out some seat on `scope`, which is not archived."""
    if not roles_to_hand_out(by, scope):
        raise NotAllowed(
            f"Seats on {scope.key} are handed out by an administrator, or by the Technical Product Manager, Enterprise"
            " Architect and SRE Organization Lead in their own column."
        )
    if scope.archived_at is not None:
        raise Refused(f"{scope.key} is archived; nobody takes a seat on it any more.")


def _seat_handing_out(role: Role, scope: Scope, by: Person | None) -> HeldSeat | None:
    if by is None:  # the operator at the command line
        return None
    seats = _granting_seats(by, scope, fresh=True)
    able = [seat for seat in seats if role in _reach(Role(seat.role))]
    if able:
        return sorted(able, key=lambda seat: bool(seat.delegated_by))[0]
    if seats:
        columns = " and ".join(sorted({Role(seat.role).label for seat in seats}))
        raise NotAllowed(f"As {columns} you hand out seats of your own column only; {role.label} is not one of them.")
    raise NotAllowed(
        f"Only an administrator, or the outward layer in its own column, hands out the seat of {role.label} on"
        f" {scope.key}."
    )


def check_dates(from_on: date, until_on: date | None) -> None:
    """The last day does not come before the first."""
    if until_on is not None and until_on < from_on:
        raise BadInput(f"The last day, {until_on:%-d %b %Y}, comes before the first, {from_on:%-d %b %Y}.")


def check_may_grant_seat(
    *, person: Person, role: Role, scope: Scope, from_on: date, until_on: date | None, by: Person | None
) -> HeldSeat | None:
    """Right, column, active person, fitting scope, sound dates, not held already."""
    seat = _seat_handing_out(role, scope, by)
    own = seat is not None and seat.role == Role.ADMINISTRATOR and not seat.delegated_by
    if by is not None and by.pk == person.pk and not own:
        raise NotAllowed("Nobody gives a seat to themselves: ask an administrator or a colleague of your column.")
    if person.is_service:
        raise Refused(f"{person.name} is a service account, and those hold no seats: a signature needs a person.")
    if not person.is_active:
        raise Refused(f"{person.name} is not active, so the seat would be vacant at once.")
    if scope.archived_at is not None:
        raise Refused(f"{scope.key} is archived; nobody takes a seat on it any more.")
    if role in ORGANIZATION_ONLY and scope.kind != Scope.Kind.ORGANIZATION:
        raise Refused(f"The seat of {role.label} is held on the organization as a whole, not on {scope.key}.")
    check_dates(from_on, until_on)
    _check_not_held(person, role, scope, from_on, until_on)
    return seat


def _check_not_held(person: Person, role: Role, scope: Scope, from_on: date, until_on: date | None) -> None:
    for held in Seat.objects.filter(person=person, role=role, scope=scope, ended_at=None):
        if (until_on is None or held.from_on <= until_on) and (held.until_on is None or from_on <= held.until_on):
            until = f" until {held.until_on:%-d %b %Y}" if held.until_on else ""
            raise Refused(
                f"{person.name} holds the seat of {role.label} on {scope.key} from {held.from_on:%-d %b %Y}{until}"
                " already. End that one first, or choose days outside it."
            )


def check_may_end_seat(seat: Seat, *, by: Person, last_day: date | None = None) -> HeldSeat | None:
    """Who may hand it out may end it, and its holder may lay it down; never the last administrator's.

    `last_day` None ends it at once.
    """
    acting = None
    if by.pk != seat.person_id:
        acting = _seat_handing_out(Role(seat.role), seat.scope, by)
    today = queries.today()
    if not seat.is_open_on(today):
        raise Refused(f"This seat of {seat.person.name} has ended already.")
    if last_day is not None and last_day < max(today, seat.from_on):
        raise BadInput("The last day lies in the past: choose today or later, or end the seat at once.")
    if last_day is not None and seat.until_on is not None and last_day > seat.until_on:
        raise BadInput(f"This seat ends on {seat.until_on:%-d %b %Y} already; give a new one to prolong it.")
    if seat.role == Role.ADMINISTRATOR and queries.is_last_administrator(seat.person):
        raise Refused("This is the last administrator's seat. Give it to somebody else first.")
    return acting


def check_may_start_delegation(seat: Seat, *, by: Person) -> None:
    """Only who holds a seat delegates it, while it is held; a delegate never does."""
    if by.pk != seat.person_id:
        raise NotAllowed(
            f"Only {seat.person.name}, who holds this seat, may delegate it; who acts in it as a delegate may not"
            " pass it on."
        )
    if not seat.is_open_on(queries.today()):
        raise Refused("This seat has ended; there is nothing to delegate.")


def check_may_delegate_seat(*, seat: Seat, delegate: Person, from_on: date, until_on: date, by: Person) -> HeldSeat:
    """The holder's own seat, to an active colleague, within the seat's days, for a year at most."""
    check_may_start_delegation(seat, by=by)
    if delegate.pk == seat.person_id:
        raise Refused("You cannot delegate a seat to yourself.")
    if delegate.is_service:
        raise Refused(f"{delegate.name} is a service account, and those act in no seat.")
    if not delegate.is_active:
        raise Refused(f"{delegate.name} is not active.")
    check_dates(from_on, until_on)
    if from_on < queries.today():
        raise BadInput("A delegation cannot begin in the past.")
    if from_on < seat.from_on or (seat.until_on is not None and until_on > seat.until_on):
        until = f"{seat.until_on:%-d %b %Y}" if seat.until_on else "no end"
        raise BadInput(f"The seat itself is held from {seat.from_on:%-d %b %Y} to {until}: stay within it.")
    if until_on - from_on > LONGEST_DELEGATION:
        raise BadInput("A delegation lasts at most a year. For longer, hand the seat over.")
    _check_not_delegated(seat, delegate, from_on, until_on)
    return HeldSeat(
        seat_id=seat.pk,
        role=seat.role,
        scope_id=seat.scope_id,
        scope_key=seat.scope.key,
        scope_title=seat.scope.title,
        since=seat.from_on,
    )


def _check_not_delegated(seat: Seat, delegate: Person, from_on: date, until_on: date) -> None:
    same: Sequence[Delegation] = list(
        seat.delegations.filter(delegate=delegate, revoked_at=None, from_on__lte=until_on, until_on__gte=from_on)
    )
    if same:
        raise Refused(
            f"This seat is delegated to {delegate.name} until {same[0].until_on:%-d %b %Y} already."
            " Revoke that first, or choose days outside it."
        )


def check_may_revoke_delegation(delegation: Delegation, *, by: Person) -> HeldSeat | None:
    """The holder, the delegate (who gives it back) or an administrator."""
    acting = None
    if by.pk not in (delegation.seat.person_id, delegation.delegate_id):
        acting = queries.seat_for(by, "organization.manage_people", fresh=True)
        if acting is None:
            raise NotAllowed("Only who delegated the seat, the delegate, or an administrator may revoke this.")
    if delegation.revoked_at is not None or delegation.until_on < queries.today():
        raise Refused("This delegation has ended already.")
    return acting
