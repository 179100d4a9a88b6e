"""Saying what is measured and promised, in versions; where it stands, now and at any instant before."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.queries import hidden_scope_ids
from apps.reliability import actions, queries, tasks
from apps.reliability.models import SLI, SLO, SLOStatus
from tests.organization import log
from tests.reliability.world import DAY, FIVE_MINUTES, NOW, World, ago, make_sli, make_slo


def status(key: str = "", at: str = "") -> dict[str, object]:
    """What `slo_status` prints of one SLO."""
    out = StringIO()
    call_command("slo_status", key or "SLO-1", "--json", **({"at": at} if at else {}), stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def change(world: World, **said: object) -> SLO:
    given = {
        "title": world.slo.title,
        "target": Decimal("0.999"),
        "window": "28d",
        "rationale": "Users notice one in a hundred.",
        **said,
    }
    return actions.change_slo(slo_key=world.slo.key, by=world.priya, **given)  # type: ignore[arg-type]


def test_the_budget_over_the_window_burn_and_alerts(world: World) -> None:
    """1,000 events an hour for 28 days at 99 %; 20 % fail in the last hour."""
    hours = [(ago(hours=hour), 1000, 1000) for hour in range(2, 28 * 24 + 1)]
    world.push(*(one for one in hours if one[0] < ago(days=7)))
    fine = [(ago(minutes=5 * step), 800 if step <= 12 else 1000, 1000) for step in range(1, 7 * 288 + 1)]
    world.push(*fine, grain=FIVE_MINUTES)
    total = 1000 * 21 * 24 + 1000 * 7 * 288
    bad = 200 * 12
    found = status()
    assert (found["good"], found["total"], found["state"]) == (total - bad, total, "AMPLE")
    assert Decimal(str(found["consumed"])) == round(Decimal(bad) / (Decimal(total) / 100), 12)
    burn = found["burn"]
    assert isinstance(burn, dict)
    assert (burn["5m"], burn["1h"], burn["30m"]) == ("20", "20", "20")
    assert burn["6h"] == "3.333333333333"
    assert found["alerts"] == ["page: burn 20 over 1 h and 20 over 5 min, above 13.44"]
    assert found["as_of"] == "2026-11-28T12:00:00.000000Z"


def test_no_data_is_no_data(world: World) -> None:
    found = status()
    assert (found["state"], found["sli"], found["remaining"], found["total"]) == ("NO_DATA", None, None, 0)


def test_the_refresh_keeps_what_the_command_computes(world: World) -> None:
    world.push((ago(hours=1), 90, 100))
    tasks.refresh_slos()
    kept = SLOStatus.objects.get()
    assert (kept.good, kept.total, kept.state) == (90, 100, "EXHAUSTED")
    world.push((ago(hours=2), 1000, 1000))
    tasks.refresh_sli(world.sli.pk)
    kept.refresh_from_db()
    assert (kept.good, kept.total, kept.as_of) == (1090, 1100, NOW)


def test_a_calendar_window_begins_at_local_midnight(world: World) -> None:
    change(world, window="month:Europe/Berlin")
    world.push((ago(days=30), 0, 7), (ago(days=27), 5, 5))
    assert status()["total"] == 5


def test_days_that_were_counted_as_a_whole(world: World) -> None:
    midnight = NOW - timedelta(hours=12)
    world.push(*((midnight - timedelta(days=day), 99, 100) for day in range(1, 40)), grain=DAY)
    assert status()["total"] == 2700  # the day that the window begins in lies inside only by half


def test_a_change_is_a_version_and_the_past_stays(world: World) -> None:
    world.push((ago(days=2), 995, 1000))
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        change(world, next_review_on=date(2027, 3, 1))
        now, then = status(), status(at="2026-11-28T12:00:00Z")
    assert (now["target"], now["state"]) == ("0.999", "EXHAUSTED")
    assert (then["target"], then["state"], then["remaining"]) == ("0.99", "FAIR", "0.5")
    assert [(one.number, one.share) for one in queries.versions_of(world.slo)] == [
        (2, Fraction(999, 1000)),
        (1, Fraction(99, 100)),
    ]
    assert log.said("slo.changed").startswith("Priya Raman")
    assert log.facts("slo.changed") == {"target": "99.9 %", "window": "28 days", "version": 2}


def test_the_next_review_is_not_in_the_past(world: World) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    words = "The next review cannot be on 2026-11-27, which is past. Choose today or a later day, or none."
    with pytest.raises(BadInput, match=words):
        change(world, next_review_on=yesterday)
    with pytest.raises(BadInput, match=words):
        actions.create_slo(
            sli_key="SLI-1",
            title="Late",
            target=Decimal("0.9"),
            window="28d",
            rationale="So.",
            next_review_on=yesterday,
            by=world.priya,
        )
    assert change(world, next_review_on=NOW.date()).next_review_on == NOW.date()
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        assert change(world, target=Decimal("0.95"), next_review_on=NOW.date()).version == 3


def test_the_same_again_is_no_version(world: World) -> None:
    size = log.size()
    change(world, target=Decimal("0.99"))
    assert log.size() == size


def test_refusals(world: World) -> None:
    for target in ("0", "1.1", "0.9999999999"):
        with pytest.raises(BadInput, match="A target "):
            change(world, target=Decimal(target))
    for window, words in (
        ("400d", "from 1 to 365 days"),
        ("28", "write days as 28d"),
        ("month:No", "no time zone"),
    ):
        with pytest.raises(BadInput, match=words):
            change(world, window=window)
    with pytest.raises(BadInput, match="The rationale is empty. Say why this target"):
        change(world, rationale=" ")
    with pytest.raises(BadInput, match="The title is missing"):
        change(world, title=" ")
    with pytest.raises(NotAllowed, match="Changing SLO-1 takes a seat as"):
        actions.archive_slo(slo_key="SLO-1", reason="x", by=world.cast.ruth)
    with pytest.raises(NotAllowed, match="Defining SLIs and SLOs of E-1 takes a seat"):
        make_sli(world.scope, world.cast.emil)
    with pytest.raises(NotAllowed, match="Setting an SLO on SLI-1 takes a seat"):
        make_slo(world.sli, world.cast.ruth)
    with pytest.raises(NotAllowed, match="Changing SLI-1 takes a seat"):
        actions.archive_sli(sli_key="SLI-1", by=world.cast.ruth)
    with pytest.raises(Refused, match="SLO-1 rests on SLI-1. Archive that SLO first"):
        actions.archive_sli(sli_key="SLI-1", by=world.priya)
    with pytest.raises(Refused, match="There is no service, epic or team nowhere that you may read"):
        actions.create_sli(scope_key="nowhere", title="x", good_means="x", by=world.priya)
    with pytest.raises(CommandError, match="There is no SLO SLO-9"):
        status("SLO-9")


def test_what_is_archived_stays_as_it_is(world: World) -> None:
    actions.archive_slo(slo_key="SLO-1", reason="replaced", by=world.priya)
    with pytest.raises(Refused, match="SLO-1 is archived; what it said stays as it is"):
        change(world)
    actions.archive_sli(sli_key="SLI-1", by=world.priya)
    with pytest.raises(Refused, match="SLI-1 is archived; define a new SLI instead"):
        actions.archive_sli(sli_key="SLI-1", by=world.priya)
    with pytest.raises(Refused, match="SLI-1 is archived; nothing can be promised of it"):
        make_slo(world.sli, world.priya)
    world.scope.archived_at = NOW
    world.scope.save()
    with pytest.raises(Refused, match="There is no service, epic or team E-1"):
        make_sli(world.scope, world.priya)


def test_an_sli_is_edited_and_says_what_prometheus_needs(world: World) -> None:
    given: dict[str, Any] = {"title": "Checkout answers", "good_means": "2xx", "kind": "LATENCY", "source": "PUSHED"}
    edited = actions.edit_sli(sli_key="SLI-1", **given, by=world.cast.maria)
    assert (edited.kind, edited.written_by) == ("LATENCY", world.cast.maria)
    size = log.size()
    actions.edit_sli(sli_key="SLI-1", **given, by=world.cast.maria)
    assert log.size() == size
    with pytest.raises(BadInput, match="What Prometheus measures needs both queries"):
        actions.edit_sli(sli_key="SLI-1", **{**given, "source": "PROMETHEUS"}, by=world.priya)
    with pytest.raises(BadInput, match="“X” is no kind of SLI"):
        actions.edit_sli(sli_key="SLI-1", **{**given, "kind": "X"}, by=world.priya)
    with pytest.raises(BadInput, match="“X” is no source of counts"):
        actions.edit_sli(sli_key="SLI-1", **{**given, "source": "X"}, by=world.priya)


def test_what_is_restricted_does_not_exist_for_others(world: World) -> None:
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    for reader, count in ((world.cast.nobody, 0), (world.cast.maria, 1), (world.cast.emil, 1)):
        assert queries.slos_for(reader).count() == queries.slis_for(reader).count() == count
        assert sum(queries.tally(hidden_scope_ids(reader)).values()) == count
    with pytest.raises(SLI.DoesNotExist):
        actions.edit_sli(
            sli_key="SLI-1", title="x", good_means="x", kind="CUSTOM", source="PUSHED", by=world.cast.nobody
        )
