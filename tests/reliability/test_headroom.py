"""Headroom: the trend of usage, its interval, planned demand, and when the limit is reached."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import linear_regression

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.headroom import (
    HORIZON_DAYS,
    MOST_POINTS,
    Headroom,
    HeadroomState,
    Slope,
    Step,
    Usage,
    days_until,
    headroom,
    theil_sen,
    thinned,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def daily(*values: float) -> list[Usage]:
    """One a day, the last of them at NOW."""
    return [Usage(NOW - timedelta(days=len(values) - 1 - number), value) for number, value in enumerate(values)]


def noisy(n: int, slope: float, seed: int, noise: float = 3.0) -> list[tuple[float, float]]:
    chance = Random(seed)
    return [(float(day), 50 + slope * day + chance.gauss(0, noise)) for day in range(n)]


def in_days(found: Headroom) -> tuple[float | None, ...]:
    return (found.earliest, found.days, found.latest)


# --- the trend


def test_a_line_is_found_exactly() -> None:
    found = headroom(daily(*range(41, 61)), 100, now=NOW, unit="GB")
    assert found.state is HeadroomState.GROWING
    assert found.slope == Slope(1, 1, 1)
    assert (found.level, found.used, in_days(found)) == (60, 0.6, (40, 40, 40))
    assert found.on == date(2026, 4, 10)
    assert found.words == (
        "60 of 100 GB in use (60 %), growing by 1 a day (95 %: 1 to 1). "
        "The limit is reached in 40 days (95 %: 40 to 40), on 2026-04-10."
    )


def test_spikes_do_not_move_it() -> None:
    """Of twenty points five are wild, and the trend hardly moves; that of least squares does."""
    values = [float(value) for value in range(41, 61)]
    for place in (11, 13, 15, 17, 19):
        values[place] = 900
    found = headroom(daily(*values), 100, now=NOW)
    assert found.slope is not None
    assert 1 <= found.slope.a_day < 2
    assert linear_regression(range(20), values).slope > 20


def test_its_interval_is_by_ranks() -> None:
    """14 points have 91 slopes; C = 1.96 sqrt(14 x 13 x 33 / 18) = 35.80: the 27th and the 65th of them."""
    points = [(float(day), float(day * day)) for day in range(14)]
    slopes = sorted(t0 + t1 for t0 in range(14) for t1 in range(t0 + 1, 14))
    assert theil_sen(points) == Slope(slopes[45], slopes[26], slopes[64])
    with pytest.raises(ValueError, match="two instants"):
        theil_sen([(1, 1), (1, 2)])


def test_its_interval_holds_the_true_slope_in_95_of_100() -> None:
    held = sum((found := theil_sen(noisy(25, 0.5, seed))).low <= 0.5 <= found.high for seed in range(300))
    assert 0.93 <= held / 300 <= 0.99


@settings(max_examples=50)
@given(st.lists(st.integers(-1000, 1000), min_size=14, max_size=40), st.integers(-5, 5))
def test_adding_a_line_adds_its_slope(values: list[int], more: int) -> None:
    points = [(float(day), float(value)) for day, value in enumerate(values)]
    steeper = [(day, value + more * day) for day, value in points]
    plain, added = theil_sen(points), theil_sen(steeper)
    for name in ("a_day", "low", "high"):
        assert getattr(added, name) == pytest.approx(getattr(plain, name) + more)


def test_many_points_are_taken_together() -> None:
    points = [(float(number), float(number)) for number in range(10 * MOST_POINTS)]
    found = thinned(points)
    assert len(found) == MOST_POINTS
    assert found[0] == (4.5, 4.5)
    assert thinned(points[:MOST_POINTS]) == points[:MOST_POINTS]


# --- when the limit is reached


def test_the_interval_of_days_comes_from_the_interval_of_the_slope() -> None:
    usage = [Usage(NOW + timedelta(days=day - 59), value) for day, value in noisy(60, 0.5, seed=3)]
    found = headroom(usage, 100, now=NOW)
    earliest, days, latest = in_days(found)
    assert earliest is not None and days is not None and latest is not None
    assert earliest < days < latest
    assert 30 < days < 55


def test_no_growth_is_said_and_no_day_is_named() -> None:
    for values in (
        [50.0] * 20,
        [float(50 + number % 3) for number in range(20)],
        [float(v) for v in range(60, 40, -1)],
    ):
        found = headroom(daily(*values), 100, now=NOW)
        assert found.state is HeadroomState.NOT_GROWING
        assert found.on is None
        assert in_days(found) == (None, None, None)
        assert found.words.endswith(", not growing.")


def test_a_slope_that_might_be_zero_is_no_growth() -> None:
    usage = [Usage(NOW + timedelta(days=day - 19), value) for day, value in noisy(20, 0.1, seed=1)]
    found = headroom(usage, 100, now=NOW)
    assert found.slope is not None
    assert found.slope.low < 0 < found.slope.a_day
    assert (found.state, found.days) == (HeadroomState.NOT_GROWING, None)


def test_a_full_limit_is_said() -> None:
    found = headroom(daily(*range(82, 102)), 100, now=NOW, unit="GB")
    assert (found.state, found.days) == (HeadroomState.AT_LIMIT, 0)
    assert found.words == "101 of 100 GB in use (101 %): the limit is reached."


def test_what_lies_beyond_ten_years_is_not_named() -> None:
    found = headroom(daily(*(50 + number / 1000 for number in range(20))), 100, now=NOW)
    assert found.state is HeadroomState.GROWING
    assert (found.days, found.on) == (None, None)
    assert found.words.endswith("The limit is not reached within ten years.")


# --- planned demand


def test_planned_demand_brings_the_day_nearer() -> None:
    steps = [Step(date(2026, 3, 21), 10), Step(date(2026, 3, 11), 5, "campaign")]
    found = headroom(daily(*range(41, 61)), 100, now=NOW, steps=steps)
    # 60 + 10 + 5 on day 10, + 10 + 10 on day 20, 95; the rest in 5 days.
    assert in_days(found) == (25, 25, 25)
    assert found.words.endswith(" Planned demand is counted in: +5 on 2026-03-11, +10 on 2026-03-21.")


def test_planned_demand_reaches_the_limit_where_nothing_grows() -> None:
    found = headroom(daily(*[60.0] * 20), 100, now=NOW, steps=[Step(date(2026, 3, 11), 45)])
    assert (found.state, found.days, found.on) == (HeadroomState.NOT_GROWING, 10, date(2026, 3, 11))
    assert found.words.endswith(
        "not growing. Planned demand (+45 on 2026-03-11) reaches the limit in 10 days, on 2026-03-11."
    )
    small = headroom(daily(*[60.0] * 20), 100, now=NOW, steps=[Step(date(2026, 3, 11), 5)])
    assert small.words.endswith("Planned demand (+5 on 2026-03-11) does not reach the limit.")


def test_a_step_that_has_begun_is_in_the_usage_already() -> None:
    begun = [Step(date(2026, 2, 20), 500), Step(NOW.date(), 500)]
    assert headroom(daily(*range(41, 61)), 100, now=NOW, steps=begun).days == 40


@pytest.mark.parametrize(
    ("level", "slope", "steps", "days"),
    [
        (100, 0, [], 0),
        (90, 1, [], 10),
        (90, 1, [(5, -3)], 13),
        (90, 1, [(10, 50)], 10),
        (90, 0, [(5, 10)], 5),
        (90, 0, [(5, 9.9)], None),
        (90, -1, [(5, 10)], None),
        (0, 100 / HORIZON_DAYS, [], HORIZON_DAYS),
        (0, 99 / HORIZON_DAYS, [], None),
        (0, 0, [(HORIZON_DAYS + 1, 100)], None),
    ],
)
def test_days_until_a_limit_of_100(
    level: float, slope: float, steps: list[tuple[float, float]], days: float | None
) -> None:
    assert days_until(100, level, slope, steps) == (None if days is None else pytest.approx(days))


# --- too few, and what is refused


def test_too_few_measurements_show_no_trend() -> None:
    for usage in ([], daily(1.0), daily(*range(13))):
        found = headroom(usage, 100, now=NOW)
        assert (found.state, found.level, found.days) == (HeadroomState.TOO_FEW, None, None)
    assert found.words == "Too few: 13 measurements; at least 14 over 14 days are needed to see a trend."
    assert headroom(daily(*range(14)), 100, now=NOW).state is HeadroomState.GROWING
    # Enough points, within too few days.
    hourly = [Usage(NOW - timedelta(hours=number), number) for number in range(100)]
    assert headroom(hourly, 100, now=NOW).state is HeadroomState.TOO_FEW


def test_what_was_measured_after_now_is_left_out() -> None:
    later = [Usage(NOW + timedelta(days=1), 9_000.0)]
    assert headroom([*daily(*range(41, 61)), *later], 100, now=NOW) == headroom(daily(*range(41, 61)), 100, now=NOW)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e19])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="are numbers"):
        headroom(daily(value), 100, now=NOW)
    with pytest.raises(ValueError, match="are numbers"):
        headroom([], 100, now=NOW, steps=[Step(date(2027, 1, 1), value)])
    with pytest.raises(ValueError, match="A limit"):
        headroom([], value, now=NOW)


def test_a_limit_above_0_and_a_zone_are_asked_for() -> None:
    with pytest.raises(ValueError, match="above 0"):
        headroom([], 0, now=NOW)
    with pytest.raises(ValueError, match="time zone"):
        headroom([], 100, now=datetime(2026, 1, 1), steps=[Step(date(2027, 1, 1), 1)])
    with pytest.raises(ValueError, match="time zone"):
        headroom([Usage(datetime(2026, 1, 1), 1)], 100, now=NOW)
