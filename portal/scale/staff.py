"""People, teams, services, initiatives, and who sits where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from apps.audit.acts import Of, act, canonical_digest, record
from apps.delivery.models import Initiative
from apps.organization import actions as organization
from apps.organization import queries
from apps.organization.models import Membership, Person, Scope, Seat, Service, ServiceDependency, Team
from apps.organization.roles import Role
from portal.scale.rows import Table, go_on_behind

PREFIX = "scale-"
# So many epics have one person, team, service, initiative.
PERSON, TEAM, SERVICE, INITIATIVE = 20, 50, 20, 100
MEMBERS = 5
_FIRST = ("Ada", "Bruno", "Chidi", "Dana", "Emre", "Freya", "Goran", "Hana", "Iris", "João", "Kofi", "Lena", "Mira")
_LAST = ("Abe", "Bauer", "Cruz", "Diaz", "Eklund", "Fofana", "Grant", "Haddad", "Ivanov", "Jansen", "Kaya", "Lopez")
_OF_INITIATIVES = (Role.TECHNICAL_PRODUCT_MANAGER, Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD)
_OF_TEAMS = (Role.BUSINESS_ANALYST, Role.ENGINEERING_TEAM_LEAD, Role.SRE)


@dataclass(frozen=True)
class Placed:
    """A team, service or initiative: its row's and its scope's primary key, its key, the scope's path."""

    pk: int
    scope: int
    key: str
    path: str


@dataclass(frozen=True)
class Staff:
    """Who and what epics are shared out to."""

    people: list[int]
    teams: list[Placed]
    services: list[Placed]
    initiatives: list[Placed]


def own_people() -> int:
    """How many of ours are here."""
    return Person.objects.filter(username__startswith=PREFIX).count()


@act
def hire(*, epics: int, chance: Random, day: datetime) -> Staff:
    """Everybody and everything that so many epics need. The first of all is auditor, the second administrator."""
    made = _Made(chance, day)
    people = made.people(max(10, epics // PERSON), first=own_people() + 1)
    teams = made.teams(max(2, epics // TEAM), people)
    services = made.services(max(2, epics // SERVICE), teams, people)
    initiatives = made.initiatives(max(1, epics // INITIATIVE), people)
    made.write()
    return Staff(people, teams, services, initiatives)


class _Made:
    """Rows that are being made, each with its entry in the log."""

    def __init__(self, chance: Random, day: datetime) -> None:
        self.chance, self.day = chance, day
        self.root = queries.organization_scope()
        self._people = Table(Person, "username", "password", "name", "email", "time_zone", "is_service", "is_demo",
                             "is_active", "joined_at")  # fmt: skip
        self._scopes = Table(Scope, "key", "kind", "title", "parent", "path", "restricted")
        self._teams = Table(Team, "scope", "kind", "purpose")
        self._members = Table(Membership, "team", "person", "from_on")
        self._services = Table(Service, "scope", "team", "purpose", "users")
        self._needs = Table(ServiceDependency, "service", "needs", "kind", "linked_by", "linked_at")
        self._initiatives = Table(Initiative, "scope", "purpose", "is_demo", "created_at")
        self._seats = Table(Seat, "person", "role", "scope", "from_on", "granted_by", "granted_at")

    def people(self, count: int, *, first: int) -> list[int]:
        """Their primary keys. Nobody can sign in: they have no password."""
        found = []
        for number in range(first, first + count):
            name = f"{self.chance.choice(_FIRST)} {self.chance.choice(_LAST)}"
            username = f"{PREFIX}{number:05}"
            pk = self._people.add(username, "!", name, f"{username}@example.org", "UTC", False, False, True, self.day)
            found.append(pk)
            row = {"person": f"P-{pk}", "service": False, "active": True, "joined_at": self.day, "deactivated_at": None}
            record(
                "person.added",
                subject=f"P-{pk}",
                digest=canonical_digest(row),
                by=None,
                personal={"name": Of(f"P-{pk}", name), "username": Of(f"P-{pk}", username)},
                sentence="added {name} ({username})",
            )
        for person, role in zip(found, (Role.AUDITOR, Role.ADMINISTRATOR), strict=False):
            self._seat(person, role, self.root.pk, self.root.key)
        return found

    def teams(self, count: int, people: list[int]) -> list[Placed]:
        """With five members each, and somebody in every seat of delivery."""
        found = []
        for number in range(1, count + 1):
            scope = self._scope(f"{PREFIX}team", Scope.Kind.TEAM, f"Team {number}")
            pk = self._teams.add(scope.scope, str(Team.Kind.STREAM), "")
            members = self.chance.sample(people, MEMBERS)
            for person in members:
                self._members.add(pk, person, self._first_day())
            for role, person in zip(_OF_TEAMS, members, strict=False):
                self._seat(person, role, scope.scope, scope.key)
            digest = {"team": scope.key, "title": f"Team {number}", "kind": "STREAM", "purpose": ""}
            self._told("team.created", scope, f"Team {number}", digest)
            found.append(Placed(pk, scope.scope, scope.key, scope.path))
        return found

    def services(self, count: int, teams: list[Placed], people: list[int]) -> list[Placed]:
        """Each of a team; every other needs the one before it."""
        found: list[Placed] = []
        for number in range(1, count + 1):
            team = self.chance.choice(teams)
            scope = self._scope(f"{PREFIX}service", Scope.Kind.SERVICE, f"Service {number}")
            pk = self._services.add(scope.scope, team.pk, "", "")
            if number % 2 == 0:
                self._needs.add(pk, found[-1].pk, str(ServiceDependency.Kind.HARD), people[0], self.day)
            title = f"Service {number}"
            digest = {"service": scope.key, "title": title, "team": team.key, "purpose": "", "users": ""}
            self._told("service.created", scope, title, digest)
            found.append(Placed(pk, scope.scope, scope.key, scope.path))
        return found

    def initiatives(self, count: int, people: list[int]) -> list[Placed]:
        """With somebody in four seats each."""
        found = []
        for key in organization.take_keys("I", count):
            title = f"Initiative {key.removeprefix('I-')}"
            scope = self._scope("", Scope.Kind.INITIATIVE, title, key=key)
            pk = self._initiatives.add(scope.scope, "", False, self.day)
            for role, person in zip(_OF_INITIATIVES, self.chance.sample(people, len(_OF_INITIATIVES)), strict=True):
                self._seat(person, role, scope.scope, key)
            self._told("initiative.created", scope, title, {"initiative": key, "title": title})
            found.append(Placed(pk, scope.scope, key, scope.path))
        return found

    def write(self) -> None:
        """All of it, what is named before what names it."""
        tables = (self._people, self._scopes, self._teams, self._members, self._services, self._needs,
                  self._initiatives, self._seats)  # fmt: skip
        for table in tables:
            table.write()
        go_on_behind(tables)

    def _scope(self, prefix: str, kind: Scope.Kind, title: str, *, key: str = "") -> Placed:
        pk = self._scopes.last + 1
        key = key or f"{prefix}-{pk}"
        path = f"{self.root.path}{pk}/"
        self._scopes.add(key, str(kind), title, self.root.pk, path, False)
        return Placed(pk, pk, key, path)

    def _seat(self, person: int, role: Role, scope: int, scope_key: str) -> None:
        since = self._first_day()
        pk = self._seats.add(person, str(role), scope, since, None, self.day)
        row = {"seat": pk, "person": f"P-{person}", "role": str(role), "scope": scope_key, "from_on": since}
        record(
            "seat.granted",
            subject=scope_key,
            digest=canonical_digest({**row, "until_on": None, "ended_at": None}),
            by=None,
            about=[f"P-{person}"],
            facts={"seat": pk, "holder_key": f"P-{person}", "role": str(role), "from_on": since},
            sentence="gave the seat {role} of {subject} to {holder_key}",
        )

    def _told(self, event: str, scope: Placed, title: str, row: Mapping[str, object]) -> None:
        record(event, subject=scope.key, digest=canonical_digest(row), by=None, title=title)

    def _first_day(self) -> str:
        return (self.day - timedelta(days=self.chance.randrange(1, 400))).date().isoformat()
