"""People with their seats and teams; tokens of service accounts, without their secrets."""

from typing import TypedDict

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request

from apps.common.access import holder
from apps.common.endpoints import (
    Address,
    Day,
    Instant,
    Key,
    Page,
    day,
    filters_of,
    found,
    instant,
    listed,
    on_its_page,
    reads,
    reads_list,
)
from apps.organization import forms, queries
from apps.organization.models import Person, Seat, Token
from apps.organization.requests import person_of
from apps.organization.roles import Role


class SeatRow(TypedDict):
    """A person holds a role on a scope, from a day until a last day."""

    number: int
    role: Role
    scope: Key
    scope_title: str
    from_on: Day
    until_on: Day | None


def seat_row(seat: Seat) -> SeatRow:
    """Of a seat with its scope."""
    return {
        "number": seat.pk,
        "role": Role(seat.role),
        "scope": seat.scope.key,
        "scope_title": seat.scope.title,
        "from_on": day(seat.from_on),
        "until_on": day(seat.until_on),
    }


class PersonRow(TypedDict):
    """A person or a service account, with the seats they hold and the teams they work in today.

    `email` is said to people alone, not to tokens.
    """

    username: str
    key: Key
    name: str
    email: str | None
    is_service: bool
    is_active: bool
    seats: list[SeatRow]
    teams: list[str]


def _row(person: Person, *, with_mail: bool) -> PersonRow:
    return {
        "username": person.username,
        "key": person.key,
        "name": person.name,
        "email": person.email if with_mail else None,
        "is_service": person.is_service,
        "is_active": person.is_active,
        "seats": [seat_row(seat) for seat in person.current_seats],  # type: ignore[attr-defined]
        "teams": [one.team.scope.key for one in person.current_memberships],  # type: ignore[attr-defined]
    }


@reads_list(PersonRow, filters=forms.PeopleFilter)
def person_list(request: Request) -> Page[PersonRow]:
    """People by name, active ones unless asked otherwise."""
    asked = filters_of(request, forms.PeopleFilter)
    reader = person_of(request)
    rows = queries.people_list(reader, text=asked["q"], role=asked["role"], kind=asked["kind"])
    with_mail = request.auth is None
    return listed(
        request,
        rows,
        lambda person: _row(person, with_mail=with_mail),
        order=("name", "pk"),
        key="username",
        among=Person.objects.all(),
    )


class PersonDetail(PersonRow):
    """One person."""

    url: Address
    time_zone: str
    joined_at: Instant
    deactivated_at: Instant | None


def _everybody(request: Request) -> QuerySet[Person]:
    return queries.people_list(person_of(request), kind="all")


@reads(PersonDetail)
def person_read(request: Request, username: str) -> PersonDetail:
    """One person or service account."""
    person = found(_everybody(request), username=username)
    return {
        **_row(person, with_mail=request.auth is None),
        "url": request.build_absolute_uri(person.get_absolute_url()),
        "time_zone": person.time_zone,
        "joined_at": instant(person.joined_at),
        "deactivated_at": instant(person.deactivated_at),
    }


class TokenRow(TypedDict):
    """A token of a service account; its secret was shown once and is kept nowhere."""

    number: int
    name: str
    prefix: str
    is_valid: bool
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    revoked_at: Instant | None


def _token_row(token: Token) -> TokenRow:
    return {
        "number": token.pk,
        "name": token.name,
        "prefix": token.prefix,
        "is_valid": token.is_valid_at(timezone.now()),
        "created_at": instant(token.created_at),
        "expires_at": instant(token.expires_at),
        "last_used_at": instant(token.last_used_at),
        "revoked_at": instant(token.revoked_at),
    }


def _account(request: Request, username: str) -> Person:
    return found(Person.objects.filter(is_service=True), username=username)


@reads_list(TokenRow, may=holder("organization.manage_tokens"))
def token_list(request: Request, username: str) -> Page[TokenRow]:
    """The tokens of a service account, the latest first."""
    rows = Token.objects.filter(person=_account(request, username))
    return listed(request, rows, _token_row, order=("-pk",), key="pk")


def _nothing(request: Request) -> None:
    """There is nothing to look for."""


person_add = on_its_page(_nothing, "People are added on their page, /people/new/, by an administrator in person.")
