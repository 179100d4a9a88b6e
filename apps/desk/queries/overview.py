"""How things stand, for people who look after the whole; and what an empty installation needs first."""

from dataclasses import dataclass

from django.db.models import Count, Q

from apps.audit import queries as audit
from apps.audit.models import Head, Verification
from apps.delivery.models import Epic
from apps.delivery.models.epics import epic_condition
from apps.delivery.states import EpicState
from apps.desk.queries.places import Places
from apps.organization import queries as organization
from apps.organization.models import Person, Seat
from apps.organization.roles import READS_EVERYTHING, Role

# Who looks after more than single epics.
OVERSEERS = (
    *READS_EVERYTHING,
    Role.ADMINISTRATOR,
    Role.TECHNICAL_PRODUCT_MANAGER,
    Role.ENTERPRISE_ARCHITECT,
    Role.SRE_ORGANIZATION_LEAD,
)


@dataclass(frozen=True)
class StateCount:
    """How many epics are in one state."""

    state: EpicState
    count: int


@dataclass(frozen=True)
class Overview:
    """Epics by state, as far as the reader may read them."""

    states: list[StateCount]
    total: int


def overview(hidden: set[int]) -> Overview:
    """Epics of initiatives other than those with the scopes `hidden`. One query."""
    states = [state for state in EpicState if state != EpicState.ARCHIVED]
    epics = Epic.objects.active().outside(hidden)
    counts = epics.aggregate(**{state.value: Count("pk", filter=Q(epic_condition(state))) for state in states})
    return Overview([StateCount(state, counts[state.value]) for state in states], sum(counts.values()))


@dataclass(frozen=True)
class LogState:
    """The log's size and what the last walk over it found."""

    head: Head
    last: Verification | None


def log_state() -> LogState:
    """Two queries."""
    return LogState(audit.head(), audit.verifications().first())


@dataclass(frozen=True)
class FirstSteps:
    """What an administrator of a new installation has done, and has before them."""

    people: bool
    epics: bool
    owners: bool

    @property
    def done(self) -> bool:
        """Nothing is left."""
        return self.people and self.epics and self.owners


def first_steps() -> FirstSteps:
    """Three queries."""
    return FirstSteps(
        people=organization.active_people()[1:2].exists(),
        epics=Epic.objects.active().exists(),
        owners=Seat.objects.held_on(organization.today()).filter(role=Role.PRODUCT_OWNER).exists(),
    )


def seat_givers() -> list[Person]:
    """Administrators, who hand out seats. Two queries."""
    seats = organization.seats_on([organization.organization_scope()], roles=[Role.ADMINISTRATOR])
    return sorted({seat.person for seat in seats}, key=lambda person: person.name)


def oversees(places: Places) -> bool:
    """Whether one of the seats looks after more than single epics."""
    return places.holds(*OVERSEERS)
