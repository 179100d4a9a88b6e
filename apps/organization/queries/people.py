"""People: who is here, with which seats and teams."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from apps.organization.models import Delegation, Membership, Person, Seat
from apps.organization.queries.seats import hidden_scope_ids, today
from apps.organization.roles import Role


def readable_seats(reader: Person) -> QuerySet[Seat]:
    """Seats of any time, without those on restricted initiatives that `reader` may not read. One query at most."""
    seats = Seat.objects.select_related("scope")
    for pk in hidden_scope_ids(reader):
        seats = seats.exclude(scope__path__contains=f"/{pk}/")
    return seats


def active_people() -> QuerySet[Person]:
    """People who can sign in; no service accounts."""
    return Person.objects.filter(is_active=True, is_service=False)


def search_people(text: str) -> QuerySet[Person]:
    """People and service accounts whose name, username or mail address holds `text`, the inactive ones too."""
    text = text.strip()
    found = Q(name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text)
    return Person.objects.filter(found)


def people_list(reader: Person, *, text: str = "", role: str = "", kind: str = "", team: str = "") -> QuerySet[Person]:
    """People by name, each with `current_seats` and `current_memberships`, as far as `reader` may know.

    `role` and `team` (a key) ask for who holds it or works there today; `kind` is "", "inactive", "service" or "all",
    where "" means active people.
    """
    day = today()
    current = readable_seats(reader) & Seat.objects.held_on(day)
    belongs = Membership.objects.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)
    people = search_people(text) if text.strip() else Person.objects.all()
    shown = {
        "": Q(is_active=True, is_service=False),
        "inactive": Q(is_active=False),
        "service": Q(is_service=True),
    }
    people = people.filter(shown.get(kind, Q()))
    if role:
        people = people.filter(pk__in=current.filter(role=role).values("person"))
    if team:
        people = people.filter(pk__in=belongs.filter(team__scope__key=team).values("person"))
    return people.order_by("name", "pk").prefetch_related(
        Prefetch("seats", current.order_by("role", "pk"), to_attr="current_seats"),
        Prefetch(
            "memberships",
            belongs.select_related("team__scope").order_by("team__scope__title"),
            to_attr="current_memberships",
        ),
    )


def demo_people() -> QuerySet[Person]:
    """Active people that came with the demo, with their `current_seats`. Shown before sign-in, in demo mode alone."""
    held = Seat.objects.held_on(today()).select_related("scope").order_by("role", "pk")
    people = active_people().filter(is_demo=True).order_by("name", "pk")
    return people.prefetch_related(Prefetch("seats", held, to_attr="current_seats"))


@dataclass(frozen=True)
class SeatLine:
    """A seat on somebody's page: its state (ACTIVE, WAITING for its first day, ENDED), and what the reader may do."""

    seat: Seat
    state: str
    may_end: bool
    may_delegate: bool

    @property
    def is_open(self) -> bool:
        return self.state != "ENDED"


def seat_line(seat: Seat, *, may_end: bool, may_delegate: bool) -> SeatLine:
    """One line for `seat`, as of today."""
    day = today()
    state = "ACTIVE" if seat.is_held_on(day) else "WAITING" if seat.is_open_on(day) else "ENDED"
    still = state != "ENDED"
    return SeatLine(seat, state, may_end and still, may_delegate and still)


def delegations_of(person: Person, reader: Person) -> list[Delegation]:
    """Delegations to and from `person` that act today or later, as far as `reader` may know of the seat."""
    rows = Delegation.objects.filter(revoked_at=None, until_on__gte=today())
    rows = rows.filter(Q(delegate=person) | Q(seat__person=person))
    if reader.pk != person.pk:
        rows = rows.filter(seat__in=readable_seats(reader))
    return list(rows.select_related("seat__scope", "seat__person", "delegate").order_by("until_on", "pk"))


def memberships_of(person: Person) -> QuerySet[Membership]:
    """Teams of `person` today or later."""
    rows = person.memberships.filter(Q(until_on=None) | Q(until_on__gte=today()))
    return rows.select_related("team__scope").order_by("team__scope__title")


def open_seats_of(person: Person) -> list[Seat]:
    """Seats of `person` that are held today or begin later: what a successor would take over."""
    seats = person.seats.select_related("scope", "person").order_by("role", "pk")
    return [seat for seat in seats if seat.is_open_on(today())]


def is_last_administrator(person: Person) -> bool:
    """Whether without `person` no active person would hold the administrator's seat today."""
    held = Seat.objects.held_on(today()).filter(
        role=Role.ADMINISTRATOR, person__is_active=True, person__is_service=False
    )
    holders = set(held.values_list("person_id", flat=True))
    return holders == {person.pk}
