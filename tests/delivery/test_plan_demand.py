"""What an epic will add to what runs out: planned, shown where it matters, taken back, gone with its epic."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery import queries as delivery_queries
from apps.delivery.actions.demands import Planned
from apps.delivery.models import EpicDemand
from apps.organization.models import Scope
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability import queries
from apps.reliability.models import PlannedDemand, Resource
from tests.api.asking import problem, queries_of, read, send
from tests.cast import Cast, ServiceFactory, in_days, signed_in
from tests.failing_log import fail_the_log
from tests.organization import log
from tests.signoff.promises import Promise, make_promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(cast: Cast) -> Promise:
    """An epic, and RES-1: a disk of 100 GB of its experience, of which 60 GB are in use each day."""
    made = make_promise(cast, stories=0)
    meant = reliability.Meant(title="Disk of orders", limit=100.0, unit="GB")
    reliability.create_resource(scope_key=made.epic.key, meant=meant, by=cast.priya)
    reliability.record_usage(
        resource_key="RES-1", usage={in_days(-number): 60.0 for number in range(20)}, by=cast.priya
    )
    return made


def plan(work: Promise, **said: Any) -> EpicDemand:
    by = said.pop("by", work.cast.jonas)
    planned = Planned(**{"resource_key": "RES-1", "on": in_days(10), "amount": 45.0, "why": "The campaign", **said})
    return delivery.plan_demand(epic_key=work.epic.key, planned=planned, by=by)


def days_left() -> float | None:
    return queries.headroom_of(Resource.objects.get(key="RES-1")).days


def test_what_is_planned_counts_in_the_days_that_are_left(work: Promise) -> None:
    assert days_left() is None
    demand = plan(work)
    left = days_left()
    assert left is not None and 9 < left <= 10
    row = PlannedDemand.objects.get()
    assert (row.cause_key, row.scope.key, row.amount, row.why) == (demand.key, work.epic.key, 45, "The campaign")
    assert f"planned that {work.epic.key} adds +45 GB to RES-1 on {in_days(10)}" in log.said("epic.demand_planned")
    assert log.facts("epic.demand_planned")["demand"] == demand.key == "DEM-1"


def test_said_again_for_the_same_day_it_takes_its_place(work: Promise) -> None:
    plan(work)
    assert plan(work, amount=5.0).key == "DEM-1"
    assert PlannedDemand.objects.get().amount == 5
    assert days_left() is None
    plan(work, on=in_days(20), amount=40.0)
    assert [row.cause_key for row in PlannedDemand.objects.all()] == ["DEM-1", "DEM-2"]
    left = days_left()
    assert left is not None and 19 < left <= 20


def test_taken_back_it_counts_no_longer(work: Promise) -> None:
    plan(work)
    delivery.withdraw_demand(epic_key=work.epic.key, demand_key="DEM-1", by=work.cast.maria)
    assert (EpicDemand.objects.count(), PlannedDemand.objects.count(), days_left()) == (0, 0, None)
    assert f"took back that {work.epic.key} adds +45 GB to RES-1" in log.said("epic.demand_withdrawn")
    with pytest.raises(Refused, match=f"{work.epic.key} plans no DEM-1"):
        delivery.withdraw_demand(epic_key=work.epic.key, demand_key="DEM-1", by=work.cast.maria)


def test_an_archived_epic_adds_nothing(work: Promise) -> None:
    plan(work)
    delivery.archive_epic(epic_key=work.epic.key, reason="Not now", by=work.cast.maria)
    assert (EpicDemand.objects.count(), PlannedDemand.objects.count(), days_left()) == (0, 0, None)
    with pytest.raises(Refused, match=f"{work.epic.key} is archived"):
        plan(work)


def test_once_it_has_begun_it_is_in_the_usage(work: Promise) -> None:
    plan(work)
    with time_machine.travel(timezone.now() + timedelta(days=11), tick=False):
        reliability.refresh_headroom()
        assert days_left() is None


@pytest.mark.parametrize(
    ("said", "refused", "words"),
    [
        (
            {"on": in_days(-400)},
            BadInput,
            "has begun: what is added by then is in the usage. Plan it for a day to come",
        ),
        ({"amount": 0.0}, BadInput, "An epic adds a number other than 0, at most 10"),
        ({"amount": float("nan")}, BadInput, "An epic adds a number other than 0"),
        ({"why": "x" * 501}, BadInput, "Why has 501 characters"),
        ({"resource_key": "RES-9"}, Refused, "There is no resource RES-9 that you may read"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    work: Promise, said: dict[str, object], refused: type[Refused], words: str
) -> None:
    with pytest.raises(refused, match=words):
        plan(work, **said)
    assert not PlannedDemand.objects.exists()


def test_it_takes_a_seat_on_the_epic_and_a_resource_that_is_watched(work: Promise) -> None:
    for name in ("lena", "emil", "nobody"):
        with pytest.raises(NotAllowed, match=f"Planning demand of {work.epic.key} takes a seat as"):
            plan(work, by=work.cast.people[name])
    reliability.archive_resource(resource_key="RES-1", by=work.cast.priya)
    with pytest.raises(Refused, match="RES-1 is archived; nothing is planned for it any more"):
        plan(work)


def test_a_failing_entry_rolls_it_back(work: Promise) -> None:
    fail_the_log()
    with pytest.raises(DatabaseError), transaction.atomic():
        plan(work)
    assert (EpicDemand.objects.count(), PlannedDemand.objects.count(), days_left()) == (0, 0, None)


def test_it_is_planned_and_taken_back_by_plain_forms_and_stands_on_the_epic_s_page(work: Promise) -> None:
    jonas, path = signed_in(work.cast.jonas), f"/epics/{work.epic.key}/demand/"
    epic = jonas.get(f"/epics/{work.epic.key}/").content.decode()
    assert "60 of 100 GB in use (60 %), not growing." in epic
    form = {"resource": "RES-1", "on": in_days(10).isoformat(), "amount": "45", "why": "The campaign"}
    assert jonas.post(path, form)["Location"] == path
    page = jonas.get(path).content.decode()
    for words in ("adds +45 GB to RES-1.", "<strong>+45 GB</strong>", "The campaign"):
        assert words in page
    epic = jonas.get(f"/epics/{work.epic.key}/").content.decode()
    assert "Adds +45 GB to" in epic
    assert "Reached in" in epic
    wrong = jonas.post(path, {**form, "amount": "0"})
    assert (wrong.status_code, "other than 0" in wrong.content.decode()) == (400, True)
    assert jonas.post(path, {"remove": "DEM-1"})["Location"] == path
    assert "Nothing planned" in jonas.get(path).content.decode()
    nobody = signed_in(work.cast.nobody)
    assert nobody.post(path, form).status_code == 403


def test_by_the_api(work: Promise) -> None:
    jonas, path = signed_in(work.cast.jonas), f"epics/{work.epic.key}/demand/"
    made = send(jonas, path, {"resource": "RES-1", "on": in_days(10).isoformat(), "amount": 45})
    assert (made.status_code, made.json()["key"], made.json()["amount"]) == (201, "DEM-1", 45)
    assert [row["resource"] for row in read(jonas, path)] == ["RES-1"]
    assert [row["of"] for row in read(jonas, "resources/RES-1/demand/")] == [work.epic.key]
    assert problem(send(signed_in(work.cast.nobody), f"{path}DEM-1/", method="delete"), 403)
    assert send(jonas, f"{path}DEM-1/", method="delete").status_code == 204
    assert read(jonas, path) == []


def test_services_of_the_epic_are_shown_and_what_is_restricted_is_not(work: Promise) -> None:
    cast = work.cast
    service = ServiceFactory.create(key="ledger", title="Ledger")
    cast.seat(cast.sam, Role.SRE, service.scope)
    meant = reliability.Meant(title="Connections of the ledger", limit=50.0)
    reliability.create_resource(scope_key="ledger", meant=meant, by=cast.sam)
    page = f"/epics/{work.epic.key}/"
    assert "Connections of the ledger" not in signed_in(cast.jonas).get(page).content.decode()
    delivery.link_service(epic_key=work.epic.key, service_key="ledger", by=cast.jonas)
    assert "Connections of the ledger" in signed_in(cast.jonas).get(page).content.decode()
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    assert "Disk of orders" in signed_in(cast.jonas).get(page).content.decode()
    assert problem(signed_in(cast.nobody).get(f"/api/v1/epics/{work.epic.key}/demand/"), 404)


def test_what_is_hidden_from_a_reader_is_left_out(work: Promise) -> None:
    """A resource of an epic that the reader may not read, asked for by one that they may."""
    demand, scope, hidden = plan(work), work.epic.scope_id, [work.cast.initiative.pk]
    assert delivery_queries.demands_of(work.epic, hidden=[]) == [demand]
    assert delivery_queries.demands_of(work.epic, hidden=hidden) == []
    assert [one.key for one in queries.resources_on([scope], hidden=[])] == ["RES-1"]
    assert queries.resources_on([scope], hidden=hidden) == []


def test_the_same_number_of_queries_for_one_and_for_twenty(work: Promise) -> None:
    jonas, path = signed_in(work.cast.jonas), f"epics/{work.epic.key}/demand/"
    plan(work)
    one = queries_of(jonas, path)
    for number in range(20):
        plan(work, on=in_days(20 + number))
    assert queries_of(jonas, path) == one
