"""`/api/v1/` of the organization: people, seats, teams, services; who may read mail and tokens."""

import pytest
from django.test import Client

from apps.organization.models import Person, Seat, Service, ServiceDependency
from tests.api.asking import every_row, pipeline_of, problem, queries_of, read, rows, send
from tests.cast import Cast, MembershipFactory, PersonFactory, SeatFactory, ServiceFactory, TeamFactory, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(cast: Cast) -> Client:
    return signed_in(cast.adam)


def test_a_person_with_seats_and_teams(cast: Cast, adam: Client) -> None:
    team = TeamFactory.create(key="checkout")
    MembershipFactory.create(person=cast.maria, team=team)
    (row,) = rows(adam, "people/?q=maria")
    assert (row["username"], row["email"], row["teams"]) == ("maria", "maria@example.org", ["checkout"])
    assert [(seat["role"], seat["scope"]) for seat in row["seats"]] == [("PRODUCT_OWNER", cast.initiative.key)]
    assert row.items() <= read(adam, "people/maria/").items()
    assert [one["person"]["username"] for one in rows(adam, "teams/checkout/members/")] == ["maria"]
    assert problem(adam.get("/api/v1/people/mallory/"), 404)


def test_a_token_is_told_no_mail_addresses(cast: Cast) -> None:
    pipeline = pipeline_of(cast)
    assert {row["email"] for row in rows(pipeline, "people/?kind=all")} == {None}
    assert read(pipeline, "people/maria/")["email"] is None


def test_people_by_name_page_by_page(cast: Cast, adam: Client) -> None:
    for number in range(4):
        PersonFactory.create(name="Same Name", username=f"same{number}")
    whole = rows(adam, "people/?limit=200")
    assert [row["name"] for row in whole] == sorted(row["name"] for row in whole)
    assert every_row(adam, "people/?limit=3") == whole


def test_tokens_are_for_who_manages_them(cast: Cast, adam: Client) -> None:
    pipeline = pipeline_of(cast)
    (token,) = rows(adam, "people/ci/tokens/")
    assert (token["name"], token["is_valid"]) == ("ci", True)
    assert not any("secret" in name for name in token)
    for other in (signed_in(cast.maria), pipeline):
        assert "lets you manage tokens" in problem(other.get("/api/v1/people/ci/tokens/"), 403)


def test_the_triad_of_a_scope(cast: Cast, adam: Client) -> None:
    triad = read(adam, f"scopes/{cast.initiative.key}/triad/")
    held = {cell["role"]: [one["person"]["username"] for one in cell["holders"]] for cell in triad["cells"]}
    assert len(held) == 9
    assert held["PRODUCT_OWNER"] == ["maria"]
    assert read(adam, "organization/")["key"] == "ORG"


def test_a_restricted_scope_is_as_if_it_were_not_there(cast: Cast) -> None:
    cast.elsewhere.restricted = True
    cast.elsewhere.save()
    sam = signed_in(cast.sam)
    hidden = sam.get(f"/api/v1/scopes/{cast.elsewhere.key}/triad/")
    assert (hidden.status_code, hidden.json()) == (404, sam.get("/api/v1/scopes/I-99/triad/").json())
    SeatFactory.create(person=cast.maria, scope=cast.elsewhere)
    assert cast.elsewhere.key not in str(read(sam, "people/maria/"))


def test_teams_and_services_are_made_changed_and_tied(cast: Cast) -> None:
    vera, sam = signed_in(cast.adam), signed_in(cast.adam)
    team = send(vera, "teams/", {"key": "checkout", "title": "Checkout", "kind": "STREAM"})
    assert (team.status_code, team.json()["member_count"]) == (201, 0)
    assert send(vera, "teams/checkout/", {"purpose": "Sell"}, method="patch").json()["title"] == "Checkout"
    for key in ("payments", "queue"):
        body = {"key": key, "title": key, "team": "checkout", "users": "Customers"}
        assert send(sam, "services/", body).status_code == 201
    assert send(sam, "services/queue/", {"title": "Queue"}, method="patch").json()["users"] == "Customers"
    tied = send(sam, "services/payments/dependencies/", {"needs": "queue", "kind": "HARD"})
    assert tied.json() == {"service": "payments", "needs": "queue", "kind": "HARD"}
    circle = send(sam, "services/queue/dependencies/", {"needs": "payments", "kind": "HARD"})
    assert problem(circle, 409)
    assert [row["service"] for row in rows(sam, "services/queue/dependents/")] == ["payments"]
    assert [row["needs"] for row in rows(sam, "services/payments/dependencies/")] == ["queue"]
    assert send(sam, "services/payments/dependencies/queue/", method="delete").status_code == 204
    assert not ServiceDependency.objects.exists()


def test_who_may_not_make_a_team_is_told_so(cast: Cast) -> None:
    answer = send(signed_in(cast.nobody), "teams/", {"key": "x-team", "title": "X", "kind": "STREAM"})
    assert problem(answer, 403)


@pytest.mark.parametrize("path", ["people/", "scopes/I-1/seats/"])
def test_people_and_seats_are_handed_out_on_their_pages(cast: Cast, adam: Client, path: str) -> None:
    before = (Person.objects.count(), Seat.objects.count())
    assert "in person" in problem(send(adam, path), 403)
    assert (Person.objects.count(), Seat.objects.count()) == before


@pytest.mark.parametrize("path", ["people/?limit=200", "teams/", "services/"])
def test_the_same_number_of_queries_for_one_row_and_for_twenty(cast: Cast, adam: Client, path: str) -> None:
    service = ServiceFactory.create()
    one = queries_of(adam, path)
    for _ in range(20):
        MembershipFactory.create(team=service.team)
        SeatFactory.create()
        ServiceFactory.create()
    assert queries_of(adam, path) == one
    assert Service.objects.count() == 21
