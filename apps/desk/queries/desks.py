"""A person's desk: the sections that their seats call for."""

from dataclasses import dataclass, fields
from datetime import datetime

from apps.delivery.models import Story
from apps.desk.greeting import joined
from apps.desk.queries.decisions import NFRRow, nfrs_to_attest, requests_of, waivers_to_decide
from apps.desk.queries.epics import EpicRow, EpicSections, epic_sections
from apps.desk.queries.overview import (
    FirstSteps,
    LogState,
    Overview,
    first_steps,
    log_state,
    oversees,
    overview,
    seat_givers,
)
from apps.desk.queries.places import Places, places_of
from apps.desk.queries.reliability import DecisionRow, decisions_due
from apps.desk.queries.sections import Section
from apps.desk.queries.stories import StoriesToSign, stories_to_mend, stories_to_sign
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.rights import RIGHTS
from apps.organization.roles import GRID, Role
from apps.reliability.queries import DECIDES
from apps.signoff.models import SignOffRequest, Waiver

LIMIT = 20
# Of one section alone, where somebody asks for all of it.
ALL = 500


@dataclass(frozen=True)
class Work:
    """What waits, section by section, in the order shown."""

    ready: Section[EpicRow]
    stories: Section[StoriesToSign]
    requests: Section[SignOffRequest]
    decisions: Section[DecisionRow]
    waivers: Section[Waiver]
    nfrs: Section[NFRRow]
    mend: Section[Story]
    blocked: Section[EpicRow]
    moved: Section[EpicRow]

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


# What the line of facts calls one row of a section, and several.
COUNTED = {
    "ready": ("ready to sign", "ready to sign"),
    "stories": ("epic with stories to sign", "epics with stories to sign"),
    "requests": ("asked of you", "asked of you"),
    "decisions": ("decision due", "decisions due"),
    "waivers": ("waiver to decide", "waivers to decide"),
    "nfrs": ("NFR to attest", "NFRs to attest"),
    "mend": ("story to mend", "stories to mend"),
    "blocked": ("blocked", "blocked"),
    "moved": ("moved since signed", "moved since signed"),
}


@dataclass(frozen=True)
class Desk:
    """Everything that the page shows. `only` names the one section asked for, or ""."""

    work: Work
    seats: str
    counts: list[str]
    only: str
    is_owner: bool
    is_analyst: bool
    is_seated: bool
    overview: Overview | None
    log: LogState | None
    steps: FirstSteps | None
    seat_givers: list[Person]


def read_desk(person: Person, *, at: datetime, only: str = "") -> Desk:
    """A number of queries that depends on the person's seats, and not on how much waits."""
    places = places_of(person)
    only = only if only in COUNTED else ""
    work = _work(person, places, at=at, limit=ALL if only else LIMIT)
    steps = first_steps() if places.holds(Role.ADMINISTRATOR) else None
    return Desk(
        work=work,
        seats=_seat_words(places),
        counts=_counts(work),
        only=only,
        is_owner=places.holds(Role.PRODUCT_OWNER),
        is_analyst=places.holds(Role.BUSINESS_ANALYST),
        is_seated=bool(places.held),
        overview=overview(places.hidden) if oversees(places) else None,
        log=log_state() if organization.has_right(person, "audit.view_log") else None,
        steps=None if steps is None or steps.done else steps,
        seat_givers=[] if places.held else seat_givers(),
    )


def _work(person: Person, places: Places, *, at: datetime, limit: int) -> Work:
    """Only what a seat calls for is read."""
    epics = EpicSections(Section(), Section(), Section())
    if places.holds(*GRID):
        epics = epic_sections(person, places, at=at, limit=limit)
    decides = places.holds(Role.PRODUCT_OWNER, Role.SRE_LEAD)
    speaks = places.holds(*RIGHTS[DECIDES])
    mends = places.holds(Role.ENGINEERING_TEAM_LEAD, Role.SOLUTION_ARCHITECT)
    return Work(
        ready=epics.ready,
        stories=stories_to_sign(person, places, limit=limit) if places.holds(Role.BUSINESS_ANALYST) else Section(),
        requests=requests_of(person, hidden=places.hidden, limit=limit),
        decisions=decisions_due(person, places, on=at.date(), limit=limit) if speaks else Section(),
        waivers=waivers_to_decide(person, places, limit=limit) if decides else Section(),
        nfrs=nfrs_to_attest(places, at=at, limit=limit) if places.holds(Role.SRE_LEAD) else Section(),
        mend=stories_to_mend(places, limit=limit) if mends else Section(),
        blocked=epics.blocked,
        moved=epics.moved,
    )


def _counts(work: Work) -> list[str]:
    """Such as "1 waiver to decide", for each section that has rows."""
    found = []
    for name, (one, several) in COUNTED.items():
        section: Section[object] = getattr(work, name)
        if section:
            found.append(f"{section.count} {one if section.count == '1' else several}")
    return found


def _seat_words(places: Places) -> str:
    """Such as "Product Owner of Checkout, and SRE Lead on 3 scopes", each role once; for whom a delegate acts."""
    by_role: dict[str, list[Scope]] = {}
    for seat in places.held:
        role = Role(seat.role).label
        name = f"{role} for {seat.delegated_by_name}" if seat.delegated_by else role
        by_role.setdefault(name, []).append(places.scopes[seat.scope_id])
    return joined([f"{role} {_scope_words(scopes)}" for role, scopes in by_role.items()])


def _scope_words(scopes: list[Scope]) -> str:
    if len(scopes) == 1:
        return f"of {scopes[0].title}"
    kinds = {scope.kind for scope in scopes}
    kind = Scope.Kind(kinds.pop()).label.lower() if len(kinds) == 1 else "scope"
    return f"on {len(scopes)} {kind}s"
