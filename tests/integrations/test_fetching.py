"""Fetching: counts arrive, nothing twice, what fails says so and waits, and blocks nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.audit.models import Entry
from apps.integrations import actions, queries, tasks
from apps.integrations.actions import fetching
from apps.integrations.models import Measurement
from apps.reliability import actions as reliability
from apps.reliability.models import SLI, ErrorClassCount, FiveMinuteCount, HourCount
from tests.cast import signed_in
from tests.integrations import hostile as bad
from tests.integrations.hostile import Hostile, counts, hostile, matrix, says
from tests.integrations.measuring import measured
from tests.reliability.world import NOW, World, make_sli


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def fetch(minutes: float, name: str = "shop") -> int:
    """As a worker does so long after NOW."""
    with time_machine.travel(at(minutes), tick=False):
        return actions.fetch_source(name)


def row(sli: str = "SLI-1") -> Measurement:
    return Measurement.objects.get(sli__key=sli)


def stored() -> list[tuple[int, int, int]]:
    """Minutes after NOW, good, total."""
    rows = FiveMinuteCount.objects.order_by("start").values_list("start", "good", "total")
    return [((start - int(NOW.timestamp())) // 60, good, total) for start, good, total in rows]


def test_closed_buckets_arrive_and_each_is_stored_once(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    assert fetch(5.5) == 1  # the first five minutes have not settled
    assert (stored(), shop.asked) == ([], [])
    assert fetch(12) == 1
    assert stored() == [(0, 9, 10), (5, 9, 10)]
    found = row()
    assert (found.fetched_until, found.fetched_at, found.due_at) == (at(10), at(12), at(16))
    assert (found.stale_since, found.problem, found.failures, found.claimed_until) == (None, "", 0, None)
    entries = Entry.objects.count()
    assert fetch(15) == 0  # not due
    Measurement.objects.update(due_at=NOW)
    assert fetch(15) == 1  # the same again is no entry
    assert Entry.objects.count() == entries
    assert stored() == [(0, 9, 10), (5, 9, 10)]


def test_what_came_late_corrects_the_last_buckets(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    fetch(31)
    shop.behavior = counts(10, 10)
    fetch(36)
    assert stored() == [(0, 9, 10), (5, 9, 10), (10, 9, 10), *[(m, 10, 10) for m in (15, 20, 25, 30)]]


def test_bad_events_by_cause(world: World, shop: Hostile) -> None:
    causes = {"error_query": "bad by (code) [{{.window}}]", "error_label": "code"}
    measured(world.sli, world.priya, **causes)

    def behavior(question: bad.Question) -> None:
        if question.fields["query"].startswith("bad"):
            says(matrix(({"code": "503"}, [[int(at(5).timestamp()), "1"]])))(question)
        else:
            counts(9, 10)(question)

    shop.behavior = behavior
    fetch(6)
    assert list(ErrorClassCount.objects.values_list("name", "bad")) == [("503", 1)]
    shop.behavior = lambda question: (  # the cause is known only later
        says(matrix(({"code": "504"}, [[int(at(5).timestamp()), "1"]])))(question)
        if question.fields["query"].startswith("bad")
        else counts(9, 10)(question)
    )
    fetch(11)
    assert list(ErrorClassCount.objects.values_list("name", "bad")) == [("504", 1)]


@pytest.mark.parametrize(
    ("behavior", "words"),
    [
        (bad.closes, "shop broke off in the middle of its answer."),
        (
            says(matrix(({}, [[int(at(5).timestamp()), "NaN"]]))),
            "shop gives NaN for 2026-11-28 12:05 UTC, which counts",
        ),
        (says({"status": "error", "error": "parse error"}, status=400), "shop refused the query: parse error"),
        (says(matrix()), "shop answers, but has no value of the newest five minutes."),
    ],
)
def test_what_fails_is_stale_in_words_and_recovers(
    world: World, shop: Hostile, behavior: bad.Behavior, words: str
) -> None:
    measured(world.sli, world.priya)
    shop.behavior = behavior
    fetch(6)
    assert (stored(), row().stale_since, row().fetched_until) == ([], NOW, NOW)
    assert row().problem.startswith(words)
    page = signed_in(world.cast.maria).get("/slis/SLI-1/measurement/").content.decode()
    assert "Since <time" in page
    assert words.removesuffix(".") in page
    answer = signed_in(world.cast.maria).get("/api/v1/slis/SLI-1/measurement/").json()
    assert (answer["stale_since"], answer["problem"].startswith(words)) == ("2026-11-28T12:00:00.000000Z", True)
    shop.behavior = counts(9, 10)
    fetch(45)
    assert len(stored()) == 8  # all that was missed
    assert (row().stale_since, row().problem, row().failures) == (None, "", 0)
    assert "Since <time" not in signed_in(world.cast.maria).get("/slis/SLI-1/measurement/").content.decode()


def test_who_fails_is_asked_later_each_time(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    shop.behavior = bad.closes
    waits = []
    for _ in range(8):
        Measurement.objects.update(due_at=NOW)
        fetch(6)
        waits.append((row().due_at - at(6)).total_seconds())
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_source_that_does_not_answer_is_asked_once_for_all(world: World, shop: Hostile) -> None:
    others = [make_sli(world.scope, world.priya, f"Search {number}") for number in range(3)]
    for sli in [world.sli, *others]:
        measured(sli, world.priya)
    shop.behavior = bad.closes
    fetch(6)
    assert len(shop.asked) == 1
    assert [one.failures for one in Measurement.objects.all()] == [1, 1, 1, 1]
    assert fetch(6) == 0  # all of them wait


def test_one_wrong_query_is_not_in_front_of_the_others(world: World, shop: Hostile) -> None:
    other = make_sli(world.scope, world.priya, "Search answers")
    measured(world.sli, world.priya)
    measured(other, world.priya)
    SLI.objects.filter(pk=world.sli.pk).update(total_query="nonsense[{{.window}}]")
    shop.behavior = lambda question: (
        says({"status": "error", "error": "no"}, status=422)(question)
        if question.fields["query"].startswith("nonsense")
        else counts(9, 10)(question)
    )
    assert fetch(6) == 1
    assert (row("SLI-1").failures, row("SLI-2").failures) == (1, 0)
    Measurement.objects.update(due_at=NOW)
    assert [one.sli.key for one in queries.due(at(12))] == ["SLI-2", "SLI-1"]


def test_a_hanging_source_leaves_the_others_alone(world: World, shop: Hostile, settings: Any) -> None:
    other = make_sli(world.scope, world.priya, "Search answers")
    with hostile() as hanging:
        settings.PROMETHEUS = {"shop": shop.address, "stuck": hanging.address}
        settings.PROMETHEUS_SECONDS = 1
        measured(world.sli, world.priya, source="stuck")
        measured(other, world.priya)
        with time_machine.travel(at(6), tick=False):
            assert queries.due_sources(at(6)) == ["shop", "stuck"]
        assert fetch(6, "stuck") == 0
        settings.PROMETHEUS_SECONDS = 60
        assert fetch(6, "shop") == 1
    assert row("SLI-1").problem in ("stuck said nothing for 1 s.", "stuck took longer than 1 s to answer.")
    assert len(stored()) == 1
    reliability.refresh_slos()


def test_what_a_worker_claimed_no_other_asks_for(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    Measurement.objects.update(claimed_until=at(8))
    assert fetch(6) == 0
    assert fetch(8) == 1  # its worker died


def test_what_was_changed_meanwhile_is_not_overwritten(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    (claimed,) = fetching._claim("shop")
    Measurement.objects.update(set_at=at(1))
    fetching._fail([claimed], "too late")
    assert (row().failures, row().problem) == (0, "")


def test_who_is_named_no_more(world: World, shop: Hostile, settings: Any) -> None:
    measured(world.sli, world.priya)
    settings.PROMETHEUS = {}
    fetch(6)
    assert row().problem == "The settings name no source “shop” any more."


def test_what_is_archived_edited_or_stopped_is_not_fetched(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    for change in ({"archived_at": NOW}, {"source": "PUSHED"}):
        SLI.objects.update(archived_at=None, source="PROMETHEUS")
        SLI.objects.update(**change)
        assert queries.due_sources(at(6)) == []
    SLI.objects.update(archived_at=None, source="PROMETHEUS")
    assert queries.due_sources(at(6)) == ["shop"]
    actions.stop_measuring_sli(sli_key="SLI-1", by=world.priya)
    assert queries.due_sources(at(6)) == []


def test_counts_of_another_grain_refuse_one_sli_alone(world: World, shop: Hostile) -> None:
    other = make_sli(world.scope, world.priya, "Search answers")
    measured(world.sli, world.priya)
    measured(other, world.priya)
    world.push((NOW, 90, 100))
    assert fetch(6) == 1
    assert "was not counted by five minutes" in row("SLI-1").problem
    assert (row("SLI-2").problem, len(stored())) == ("", 1)
    assert HourCount.objects.get(sli=world.sli).total == 100


def test_after_weeks_it_goes_on_as_far_back_as_five_minutes_are_kept(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    fetch(60 * 24 * 20 + 7)
    assert len(stored()) == 14 * 288 - 12 + 1
    assert row().stale_since is None


def test_the_sweep_rings_for_each_source(
    world: World, shop: Hostile, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr(tasks, "ring", lambda *words: rung.append(words))
    measured(world.sli, world.priya)
    with time_machine.travel(at(6), tick=False):
        tasks.sweep_measurements()
        assert rung == [("integrations.fetch_source", "shop")]
        tasks.fetch_source("shop")
        tasks.sweep_measurements()
    assert len(rung) == 1
