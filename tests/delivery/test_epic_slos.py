"""The SLOs an epic promises to keep: its own, services' and teams'; never tighter than its ground allows."""

from decimal import Decimal
from fractions import Fraction

import pytest

from apps.common.refused import NotAllowed, Refused
from apps.delivery import actions, queries
from apps.delivery.resting import ceiling_for, slos_below
from apps.organization.models import Scope
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.models import SLI, SLO
from tests.cast import ServiceFactory, signed_in
from tests.delivery.work import Work, accept, last_entry, make_epic
from tests.reliability.world import make_sli, make_slo


@pytest.fixture(autouse=True)
def priya_of_the_whole_organization(work: Work) -> None:
    """So that she sets SLOs on services, too."""
    work.cast.seat(work.priya, Role.SRE_ORGANIZATION_LEAD, work.cast.organization)


def slo_on(work: Work, scope: Scope, target: str = "0.999") -> SLO:
    """An SLO on the scope."""
    return make_slo(make_sli(scope, work.priya), work.priya, target=target)


def service(key: str) -> Scope:
    return ServiceFactory.create(key=key).scope


def linked(work: Work) -> list[str]:
    return [thread.slo.key for thread in queries.slos_of(work.epic)]


def test_link_and_unlink(work: Work) -> None:
    slo = slo_on(work, work.epic.scope)
    assert linked(work) == []  # standing on the epic is no promise yet
    actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    assert linked(work) == [slo.key]
    entry = last_entry()
    assert (entry.event, entry.subject) == ("epic.slo_linked", "E-1")
    actions.unlink_slo(epic_key="E-1", slo_key=slo.key, by=work.maria)
    assert linked(work) == []
    assert last_entry().event == "epic.slo_unlinked"


def test_refusals(work: Work) -> None:
    slo = slo_on(work, work.epic.scope)
    with pytest.raises(NotAllowed, match="Linking SLOs to E-1 takes a seat as Technical Product Manager"):
        actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.ruth)
    with pytest.raises(Refused, match="There is no SLO SLO-99"):
        actions.link_slo(epic_key="E-1", slo_key="SLO-99", by=work.sam)
    with pytest.raises(Refused, match=f"E-1 is not linked to {slo.key}"):
        actions.unlink_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    with pytest.raises(Refused, match=f"E-1 is linked to {slo.key} already"):
        actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    with pytest.raises(NotAllowed, match="Linking SLOs to E-1 takes a seat"):
        actions.unlink_slo(epic_key="E-1", slo_key=slo.key, by=work.ruth)
    other = make_epic(work.cast, "Payment")
    theirs = slo_on(work, other.scope)
    with pytest.raises(Refused, match=f"{theirs.key} is promised by E-2. Say that E-1 needs E-2 instead"):
        actions.link_slo(epic_key="E-1", slo_key=theirs.key, by=work.sam)
    gone = slo_on(work, work.epic.scope)
    reliability.archive_slo(slo_key=gone.key, reason="Measured elsewhere.", by=work.priya)
    with pytest.raises(Refused, match=f"{gone.key} is archived; nobody keeps it any more"):
        actions.link_slo(epic_key="E-1", slo_key=gone.key, by=work.sam)
    actions.archive_epic(epic_key="E-1", reason="Not now.", by=work.maria)
    with pytest.raises(Refused, match="E-1 is archived"):
        actions.unlink_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    assert linked(work) == [slo.key]


def test_a_signed_epic_drifts_in_the_same_act(work: Work) -> None:
    slo = slo_on(work, work.epic.scope)
    accept(work.epic)
    actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    work.epic.refresh_from_db()
    assert work.epic.drifted_at is not None
    accept(work.epic)
    actions.unlink_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    work.epic.refresh_from_db()
    assert work.epic.drifted_at is not None


def test_no_tighter_than_its_services_allow_together(work: Work) -> None:
    for key, target in (("payments", "0.999"), ("ledger", "0.998")):
        slo_on(work, service(key), target=target)
        actions.link_service(epic_key="E-1", service_key=key, by=work.jonas)
    slo = slo_on(work, work.epic.scope, target="0.998")
    with pytest.raises(Refused, match=f"{slo.key} promises 99.8 %, but what E-1 cannot do without allows 99.7002 %"):
        actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    reliability.change_slo(
        slo_key=slo.key,
        title=slo.title,
        target=Decimal("0.997002"),
        window="28d",
        rationale="As much as its ground allows.",
        by=work.priya,
    )
    actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)


def test_nor_than_the_epics_it_needs_but_for_soft_ones(work: Work) -> None:
    needed, nice = make_epic(work.cast, "Payment"), make_epic(work.cast, "Vouchers")
    for epic, target in ((needed, "0.99"), (nice, "0.9")):
        promised = slo_on(work, epic.scope, target=target)
        actions.link_slo(epic_key=epic.key, slo_key=promised.key, by=work.sam)
    actions.add_dependency(epic_key="E-1", needs_key=nice.key, kind="SOFT", by=work.jonas)
    actions.add_dependency(epic_key="E-1", needs_key=needed.key, kind="HARD", by=work.jonas)
    slo = slo_on(work, work.epic.scope, target="0.99")
    below = slos_below([work.epic.pk])[work.epic.pk]
    assert ceiling_for(slo, below) == Fraction("0.99")
    actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)
    tight = slo_on(work, work.epic.scope, target="0.991")
    with pytest.raises(Refused, match="allows 99 % at most"):
        actions.link_slo(epic_key="E-1", slo_key=tight.key, by=work.sam)


def test_like_is_compared_with_like(work: Work) -> None:
    """A latency below caps no availability above; of two of one kind on one service the lowest counts."""
    scope = service("payments")
    actions.link_service(epic_key="E-1", service_key="payments", by=work.jonas)
    slow = make_slo(make_slo_kind(work, scope, "LATENCY"), work.priya, target="0.9")
    slo = slo_on(work, work.epic.scope, target="0.9995")
    assert ceiling_for(slo, slos_below([work.epic.pk])[work.epic.pk]) is None
    slo_on(work, scope, target="0.9999")
    slo_on(work, scope, target="0.9996")
    below = slos_below([work.epic.pk])[work.epic.pk]
    assert ceiling_for(slo, below) == Fraction("0.9996")
    assert ceiling_for(slow, below) is None  # the ground itself
    actions.link_slo(epic_key="E-1", slo_key=slo.key, by=work.sam)


def make_slo_kind(work: Work, scope: Scope, kind: str) -> SLI:
    return reliability.create_sli(
        scope_key=scope.key, title="Fast answers", kind=kind, good_means="answered within 300 ms", by=work.priya
    )


def test_the_page_offers_its_own_first(work: Work) -> None:
    theirs = slo_on(work, service("payments"))
    own = slo_on(work, work.epic.scope)
    assert [slo.key for slo in queries.linkable_slos(work.epic, by=work.sam)] == [own.key, theirs.key]
    sam, url = signed_in(work.sam), "/epics/E-1/slos/"
    assert "No SLO yet" in sam.get(url).content.decode()
    assert sam.post(url, {"slo": own.key}).status_code == 302
    page = sam.get(url).content.decode()
    assert f"{own.key} Checkout answers in time" in page
    assert sam.post(url, {"slo": own.key}).status_code == 400
    assert sam.post(url, {"remove": own.key}).status_code == 302
    assert linked(work) == []
    ruth = signed_in(work.ruth)
    assert ruth.post(url, {"slo": own.key}).status_code == 403
    assert "Linking SLOs to E-1 takes a seat" in ruth.get(url).content.decode()


def test_the_page_says_why_it_is_too_tight(work: Work) -> None:
    slo_on(work, service("payments"), target="0.99")
    actions.link_service(epic_key="E-1", service_key="payments", by=work.jonas)
    own = slo_on(work, work.epic.scope)
    answer = signed_in(work.sam).post("/epics/E-1/slos/", {"slo": own.key})
    assert (answer.status_code, "allows 99 % at most" in answer.content.decode()) == (409, True)


def test_the_api(work: Work) -> None:
    own = slo_on(work, work.epic.scope)
    sam, url = signed_in(work.sam), "/api/v1/epics/E-1/slos/"
    made = sam.post(url, {"slo": own.key}, content_type="application/json")
    assert made.status_code == 201
    assert (made.json()["slo"], made.json()["target"], made.json()["window"]) == (own.key, "0.999", "28d")
    assert [row["slo"] for row in sam.get(url).json()["results"]] == [own.key]
    assert sam.delete(f"{url}{own.key}/").status_code == 204
    assert linked(work) == []
