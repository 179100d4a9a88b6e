"""The people of the stories: a small shop, each in the seat that the name stands for everywhere."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password

from apps.delivery import actions as delivery
from apps.organization import actions as organization
from apps.organization.models import Person, Scope, Seat
from apps.organization.queries import today
from apps.organization.roles import Role

PASSWORD = "a fine day in May"  # it opens nothing but a story
INITIATIVE = "Checkout that nobody abandons"


@dataclass(frozen=True)
class Someone:
    """Who somebody is: full name, seat (None: none), and whether it is held on the whole organization."""

    name: str
    role: Role | None = None
    everywhere: bool = False

    @property
    def username(self) -> str:
        """The first name, as typed when signing in."""
        return self.name.split()[0].lower()


PEOPLE = [
    Someone("Adam Roth", Role.ADMINISTRATOR, everywhere=True),
    Someone("Maria Keller", Role.PRODUCT_OWNER),
    Someone("Ruth Adeyemi", Role.BUSINESS_ANALYST),
    Someone("Lena Brandt", Role.BUSINESS_ANALYST),
    Someone("Jonas Weber", Role.SOLUTION_ARCHITECT),
    Someone("Priya Raman", Role.SRE_LEAD),
    Someone("Tomas Novak", Role.ENGINEERING_TEAM_LEAD),
    Someone("Sam Okafor", Role.SRE),
    Someone("Vera Lindqvist", Role.TECHNICAL_PRODUCT_MANAGER),
    Someone("Emil Sato", Role.EXECUTIVE, everywhere=True),
    Someone("Ada Mbeki", Role.AUDITOR, everywhere=True),
    Someone("Nora Body"),
    Someone("Omar Haddad"),
]


def bring_people(password: str) -> None:
    """Everybody in their seats, in an empty database, by the acts with which an administrator would do it."""
    hashed = make_password(password)
    first, *others = PEOPLE
    adam = organization.create_administrator(
        username=first.username, name=first.name, password_hash=hashed, organization="Acme Shop"
    )
    initiative = delivery.create_initiative(title=INITIATIVE, by=adam)
    for someone in others:
        person = organization.add_person(username=someone.username, name=someone.name, by=adam, password_hash=hashed)
        if someone.role:
            root = Scope.objects.get(kind=Scope.Kind.ORGANIZATION)
            give_seat(person, someone.role, root if someone.everywhere else initiative.scope)


def person_called(first_name: str) -> Person:
    """Read anew, so that seats given meanwhile count."""
    return Person.objects.get(username=first_name.lower())


def give_seat(person: Person, role: Role, scope: Scope) -> Seat:
    """A seat held since three months ago, given by the administrator."""
    since = today() - timedelta(days=90)
    return organization.grant_seat(person=person, role=role, scope=scope, by=person_called("Adam"), from_on=since)
