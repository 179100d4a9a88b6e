"""The cast: people of a small organization in their seats, for every test; and factories for more of them.

The nine seats are held on `cast.initiative` (key I-1), those of executive, auditor and administrator on the
organization. `cast.elsewhere` (I-2) is an initiative in which nobody holds a seat.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import factory
import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.organization import actions, queries
from apps.organization.models import Delegation, Membership, Person, Scope, Seat, Service, Team
from apps.organization.roles import Role

PASSWORD = "a fine day in May"


def organization() -> Scope:
    """The root of the tree, made where there is none."""
    with transaction.atomic():
        return Scope.objects.filter(kind=Scope.Kind.ORGANIZATION).first() or actions.add_scope(
            kind=Scope.Kind.ORGANIZATION, key="ORG", title="Acme Shop", parent=None
        )


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    """Somebody who can sign in with `PASSWORD` and holds no seat."""

    class Meta:
        model = Person
        django_get_or_create = ("username",)

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.LazyAttribute(lambda person: f"{person.username.capitalize()} Tester")
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.org")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class ScopeFactory(factory.django.DjangoModelFactory[Scope]):
    """A scope below the organization, its path in order."""

    class Meta:
        model = Scope

    kind = Scope.Kind.INITIATIVE
    key = factory.Sequence(lambda n: f"X-{n}")
    title = factory.LazyAttribute(lambda scope: f"Scope {scope.key}")
    parent = factory.LazyFunction(organization)

    @classmethod
    def _create(cls, model_class: type[Scope], *args: Any, **kwargs: Any) -> Scope:
        with transaction.atomic():
            return actions.add_scope(**kwargs)


class TeamFactory(factory.django.DjangoModelFactory[Team]):
    """A stream-aligned team with its scope."""

    class Meta:
        model = Team
        exclude = ("key", "title")

    key = factory.Sequence(lambda n: f"team-{n}")
    title = factory.LazyAttribute(lambda team: team.key.replace("-", " ").capitalize())
    kind = Team.Kind.STREAM
    scope = factory.SubFactory(
        ScopeFactory, kind=Scope.Kind.TEAM, key=factory.SelfAttribute("..key"), title=factory.SelfAttribute("..title")
    )


class ServiceFactory(factory.django.DjangoModelFactory[Service]):
    """A service below its team's scope."""

    class Meta:
        model = Service
        exclude = ("key", "title")

    key = factory.Sequence(lambda n: f"service-{n}")
    title = factory.LazyAttribute(lambda service: service.key.replace("-", " ").capitalize())
    team = factory.SubFactory(TeamFactory)
    users = "Customers"
    scope = factory.SubFactory(
        ScopeFactory,
        kind=Scope.Kind.SERVICE,
        key=factory.SelfAttribute("..key"),
        title=factory.SelfAttribute("..title"),
        parent=factory.SelfAttribute("..team.scope"),
    )


class SeatFactory(factory.django.DjangoModelFactory[Seat]):
    """A seat held since a month ago, without an end."""

    class Meta:
        model = Seat

    person = factory.SubFactory(PersonFactory)
    role = Role.PRODUCT_OWNER
    scope = factory.LazyFunction(organization)
    from_on = factory.LazyFunction(lambda: queries.today() - timedelta(days=30))


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A person works in a team since a month ago."""

    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    team = factory.SubFactory(TeamFactory)
    from_on = factory.LazyFunction(lambda: queries.today() - timedelta(days=30))


class DelegationFactory(factory.django.DjangoModelFactory[Delegation]):
    """Somebody else acts in a seat, from yesterday for a week."""

    class Meta:
        model = Delegation

    seat = factory.SubFactory(SeatFactory)
    delegate = factory.SubFactory(PersonFactory)
    from_on = factory.LazyFunction(lambda: queries.today() - timedelta(days=1))
    until_on = factory.LazyFunction(lambda: queries.today() + timedelta(days=7))
    granted_by = factory.SelfAttribute("seat.person")


# username: name, role, held on the initiative or (False) on the organization.
PEOPLE: dict[str, tuple[str, Role, bool]] = {
    "maria": ("Maria Keller", Role.PRODUCT_OWNER, True),
    "ruth": ("Ruth Adeyemi", Role.BUSINESS_ANALYST, True),
    "lena": ("Lena Brandt", Role.BUSINESS_ANALYST, True),
    "jonas": ("Jonas Weber", Role.SOLUTION_ARCHITECT, True),
    "priya": ("Priya Raman", Role.SRE_LEAD, True),
    "tomas": ("Tomás Novák", Role.ENGINEERING_TEAM_LEAD, True),
    "sam": ("Sam Okafor", Role.SRE, True),
    "vera": ("Vera Lindqvist", Role.TECHNICAL_PRODUCT_MANAGER, True),
    "otto": ("Otto Hansen", Role.ENTERPRISE_ARCHITECT, True),
    "ines": ("Inês Duarte", Role.SRE_ORGANIZATION_LEAD, True),
    "emil": ("Emil Sato", Role.EXECUTIVE, False),
    "ada": ("Ada Mbeki", Role.AUDITOR, False),
    "adam": ("Adam Roth", Role.ADMINISTRATOR, False),
}


@dataclass
class Cast:
    """The people, by first name, and the scopes they hold seats on."""

    organization: Scope
    initiative: Scope
    elsewhere: Scope
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(f"nobody in the cast is called {name}") from None

    def seat(self, person: Person, role: Role, scope: Scope, **dates: date | None) -> Seat:
        """One more seat; the person then reads theirs anew."""
        made = SeatFactory.create(person=person, role=role, scope=scope, **dates)
        forget_seats(person)
        return made

    def seat_of(self, name: str) -> Seat:
        """The seat that this one of the cast was given at first."""
        return self.people[name].seats.earliest("pk")


def make_cast() -> Cast:
    """Everybody in PEOPLE in their seats, and `nobody`, who holds none."""
    root = organization()
    with transaction.atomic():
        first, second = actions.take_keys("I", 2)
    made = Cast(
        organization=root,
        initiative=ScopeFactory.create(key=first, title="Checkout that nobody abandons"),
        elsewhere=ScopeFactory.create(key=second, title="Returns without a letter"),
    )
    people = [PersonFactory.build(username=username, name=name) for username, (name, *_) in PEOPLE.items()]
    # Two statements instead of two for each row: nearly every test begins here.
    Person.objects.bulk_create([*people, nobody := PersonFactory.build(username="nobody", name="Nora Body")])
    since = queries.today() - timedelta(days=90)
    Seat.objects.bulk_create(
        Seat(person=person, role=role, scope=made.initiative if on_initiative else root, from_on=since)
        for person, (_, role, on_initiative) in zip(people, PEOPLE.values(), strict=True)
    )
    made.people.update({person.username: person for person in [*people, nobody]})
    return made


def forget_seats(person: Person) -> Person:
    """Drop the seats remembered on this object, as a new request would."""
    person.__dict__.pop("_held_seats", None)
    return person


def in_days(days: int) -> date:
    """The day so many days from today; negative for the past."""
    return timezone.now().date() + timedelta(days=days)


def signed_in(person: Person) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of `PEOPLE` in their seats."""
    return make_cast()
