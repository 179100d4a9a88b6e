"""The epic's page shows its reliability contract, and the dossier keeps what the signer saw of it."""

import json
from datetime import timedelta

import pytest
import rfc8785
import time_machine
from django.utils import timezone

from apps.delivery import actions as delivery
from apps.delivery.models import EpicSLO, Initiative
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.signoff.dossier import read_dossier
from tests.cast import forget_seats, signed_in
from tests.reliability.sla_world import agreed
from tests.signoff.promises import Promise, make_dependable
from tests.signoff.test_reliable_gate import count, decide, own, service_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(promise: Promise) -> Promise:
    """As everywhere here, with an SRE lead who may set SLOs on services, too."""
    promise.cast.seat(promise.cast.priya, Role.SRE_ORGANIZATION_LEAD, promise.cast.organization)
    return promise


def page(promise: Promise, name: str = "maria") -> str:
    """The contract on the epic's page."""
    whole = signed_in(promise.cast.people[name]).get(f"/epics/{promise.epic.key}/").content.decode()
    return " ".join(whole.partition('id="epic-contract"')[2].partition("</section>")[0].split())


def test_its_own_and_what_it_rests_on_with_budgets(promise: Promise) -> None:
    below = service_with(promise, good=1_000, target="0.995")
    count(own(promise), 999, 1_000, promise)
    words = page(promise)
    assert f"{own(promise).key} Checkout answers in time" in words
    assert "90 %" in words
    assert f"{below.key} Payments answer in time" in words
    assert "it rests on · Payments" in words
    assert "what it rests on allows 99.5 %" in words
    assert "burn 0.1 over 6 h" in words


def test_what_it_promises_and_also_rests_on_stands_there_once(promise: Promise) -> None:
    below = service_with(promise, good=1_000)
    delivery.link_slo(epic_key=promise.epic.key, slo_key=below.key, by=promise.cast.priya)
    words = page(promise)
    assert words.count(f"{below.key} Payments answer in time") == 1
    assert "it rests on ·" not in words


def test_what_was_promised_outside_stands_beside(promise: Promise) -> None:
    below = service_with(promise, good=1_000)
    promise.cast.seat(promise.cast.maria, Role.PRODUCT_OWNER, promise.cast.organization)
    owner = forget_seats(promise.cast.maria)
    for slo, target in ((own(promise), "0.985"), (below, "0.999")):
        reliability.agree_sla(slo_key=slo.key, agreed=agreed(target, from_on=timezone.now().date()), by=owner)
    words = page(promise)
    assert "SLA-1</a> 98.5 % over 28 days to Papyrus Books · gap 0.5 points" in words
    assert "SLA-2</a> 99.9 % over 28 days to Papyrus Books · gap −0.4 points" in words
    assert "Upside down" in words
    reliability.end_sla(sla_key="SLA-2", reason="They left.", by=owner)
    assert "SLA-2" not in page(promise)


def test_stale_numbers_say_so(promise: Promise) -> None:
    reliability.refresh_slos()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert "stale since" in page(promise)


def test_none_promised_says_what_to_do_next(promise: Promise) -> None:
    slo = own(promise)
    delivery.unlink_slo(epic_key=promise.epic.key, slo_key=slo.key, by=promise.cast.priya)
    words = page(promise)
    assert "This epic promises no SLO yet" in words
    assert f"/slis/new/?scope={promise.epic.key}" in words
    assert f"{slo.key} Checkout answers in time</a> stands on this epic and is not promised yet." in words
    assert "Link it" in words
    assert "Link it" not in page(promise, "lena")


def test_a_decision_to_keep_shipping_is_named(promise: Promise) -> None:
    count(own(promise), 980, 1_000, promise)
    decide(own(promise), promise, option="KEEP")
    assert "D-1</a> decided to keep shipping" in page(promise)


def test_nobody_is_told_of_slos_of_a_restricted_initiative(promise: Promise) -> None:
    cast = promise.cast
    cast.seat(cast.maria, Role.PRODUCT_OWNER, cast.elsewhere)
    secret = delivery.create_epic(
        initiative_key=Initiative.objects.create(scope=cast.elsewhere).key, title="A merger", by=cast.maria
    )
    slo = make_dependable(secret, cast=cast, good=0)
    delivery.add_dependency(epic_key=promise.epic.key, needs_key=secret.key, kind="HARD", by=forget_seats(cast.jonas))
    assert slo.key in page(promise, "lena")
    cast.elsewhere.restricted = True
    cast.elsewhere.save()
    whole = signed_in(cast.lena).get(f"/epics/{promise.epic.key}/").content.decode()
    assert slo.key not in whole
    assert "one of a restricted initiative is not" in whole
    assert slo.key in page(promise, "maria")
    assert slo.key not in {shown.key for shown in promise.dossier().slos}


def test_the_dossier_keeps_what_was_seen(promise: Promise) -> None:
    below = service_with(promise, good=1_000)
    sign_off = promise.sign()
    kept = {shown.key: shown for shown in read_dossier(bytes(sign_off.dossier.body)).slos}
    slo = EpicSLO.objects.get(epic=promise.epic).slo
    assert set(kept) == {slo.key, below.key}
    assert (kept[slo.key].good, kept[slo.key].total, kept[slo.key].state) == (999, 1_000, "AMPLE")
    assert kept[slo.key].left == "90 % of its budget left"
    assert kept[below.key].of == "payments"
    receipt = signed_in(promise.cast.maria).get(f"/receipts/{sign_off.signature.key}/").content.decode()
    assert "999 of 1000 events of E-1 were good · 90 % of its budget left" in receipt
    count(slo, 900, 1_000, promise)
    assert (
        "999 of 1000 events"
        in signed_in(promise.cast.maria).get(f"/receipts/{sign_off.signature.key}/").content.decode()
    )


def test_older_dossiers_are_read(promise: Promise) -> None:
    body = promise.dossier().body
    old = {**json.loads(body), "format": "triad/dossier/2"}
    del old["slos"]
    assert read_dossier(rfc8785.dumps(old)).slos == []


def test_the_signing_page_prints_them(promise: Promise) -> None:
    words = signed_in(promise.cast.maria).get(f"/epics/{promise.epic.key}/sign-off/").content.decode()
    assert "SLOs that the gate stands on" in words
    assert "Checkout answers in time: 99 % over 28 days" in words
    assert "A good event is answered with 2xx within 300 ms." in words
