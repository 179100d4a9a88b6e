"""What an epic rests on: services, and other epics without a circle."""

import pytest

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions, queries
from apps.delivery.models import EpicDependency, Initiative
from apps.organization.models import Scope
from apps.organization.roles import Role
from tests.cast import ServiceFactory, signed_in
from tests.delivery.work import Work, last_entry, make_epic


def add(work: Work, epic: str, needs: str, kind: str = "HARD") -> None:
    actions.add_dependency(epic_key=epic, needs_key=needs, kind=kind, by=work.tomas)


@pytest.fixture
def four(work: Work) -> Work:
    for title in ("Two", "Three", "Four"):
        make_epic(work.cast, title)
    return work


def test_dependencies(four: Work) -> None:
    add(four, "E-1", "E-2")
    add(four, "E-1", "E-3", "SOFT")
    assert [epic.key for epic in queries.hard_dependencies(four.epic)] == ["E-2"]
    assert [(thread.needs.key, thread.kind) for thread in queries.dependencies_of(four.epic)] == [
        ("E-2", "HARD"),
        ("E-3", "SOFT"),
    ]
    assert (last_entry().event, last_entry().subject) == ("epic.dependency_added", "E-1")
    actions.remove_dependency(epic_key="E-1", needs_key="E-2", by=four.tomas)
    assert EpicDependency.objects.count() == 1
    assert last_entry().event == "epic.dependency_removed"


def test_circles_are_refused_naming_them(four: Work) -> None:
    add(four, "E-1", "E-2")
    add(four, "E-2", "E-3", "SOFT")
    add(four, "E-3", "E-4")
    with pytest.raises(Refused) as refused:
        add(four, "E-4", "E-1", "SOFT")
    assert refused.value.sentence == ("That would close a circle: E-4 needs E-1 needs E-2 needs E-3 needs E-4.")
    with pytest.raises(Refused, match="That would close a circle: E-2 needs E-1 needs E-2"):
        add(four, "E-2", "E-1")
    add(four, "E-1", "E-4")


def test_a_circle_does_not_name_what_is_hidden(four: Work) -> None:
    add(four, "E-1", "E-2")
    scope = four.cast.elsewhere
    initiative = Initiative.objects.create(scope=scope)
    four.cast.seat(four.maria, Role.PRODUCT_OWNER, four.cast.organization)
    hidden = actions.create_epic(initiative_key=initiative.key, title="Hidden", by=four.maria)
    four.cast.seat(four.jonas, Role.SOLUTION_ARCHITECT, four.cast.organization)
    for epic, needs in (("E-2", hidden.key), (hidden.key, "E-3")):
        actions.add_dependency(epic_key=epic, needs_key=needs, kind="SOFT", by=four.jonas)
    Scope.objects.filter(pk=scope.pk).update(restricted=True)
    with pytest.raises(Refused) as refused:
        add(four, "E-3", "E-1")
    assert refused.value.sentence.endswith("E-3 needs E-1 needs E-2 needs another epic needs E-3.")


def test_other_refusals(four: Work) -> None:
    add(four, "E-1", "E-2")
    with pytest.raises(Refused, match="E-1 cannot need itself"):
        add(four, "E-1", "E-1")
    with pytest.raises(Refused, match="E-1 needs E-2 already. Remove that dependency to change its kind"):
        add(four, "E-1", "E-2", "SOFT")
    with pytest.raises(Refused, match="There is no epic E-99"):
        add(four, "E-1", "E-99")
    with pytest.raises(BadInput, match="is no kind of dependency: HARD or SOFT"):
        add(four, "E-1", "E-3", "MAYBE")
    with pytest.raises(Refused, match="E-1 does not need E-3"):
        actions.remove_dependency(epic_key="E-1", needs_key="E-3", by=four.tomas)
    with pytest.raises(NotAllowed, match="Changing what E-1 needs takes a seat as Enterprise Architect, Solution Arch"):
        actions.add_dependency(epic_key="E-1", needs_key="E-3", kind="HARD", by=four.maria)
    with pytest.raises(NotAllowed, match="Changing what E-1 needs takes a seat as Enterprise Architect, Solution Arch"):
        actions.remove_dependency(epic_key="E-1", needs_key="E-2", by=four.maria)
    assert [epic.key for epic in queries.hard_dependencies(four.epic)] == ["E-2"]
    actions.archive_epic(epic_key="E-4", reason="x", by=four.maria)
    with pytest.raises(Refused, match="E-4 is archived, so nothing can rest on it"):
        add(four, "E-1", "E-4")


def test_services(work: Work) -> None:
    ServiceFactory.create(key="payments")
    actions.link_service(epic_key="E-1", service_key="payments", by=work.jonas)
    assert [thread.service.scope.key for thread in queries.services_of(work.epic)] == ["payments"]
    assert (last_entry().event, last_entry().subject) == ("epic.service_linked", "E-1")
    with pytest.raises(Refused, match="E-1 is linked to payments already"):
        actions.link_service(epic_key="E-1", service_key="payments", by=work.maria)
    with pytest.raises(Refused, match="There is no service nothing"):
        actions.link_service(epic_key="E-1", service_key="nothing", by=work.maria)
    with pytest.raises(NotAllowed, match="Linking services to E-1 takes a seat"):
        actions.link_service(epic_key="E-1", service_key="payments", by=work.ruth)
    with pytest.raises(NotAllowed, match="Linking services to E-1 takes a seat"):
        actions.unlink_service(epic_key="E-1", service_key="payments", by=work.ruth)
    assert queries.services_of(work.epic).count() == 1
    actions.unlink_service(epic_key="E-1", service_key="payments", by=work.maria)
    assert last_entry().event == "epic.service_unlinked"
    with pytest.raises(Refused, match="E-1 is not linked to payments"):
        actions.unlink_service(epic_key="E-1", service_key="payments", by=work.maria)
    ledger = ServiceFactory.create(key="ledger")
    Scope.objects.filter(pk=ledger.scope_id).update(archived_at="2026-01-01T00:00:00Z")
    with pytest.raises(Refused, match="ledger is archived; nothing runs on it any more"):
        actions.link_service(epic_key="E-1", service_key="ledger", by=work.maria)


def test_pages(four: Work) -> None:
    ServiceFactory.create(key="payments")
    maria, tomas = signed_in(four.maria), signed_in(four.tomas)
    url = "/epics/E-1/services/"
    assert maria.post(url, {"service": "payments"}).status_code == 302
    assert "payments" in maria.get(url).content.decode()
    assert maria.post(url, {"service": "payments"}).status_code == 400
    assert maria.post(url, {"remove": "payments"}).status_code == 302
    url = "/epics/E-1/dependencies/"
    assert tomas.post(url, {"needs": "e-2", "kind": "HARD"}).status_code == 302
    assert "E-2" in tomas.get(url).content.decode()
    circle = tomas.post("/epics/E-2/dependencies/", {"needs": "E-1", "kind": "SOFT"})
    assert (circle.status_code, "close a circle" in circle.content.decode()) == (409, True)
    assert "Needed by" in tomas.get("/epics/E-2/dependencies/").content.decode()
    assert tomas.post(url, {"remove": "E-2"}).status_code == 302
    page = maria.get(url).content.decode()
    assert "Changing what E-1 needs takes a seat" in page
