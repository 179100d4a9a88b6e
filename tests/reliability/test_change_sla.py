"""What was agreed anew: the row is another one, and what it said before stays in the log."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from apps.audit.acts import canonical_digest
from apps.audit.models import Entry
from apps.audit.verify import verify_log
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.models import Scope
from apps.reliability import actions
from apps.reliability.models import SLA
from tests.api.asking import pipeline_of, problem, send
from tests.cast import signed_in
from tests.organization import log
from tests.reliability.sla_world import FORM, agreed, make_sla
from tests.reliability.test_pages import text
from tests.reliability.world import World


def test_it_says_something_else_from_now_on(world: World) -> None:
    before = canonical_digest(make_sla(world).canonical_row())
    changed = actions.change_sla(sla_key="SLA-1", agreed=agreed("0.98", "month:UTC"), by=world.cast.vera)
    kept = SLA.objects.get()
    assert (kept.target, kept.window, kept.written_by) == (Decimal("0.98"), "month:UTC", world.cast.vera)
    said = "changed SLA-1 beside SLO-1 “Checkout answers in time” with Papyrus Books, which promises 98 % over"
    assert said in log.said("sla.changed")
    entry = log.last("sla.changed").entry
    assert (entry.subject, entry.reference) == ("SLO-1", changed.key)
    assert before in bytes(entry.body).decode()
    assert verify_log().ok


def test_the_same_again_is_no_change(world: World) -> None:
    make_sla(world)
    actions.change_sla(sla_key="SLA-1", agreed=agreed(), by=world.cast.maria)
    assert not Entry.objects.filter(event="sla.changed").exists()


def test_what_says_nothing_is_refused(world: World) -> None:
    make_sla(world)
    with pytest.raises(BadInput, match="Say what follows when the SLA is broken"):
        actions.change_sla(sla_key="SLA-1", agreed=agreed(penalty=""), by=world.cast.maria)
    assert SLA.objects.get().penalty == FORM["penalty"]


def test_it_is_for_product_to_say(world: World) -> None:
    make_sla(world)
    for name in ("priya", "jonas", "nobody"):
        with pytest.raises(NotAllowed, match="Changing SLA-1 takes a seat as Technical Product Manager or Product Ow"):
            actions.change_sla(sla_key="SLA-1", agreed=agreed("0.9"), by=world.cast.people[name])
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    with pytest.raises(SLA.DoesNotExist):
        actions.change_sla(sla_key="SLA-1", agreed=agreed("0.9"), by=world.cast.nobody)


def test_what_has_ended_stays_as_it_is(world: World) -> None:
    make_sla(world)
    actions.end_sla(sla_key="SLA-1", reason="The contract ran out.", by=world.cast.maria)
    with pytest.raises(Refused, match="SLA-1 ended on 2026-11-28; what it said stays as it is"):
        actions.change_sla(sla_key="SLA-1", agreed=agreed("0.9"), by=world.cast.maria)


def test_a_failing_entry_rolls_it_back(world: World, request: pytest.FixtureRequest) -> None:
    make_sla(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError), transaction.atomic():
        actions.change_sla(sla_key="SLA-1", agreed=agreed("0.9"), by=world.cast.maria)
    assert SLA.objects.get().target == Decimal("0.985")


def test_by_a_plain_form(world: World) -> None:
    make_sla(world)
    maria = signed_in(world.cast.maria)
    page = text(maria, "/slas/SLA-1/change/")
    for words in ('value="98.5"', 'value="28d"', "Papyrus Books", "What it said before stays in the log."):
        assert words in page
    changed = maria.post("/slas/SLA-1/change/", {**FORM, "target": "99.5"})
    assert (changed.status_code, changed["Location"]) == (302, "/slos/SLO-1/#slas")
    page = text(maria, "/slos/SLO-1/")
    for words in ("SLA-1 is saved.", "Gap −0.5 points", "Upside down"):
        assert words in page
    wrong = maria.post("/slas/SLA-1/change/", {**FORM, "window": "soon"})
    assert wrong.status_code == 400
    assert "is no window" in wrong.content.decode()
    assert signed_in(world.priya).get("/slas/SLA-1/change/").status_code == 403


def test_by_the_api_what_is_left_out_stays(world: World) -> None:
    make_sla(world)
    maria = signed_in(world.cast.maria)
    row = send(maria, "slas/SLA-1/", {"target": 99.5}, "patch").json()
    assert (row["target"], row["gap"], row["verdict"]) == ("0.995", "-0.5", "UPSIDE_DOWN")
    assert (row["counterparty"], row["window"], row["penalty"]) == ("Papyrus Books", "28d", FORM["penalty"])
    assert problem(send(signed_in(world.priya), "slas/SLA-1/", {"target": 99}, "patch"), 403)
    assert problem(send(pipeline_of(world.cast), "slas/SLA-1/", {"target": 99}, "patch"), 403)
