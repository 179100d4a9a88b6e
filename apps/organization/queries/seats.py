"""Who holds which seat, and which rights it gives."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.organization.models import Delegation, Person, Scope, Seat
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS, TOKEN_RIGHTS
from apps.organization.roles import READS_EVERYTHING, Role


def today() -> date:
    """The day by which seats are dated, in UTC."""
    return timezone.now().date()


def organization_scope() -> Scope:
    """The root of the tree. Raises Scope.DoesNotExist before the first installation step."""
    return Scope.objects.get(kind=Scope.Kind.ORGANIZATION)


def held_seats(person: Person, *, fresh: bool = False) -> list[HeldSeat]:
    """Seats that `person` acts in today: own first, then those delegated to them. One query.

    Read once per person object (one per request); `fresh` reads again, as acts do on locked rows, and finds none for
    somebody deactivated meanwhile.
    """
    # By getattr and setattr: request.user is a proxy, whose own __dict__ is not the person's.
    cached: list[HeldSeat] | None = getattr(person, "_held_seats", None)
    if cached is None or fresh:
        cached = _read_seats(person) if person.is_active else []
        setattr(person, "_held_seats", cached)  # noqa: B010 - no field of the row
    return cached


def _read_seats(person: Person) -> list[HeldSeat]:
    day = today()
    delegated = Delegation.objects.filter(
        delegate=person, delegate__is_active=True, revoked_at=None, from_on__lte=day, until_on__gte=day
    )
    rows = (
        Seat.objects.held_on(day)
        .filter(Q(person=person) | Q(pk__in=delegated.order_by().values("seat")), person__is_active=True)
        .values_list("person_id", "pk", "role", "scope_id", "scope__key", "scope__title", "from_on", "person__name")
    )
    own, lent = list[HeldSeat](), list[HeldSeat]()
    for holder, pk, role, scope, key, title, since, name in rows:
        if holder == person.pk:
            own.append(HeldSeat(pk, role, scope, key, title, since))
        else:
            lent.append(HeldSeat(pk, role, scope, key, title, since, f"P-{holder}", name))
    return own + lent


def seat_for(person: Person, right: str, *scopes: Scope, fresh: bool = False) -> HeldSeat | None:
    """The seat that gives `person` the right on any of `scopes` (on any scope at all where none is named).

    Several: own seats before delegated ones, and the nearest scope first.
    """
    roles = RIGHTS.get(right, frozenset())
    depth = {pk: index for scope in scopes for index, pk in enumerate(scope.path_ids())}
    candidates = [
        seat
        for seat in held_seats(person, fresh=fresh)
        if Role(seat.role) in roles and (not scopes or seat.scope_id in depth)
    ]
    candidates.sort(key=lambda seat: (bool(seat.delegated_by), -depth.get(seat.scope_id, 0)))
    return candidates[0] if candidates else None


def has_right(person: Person, right: str, *scopes: Scope) -> bool:
    """Whether a seat, or for a service account its token, gives `right` on any of `scopes`."""
    if person.is_service:
        return person.is_active and right in TOKEN_RIGHTS
    return seat_for(person, right, *scopes) is not None


def seats_on(scopes: Iterable[Scope], *, roles: Iterable[Role] | None = None) -> QuerySet[Seat]:
    """Seats held today on any of `scopes` or above, persons and scopes loaded."""
    ids = {pk for scope in scopes for pk in scope.path_ids()}
    seats = Seat.objects.held_on(today()).filter(scope_id__in=ids, person__is_active=True)
    if roles is not None:
        seats = seats.filter(role__in=list(roles))
    return seats.select_related("person", "scope")


def hidden_scope_ids(person: Person) -> set[int]:
    """Restricted initiatives that `person` may not read, as primary keys of their scopes.

    Read by seats on them, above them or on their epics, and by executives and auditors. One query.
    """
    seats = held_seats(person)
    if any(Role(seat.role) in READS_EVERYTHING for seat in seats):
        return set()
    mine = {seat.scope_id for seat in seats}
    # With those of one's own that lie directly below one of them, such as its epics.
    scopes = list(Scope.objects.filter(Q(restricted=True) | Q(pk__in=mine, parent__restricted=True)).order_by())
    below = {scope.parent_id for scope in scopes if scope.pk in mine}
    restricted = [scope for scope in scopes if scope.restricted]
    return {scope.pk for scope in restricted if scope.pk not in below and not mine.intersection(scope.path_ids())}


def hidden_keys(person: Person) -> list[str]:
    """Keys of the same initiatives and of their epics, by which entries of the log are known. At most two queries."""
    hidden = hidden_scope_ids(person)
    if not hidden:
        return []
    return list(Scope.objects.filter(Q(pk__in=hidden) | Q(parent__in=hidden)).values_list("key", flat=True))
