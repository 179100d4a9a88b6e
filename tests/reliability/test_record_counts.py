"""Counts come in: buckets replaced, hours and days summed, the log told once, nothing half taken."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.reliability import actions, queries
from apps.reliability.actions.tidying import tidy_counts
from apps.reliability.counts import BadCount, batch_of
from apps.reliability.models import SLI, DayCount, ErrorClassCount, FiveMinuteCount, HourCount
from tests.organization import log
from tests.reliability.world import DAY, FIVE_MINUTES, HOUR, NOW, World, ago, batch, make_sli, send


def counts(model: type[FiveMinuteCount] | type[HourCount] | type[DayCount]) -> list[tuple[int, int]]:
    return list(model.objects.order_by("start").values_list("good", "total"))


def test_hours_and_days_are_the_sums_of_their_parts(world: World) -> None:
    world.push(
        (ago(minutes=10), 9, 10),
        (ago(minutes=5), 7, 10),
        (ago(hours=1), 100, 100),
        (ago(hours=13), 5, 5),
        grain=FIVE_MINUTES,
    )
    assert counts(FiveMinuteCount) == [(5, 5), (100, 100), (9, 10), (7, 10)]
    assert counts(HourCount) == [(5, 5), (116, 120)]
    assert counts(DayCount) == [(5, 5), (116, 120)]


def test_sent_again_changes_nothing_and_corrected_replaces(world: World) -> None:
    for _ in range(2):
        world.push((ago(hours=2), 90, 100), (ago(hours=1), 95, 100))
    assert counts(DayCount) == [(185, 200)]
    world.push((ago(hours=2), 50, 60))
    assert counts(HourCount) == [(50, 60), (95, 100)]
    assert counts(DayCount) == [(145, 160)]


def test_late_counts_touch_their_own_hour_and_day_alone(world: World) -> None:
    world.push((ago(days=3), 1, 2), (ago(days=2), 3, 4), grain=HOUR)
    rows = list(DayCount.objects.order_by("start").values_list("pk", "good", "total"))
    world.push((ago(days=3, hours=1), 5, 5))
    after = list(DayCount.objects.order_by("start").values_list("pk", "good", "total"))
    assert after == [(rows[0][0], 6, 7), rows[1]]


def test_errors_by_cause_come_and_go_with_their_bucket(world: World) -> None:
    start = int(ago(hours=1).timestamp())
    for errors in ([(start, "timeout", 3), (start, "wrong data", 2)], [(start, "timeout", 1)]):
        sent = batch_of([(start, 90, 100)], grain=HOUR, errors=errors)
        actions.record_counts(batches={world.sli.key: sent}, by=world.priya)
    assert list(ErrorClassCount.objects.values_list("name", "bad")) == [("timeout", 1)]


def test_one_entry_for_a_batch_of_many_slis(world: World) -> None:
    other = make_sli(world.scope, world.priya, "Search answers")
    before = Entry.objects.count()
    sent = {world.sli.key: batch((ago(hours=1), 9, 10)), other.key: batch((ago(hours=2), 1, 2))}
    actions.record_counts(batches=sent, by=world.cast.sam)
    assert Entry.objects.count() == before + 1
    assert log.said("sli.counts_recorded").startswith("Sam Okafor")
    assert log.facts("sli.counts_recorded") == {"buckets": 2, "good": 10, "total": 12}
    world.sli.refresh_from_db()
    assert (world.sli.counted_at, world.sli.counts_until) == (NOW, NOW)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (HOUR, FIVE_MINUTES, "was not counted by five minutes. Send it as it was counted first."),
        (FIVE_MINUTES, HOUR, "was not counted by the hour"),
        (DAY, HOUR, "was not counted by the hour"),
        (DAY, FIVE_MINUTES, "was not counted by five minutes"),
        (HOUR, DAY, "was not counted by the day"),
    ],
)
def test_a_span_has_one_grain(world: World, first: int, second: int, words: str) -> None:
    midnight = NOW - timedelta(hours=12)
    world.push((midnight, 9, 10), grain=first)
    with pytest.raises(Refused, match=words):
        world.push((midnight, 9, 10), grain=second)
    assert counts(DayCount) == [(9, 10)]


def test_refusals(world: World) -> None:
    with pytest.raises(NotAllowed, match="Sending counts of SLI-1 takes a seat as"):
        send(world.sli, (ago(hours=1), 1, 1), by=world.cast.maria)
    with pytest.raises(BadInput, match="2026-11-28 13:00 UTC is in the future"):
        world.push((NOW + timedelta(hours=1), 1, 1))
    with pytest.raises(BadInput, match="counts by five minutes are kept for 14 days, and 2026-11-08 12:00 UTC"):
        world.push((ago(days=20), 1, 1), grain=FIVE_MINUTES)
    with pytest.raises(BadInput, match="there is no count in it"):
        world.push()
    with pytest.raises(SLI.DoesNotExist):
        actions.record_counts(batches={"SLI-99": batch((ago(hours=1), 1, 1))}, by=world.priya)
    with pytest.raises(BadCount, match="12:01:00 UTC is not where the hour begin"):
        batch((NOW + timedelta(minutes=1), 1, 1))
    with pytest.raises(BadCount, match="stands there twice. A bucket has one count"):
        batch((NOW, 1, 1), (NOW, 1, 1))
    with pytest.raises(BadCount, match="2 good of 1 events cannot be"):
        batch((NOW, 2, 1))
    actions.archive_slo(slo_key=world.slo.key, reason="done", by=world.priya)
    actions.archive_sli(sli_key=world.sli.key, by=world.priya)
    with pytest.raises(Refused, match="SLI-1 is archived; counts of it are taken no more"):
        world.push((ago(hours=1), 1, 1))


def test_all_or_nothing(world: World) -> None:
    other = make_sli(world.scope, world.priya, "Search answers")
    sent = {world.sli.key: batch((ago(hours=1), 9, 10)), other.key: batch((NOW + timedelta(hours=5), 1, 2))}
    with pytest.raises(BadInput):
        actions.record_counts(batches=sent, by=world.priya)
    assert counts(HourCount) == []


def test_without_its_entry_nothing_is_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise DatabaseError("no entry")

    monkeypatch.setattr("apps.audit.acts.append_entries", fail)
    with pytest.raises(DatabaseError, match="no entry"):
        world.push((ago(hours=1), 1, 1))
    assert counts(HourCount) == []


def test_any_window_is_the_sum_of_its_buckets(world: World) -> None:
    """Whole days, and hours and five minutes at the rims: each bucket once, whatever the bounds."""
    steps = range(0, 3 * 288, 7)
    sent = [(NOW - timedelta(minutes=5 * (step + 1)), step % 5, step % 5 + step % 3) for step in steps]
    world.push(*sent, grain=FIVE_MINUTES)
    end = int(NOW.timestamp())
    for first, last in ((0, 5), (35, 0), (61, 5), (1500, 40), (3000, 0), (4321 - 4321 % 5, 300)):
        start, stop = end - 60 * (first - first % 5), end - 60 * last
        expected = [(good, total) for at, good, total in sent if start <= at.timestamp() < stop]
        (found,) = queries.sums_between([world.sli.pk], start, stop).values() or [(0, 0)]
        assert tuple(found) == (sum(good for good, _ in expected), sum(total for _, total in expected))


def test_housekeeping_forgets_five_minutes_and_keeps_hours(world: World) -> None:
    world.push((ago(days=13), 9, 10), (ago(hours=1), 1, 1), grain=FIVE_MINUTES)
    assert tidy_counts(True) == 0
    with time_machine.travel(NOW + timedelta(days=3)):
        assert tidy_counts(True) == 1
        assert tidy_counts(False) == 1
    assert counts(FiveMinuteCount) == [(1, 1)]
    assert counts(HourCount) == [(9, 10), (1, 1)]
