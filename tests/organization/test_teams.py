"""Teams, who works in them, and their findings."""

import pytest

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions, queries
from apps.organization.models import Membership, Scope, Team
from apps.organization.roles import Role
from tests.cast import Cast, MembershipFactory, PersonFactory, ServiceFactory, TeamFactory, in_days, signed_in
from tests.organization import log


def test_an_administrator_creates_a_team(cast: Cast):
    wish = {"title": "Payments", "key": "Payments-Team", "kind": "PLATFORM", "purpose": "Money in"}
    assert signed_in(cast.adam).post("/teams/new/", wish)["Location"] == "/teams/payments-team/"
    team = Team.objects.get()
    assert (team.scope.title, team.kind, team.scope.parent) == ("Payments", "PLATFORM", cast.organization)
    words = "Adam Roth, Administrator of ORG, created the team payments-team “Payments”"
    assert log.said("team.created") == words


def test_the_outward_layer_of_the_organization_manages_teams_that_of_an_initiative_does_not(cast: Cast):
    with pytest.raises(NotAllowed, match="Teams are managed by an administrator"):
        actions.create_team(key="payments", title="Payments", by=cast.vera)
    cast.seat(cast.vera, Role.TECHNICAL_PRODUCT_MANAGER, cast.organization)
    assert actions.create_team(key="payments", title="Payments", by=cast.vera).scope.key == "payments"


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        ("a team", BadInput, "“a team” cannot be a key: use small letters"),
        ("-x", BadInput, "cannot be a key"),
        ("", BadInput, "cannot be a key"),
        ("x" * 61, BadInput, "cannot be a key"),
        ("e-12", BadInput, "the portal uses it itself"),
        ("new", BadInput, "the portal uses it itself"),
        ("checkout", Refused, "The key checkout is taken by the team “Checkout”"),
    ],
)
def test_keys_that_cannot_be(cast: Cast, key: str, error: type[Refused], words: str):
    TeamFactory.create(key="checkout")
    entries = log.size()
    with pytest.raises(error, match=words):
        actions.create_team(key=key, title="Another", by=cast.adam)
    assert (log.size(), Scope.objects.filter(kind="TEAM").count()) == (entries, 1)


def test_a_team_is_edited(cast: Cast):
    team = TeamFactory.create(key="checkout")
    wish = {"title": "Checkout and more", "kind": "PLATFORM", "purpose": ""}
    assert signed_in(cast.adam).post("/teams/checkout/edit/", wish).status_code == 302
    team.refresh_from_db()
    assert (team.scope.title, team.kind) == ("Checkout and more", "PLATFORM")
    entry = log.statement("team.edited")
    assert entry.predicate["previous"] != entry.digest
    entries = log.size()
    actions.edit_team(team=team, title="Checkout and more", kind="PLATFORM", purpose="", by=cast.adam)
    assert log.size() == entries, "nothing changed, so nothing is said"
    with pytest.raises(BadInput, match="The name is missing"):
        actions.edit_team(team=team, title=" ", kind="STREAM", purpose="", by=cast.adam)


def test_people_join_and_leave(cast: Cast):
    TeamFactory.create(key="checkout")
    client = signed_in(cast.adam)
    assert client.post("/teams/checkout/members/new/", {"person": "sam", "from_on": ""}).status_code == 302
    assert log.last("team.joined").line.words == "put Sam Okafor into the team checkout “Checkout”"
    membership = Membership.objects.get()
    again = client.post("/teams/checkout/members/new/", {"person": "sam", "from_on": ""})
    assert (
        again.status_code == 409
        and f"Sam Okafor is in Checkout already, since {in_days(0):%-d %b %Y}." in again.content.decode()
    )
    assert client.post(f"/memberships/{membership.pk}/end/")["Location"] == "/teams/checkout/"
    assert Membership.objects.get().until_on == in_days(0)
    assert log.last("team.left").line.words == "took Sam Okafor out of the team checkout “Checkout”"
    gone = client.post(f"/memberships/{membership.pk}/end/")
    assert gone.status_code == 409 and "Sam Okafor has left Checkout already" in gone.content.decode()


def test_refusals_of_joining(cast: Cast):
    team = TeamFactory.create(key="checkout")
    with pytest.raises(NotAllowed, match="Teams are managed by"):
        actions.join_team(team=team, person=cast.sam, by=cast.sam)
    with pytest.raises(Refused, match="works in no team"):
        actions.join_team(team=team, person=PersonFactory.create(is_service=True), by=cast.adam)
    with pytest.raises(Refused, match="is not active"):
        actions.join_team(team=team, person=PersonFactory.create(is_active=False), by=cast.adam)
    with pytest.raises(BadInput, match="comes before the first"):
        actions.join_team(team=team, person=cast.sam, by=cast.adam, until_on=in_days(-1))
    MembershipFactory.create(team=team, person=cast.sam, until_on=in_days(3))
    with pytest.raises(Refused, match="is in Checkout already"):
        actions.join_team(team=team, person=cast.sam, by=cast.adam, from_on=in_days(3))
    actions.join_team(team=team, person=cast.sam, by=cast.adam, from_on=in_days(4))


def test_only_who_manages_the_team_takes_somebody_out(cast: Cast):
    membership = MembershipFactory.create(team=TeamFactory.create(key="checkout"), person=cast.sam)
    entries = log.size()
    for by in (cast.sam, cast.tomas, cast.vera):
        with pytest.raises(NotAllowed, match="Teams are managed by an administrator"):
            actions.leave_team(membership=membership, by=by)
    answer = signed_in(cast.vera).post(f"/memberships/{membership.pk}/end/")
    assert answer.status_code == 403 and "Teams are managed by an administrator" in answer.content.decode()
    assert (Membership.objects.get().until_on, log.size()) == (None, entries)


def test_a_team_that_owns_services_without_a_definition_of_success_is_listed(cast: Cast):
    platform = TeamFactory.create(key="platform", title="Platform")
    ServiceFactory.create(key="ledger", team=platform, users="")
    ServiceFactory.create(key="queue", team=platform, users=" ")
    TeamFactory.create(key="without-services")
    (gap,) = queries.platform_gaps()
    assert gap.words == "Platform owns 2 services but has no product owner and does not say who uses Ledger, Queue."
    assert gap.has_no_definition_of_success
    page = signed_in(cast.nobody).get("/organization/").content.decode()
    assert gap.words in page
    assert "No definition of success" in signed_in(cast.nobody).get("/teams/").content.decode()


@pytest.mark.parametrize("where", ["team", "service", "organization"])
def test_a_product_owner_on_the_team_its_service_or_above_fills_the_gap(cast: Cast, where: str):
    service = ServiceFactory.create(key="ledger", team=TeamFactory.create(key="platform"))
    assert [gap.team.scope.key for gap in queries.platform_gaps()] == ["platform"]
    scopes = {"team": service.team.scope, "service": service.scope, "organization": cast.organization}
    cast.seat(cast.maria, Role.PRODUCT_OWNER, scopes[where])
    assert queries.platform_gaps() == []


def test_a_service_without_users_is_a_gap_though_the_team_has_an_owner(cast: Cast):
    service = ServiceFactory.create(key="ledger", title="Ledger", users="")
    cast.seat(cast.maria, Role.PRODUCT_OWNER, service.team.scope)
    (gap,) = queries.platform_gaps(service.team)
    assert not gap.has_no_definition_of_success
    assert gap.words.endswith("owns 1 service but does not say who uses Ledger.")
