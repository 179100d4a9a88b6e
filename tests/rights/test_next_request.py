"""What somebody may is asked anew with each request: a seat ended, a person deactivated, a token revoked bite."""

import pytest
from django.test import Client

from apps.delivery.models import Initiative
from apps.organization import actions
from apps.organization.models import Person, Seat, Token
from apps.organization.roles import Role
from tests.cast import Cast, forget_seats, in_days, signed_in
from tests.delivery.work import make_epic, make_initiative

pytestmark = pytest.mark.django_db
EDIT = {"title": "Another title", "summary": "", "team": "", "promised_for": ""}


@pytest.fixture
def initiative(cast: Cast) -> Initiative:
    """A restricted one with an epic, E-1, of Maria's."""
    make_epic(cast)
    found = make_initiative(cast)
    found.scope.restricted = True
    found.scope.save()
    return found


def statuses(client: Client) -> tuple[int, int, int]:
    """Reading, writing by the form, writing by the API."""
    api = client.patch("/api/v1/epics/E-1/", {"title": "Another title"}, content_type="application/json")
    return client.get("/epics/E-1/").status_code, client.post("/epics/E-1/edit/", EDIT).status_code, api.status_code


def end_seats(person: Person, by: Person) -> None:
    for seat in Seat.objects.filter(person=person):
        actions.end_seat(seat=seat, by=forget_seats(by))


def test_a_seat_that_ends(cast: Cast, initiative: Initiative) -> None:
    client = signed_in(cast.maria)
    assert statuses(client) == (200, 302, 200)
    end_seats(cast.maria, cast.adam)
    assert statuses(client) == (404, 404, 404)


def test_a_seat_that_is_given(cast: Cast, initiative: Initiative) -> None:
    client = signed_in(cast.nobody)
    assert statuses(client) == (404, 404, 404)
    actions.grant_seat(
        person=cast.nobody,
        role=Role.SRE,
        scope=initiative.scope,
        from_on=in_days(0),
        until_on=None,
        by=forget_seats(cast.adam),
    )
    assert statuses(client) == (200, 403, 403)


def test_another_role(cast: Cast, initiative: Initiative) -> None:
    """The seat of a product owner in place of an SRE's."""
    client = signed_in(cast.sam)
    assert statuses(client) == (200, 403, 403)
    end_seats(cast.sam, cast.adam)
    actions.grant_seat(
        person=cast.sam,
        role=Role.PRODUCT_OWNER,
        scope=initiative.scope,
        from_on=in_days(0),
        until_on=None,
        by=forget_seats(cast.adam),
    )
    assert statuses(client) == (200, 302, 200)


def test_a_delegation_that_is_revoked(cast: Cast, initiative: Initiative) -> None:
    client = signed_in(cast.nobody)
    delegation = actions.delegate_seat(
        seat=cast.seat_of("maria"),
        delegate=cast.nobody,
        from_on=in_days(0),
        until_on=in_days(3),
        by=forget_seats(cast.maria),
    )
    assert statuses(client) == (200, 302, 200)
    actions.revoke_delegation(delegation=delegation, by=forget_seats(cast.maria))
    assert statuses(client) == (404, 404, 404)


def test_an_initiative_that_becomes_restricted(cast: Cast, initiative: Initiative) -> None:
    client = signed_in(cast.nobody)
    initiative.scope.restricted = False
    initiative.scope.save()
    assert statuses(client) == (200, 403, 403)
    initiative.scope.restricted = True
    initiative.scope.save()
    assert statuses(client) == (404, 404, 404)


def test_a_person_who_is_deactivated(cast: Cast, initiative: Initiative) -> None:
    """By their session as it was, and where somebody kept a copy of its row."""
    client = signed_in(cast.maria)
    assert client.get("/epics/E-1/").status_code == 200
    actions.deactivate_person(person=cast.maria, by=forget_seats(cast.adam))
    assert statuses(client) == (302, 302, 401)
    revived = signed_in(cast.maria)  # as if the session had outlived it
    assert statuses(revived) == (302, 302, 401)


def test_a_session_whose_person_is_gone_leads_to_signing_in(cast: Cast) -> None:
    client = signed_in(cast.maria)
    actions.deactivate_person(person=cast.maria, by=forget_seats(cast.adam))
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


@pytest.fixture
def token(cast: Cast) -> tuple[Token, Client]:
    """A program's token that works, and the program."""
    account = actions.add_service_account(username="ci", name="CI", by=forget_seats(cast.adam))
    made, secret = actions.create_token(person=account, name="push", expires_on=in_days(9), by=cast.adam)
    client = Client(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/").status_code == 200
    return made, client


def test_a_token_that_is_revoked(cast: Cast, token: tuple[Token, Client]) -> None:
    actions.revoke_token(token=token[0], by=forget_seats(cast.adam))
    assert token[1].get("/api/v1/").status_code == 401


def test_a_token_whose_account_is_deactivated(cast: Cast, token: tuple[Token, Client]) -> None:
    actions.deactivate_person(person=token[0].person, by=forget_seats(cast.adam))
    assert token[1].get("/api/v1/").status_code == 401


def test_a_token_that_expires(cast: Cast, token: tuple[Token, Client]) -> None:
    Token.objects.update(expires_at=in_days(-1).isoformat() + "T00:00:00Z")
    assert token[1].get("/api/v1/").status_code == 401
