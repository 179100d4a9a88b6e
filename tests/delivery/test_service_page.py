"""The page of a service: what is promised of it, what it has left, which epics run on it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from apps.common.instants import day_words
from apps.delivery import actions
from apps.organization.models import Person, Scope
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.models import SLO, Decision, Freeze
from tests.api.asking import rows
from tests.cast import ServiceFactory, forget_seats, in_days, signed_in
from tests.delivery.work import Work, make_epic
from tests.reliability.world import make_sli, make_slo, send


@pytest.fixture
def payments(work: Work) -> Scope:
    """A service, in an organization whose lead sets SLOs on all."""
    work.cast.seat(work.priya, Role.SRE_ORGANIZATION_LEAD, work.cast.organization)
    return ServiceFactory.create(key="payments").scope


def whole(person: Person) -> str:
    answer = signed_in(person).get("/services/payments/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def page(person: Person) -> str:
    return " ".join(strip_tags(whole(person)).split())


def slo_on(payments: Scope, work: Work, title: str, bad: int) -> SLO:
    """99 % of a thousand events, of which so many failed."""
    sli = make_sli(payments, work.priya, title)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    send(sli, (hour, 1_000 - bad, 1_000), by=work.priya)
    return make_slo(sli, work.priya)


def test_what_is_promised_of_it_by_need(work: Work, payments: Scope) -> None:
    calm = slo_on(payments, work, "Refunds are paid", 1)
    worst = slo_on(payments, work, "Payments answer", 20)
    gone = slo_on(payments, work, "Fees are right", 30)
    elsewhere = make_slo(make_sli(work.epic.scope, work.priya), work.priya)
    reliability.archive_slo(slo_key=gone.key, reason="Measured elsewhere.", by=work.priya)
    reliability.refresh_slos()
    words = page(work.maria)
    assert words.index(f"{worst.key} Payments answer") < words.index(f"{calm.key} Refunds are paid")
    assert "Exhausted 98 % 99 % −100 %" in words
    assert "Ample 99.9 % 99 % 90 %" in words
    assert gone.key not in words and elsewhere.key not in words


def test_where_nothing_is_promised_it_says_who_can_change_that(work: Work, payments: Scope) -> None:
    words = page(work.priya)
    assert "Nothing says how dependable Payments must be. Define what is measured of it, then set an SLO." in words
    assert "Nothing of it that has a limit is watched. Say what has one" in words
    words = page(work.ruth)
    assert "SREs, engineering and product define what is measured, and set SLOs." in words
    assert "Say what has one" not in words


def test_what_has_a_limit(work: Work, payments: Scope) -> None:
    meant = reliability.Meant(title="Disk of receipts", limit=100.0, unit="GB")
    resource = reliability.create_resource(scope_key="payments", meant=meant, by=work.priya)
    usage = {in_days(-number): 60.0 for number in range(20)}
    reliability.record_usage(resource_key=resource.key, usage=usage, by=work.priya)
    assert f"{resource.key} Disk of receipts" in page(work.maria)


def test_the_epics_that_run_on_it(work: Work, payments: Scope) -> None:
    other = make_epic(work.cast, "Vouchers")
    assert "No epic says that its promise runs on Payments." in page(work.maria)
    for epic in (work.epic, other):
        actions.link_service(epic_key=epic.key, service_key="payments", by=work.jonas)
    actions.archive_epic(epic_key=other.key, reason="Another plan.", by=work.maria)
    words = page(work.maria)
    assert f"{work.epic.key} {work.epic.title}" in words
    assert other.key not in words


def test_the_list_of_epics_is_asked_for_those_that_run_on_it(
    work: Work, payments: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_epic(work.cast, "Vouchers")
    assert "/epics/?service=payments" not in whole(work.maria)
    actions.link_service(epic_key=other.key, service_key="payments", by=work.jonas)
    client = signed_in(work.maria)
    for name in ("payments", "PAYMENTS"):
        assert [epic.key for epic in client.get(f"/epics/?service={name}").context["epics"]] == [other.key]
        assert [row["key"] for row in rows(client, f"epics/?service={name}")] == [other.key]
    csv = client.get("/epics/?service=payments&as=csv").getvalue().decode()
    assert "Vouchers" in csv and work.epic.title not in csv
    assert "No epic matches" in client.get("/epics/?service=orders").content.decode()
    monkeypatch.setattr("apps.delivery.views.services.SHOWN", 1)
    assert 'href="/epics/?service=payments"' not in whole(work.maria)
    actions.link_service(epic_key=work.epic.key, service_key="payments", by=work.jonas)
    assert 'href="/epics/?service=payments"' in whole(work.maria)


def test_a_restricted_epic_is_not_found_by_its_service(work: Work, payments: Scope) -> None:
    actions.link_service(epic_key=work.epic.key, service_key="payments", by=work.jonas)
    work.epic.initiative.scope.restricted = True
    work.epic.initiative.scope.save()
    stranger = signed_in(forget_seats(work.cast.people["nobody"]))
    assert stranger.get("/epics/?service=payments").context["epics"] == []
    assert rows(stranger, "epics/?service=payments") == []
    assert len(rows(signed_in(forget_seats(work.maria)), "epics/?service=payments")) == 1


def test_epics_of_a_restricted_initiative_are_not_named(work: Work, payments: Scope) -> None:
    actions.link_service(epic_key=work.epic.key, service_key="payments", by=work.jonas)
    stranger = work.cast.people["nobody"]
    assert work.epic.title in page(work.maria)
    initiative = work.epic.initiative.scope
    initiative.restricted = True
    initiative.save()
    assert work.epic.title in page(forget_seats(work.maria))
    assert work.epic.title not in page(stranger)


def test_a_freeze_is_said(work: Work, payments: Scope) -> None:
    assert "Changes are stopped" not in page(work.maria)
    slo = slo_on(payments, work, "Payments answer", 20)
    decision = Decision.objects.create(
        key="D-1",
        slo=slo,
        kind=Decision.Kind.BROKEN,
        cause_key="x",
        facts="{}",
        facts_digest="0" * 64,
        due_on=in_days(7),
    )
    Freeze.objects.create(scope=payments, decision=decision, reason="Out of budget.", until_on=in_days(9))
    words, until = page(work.maria), day_words(in_days(9), in_days(0))
    assert f"Payments is frozen until {until} by D-1: Out of budget." in words


def test_its_scope_leads_there(payments: Scope) -> None:
    assert payments.get_absolute_url() == payments.service.get_absolute_url() == "/services/payments/"


def test_there_is_none_of_that_name(work: Work) -> None:
    assert signed_in(work.maria).get("/services/payments/").status_code == 404
