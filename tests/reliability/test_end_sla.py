"""An SLA that is promised no longer: it ends today, and the SLO shows it as ended."""

import pytest
from django.db import DatabaseError, transaction

from apps.audit.verify import verify_log
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.reliability import actions, queries
from apps.reliability.models import SLA
from tests.api.asking import pipeline_of, problem, read, send
from tests.cast import signed_in
from tests.organization import log
from tests.reliability.sla_world import TODAY, make_sla
from tests.reliability.test_pages import text
from tests.reliability.world import NOW, World, ago

WHY = "The contract ran out."


def test_it_ends_today_and_the_log_says_why(world: World) -> None:
    make_sla(world)
    ended = actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.maria)
    assert SLA.objects.get().ended_on == TODAY
    said = f"ended SLA-1 beside SLO-1 “Checkout answers in time” with Papyrus Books: {WHY}"
    assert said in log.said("sla.ended")
    assert log.last("sla.ended").entry.reference == ended.key
    assert verify_log().ok


def test_nothing_is_judged_of_it_any_more(world: World) -> None:
    world.push((ago(days=2), 0, 1_000))
    make_sla(world)
    make_sla(world, counterparty="Scroll Shop")
    actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.maria)
    slas = queries.slas_of(world.slo)
    assert [sla.key for sla in slas] == ["SLA-2", "SLA-1"]
    assert list(queries.gaps_of(slas, at=NOW)) == [slas[0].pk]


@pytest.mark.parametrize(("reason", "words"), [(" ", "The reason is missing."), ("x" * 501, "The reason has 501")])
def test_without_a_reason_it_does_not_end(world: World, reason: str, words: str) -> None:
    make_sla(world)
    with pytest.raises(BadInput, match=words):
        actions.end_sla(sla_key="SLA-1", reason=reason, by=world.cast.maria)
    assert SLA.objects.get().ended_on is None


def test_it_is_for_product_to_say_and_once(world: World) -> None:
    make_sla(world)
    for name in ("priya", "jonas", "nobody"):
        with pytest.raises(NotAllowed, match="Changing SLA-1 takes a seat as Technical Product Manager or Product Ow"):
            actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.people[name])
    actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.maria)
    with pytest.raises(Refused, match="SLA-1 ended on 2026-11-28; what it said stays as it is"):
        actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.maria)


def test_beside_an_archived_slo_it_can_end(world: World) -> None:
    make_sla(world)
    actions.archive_slo(slo_key="SLO-1", reason="Nobody asks.", by=world.priya)
    page = text(signed_in(world.cast.maria), "/slos/SLO-1/")
    assert "/slas/SLA-1/end/" in page
    assert "/slas/new/" not in page
    actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.maria)
    assert SLA.objects.get().ended_on == TODAY


def test_a_failing_entry_rolls_it_back(world: World, request: pytest.FixtureRequest) -> None:
    make_sla(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError), transaction.atomic():
        actions.end_sla(sla_key="SLA-1", reason=WHY, by=world.cast.maria)
    assert SLA.objects.get().ended_on is None


def test_by_a_plain_form(world: World) -> None:
    make_sla(world)
    maria = signed_in(world.cast.maria)
    assert "It is promised no longer, from today on." in text(maria, "/slas/SLA-1/end/")
    assert maria.post("/slas/SLA-1/end/", {"reason": ""}).status_code == 400
    ended = maria.post("/slas/SLA-1/end/", {"reason": WHY})
    assert (ended.status_code, ended["Location"]) == (302, "/slos/SLO-1/#slas")
    page = text(maria, "/slos/SLO-1/")
    for words in ("SLA-1 has ended.", "ended on", "28 Nov 2026", "Papyrus Books"):
        assert words in page
    assert "/slas/SLA-1/" not in page
    assert maria.get("/slas/SLA-1/change/").status_code == 409
    assert signed_in(world.priya).get("/slas/SLA-1/end/").status_code == 403


def test_by_the_api(world: World) -> None:
    make_sla(world)
    maria = signed_in(world.cast.maria)
    for client in (signed_in(world.priya), pipeline_of(world.cast)):
        assert problem(send(client, "slas/SLA-1/end/", {"reason": WHY}), 403)
    row = send(maria, "slas/SLA-1/end/", {"reason": WHY}).json()
    assert (row["ended_on"], row["verdict"], row["gap"], row["words"]) == (TODAY.isoformat(), None, None, "")
    assert (row["good"], row["total"], row["budget_left"]) == (None, None, None)
    assert [one["key"] for one in read(maria, "slos/SLO-1/slas/")] == ["SLA-1"]
    assert problem(send(maria, "slas/SLA-1/end/", {"reason": WHY}), 409)
