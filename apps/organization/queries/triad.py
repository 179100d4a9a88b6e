"""The triad of a scope: nine seats, who holds them, which are vacant, and who sits on both sides of a sign-off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q

from apps.organization.models import Delegation, Person, Scope, Seat
from apps.organization.queries.seats import today
from apps.organization.roles import GRID, Column, Layer, Role
from apps.organization.sides import SIDES

# Which seats a scope of this kind is expected to have filled, so that a vacancy is a finding.
_EPIC = (Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, Role.BUSINESS_ANALYST)
_OUTWARD = tuple(role for role, place in GRID.items() if place.layer == Layer.OUTWARD)
EXPECTED: dict[str, tuple[Role, ...]] = {
    Scope.Kind.ORGANIZATION: (),
    Scope.Kind.INITIATIVE: _OUTWARD,
    Scope.Kind.EPIC: _EPIC,
    Scope.Kind.TEAM: (Role.PRODUCT_OWNER, Role.ENGINEERING_TEAM_LEAD, Role.SRE),
    Scope.Kind.SERVICE: (Role.PRODUCT_OWNER, Role.SRE),
}


@dataclass(frozen=True)
class Holder:
    """Somebody in a cell of the grid. `place` is "" for a seat on the scope itself, else the scope it is held on."""

    seat: Seat
    place: str
    delegates: tuple[Person, ...]

    @property
    def person(self) -> Person:
        return self.seat.person

    @property
    def words(self) -> str:
        """What stands below the name: where the seat is held, until when, who acts in it."""
        parts = [f"on {self.place}"] if self.place else []
        if self.seat.until_on:
            parts.append(f"until {self.seat.until_on:%-d %b %Y}")
        if self.delegates:
            parts.append(f"delegated to {', '.join(one.name for one in self.delegates)}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Finding:
    """What is wrong with the seats of a scope, in words. `state` is VACANT or CONFLICT."""

    state: str
    words: str
    scope: Scope
    roles: tuple[Role, ...]
    person: Person | None = None


@dataclass(frozen=True)
class Cell:
    """One seat of the nine. `expected`: on a scope of this kind somebody should hold it."""

    role: Role
    holders: tuple[Holder, ...]
    conflict: str = ""
    expected: bool = True

    @property
    def label(self) -> str:
        return str(self.role.label)

    @property
    def vacant(self) -> bool:
        return not self.holders


@dataclass(frozen=True)
class Triad:
    """The grid: three rows (layers) of three cells (columns), and what was found."""

    scope: Scope
    rows: tuple[tuple[Layer, tuple[Cell, ...]], ...]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def columns(self) -> Sequence[Column]:
        return tuple(Column)

    @property
    def vacancies(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == "VACANT"]

    @property
    def conflicts(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == "CONFLICT"]

    def cell(self, role: Role) -> Cell:
        """The cell of one of the nine roles. Raises KeyError for the other three."""
        return {cell.role: cell for _, cells in self.rows for cell in cells}[role]


def triad(scope: Scope) -> Triad:
    """The nine seats of `scope`: held on it, above it, or on the team that works on it.

    Of a team only the delivery layer counts: its own product owner is not an epic's, and could not sign it. An
    initiative shows the seats of its epics and their teams too, and a finding for each epic that lacks one. Three
    queries, and one for an epic's team.
    """
    with_below = scope.kind == Scope.Kind.INITIATIVE
    below = Scope.objects.filter(parent=scope, kind=Scope.Kind.EPIC, archived_at=None).select_related("worked_by")
    epics = list(below) if with_below else []
    beside = _teams([scope])
    around = _seats_around(scope, (*beside, *_teams(epics)), with_below=with_below)
    seats = [seat for seat in around if _is_in_line(seat.scope, scope) or _is_of_delivery(seat)]
    reaching = [seat for seat in seats if seat.scope_id in _ids_above((scope, *beside))]
    conflicts = conflicts_among(scope, reaching)
    vacancies = [*_vacancies(scope, reaching)]
    for epic in epics:
        above = {epic.pk, *_ids_above((scope, *beside, *_teams([epic])))}
        of_epic = [seat for seat in seats if seat.scope_id in above]
        vacancies += _vacancies(epic, of_epic)
        conflicts += [one for one in conflicts_among(epic, of_epic) if not _said(one, conflicts)]
    return Triad(
        scope=scope,
        rows=tuple((layer, tuple(_cell(role, scope, seats, conflicts) for role in _row(layer))) for layer in Layer),
        findings=(*conflicts, *vacancies),
    )


def _is_in_line(one: Scope, other: Scope) -> bool:
    """Whether one stands above the other, or is it."""
    return one.path.startswith(other.path) or other.path.startswith(one.path)


def _is_of_delivery(seat: Seat) -> bool:
    return GRID[Role(seat.role)].layer == Layer.DELIVERY


def conflicts_on(scope: Scope, *beside: Scope) -> list[Finding]:
    """Who holds, or acts as a delegate in, two seats of `scope` that meet in one sign-off. Two queries."""
    return conflicts_among(scope, _seats_around(scope, beside, with_below=False))


def conflicts_among(scope: Scope, seats: Iterable[Seat]) -> list[Finding]:
    """The same over seats already loaded by this module."""
    actors: dict[int, tuple[Person, set[str]]] = {}
    for seat in seats:
        for person in (seat.person, *_delegates(seat)):
            actors.setdefault(person.pk, (person, set()))[1].add(seat.role)
    return [
        Finding(
            state="CONFLICT",
            words=f"{person.name} is both {sides.one.label} and {sides.other.label} of {scope.key}, so {sides.words}.",
            scope=scope,
            roles=(sides.one, sides.other),
            person=person,
        )
        for person, roles in sorted(actors.values(), key=lambda one: one[0].name)
        for sides in SIDES
        if {sides.one, sides.other} <= roles
    ]


def seats_to_judge(scopes: Iterable[Scope]) -> list[Seat]:
    """Seats of the nine held today on any of `scopes` or above, with their delegates. Two queries."""
    return _loaded(Q(scope_id__in=_ids_above(scopes)))


def _seats_around(scope: Scope, beside: Iterable[Scope], *, with_below: bool) -> list[Seat]:
    where = Q(scope_id__in=_ids_above((scope, *beside)))
    if with_below:
        where |= Q(scope__path__startswith=scope.path)
    return _loaded(where)


def _loaded(where: Q) -> list[Seat]:
    day = today()
    acting = Delegation.objects.filter(
        revoked_at=None, from_on__lte=day, until_on__gte=day, delegate__is_active=True
    ).select_related("delegate")
    seats = Seat.objects.held_on(day).filter(where, role__in=list(GRID), person__is_active=True)
    return list(
        seats.select_related("person", "scope")
        .order_by("person__name", "pk")
        .prefetch_related(Prefetch("delegations", acting, to_attr="acting"))
    )


def _teams(scopes: Iterable[Scope]) -> list[Scope]:
    return [scope.worked_by for scope in scopes if scope.worked_by is not None]


def _ids_above(scopes: Iterable[Scope]) -> set[int]:
    return {pk for scope in scopes for pk in scope.path_ids()}


def _delegates(seat: Seat) -> tuple[Person, ...]:
    acting: list[Delegation] = seat.acting  # type: ignore[attr-defined]
    return tuple(delegation.delegate for delegation in acting)


def _vacancies(scope: Scope, seats: Iterable[Seat]) -> list[Finding]:
    filled = {seat.role for seat in seats}
    return [
        Finding("VACANT", f"{_name(scope)} has no {role.label}.", scope, (role,))
        for role in EXPECTED[scope.kind]
        if role not in filled
    ]


def _name(scope: Scope) -> str:
    if scope.kind in (Scope.Kind.INITIATIVE, Scope.Kind.EPIC):
        return f"{scope.key} “{scope.title}”"
    return scope.title


def _said(finding: Finding, said: Iterable[Finding]) -> bool:
    return any(finding.person == one.person and finding.roles == one.roles for one in said)


def _row(layer: Layer) -> list[Role]:
    """The roles of a layer in the order of the columns."""
    order = list(Column)
    roles = [role for role, place in GRID.items() if place.layer == layer]
    return sorted(roles, key=lambda role: order.index(GRID[role].column))


def _cell(role: Role, scope: Scope, seats: Iterable[Seat], conflicts: Iterable[Finding]) -> Cell:
    holders = tuple(
        Holder(seat, "" if seat.scope_id == scope.pk else seat.scope.key, _delegates(seat))
        for seat in seats
        if seat.role == role
    )
    said = dict.fromkeys(_also(role, one) for one in conflicts if role in one.roles)
    expected = scope.kind in (Scope.Kind.INITIATIVE, Scope.Kind.EPIC) or role in EXPECTED[scope.kind]
    return Cell(role, holders, " ".join(said), expected)


def _also(role: Role, conflict: Finding) -> str:
    """A conflict as it is said in the cell of one of its roles; the findings say why."""
    other = next(one for one in conflict.roles if one != role)
    who = conflict.person.name if conflict.person else "Somebody"
    return f"{who} is {other.label} of {conflict.scope.key} too."
