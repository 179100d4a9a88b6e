"""Where a person sits, and what a seat reaches: conditions for the database, in one place."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from apps.delivery.models import Epic
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.roles import Role


class Reach:
    """Scopes on which somebody sits, with everything below them."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        found = list(scopes)
        self.ids = {scope.pk for scope in found}
        # Below an epic there is nothing: hundreds of seats on epics stay one short condition.
        self.exact = [scope.pk for scope in found if scope.kind == Scope.Kind.EPIC]
        paths = sorted({scope.path for scope in found if scope.kind != Scope.Kind.EPIC})
        self.paths = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]

    def __bool__(self) -> bool:
        return bool(self.ids)

    def condition(self, scope: str) -> Q:
        """That the scope behind the relation `scope` is one of these, or below one."""
        found = Q(**{f"{scope}__in": self.exact})
        for path in self.paths:
            found |= Q(**{f"{scope}__path__startswith": path})
        return found

    def epics(self, before: str = "") -> Q:
        """Epics that a seat reaches by the tree: `before` leads to the epic, such as "epic__"."""
        return self.condition(f"{before}scope")

    def epics_of_teams(self, before: str = "") -> Q:
        """The same, and epics of teams on which somebody sits."""
        return self.epics(before) | self.condition(f"{before}team__scope")

    def stories(self) -> Q:
        """Stories by their epic, by their own team, or else by their epic's team: as `delivery.story_scopes`."""
        by_team = self.condition("team__scope") | (Q(team=None) & self.condition("epic__team__scope"))
        return self.epics("epic__") | by_team

    def holds(self, epic: Epic) -> bool:
        """Whether a seat reaches this epic by the tree."""
        return not self.ids.isdisjoint(epic.scope.path_ids())


@dataclass(frozen=True)
class Places:
    """The seats that a person acts in today, and their scopes; `hidden` are scopes of initiatives they may not read,
    though a team of theirs may work on them.
    """

    held: list[HeldSeat]
    scopes: dict[int, Scope]
    hidden: set[int]

    def reach(self, *roles: Role) -> Reach:
        """What the person's seats of these roles reach."""
        return Reach(self.scopes[seat.scope_id] for seat in self.held if seat.role in roles)

    def holds(self, *roles: Role) -> bool:
        """Whether the person sits in one of these roles anywhere."""
        return any(seat.role in roles for seat in self.held)

    @property
    def delegators(self) -> set[int]:
        """Primary keys of those for whom the person acts."""
        return {seat.delegated_by_id for seat in self.held if seat.delegated_by_id}


def places_of(person: Person) -> Places:
    """Five queries at most."""
    held, hidden = organization.held_seats(person), organization.hidden_scope_ids(person)
    return Places(held, Scope.objects.in_bulk({seat.scope_id for seat in held}) if held else {}, hidden)
