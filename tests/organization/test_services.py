"""Services and what they depend on."""

from typing import Any

import pytest

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions
from apps.organization.models import Service, ServiceDependency
from apps.organization.roles import Role
from tests.cast import Cast, ServiceFactory, TeamFactory, signed_in
from tests.organization import log


@pytest.fixture
def owners(cast: Cast) -> Cast:
    """A team, with an engineering team lead seated on it."""
    cast.seat(cast.tomas, Role.ENGINEERING_TEAM_LEAD, TeamFactory.create(key="checkout").scope)
    return cast


def test_engineers_of_the_team_create_its_service(owners: Cast):
    wish = {"title": "Shop front", "key": "shop", "team": "checkout", "purpose": "", "users": "Customers"}
    assert signed_in(owners.tomas).post("/services/new/", wish)["Location"] == "/services/shop/"
    service = Service.objects.get()
    assert service.scope.path_ids() == [owners.organization.pk, service.team.scope_id, service.scope_id]
    assert log.last("service.created").line.words == "created the service shop “Shop front”, owned by checkout"


def test_engineers_of_elsewhere_do_not(owners: Cast):
    team = TeamFactory.create(key="platform", title="Platform")
    with pytest.raises(NotAllowed, match="Services of Platform are managed by its engineers and SREs"):
        actions.create_service(key="queue", title="Queue", team=team, by=owners.tomas)
    wish = {"title": "Queue", "key": "queue", "team": "platform", "purpose": "", "users": ""}
    answer = signed_in(owners.tomas).post("/services/new/", wish)
    assert answer.status_code == 403 and "Services of Platform" in answer.content.decode()
    assert signed_in(owners.maria).get("/services/new/").status_code == 403


def test_a_service_is_edited_and_given_away(owners: Cast):
    service = ServiceFactory.create(key="shop", team=TeamFactory._meta.model.objects.get(), users="")
    platform = TeamFactory.create(key="platform", title="Platform")
    wish: dict[str, Any] = {"title": "Shop", "team": platform, "purpose": "", "users": "Customers"}
    with pytest.raises(NotAllowed, match="Services of Platform"):
        actions.edit_service(service=service, by=owners.tomas, **wish)
    answer = signed_in(owners.adam).post("/services/shop/edit/", {**wish, "team": "platform"})
    assert answer.status_code == 302
    service = Service.objects.get()
    assert (service.team, service.scope.parent, service.users) == (platform, platform.scope, "Customers")
    assert service.scope.path.startswith(platform.scope.path)
    assert log.last("service.edited").line.words == "edited the service shop “Shop”, owned by platform"
    entries = log.size()
    actions.edit_service(service=service, by=owners.adam, **wish)
    assert log.size() == entries
    with pytest.raises(NotAllowed, match="Shop is managed by the engineers and SREs of Platform"):
        actions.edit_service(service=service, by=owners.tomas, **wish)


def three(cast: Cast) -> tuple[Service, Service, Service]:
    team = TeamFactory.create(key="crew")
    made = [ServiceFactory.create(key=key, title=key.capitalize(), team=team) for key in ("shop", "payments", "ledger")]
    for one, other in zip(made, made[1:], strict=False):
        actions.add_service_dependency(service=one, needs=other, by=cast.adam)
    return made[0], made[1], made[2]


def test_a_circle_of_hard_dependencies_is_named(cast: Cast):
    shop, payments, ledger = three(cast)
    entries = log.size()
    with pytest.raises(Refused, match="circle of hard dependencies: Ledger → Shop → Payments → Ledger. Make one"):
        actions.add_service_dependency(service=ledger, needs=shop, by=cast.adam)
    with pytest.raises(Refused, match="Payments → Shop → Payments"):
        actions.add_service_dependency(service=payments, needs=shop, by=cast.adam)
    assert log.size() == entries
    actions.add_service_dependency(service=ledger, needs=shop, by=cast.adam, kind="SOFT")
    words = "noted that ledger “Ledger” needs shop, soft"
    assert log.last("service.dependency_added").line.words == words


def test_a_soft_one_in_between_is_no_circle(cast: Cast):
    shop, payments, ledger = three(cast)
    ServiceDependency.objects.filter(needs=payments).update(kind="SOFT")
    actions.add_service_dependency(service=ledger, needs=shop, by=cast.adam)


def test_refusals_of_dependencies(cast: Cast):
    shop, payments, _ = three(cast)
    with pytest.raises(Refused, match="Shop cannot depend on itself"):
        actions.add_service_dependency(service=shop, needs=shop, by=cast.adam)
    with pytest.raises(Refused, match="Shop depends on Payments already"):
        actions.add_service_dependency(service=shop, needs=payments, by=cast.adam, kind="SOFT")
    with pytest.raises(NotAllowed, match="Shop is managed by the engineers"):
        actions.add_service_dependency(service=shop, needs=payments, by=cast.maria)
    with pytest.raises(NotAllowed, match="Shop is managed by the engineers"):
        actions.remove_service_dependency(dependency=shop.dependencies.get(), by=cast.jonas)


def test_the_page_adds_and_takes_out(cast: Cast):
    shop, _, ledger = three(cast)
    client = signed_in(cast.adam)
    path = "/services/shop/dependencies/new/"
    assert client.post(path, {"needs": "ledger", "kind": "SOFT"})["Location"] == "/services/shop/"
    circle = client.post("/services/ledger/dependencies/new/", {"needs": "shop", "kind": "HARD"})
    assert circle.status_code == 409
    assert "Ledger → Shop → Payments → Ledger" in circle.content.decode()
    assert client.post(path, {"needs": "nothing", "kind": "HARD"}).status_code == 400
    dependency = shop.dependencies.get(needs=ledger)
    assert client.post(f"/service-dependencies/{dependency.pk}/remove/").status_code == 302
    assert not ServiceDependency.objects.filter(pk=dependency.pk).exists()
    assert log.last("service.dependency_removed").line.words == "noted that shop “Shop” needs ledger no more"
    assert client.post(f"/service-dependencies/{dependency.pk}/remove/").status_code == 404


def test_a_service_needs_a_name(cast: Cast):
    with pytest.raises(BadInput, match="The name is missing"):
        actions.create_service(key="x", title="", team=TeamFactory.create(), by=cast.adam)
