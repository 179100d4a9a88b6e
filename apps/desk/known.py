"""What telling needs to know of a batch of entries: the things they name and who sits on them, read together."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, QuerySet

from apps.audit.queries import Reading
from apps.delivery import queries as delivery
from apps.delivery.models import NFR, Comment, Epic, Story
from apps.organization import queries as organization
from apps.organization.models import Delegation, Person, Scope
from apps.organization.roles import Role
from apps.signoff import regressions as signoff
from apps.signoff.models import Waiver

_EPIC = ("epic__scope", "epic__initiative__scope", "epic__team__scope")


class Known:
    """Each kind of thing is read once, with one query, when it is first asked for."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._keys: dict[str, set[str]] = defaultdict(set)
        for reading in readings:
            for key in reading.statement.keys if reading.statement else ():
                self._keys[key.partition("-")[0]].add(key)
        self._hidden: dict[int, set[int]] = {}

    # --- things

    @cached_property
    def stories(self) -> dict[str, Story]:
        return {story.key: story for story in _stories().filter(key__in=self._keys["S"])}

    @cached_property
    def nfrs(self) -> dict[str, NFR]:
        found = NFR.objects.filter(key__in=self._keys["NFR"]).select_related(*_EPIC)
        return {nfr.key: nfr for nfr in found}

    @cached_property
    def waivers(self) -> dict[str, Waiver]:
        found = Waiver.objects.filter(key__in=self._keys["W"]).select_related("asked_by", "owner", *_EPIC)
        return {waiver.key: waiver for waiver in found}

    @cached_property
    def epics(self) -> dict[str, Epic]:
        found = Epic.objects.filter(key__in=self._keys["E"])
        return {epic.key: epic for epic in found.select_related("scope", "initiative__scope", "team__scope")}

    @cached_property
    def people(self) -> dict[str, Person]:
        numbers = [int(key.removeprefix("P-")) for key in self._keys["P"] if key.removeprefix("P-").isdigit()]
        return {person.key: person for person in Person.objects.filter(pk__in=numbers)}

    # --- people

    def holders(self, *roles: Role, on: Iterable[Scope]) -> set[Person]:
        """Who sits in one of `roles` on one of these scopes or above, and who acts for them."""
        above = {pk for scope in on for pk in scope.path_ids()}
        return {person for pk in above for role, person in self._seats[pk] if role in roles}

    @cached_property
    def _seats(self) -> dict[int, list[tuple[str, Person]]]:
        """By scope. Three queries."""
        day = organization.today()
        acting = Delegation.objects.filter(
            revoked_at=None, from_on__lte=day, until_on__gte=day, delegate__is_active=True
        ).select_related("delegate")
        seats: dict[int, list[tuple[str, Person]]] = defaultdict(list)
        found = organization.seats_on(self._scopes(), roles=_TOLD_ROLES)
        for seat in found.prefetch_related(Prefetch("delegations", acting, to_attr="acting")):
            people = [seat.person, *(delegation.delegate for delegation in seat.acting)]
            seats[seat.scope_id] += [(seat.role, person) for person in people]
        return seats

    def _scopes(self) -> set[Scope]:
        scopes = {scope for story in self.stories.values() for scope in delivery.story_scopes(story)}
        epics = [*(nfr.epic for nfr in self.nfrs.values()), *(waiver.epic for waiver in self.waivers.values())]
        for epic in [*epics, *self.epics.values()]:
            scopes |= set(epic_scopes(epic))
        return scopes

    @cached_property
    def signers(self) -> dict[int, set[Person]]:
        """By the epic's primary key: who signed a story of it."""
        return self._by_epic(
            Story.objects.active().filter(epic__key__in=self._keys["E"]).exclude(signed_by=None), "signed_by_id"
        )

    @cached_property
    def acceptors(self) -> dict[int, Person]:
        """By the epic's primary key, of the stories' epics: who signed it last, where that still holds."""
        return signoff.epic_signers(story.epic for story in self.stories.values())

    @cached_property
    def commenters(self) -> dict[int, set[Person]]:
        """By the epic's primary key: who commented on it."""
        return self._by_epic(Comment.objects.filter(epic__key__in=self._keys["E"]), "author_id")

    @cached_property
    def story_commenters(self) -> dict[str, set[Person]]:
        """By the story's key: who commented on it."""
        pairs = set(Comment.objects.filter(story__key__in=self._keys["S"]).values_list("story__key", "author"))
        people = Person.objects.in_bulk({author for _, author in pairs})
        found: dict[str, set[Person]] = defaultdict(set)
        for key, author in pairs:
            found[key].add(people[author])
        return found

    def _by_epic(self, rows: QuerySet[Any], person: str) -> dict[int, set[Person]]:
        pairs = set(rows.order_by().values_list("epic_id", person))
        people = Person.objects.in_bulk({pk for _, pk in pairs})
        found: dict[int, set[Person]] = defaultdict(set)
        for epic, pk in pairs:
            found[epic].add(people[pk])
        return found

    def may_read(self, person: Person, epic: Epic) -> bool:
        """Whether `person` may read the epic. Queries only where it is restricted, once for each person."""
        if not epic.initiative.scope.restricted:
            return True
        if person.pk not in self._hidden:
            self._hidden[person.pk] = organization.hidden_scope_ids(person)
        return epic.initiative.scope_id not in self._hidden[person.pk]


_TOLD_ROLES = (Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, Role.ENGINEERING_TEAM_LEAD)


def _stories() -> QuerySet[Story]:
    found = Story.objects.select_related("version__author", "signed_by", "team__scope", *_EPIC)
    return found.defer("version__text", "version__narrative")


def epic_scopes(epic: Epic) -> tuple[Scope, ...]:
    """Where seats count for the epic as a whole: on it and above, on its team and above."""
    return (epic.scope, epic.team.scope) if epic.team else (epic.scope,)
