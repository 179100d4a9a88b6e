"""Product says what was promised outside beside an SLO; its page and the API show how safe that is."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.audit.verify import verify_log
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.models import Scope
from apps.reliability import actions
from apps.reliability.models import SLA, SLO
from tests.api.asking import pipeline_of, problem, queries_of, read, send
from tests.cast import signed_in
from tests.organization import log
from tests.reliability.sla_world import FORM, LONG_AGO, make_sla
from tests.reliability.test_pages import text
from tests.reliability.world import World, ago, make_slo


def test_it_stands_beside_the_slo_and_in_the_log(world: World) -> None:
    sla = make_sla(world)
    kept = SLA.objects.get()
    assert (kept.key, kept.slo, kept.counterparty, kept.window) == ("SLA-1", world.slo, "Papyrus Books", "28d")
    assert (kept.target, kept.from_on, kept.ended_on) == (Decimal("0.985"), LONG_AGO, None)
    assert (kept.penalty, kept.written_by) == ("10 % of the month's fee back.", world.cast.maria)
    assert "agreed SLA-1 beside SLO-1 “Checkout answers in time” with Papyrus Books: 98.5 % over 28 days" in log.said(
        "sla.agreed"
    )
    entry = log.last("sla.agreed").entry
    assert (entry.subject, entry.reference) == ("SLO-1", sla.key)
    assert verify_log().ok


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"counterparty": " "}, "The counterparty is missing."),
        ({"counterparty": "x" * 201}, "The counterparty has 201 characters"),
        ({"penalty": " \n"}, "Say what follows when the SLA is broken"),
        ({"penalty": "x" * 2_001}, "The consequence"),
        ({"target": "0"}, "A target is a share of good events above 0"),
        ({"target": "1.1"}, "A target is a share of good events above 0"),
        ({"target": "NaN"}, "A target is a share of good events above 0"),
        ({"target": "0.9999999999"}, "A target has at most 7 digits behind the point"),
        ({"window": "366d"}, "A rolling window has from 1 to 365 days"),
        ({"window": "month:Atlantis"}, "is no time zone"),
    ],
)
def test_what_says_nothing_is_refused(world: World, said: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        make_sla(world, **said)
    assert not SLA.objects.exists()


def test_it_is_for_product_to_say(world: World) -> None:
    for name in ("priya", "sam", "jonas", "ruth", "nobody"):
        with pytest.raises(NotAllowed, match="Agreeing on an SLA beside SLO-1 takes a seat as Technical Product Man"):
            make_sla(world, by=world.cast.people[name])
    assert make_sla(world, by=world.cast.vera).key == "SLA-1"


def test_nothing_is_promised_beside_an_archived_slo(world: World) -> None:
    actions.archive_slo(slo_key="SLO-1", reason="Nobody asks.", by=world.priya)
    with pytest.raises(Refused, match="SLO-1 is archived; nothing is promised outside beside it any more"):
        make_sla(world)


def test_beside_the_unknown_and_the_restricted(world: World) -> None:
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    with pytest.raises(SLO.DoesNotExist):
        make_sla(world, by=world.cast.nobody)
    assert make_sla(world).key == "SLA-1"


def test_a_failing_entry_rolls_it_back(world: World, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError), transaction.atomic():
        make_sla(world)
    assert not SLA.objects.exists()


def test_the_database_keeps_the_target_a_share(world: World) -> None:
    sla = make_sla(world)
    for target in (0, "1.1"):
        with pytest.raises(IntegrityError), transaction.atomic():
            SLA.objects.filter(pk=sla.pk).update(target=Decimal(target))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE reliability_sla SET target = 0.5", "SLA-1 does not say what was agreed"),
        ("UPDATE reliability_sla SET penalty = 'None.'", "SLA-1 does not say what was agreed"),
        ("UPDATE reliability_sla SET ended_on = '2026-11-01'", "SLA-1 does not say what was agreed"),
        ("DELETE FROM reliability_sla", "SLA-1, of which it tells, is gone"),
        ("UPDATE reliability_sla SET key = 'SLA-9'", "SLA-9 is an SLA that no entry tells of"),
    ],
)
def test_what_was_changed_behind_its_back_is_found(world: World, statement: str, words: str) -> None:
    make_sla(world)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert words in str(verify_log())


# --- the page


def test_by_a_plain_form(world: World) -> None:
    maria = signed_in(world.cast.maria)
    page = text(maria, "/slos/SLO-1/")
    for words in ("Nothing is promised outside beside it.", "/slos/SLO-1/slas/new/"):
        assert words in page
    assert "The SLO should ask more, so that it is missed first." in text(maria, "/slos/SLO-1/slas/new/")
    made = maria.post("/slos/SLO-1/slas/new/", FORM)
    assert (made.status_code, made["Location"]) == (302, "/slos/SLO-1/#slas")
    page = text(maria, "/slos/SLO-1/")
    for words in ("SLA-1 stands beside SLO-1.", "Papyrus Books", "98.5 % over 28 days", "Safe", "no data"):
        assert words in page
    for words in ("Gap 0.5 points", "so it is missed first", "10 % of the month", "/slas/SLA-1/change/"):
        assert words in page


@pytest.mark.parametrize(
    ("said", "word", "words"),
    [
        ({"target": "0.99"}, "No gap", "nothing warns before it is broken"),
        ({"target": "0.995"}, "Upside down", "The SLA promises 0.5 points more than the SLO asks"),
        ({"target": "0.985"}, "Broken", "The SLA is broken: 20 of 1,000 events were bad"),
        ({"target": "0.97"}, "Safe", "33.33 % left"),
        ({"target": "0.985", "window": "1d"}, "Safe", "no data"),
        ({"target": "1"}, "Broken", "no budget"),
    ],
)
def test_the_page_says_how_safe_it_is(world: World, said: dict[str, Any], word: str, words: str) -> None:
    # By the SLO 20 bad of 1,000 are too many as well; where upside down or without a gap, none failed.
    bad = 0 if word in {"No gap", "Upside down"} else 20
    world.push((ago(days=2), 1_000 - bad, 1_000))
    make_sla(world, **said)
    page = text(signed_in(world.priya), "/slos/SLO-1/")
    assert word in page
    assert words in page


def test_what_is_wrong_is_said_above_the_form(world: World) -> None:
    maria = signed_in(world.cast.maria)
    for said, words in (
        ({"window": "soon"}, "is no window; write days as 28d"),
        ({"target": "0"}, "greater than or equal to"),
        ({"penalty": ""}, "This field is required"),
    ):
        answer = maria.post("/slos/SLO-1/slas/new/", {**FORM, **said})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert not SLA.objects.exists()


def test_who_holds_no_seat_reads_and_does_not_write(world: World) -> None:
    make_sla(world)
    for person in (world.cast.nobody, world.priya):
        client = signed_in(person)
        page = text(client, "/slos/SLO-1/")
        assert "Papyrus Books" in page
        for words in ("/slas/new/", "/slas/SLA-1/"):
            assert words not in page
        assert client.get("/slos/SLO-1/slas/new/").status_code == 403


def test_its_key_leads_to_the_slo(world: World) -> None:
    make_sla(world)
    found = signed_in(world.cast.maria).get("/search/", {"q": "SLA-1"})
    assert (found.status_code, found["Location"]) == (302, "/slos/SLO-1/#slas")


# --- the API


def test_by_the_api(world: World) -> None:
    world.push((ago(days=2), 990, 1_000))
    maria, pipeline = signed_in(world.cast.maria), pipeline_of(world.cast)
    said = {**FORM, "target": 98}
    made = send(maria, "slos/SLO-1/slas/", said)
    assert made.status_code == 201
    row = made.json()
    assert (row["key"], row["slo"], row["target"], row["window"]) == ("SLA-1", "SLO-1", "0.98", "28d")
    assert (row["gap"], row["verdict"], row["budget_left"]) == ("1", "SAFE", "0.5")
    assert (row["good"], row["total"], row["ended_on"]) == (990, 1_000, None)
    assert row["words"] == "The SLO asks 1 point more than the SLA promises, so it is missed first."
    assert read(maria, "slos/SLO-1/slas/") == [row]
    assert read(pipeline, "slas/SLA-1/") == row
    assert "is no window" in problem(send(maria, "slos/SLO-1/slas/", {**said, "window": "soon"}), 400)
    assert problem(send(signed_in(world.priya), "slos/SLO-1/slas/", said), 403)
    assert problem(send(pipeline, "slos/SLO-1/slas/", said), 403)


def test_the_restricted_is_as_unknown(world: World) -> None:
    make_sla(world)
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    nobody = signed_in(world.cast.nobody)
    for path in ("/slos/SLO-1/slas/new/", "/slas/SLA-1/change/", "/slas/SLA-1/end/"):
        assert nobody.get(path).status_code == 404
    for path in ("slos/SLO-1/slas/", "slas/SLA-1/"):
        assert problem(nobody.get(f"/api/v1/{path}"), 404)
    assert "Papyrus" not in text(nobody, "/search/?q=SLA-1")


def test_the_same_number_of_queries_for_one_and_for_twenty(world: World) -> None:
    world.push((ago(days=2), 990, 1_000))
    maria = signed_in(world.cast.maria)
    make_sla(world)
    other = make_slo(world.sli, world.priya)
    path = "slos/SLO-1/slas/"
    one = queries_of(maria, path)
    for number in range(19):
        make_sla(world, window=f"{number + 1}d")
    assert queries_of(maria, path) == one
    assert len(read(maria, path)) == 20
    assert read(maria, f"slos/{other.key}/slas/") == []
