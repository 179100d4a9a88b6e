"""Which decisions wait for a person, and for whom else."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q

from apps.organization import queries as organization
from apps.organization.models import Person, Scope, Seat
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS
from apps.organization.roles import GRID, Column, Layer, Role
from apps.reliability.models import Decision, DecisionProposal
from apps.reliability.queries.decisions import decisions_outside, with_proposals
from apps.reliability.queries.policies import deciding_seats

RIGHT = "reliability.sign_decision"
# Open decisions are read for so many, the first due before others.
MOST_READ = 500


class Step(StrEnum):
    """What comes next in a decision."""

    PROPOSE = "PROPOSE"
    SIGN = "SIGN"
    OTHERS = "OTHERS"  # overdue, and others have to sign
    OUTCOME = "OUTCOME"  # decided, and nobody noted what came of it


@dataclass(frozen=True)
class Missing:
    """A column that has not signed, and who speaks for it; `names` is empty where nobody does."""

    column: Column
    names: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """A decision with what comes next; `columns` are those for which this person may sign."""

    decision: Decision
    step: Step
    is_overdue: bool
    columns: tuple[Column, ...] = ()
    missing: tuple[Missing, ...] = ()


def decisions_waiting(person: Person, within: Q, *, hidden: Collection[int], on: date) -> list[Waiting]:
    """What waits for the person's word, is overdue, or is theirs and has no outcome yet; the first due before others.

    `within` says, of decisions, where the person's seats reach. Five queries at most, however many rows.
    """
    open_now = Q(state=Decision.State.OPEN)
    own = Q(decided__owner=person, outcome="", state__in=[Decision.State.DECIDED, Decision.State.EXPIRED])
    rows = list(with_proposals(decisions_outside(hidden).filter(within, open_now | own))[:MOST_READ])
    seats = _seats_around([row.slo.scope for row in rows])
    return [found for row in rows if (found := _waiting(row, person, seats, on))]


def _seats_around(scopes: list[Scope]) -> list[Seat]:
    teams = [scope.worked_by for scope in scopes if scope.worked_by]
    return list(organization.seats_on([*scopes, *teams], roles=RIGHTS[RIGHT])) if scopes else []


def _waiting(decision: Decision, person: Person, seats: Iterable[Seat], on: date) -> Waiting | None:
    """None where others act, and are in time."""
    if decision.state != Decision.State.OPEN:
        return Waiting(decision, Step.OUTCOME, is_overdue=False)
    scope, is_overdue = decision.slo.scope, decision.due_on < on
    proposal = next(iter(decision.proposals.all()), None)
    held = deciding_seats(person, RIGHT, scope)
    if proposal is None or proposal.expires_on < on or _is_lost(proposal):
        return Waiting(decision, Step.PROPOSE, is_overdue)
    names = _names(scope, seats)
    signed = {one.column for one in proposal.signatures.all()}
    missing = tuple(Missing(column, names[column]) for column in Column if column not in signed)
    columns = tuple(one.column for one in missing if _may_sign(one, held, proposal, person))
    if columns:
        return Waiting(decision, Step.SIGN, is_overdue, columns, missing)
    return Waiting(decision, Step.OTHERS, is_overdue, missing=missing) if is_overdue else None


def _is_lost(proposal: DecisionProposal) -> bool:
    """Two dissented, so that it can no longer be decided."""
    return sum(not one.agrees for one in proposal.signatures.all()) > 1


def _may_sign(one: Missing, held: dict[Column, HeldSeat], proposal: DecisionProposal, person: Person) -> bool:
    """As `rules.check_may_sign_decision` says, of rows that are loaded."""
    seat = held.get(one.column)
    if seat is None and not one.names:
        lead = held.get(Column.SRE)
        seat = lead if lead and lead.role == Role.SRE_ORGANIZATION_LEAD else None
    if seat is None:
        return False
    side = {person.pk} | ({seat.delegated_by_id} if seat.delegated_by_id else set())
    return not any(side & given.signature.side for given in proposal.signatures.all())


def _names(scope: Scope, seats: Iterable[Seat]) -> dict[Column, tuple[str, ...]]:
    """Who speaks for each column on the scope, the nearest seat first."""
    depth = {pk: index for index, pk in enumerate(scope.path_ids())}
    found: dict[Column, list[tuple[int, str]]] = {column: [] for column in Column}
    for seat in seats:
        place = GRID[Role(seat.role)]
        of_team = seat.scope_id == scope.worked_by_id and place.layer == Layer.DELIVERY
        if seat.scope_id in depth or of_team:
            found[place.column].append((-depth.get(seat.scope_id, 0), seat.person.name))
    return {column: tuple(dict.fromkeys(name for _, name in sorted(rows))) for column, rows in found.items()}
