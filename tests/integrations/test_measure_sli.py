"""Saying which source measures an SLI: refusals, the entry, the page, the API."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.integrations import actions
from apps.integrations.models import Measurement
from apps.reliability.models import SLI
from tests.cast import signed_in
from tests.integrations.hostile import Hostile
from tests.integrations.measuring import by_prometheus, measured
from tests.organization import log
from tests.reliability.world import NOW, World, ago, make_sli

PAGE, STOP = "/slis/SLI-1/measurement/", "/slis/SLI-1/measurement/stop/"


def test_it_begins_with_the_five_minutes_that_run(world: World, shop: Hostile) -> None:
    row = measured(world.sli, world.priya)
    assert (row.source, row.begins_at, row.fetched_until, row.due_at) == ("shop", NOW, NOW, NOW)
    assert "has SLI-1 “Checkout answers” measured by the source shop" in log.said("sli.measurement_set")
    assert log.facts("sli.measurement_set") == {"source": "shop"}


def test_after_counts_that_were_sent_it_begins_where_they_end(world: World, shop: Hostile) -> None:
    world.push((NOW, 9, 10))
    row = measured(world.sli, world.priya)
    assert row.begins_at == ago(hours=-1)


def test_the_same_again_changes_nothing_and_another_begins_where_it_is(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    Measurement.objects.update(problem="shop is gone.", failures=3, stale_since=NOW, fetched_until=ago(hours=-2))
    size = log.size()
    actions.measure_sli(sli_key="SLI-1", source="shop", by=world.priya)
    assert log.size() == size
    causes = {"error_query": "sum by (code) (bad[{{.window}}])", "error_label": "code"}
    row = actions.measure_sli(sli_key="SLI-1", source="shop", by=world.priya, **causes)
    assert (row.problem, row.failures, row.stale_since, row.begins_at) == ("", 0, None, ago(hours=-2))


def test_refusals(world: World, shop: Hostile) -> None:
    def measure(**fields: str) -> None:
        actions.measure_sli(sli_key="SLI-1", by=world.priya, **{"source": "shop", **fields})

    with pytest.raises(Refused, match="SLI-1 counts what is sent. Edit it first: measured by Prometheus"):
        measure()
    by_prometheus(world.sli, world.priya)
    with pytest.raises(NotAllowed, match="Changing SLI-1 takes a seat as"):
        actions.measure_sli(sli_key="SLI-1", source="shop", by=world.cast.nobody)
    with pytest.raises(BadInput, match="There is no source “http://10.0.0.1”. The operator names sources"):
        measure(source="http://10.0.0.1")
    with pytest.raises(BadInput, match="Causes take both: a query of bad events, and the label"):
        measure(error_label="code")
    with pytest.raises(BadInput, match="query of bad events by cause does not say its window"):
        measure(error_query="sum by (code) (bad)", error_label="code")
    with pytest.raises(BadInput, match="“a-b” is no name of a label"):
        measure(error_query="bad[{{.window}}]", error_label="a-b")
    with pytest.raises(Refused, match="No source measures SLI-1."):
        actions.stop_measuring_sli(sli_key="SLI-1", by=world.priya)
    by_prometheus(world.sli, world.priya, good="good")
    with pytest.raises(BadInput, match=r"query of good events does not say its window: {{\.window}} belongs where"):
        measure()
    with pytest.raises(SLI.DoesNotExist):
        actions.measure_sli(sli_key="SLI-9", source="shop", by=world.priya)
    assert not Measurement.objects.exists()


def test_without_its_entry_nothing_is_said(world: World, shop: Hostile, failing_log: None) -> None:
    SLI.objects.update(source="PROMETHEUS", good_query="[{{.window}}]", total_query="[{{.window}}]")
    with pytest.raises(DatabaseError):
        actions.measure_sli(sli_key="SLI-1", source="shop", by=world.priya)
    assert not Measurement.objects.exists()


def test_the_page(world: World, shop: Hostile) -> None:
    by_prometheus(world.sli, world.priya)
    browser = signed_in(world.priya)
    assert "No source is asked for these counts yet." in browser.get(PAGE).content.decode()
    assert 'hx-get="/slis/SLI-1/measurement/"' in browser.get("/slos/SLO-1/").content.decode()
    assert 'hx-get="/slis/SLI-1/measurement/"' in browser.get("/slis/SLI-1/").content.decode()
    refused = browser.post(PAGE, {"source": "shop", "error_label": "code"})
    assert (refused.status_code, "Causes take both" in refused.content.decode()) == (400, True)
    answer = browser.post(PAGE, {"source": "shop"}, follow=True)
    assert "SLI-1 is measured by shop from now on." in answer.content.decode()
    assert "not yet" in answer.content.decode()
    part = browser.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="panel" id="sli-measurement"')
    assert shop.address not in part + answer.content.decode()
    reader = signed_in(world.cast.nobody).get(PAGE).content.decode()
    assert '<form class="form"' not in reader
    assert signed_in(world.cast.nobody).post(PAGE, {"source": "shop"}).status_code == 403
    stopped = browser.post(STOP, follow=True)
    assert "Nothing more is fetched of SLI-1; its counts stay." in stopped.content.decode()
    assert log.facts("sli.measurement_stopped") == {"source": "shop"}
    assert browser.post(STOP).status_code == 409


def test_where_the_settings_name_none(world: World, settings: Any) -> None:
    settings.PROMETHEUS = {}
    by_prometheus(world.sli, world.priya)
    assert "The settings name no source." in signed_in(world.priya).get(PAGE).content.decode()


def test_the_api(world: World, shop: Hostile) -> None:
    by_prometheus(world.sli, world.priya)
    browser = signed_in(world.priya)
    address = "/api/v1/slis/SLI-1/measurement/"
    assert browser.get(address).json()["source"] == ""
    answer = browser.post(address, {"source": "shop"}, content_type="application/json")
    assert answer.status_code == 200
    Measurement.objects.update(stale_since=NOW, problem="shop could not be reached.", failures=2)
    assert browser.get(address).json() == {
        "sli": "SLI-1",
        "source": "shop",
        "error_query": "",
        "error_label": "",
        "fetched_at": None,
        "fetched_until": "2026-11-28T12:00:00.000000Z",
        "due_at": "2026-11-28T12:00:00.000000Z",
        "stale_since": "2026-11-28T12:00:00.000000Z",
        "problem": "shop could not be reached.",
        "failures": 2,
    }
    assert browser.post(f"{address}stop/").json()["source"] == ""


# --- many at once


def chosen(*keys: str, **options: Any) -> str:
    """What `measure_slis` prints."""
    out = StringIO()
    call_command("measure_slis", *keys, **{"source": "shop", **options}, stdout=out)
    return out.getvalue()


def test_one_source_for_all_that_wait(world: World, shop: Hostile) -> None:
    """SLO-1 and its own SLI are one; one is measured already; of one counts are sent."""
    by_prometheus(world.sli, world.priya)
    running, sent = (make_sli(world.scope, world.priya, title) for title in ("Search answers", "Mails arrive"))
    measured(running, world.priya, error_query="sum by (code) (bad[{{.window}}])", error_label="code")
    assert chosen("SLO-1", "SLI-1", "SLI-2", "SLI-3").splitlines() == [
        "shop measures 1 more: SLI-1.",
        "SLI-2 is left as it is: the source shop measures it already.",
        "SLI-3 is left as it is: Prometheus does not measure it.",
    ]
    assert list(Measurement.objects.order_by("sli").values_list("sli__key", "error_label")) == [
        ("SLI-1", ""),
        ("SLI-2", "code"),
    ]
    assert "Importer has SLI-1" in log.said("sli.measurement_set")
    size = log.size()
    told = json.loads(chosen("SLO-1", sent.key, json=True))
    assert (told["measured"], set(told["left"])) == ([], {"SLI-1", "SLI-3"})
    assert log.size() == size


def test_all_or_nothing(world: World, shop: Hostile) -> None:
    other = make_sli(world.scope, world.priya, "Search answers")
    by_prometheus(world.sli, world.priya)
    by_prometheus(other, world.priya, good="good")
    refusals = [
        (("SLI-1",), {"source": "else"}, "There is no source “else”"),
        (("SLI-1", "SLO-9"), {}, "There is no SLI or SLO SLO-9."),
        (("SLI-1", "SLI-2"), {}, "The query of good events does not say its window"),
        (("SLI-1",), {"by": "nobody"}, "Changing SLI-1 takes a seat as"),
    ]
    for keys, options, words in refusals:
        with pytest.raises(CommandError) as refused:
            chosen(*keys, **options)
        assert words in str(refused.value)
    assert not Measurement.objects.exists()
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    with pytest.raises(CommandError, match="There is no SLI or SLO SLI-1."):
        chosen("SLI-1", by="nobody")
