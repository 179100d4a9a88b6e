"""Every page: who may open it, and what it says."""

import pytest
from django.test import Client

from apps.organization.models import Person, ServiceDependency
from apps.organization.roles import Role
from tests.cast import (
    Cast,
    DelegationFactory,
    MembershipFactory,
    PersonFactory,
    ScopeFactory,
    SeatFactory,
    ServiceFactory,
    TeamFactory,
    in_days,
    signed_in,
)


@pytest.fixture
def rows(cast: Cast) -> Cast:
    """One row of everything."""
    team = TeamFactory.create(key="checkout-team", title="Checkout team")
    MembershipFactory.create(team=team, person=cast.maria)
    SeatFactory.create(person=cast.sam, role=Role.SRE, scope=team.scope)
    shop = ServiceFactory.create(key="shop", title="Shop", team=team)
    ledger = ServiceFactory.create(key="ledger", title="Ledger", team=TeamFactory.create(key="platform"), users="")
    ServiceDependency.objects.create(service=shop, needs=ledger, linked_by=cast.jonas)
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.vera)
    PersonFactory.create(username="ci", name="Checkout CI", is_service=True)
    return cast


PAGES = [
    "/organization/",
    "/people/",
    "/people/?q=maria&role=PRODUCT_OWNER",
    "/people/?kind=inactive",
    "/people/maria/",
    "/people/ci/",
    "/teams/",
    "/teams/?kind=PLATFORM",
    "/teams/checkout-team/",
    "/services/",
    "/services/?team=platform",
    "/services/shop/",
    "/scopes/ORG/triad/",
    "/scopes/I-1/triad/",
    "/scopes/checkout-team/triad/",
]
ADMINISTRATORS = [
    "/people/new/",
    "/people/import/",
    "/people/maria/edit/",
    "/people/maria/deactivate/",
    "/people/ci/tokens/",
    "/service-accounts/new/",
    "/teams/new/",
    "/teams/checkout-team/edit/",
    "/services/new/?team=checkout-team",
    "/services/shop/edit/",
    "/scopes/I-1/seats/new/?role=SRE&person=sam",
]


@pytest.mark.parametrize("path", PAGES)
def test_any_member_reads_it(rows: Cast, path: str):
    answer = signed_in(rows.nobody).get(path)
    assert answer.status_code == 200
    assert "HX-Request" in answer.get("Vary", "") or "?" in path or path not in {"/people/", "/teams/", "/services/"}


@pytest.mark.parametrize("path", ADMINISTRATORS)
def test_the_administrator_opens_it_and_others_do_not(rows: Cast, path: str):
    assert signed_in(rows.adam).get(path).status_code == 200
    refused = signed_in(rows.nobody).get(path)
    assert refused.status_code == 403
    assert "administrator" in refused.content.decode()


@pytest.mark.parametrize("path", [*PAGES, *ADMINISTRATORS])
def test_nobody_opens_it_without_signing_in(rows: Cast, path: str):
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/people/nobody-here/", "/teams/none/", "/services/none/", "/scopes/I-99/triad/"])
def test_what_is_not_there_answers_404(rows: Cast, path: str):
    assert signed_in(rows.adam).get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/people/?kind=nonsense&after=x", "/teams/?after=99999999999999999999", "/services/?team=x"]
)
def test_a_filter_that_means_nothing_is_left_out(rows: Cast, path: str):
    assert signed_in(rows.adam).get(path).status_code == 200


def test_profile_leads_to_ones_own_page(cast: Cast):
    assert signed_in(cast.maria).get("/profile/")["Location"] == "/people/maria/"


def test_seats_on_a_restricted_initiative_are_known_to_its_readers_only(cast: Cast):
    secret = ScopeFactory.create(key="I-7", title="Quiet merger", restricted=True)
    SeatFactory.create(person=cast.sam, role=Role.SRE, scope=secret)
    readers = [cast.sam, cast.emil, cast.ada, cast.adam]
    for person in readers:
        client = signed_in(person)
        assert client.get("/scopes/I-7/triad/").status_code == 200
        assert "I-7" in client.get("/people/sam/").content.decode()
    for person in (cast.maria, cast.nobody):
        client = signed_in(person)
        unknown, hidden = client.get("/scopes/I-99/triad/"), client.get("/scopes/I-7/triad/")
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert client.get("/scopes/I-7/seats/new/").status_code in (403, 404)
        for path in ("/people/", "/people/sam/", "/organization/", "/people/?format=csv", "/people/?role=SRE"):
            assert "I-7" not in client.get(path).content.decode()
            assert "Quiet merger" not in client.get(path).content.decode()


def test_seat_pages_of_a_restricted_initiative_answer_404_to_others(cast: Cast):
    secret = ScopeFactory.create(key="I-7", title="Quiet merger", restricted=True)
    seat = SeatFactory.create(person=cast.sam, role=Role.SRE, scope=secret)
    delegation = DelegationFactory.create(seat=seat, delegate=cast.priya)
    client = signed_in(cast.maria)
    assert client.get(f"/seats/{seat.pk}/end/").status_code == 404
    assert client.get(f"/seats/{seat.pk}/delegate/").status_code == 404
    assert client.post(f"/delegations/{delegation.pk}/revoke/").status_code == 404


def test_the_list_of_people_comes_as_csv_that_a_spreadsheet_may_open(cast: Cast):
    PersonFactory.create(username="eve", name="=HYPERLINK(1)")
    answer = signed_in(cast.nobody).get("/people/?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[0] == "username,name,email,role,scope,from,until,team"
    assert f"maria,Maria Keller,maria@example.org,PRODUCT_OWNER,I-1,{in_days(-90)},," in lines
    assert "eve,'=HYPERLINK(1),eve@example.org,,,,," in lines


def test_htmx_gets_the_list_alone(cast: Cast):
    whole = signed_in(cast.nobody).get("/people/").content.decode()
    part = signed_in(cast.nobody).get("/people/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="person-list">')
    assert part.strip() in whole


def test_a_long_list_goes_on_where_it_stopped(cast: Cast):
    PersonFactory.create_batch(60, name="Same Name")
    client, seen, path = signed_in(cast.nobody), [], "/people/"
    while path:
        answer = client.get(path)
        seen += [person.username for person in answer.context["people"]]
        path = f"/people/{answer.context['more_url']}" if answer.context["more_url"] else ""
    assert len(seen) == len(set(seen)) == Person.objects.filter(is_service=False).count()
