"""The gate on reliability: SLOs that are kept, dependencies with budget left, no freeze."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.refused import Refused
from apps.delivery import actions as delivery
from apps.delivery.models import Epic, EpicSLO
from apps.organization.models import Scope
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.models import SLO, Decision, DecisionProposal, Freeze
from apps.signoff import queries
from apps.signoff.release import release_of
from apps.signoff.states import VerdictState
from tests.cast import ServiceFactory, in_days
from tests.reliability.world import make_sli, make_slo, send
from tests.signoff.promises import Promise, make_promise
from tests.signoff.test_gate import said, waive

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(promise: Promise) -> Promise:
    """As everywhere here, with an SRE lead who may set SLOs on services, too."""
    promise.cast.seat(promise.cast.priya, Role.SRE_ORGANIZATION_LEAD, promise.cast.organization)
    return promise


def own(promise: Promise) -> SLO:
    return EpicSLO.objects.get(epic=promise.epic).slo


def count(slo: SLO, good: int, total: int, promise: Promise) -> None:
    """Counts of the hour before, and the refresh that they ring for."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    send(slo.sli, (hour, good, total), by=promise.cast.priya)
    reliability.refresh_slos(slis=[slo.sli_id])


def service_with(promise: Promise, *, good: int, total: int = 1_000, target: str = "0.995") -> SLO:
    """A service that the epic runs on, and that has so much of its budget left."""
    scope = ServiceFactory.create(key="payments").scope
    slo = make_slo(make_sli(scope, promise.cast.priya, "Payments answer"), promise.cast.priya, target=target)
    delivery.link_service(epic_key=promise.epic.key, service_key="payments", by=promise.cast.jonas)
    if total:
        count(slo, good, total, promise)
    return slo


def decide(slo: SLO, promise: Promise, *, option: str = "STOP", days: int = 10) -> Decision:
    """Three seats decided so."""
    decision = Decision.objects.create(
        key="D-1",
        slo=slo,
        kind=Decision.Kind.BROKEN,
        cause_key=f"broken:{slo.key}",
        facts="{}",
        facts_digest="0" * 64,
        due_on=in_days(7),
    )
    proposal = DecisionProposal.objects.create(
        decision=decision,
        number=1,
        option=option,
        owner=promise.cast.priya,
        expires_on=in_days(days),
        slo_met=False,
        digest="0" * 64,
        proposed_by=promise.cast.priya,
    )
    decision.state, decision.decided = Decision.State.DECIDED, proposal
    decision.decided_at, decision.expires_on = timezone.now(), in_days(days)
    decision.save()
    return decision


def freeze(scope: Scope, promise: Promise, *, days: int = 10) -> Freeze:
    decision = decide(own(promise), promise, days=days)
    return Freeze.objects.create(scope=scope, decision=decision, reason="Out of budget.", until_on=in_days(days))


# --- SLOs


def test_kept_it_says_what_is_left(promise: Promise) -> None:
    verdict = said(promise, "slos_within_policy")
    assert (verdict.state, verdict.words) == (VerdictState.MET, "1 of 1 SLOs within their budgets")
    assert verdict.detail == f"{own(promise).key}: 90 % of its budget left"


def test_none_linked_is_not_met_and_says_who_can_move_it(promise: Promise) -> None:
    delivery.unlink_slo(epic_key=promise.epic.key, slo_key=own(promise).key, by=promise.cast.priya)
    verdict = said(promise, "slos_within_policy")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words == "No SLO is linked: nothing says how dependable it must be"
    assert (verdict.owner, verdict.url) == ("Priya Raman", f"/epics/{promise.epic.key}/slos/")
    with pytest.raises(Refused, match="cannot be accepted yet. SLOs within their budgets: No SLO is linked"):
        promise.sign()
    waive(promise, criterion="slos_within_policy", days=20)
    promise.sign(meaning="ACCEPT_WITH_EXCEPTIONS")


def test_no_data_is_unknown(promise: Promise) -> None:
    sli = make_sli(promise.epic.scope, promise.cast.priya, "Search answers")
    slo = make_slo(sli, promise.cast.priya)
    delivery.link_slo(epic_key=promise.epic.key, slo_key=slo.key, by=promise.cast.priya)
    verdict = said(promise, "slos_within_policy")
    assert verdict.state == VerdictState.UNKNOWN
    assert verdict.words == f"1 of 2 SLOs within their budgets; {slo.key}: no data"
    assert (verdict.subject, verdict.url) == (slo.key, f"/slos/{slo.key}/")


def test_counts_that_ended_are_unknown_and_workers_that_rest_are_not_waited_for(promise: Promise) -> None:
    reliability.refresh_slos()
    with time_machine.travel(timezone.now() + timedelta(hours=20)):
        assert said(promise, "slos_within_policy").state == VerdictState.MET  # computed from what is stored
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        verdict = said(promise, "slos_within_policy")
    assert verdict.state == VerdictState.UNKNOWN
    assert f"{own(promise).key}: no counts since " in verdict.words


def test_a_used_up_budget_shuts_the_gate_and_a_decision_to_keep_shipping_opens_it(promise: Promise) -> None:
    slo = own(promise)
    count(slo, 980, 1_000, promise)
    verdict = said(promise, "slos_within_policy")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words == f"0 of 1 SLOs within their budgets; {slo.key}: −100 % of its budget left"
    decide(slo, promise, option="KEEP")
    verdict = said(promise, "slos_within_policy")
    assert verdict.state == VerdictState.MET
    assert verdict.words.endswith(f"{slo.key} is out of budget, and D-1 decided to keep shipping")
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        count(slo, 0, 0, promise)
        assert said(promise, "slos_within_policy").state == VerdictState.UNMET


def test_another_decision_does_not_open_it(promise: Promise) -> None:
    count(own(promise), 980, 1_000, promise)
    decide(own(promise), promise, option="CHANGE")
    assert said(promise, "slos_within_policy").state == VerdictState.UNMET


def test_tighter_than_its_ground_allows_is_not_met(promise: Promise) -> None:
    """The epic's own was linked first; then a service was, that promises less."""
    service_with(promise, good=1_000, target="0.98")
    verdict = said(promise, "slos_within_policy")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words == f"{own(promise).key} promises 99 %; hard dependencies allow 98 %"
    reliability.change_slo(
        slo_key=own(promise).key,
        title="Checkout in time",
        target=Decimal("0.98"),
        window="28d",
        rationale="As its ground allows.",
        by=promise.cast.priya,
    )
    assert said(promise, "slos_within_policy").state == VerdictState.MET


# --- dependencies


def test_a_service_out_of_budget_is_in_the_way(promise: Promise) -> None:
    assert said(promise, "dependencies_within_budget").words == "It rests on no service and no other epic"
    slo = service_with(promise, good=1_000)
    verdict = said(promise, "dependencies_within_budget")
    assert (verdict.state, verdict.words) == (
        VerdictState.MET,
        "1 of 1 SLOs that it rests on are within their budgets",
    )
    count(slo, 990, 1_000, promise)
    verdict = said(promise, "dependencies_within_budget")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words.endswith(f"; {slo.key} of payments: −100 % of its budget left")
    assert (verdict.owner, verdict.url) == ("SRE Lead of payments", f"/slos/{slo.key}/")


def test_a_service_whose_slo_has_no_data_is_unknown_and_one_without_an_slo_is_not_in_the_way(
    promise: Promise,
) -> None:
    ServiceFactory.create(key="ledger")
    delivery.link_service(epic_key=promise.epic.key, service_key="ledger", by=promise.cast.jonas)
    assert said(promise, "dependencies_within_budget").words == "Nothing that it rests on promises an SLO"
    service_with(promise, good=0, total=0)
    assert said(promise, "dependencies_within_budget").state == VerdictState.UNKNOWN


def test_so_is_an_epic_that_it_needs(promise: Promise) -> None:
    needed = make_promise(promise.cast, title="Payment")
    delivery.add_dependency(epic_key=promise.epic.key, needs_key=needed.epic.key, kind="HARD", by=promise.cast.jonas)
    assert said(promise, "dependencies_within_budget").state == VerdictState.MET
    count(own(needed), 900, 1_000, promise)
    verdict = said(promise, "dependencies_within_budget")
    assert verdict.state == VerdictState.UNMET
    assert f"{own(needed).key} of {needed.epic.key}" in verdict.words


# --- freezes


@pytest.mark.parametrize("where", ["epic", "initiative", "organization", "service"])
def test_a_freeze_of_the_epic_of_what_is_above_or_of_its_service_shuts_the_gate(promise: Promise, where: str) -> None:
    slo = service_with(promise, good=1_000)
    assert said(promise, "not_frozen").words == "No freeze holds"
    scopes = {
        "epic": promise.epic.scope,
        "initiative": promise.cast.initiative,
        "organization": promise.cast.organization,
        "service": slo.scope,
    }
    frozen = freeze(scopes[where], promise)
    verdict = said(promise, "not_frozen")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words == (
        f"Changes of {scopes[where].key} are stopped until {frozen.until_on:%d %b %Y}, as D-1 decided"
    )
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        assert said(promise, "not_frozen").state == VerdictState.MET


def test_a_freeze_elsewhere_is_not_ours(promise: Promise) -> None:
    other = make_promise(promise.cast, title="Payment")
    freeze(other.epic.scope, promise)
    assert said(promise, "not_frozen").state == VerdictState.MET
    assert said(other, "not_frozen").state == VerdictState.UNMET


def test_what_is_signed_does_not_ship_while_it_is_frozen(promise: Promise) -> None:
    promise.sign()
    assert release_of(promise.reread(), at=timezone.now()).may_ship
    freeze(promise.cast.initiative, promise)
    found = release_of(promise.reread(), at=timezone.now())
    assert not found.may_ship
    assert [reason.criterion for reason in found.reasons] == ["not_frozen"]


def test_many_gates_take_the_queries_of_one(promise: Promise) -> None:
    """With services, dependencies, SLOs refreshed and a freeze."""
    service_with(promise, good=1_000)
    freeze(promise.cast.initiative, promise)
    others = [make_promise(promise.cast, title=f"Epic {number}") for number in range(4)]
    for other in others:
        delivery.link_service(epic_key=other.epic.key, service_key="payments", by=promise.cast.jonas)
    reliability.refresh_slos()
    epics = [other.reread() for other in others]
    assert queries_of(epics[:1]) == queries_of(epics)


def queries_of(epics: list[Epic]) -> int:
    with CaptureQueriesContext(connection) as captured:
        queries.gates(epics, at=timezone.now())
    return len(captured)
