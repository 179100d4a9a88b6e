"""Windows that slide say what windows that are read anew say, whatever came in between, to the last event."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.common.refused import BadInput, Refused
from apps.reliability import actions
from apps.reliability.counts import batch_of
from apps.reliability.models import SLI, DayCount, FiveMinuteCount, HourCount, SLOStatus
from tests.reliability.world import DAY, FIVE_MINUTES, HOUR, NOW, World, ago, make_sli, make_slo, send

FIELDS = ("slo", "as_of", "good", "total", "state", "need", "sums", "is_behind")
WINDOWS = ("1d", "7d", "month:Europe/Berlin", "week:Asia/Kathmandu")
BEGINNINGS = [
    NOW,
    datetime(2026, 11, 28, 23, 35, tzinfo=UTC),  # a day ends
    datetime(2026, 11, 29, 18, 5, tzinfo=UTC),  # a week of Kathmandu
    datetime(2026, 11, 30, 22, 40, tzinfo=UTC),  # a month of Berlin
]
# Which SLI, of which grain, how many of them back, and good and bad events of each bucket.
pushes = st.tuples(
    st.integers(0, 2),
    st.sampled_from([FIVE_MINUTES, FIVE_MINUTES, HOUR, DAY]),
    st.integers(0, 900),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), min_size=1, max_size=30),
)
ticks = st.integers(1, 150).map(lambda minutes: timedelta(minutes=minutes))
steps = st.lists(st.one_of(pushes, ticks, st.just(timedelta(minutes=5))), min_size=3, max_size=14)

Step = timedelta | tuple[int, int, int, list[tuple[int, int]]]


class Undone(Exception):
    """Takes back what an example did."""


def stored() -> list[tuple[Any, ...]]:
    return list(SLOStatus.objects.order_by("pk").values_list(*FIELDS))


def anew() -> list[tuple[Any, ...]]:
    """What a refresh says that reads every window; the statuses stay as they were."""
    try:
        with transaction.atomic():
            actions.refresh_slos(rebuild=True)
            found = stored()
            raise Undone
    except Undone:
        return found


def push(sli: SLI, grain: int, back: int, counts: list[tuple[int, int]], world: World) -> None:
    now = int(datetime.now(UTC).timestamp())
    first = now - now % grain - back * grain
    buckets = [
        (first + place * grain, good, good + bad)
        for place, (good, bad) in enumerate(counts)
        if first + place * grain <= now
    ]
    try:
        actions.record_counts(batches={sli.key: batch_of(buckets, grain=grain)}, by=world.priya)
    except (BadInput, Refused):  # counted by another grain, or too long ago
        pass


def agrees(world: World, beginning: datetime, taken: list[Step]) -> None:
    slis = [world.sli, *(make_sli(world.scope, world.priya, title) for title in ("Search answers", "Prices agree"))]
    try:
        with transaction.atomic(), time_machine.travel(beginning, tick=False) as clock:
            for sli in slis:
                for window in WINDOWS:
                    make_slo(sli, world.priya, "0.95", window)
            for step in taken:
                if isinstance(step, timedelta):
                    clock.shift(step)
                else:
                    which, grain, back, counts = step
                    push(slis[which], grain, back, counts, world)
                    if back % 2:
                        continue  # two in a row
                actions.refresh_slos()
                assert stored() == anew()
            raise Undone
    except Undone:
        pass


in_one_world = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(in_one_world, max_examples=6)
@given(beginning=st.sampled_from(BEGINNINGS), taken=steps)
def test_sliding_agrees_with_reading_anew(world: World, beginning: datetime, taken: list[Step]) -> None:
    agrees(world, beginning, taken)


@pytest.mark.long
@settings(in_one_world, max_examples=100)
@given(beginning=st.sampled_from(BEGINNINGS), taken=steps)
def test_sliding_agrees_with_reading_anew_often(world: World, beginning: datetime, taken: list[Step]) -> None:
    agrees(world, beginning, taken)


def test_days_and_hours_without_parts_enter_and_leave_as_a_whole(world: World) -> None:
    make_slo(world.sli, world.priya, "0.9", "1d")
    by_hours = make_sli(world.scope, world.priya, "Search answers")
    make_slo(by_hours, world.priya, "0.9", "2d")
    midnight = NOW.replace(hour=0)
    world.push(*((midnight - timedelta(days=day), 90, 100) for day in range(1, 5)), grain=DAY)
    hours = [(midnight + timedelta(hours=hour), 60 + hour, 120) for hour in range(-60, 10)]
    send(by_hours, *hours, by=world.priya)
    with time_machine.travel(midnight - timedelta(hours=2), tick=False) as clock:
        actions.refresh_slos()
        for _ in range(36):
            clock.shift(timedelta(minutes=35))
            actions.refresh_slos()
            assert stored() == anew()


def test_what_nobody_rang_for_is_found_by_the_next_refresh(world: World) -> None:
    world.push((ago(hours=3), 90, 100))
    actions.refresh_slos()
    assert not SLOStatus.objects.get().is_behind
    world.push((ago(hours=3), 80, 100))
    assert SLOStatus.objects.get().is_behind
    actions.refresh_slos()
    status = SLOStatus.objects.get()
    assert (status.good, status.is_behind) == (80, False)


def test_a_rebuild_mends_what_was_written_past_the_acts(world: World) -> None:
    world.push((ago(hours=3), 90, 100))
    call_command("refresh_slos", "--once", stdout=StringIO())
    right = stored()
    SLOStatus.objects.update(good=1, total=2)
    call_command("refresh_slos", "--once", stdout=StringIO())
    assert stored() != right
    said = StringIO()
    call_command("refresh_slos", "--rebuild", stdout=said)
    assert (stored(), said.getvalue()) == (right, "1 SLOs refreshed.\n")


def test_counts_of_what_is_still_to_come_leave_it_alone(world: World) -> None:
    actions.refresh_slos()
    world.push((NOW, 4, 5), grain=FIVE_MINUTES)
    assert not SLOStatus.objects.get().is_behind
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        actions.refresh_slos()
    status = SLOStatus.objects.get()
    assert (status.good, status.total, status.sums["300"]) == (4, 5, [4, 5])


def test_an_idle_refresh_writes_nothing_and_one_that_slides_reads_no_window(world: World) -> None:
    tables = [model._meta.db_table for model in (FiveMinuteCount, HourCount, DayCount)]
    world.push(*((ago(hours=hour), 9, 10) for hour in range(1, 40)))
    actions.refresh_slos()
    with CaptureQueriesContext(connection) as asked:
        actions.refresh_slos()
    said = [query["sql"] for query in asked]
    assert not [sql for sql in said if sql.startswith("UPDATE") or any(table in sql for table in tables)]
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        with CaptureQueriesContext(connection) as asked:
            actions.refresh_slos()
        assert not [query["sql"] for query in asked if "SUM(" in query["sql"]]
        assert stored() == anew()


def test_so_many_slos_take_as_many_queries(world: World) -> None:
    found = []
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False) as clock:
        actions.refresh_slos()
        for count in (0, 20):
            for _ in range(count):
                make_slo(world.sli, world.priya)
            world.push((datetime.now(UTC), 4, 5), grain=FIVE_MINUTES)
            clock.shift(timedelta(minutes=5))
            with CaptureQueriesContext(connection) as asked:
                actions.refresh_slos()
            found.append(len(asked))
    assert found[0] == found[1] < 20
