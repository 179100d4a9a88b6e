"""The gap between SLO and SLA, exact; and what is left of an SLA over its own window, from stored counts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.reliability import queries
from apps.reliability.budget import Budget
from apps.reliability.safety_gap import GapVerdict, SafetyGap, points_words
from tests.reliability.sla_world import TODAY, make_sla
from tests.reliability.world import DAY, NOW, World, ago


def gap(slo: str, sla: str, good: int = 0, total: int = 0, *, same_window: bool = True) -> SafetyGap:
    """Of two targets as shares of 1, and counts."""
    return SafetyGap(Fraction(Decimal(slo)), Budget(good, total, Fraction(Decimal(sla))), same_window)


@pytest.mark.parametrize(
    ("slo", "sla", "points", "verdict"),
    [
        ("0.999", "0.995", Fraction(2, 5), GapVerdict.SAFE),
        ("0.999", "0.999", Fraction(0), GapVerdict.NO_GAP),
        ("0.995", "0.999", Fraction(-2, 5), GapVerdict.UPSIDE_DOWN),
        # What no float tells apart from 0.
        ("0.999999999", "0.999999998", Fraction(1, 10**7), GapVerdict.SAFE),
        ("0.999999998", "0.999999999", Fraction(-1, 10**7), GapVerdict.UPSIDE_DOWN),
        ("1", "1", Fraction(0), GapVerdict.NO_GAP),
    ],
)
def test_the_gap_is_exact(slo: str, sla: str, points: Fraction, verdict: GapVerdict) -> None:
    found = gap(slo, sla)
    assert (found.points, found.verdict, found.left) == (points, verdict, None)


def test_the_budget_is_that_of_the_sla_s_target() -> None:
    # 99 % of 4,000 allows 40 bad: 25 used five eighths of it; by the SLO's 99.5 % the budget is overdrawn.
    found = gap("0.995", "0.99", 3_975, 4_000)
    assert (found.left, found.verdict) == (Fraction(3, 8), GapVerdict.SAFE)


@pytest.mark.parametrize(
    ("good", "left", "verdict"),
    [
        (3_960, Fraction(0), GapVerdict.SAFE),  # exactly at the target is kept
        (3_959, Fraction(-1, 40), GapVerdict.BREACHED),
    ],
)
def test_one_event_too_many_breaks_it(good: int, left: Fraction, verdict: GapVerdict) -> None:
    found = gap("0.995", "0.99", good, 4_000)
    assert (found.left, found.verdict) == (left, verdict)


def test_where_nothing_may_fail_one_event_breaks_it() -> None:
    assert gap("1", "1", 10, 10).verdict is GapVerdict.NO_GAP
    broken = gap("1", "1", 9, 10)
    assert (broken.verdict, broken.left) == (GapVerdict.BREACHED, None)


def test_broken_comes_before_upside_down() -> None:
    assert gap("0.9", "0.99", 0, 10).verdict is GapVerdict.BREACHED


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (gap("0.999", "0.995"), "The SLO asks 0.4 points more than the SLA promises, so it is missed first."),
        (
            gap("0.999", "0.989", same_window=False),
            "The SLO asks 1 point more than the SLA promises. Their windows differ; the gap compares targets alone.",
        ),
        (gap("0.999", "0.999"), "The SLO asks no more than the SLA promises: nothing warns before it is broken."),
        (
            gap("0.995", "0.9999999"),
            "The SLA promises 0.49999 points more than the SLO asks: it can be broken while the SLO is met. Make the "
            "SLO stricter, or promise less.",
        ),
        (gap("0.999", "0.9", 89, 100), "The SLA is broken: 11 of 100 events were bad, more than it allows."),
    ],
)
def test_it_says_what_it_means(found: SafetyGap, words: str) -> None:
    assert found.words == words


def test_points_in_words() -> None:
    told = [points_words(Fraction(one)) for one in ("0.4", "-1", "1", "0", "-0.0000001", "12.5")]
    assert told == ["0.4 points", "−1 point", "1 point", "0 points", "−0.0000001 points", "12.5 points"]


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="A target lies between 0 and 100 %"):
        SafetyGap(Fraction(3, 2), Budget(0, 0, Fraction(1)), same_window=True)


# --- from stored counts


def left_of(world: World, **said: Any) -> SafetyGap:
    sla = make_sla(world, **said)
    (found,) = queries.gaps_of([sla], at=NOW).values()
    return found


def test_it_is_counted_over_its_own_window(world: World) -> None:
    # 990 good of 1,000 five hours and ten days ago; the longer window has both, the shorter one alone.
    world.push((ago(hours=5), 990, 1_000), (ago(days=10), 900, 1_000))
    week, month = left_of(world, window="7d"), left_of(world, window="28d")
    # 98.5 % of 1,000 allows 15 bad, and of 2,000 allows 30.
    assert (week.budget.good, week.budget.total, week.left, week.verdict) == (990, 1_000, Fraction(1, 3), "SAFE")
    assert (month.budget.good, month.budget.total) == (1_890, 2_000)
    assert (month.left, month.verdict) == (1 - Fraction(110, 30), "BREACHED")
    assert (week.same_window, month.same_window) == (False, True)


def test_a_calendar_s_window_begins_with_the_month(world: World) -> None:
    october = datetime(2026, 10, 31, 23, tzinfo=UTC)
    world.push((october, 0, 1_000), (october + timedelta(hours=1), 999, 1_000))
    found = left_of(world, window="month:UTC")
    assert (found.budget.good, found.budget.total) == (999, 1_000)
    # In Berlin November began an hour sooner.
    assert left_of(world, window="month:Europe/Berlin").budget.total == 2_000


def test_what_happened_before_it_held_does_not_count(world: World) -> None:
    world.push((ago(days=3), 0, 1_000), (datetime(2026, 11, 27, tzinfo=UTC), 999, 1_000))
    assert left_of(world).verdict == "BREACHED"
    since = left_of(world, from_on=date(2026, 11, 27))
    assert (since.budget.good, since.budget.total, since.verdict) == (999, 1_000, "SAFE")


def test_no_data_is_no_data(world: World) -> None:
    found = left_of(world)
    assert (found.budget.total, found.left, found.verdict) == (0, None, "SAFE")
    world.push((ago(hours=5), 0, 1_000))
    later = left_of(world, from_on=TODAY + timedelta(days=1))
    assert (later.budget.total, later.left) == (0, None)
    assert left_of(world, from_on=date.max).left is None
    assert left_of(world, from_on=date.min).left is not None


def test_days_hours_and_five_minutes_are_summed_once(world: World) -> None:
    world.push((ago(days=5, hours=12), 10, 10), grain=DAY)
    world.push((ago(hours=6), 20, 20))
    world.push((ago(minutes=10), 30, 30), (ago(minutes=5), 40, 40), grain=300)
    assert left_of(world, window="7d").budget.total == 100


def test_one_query_for_one_and_for_eighty(world: World) -> None:
    world.push((ago(hours=5), 990, 1_000))
    slas = [make_sla(world, window=f"{days}d") for days in range(1, 81)]
    for some in (slas[:1], slas):
        with CaptureQueriesContext(connection) as captured:
            found = queries.gaps_of(some, at=NOW)
        assert (len(captured), {one.budget.total for one in found.values()}) == (1, {1_000})
    more = [*slas, make_sla(world)]
    assert len(queries.gaps_of(more, at=NOW)) == 81
