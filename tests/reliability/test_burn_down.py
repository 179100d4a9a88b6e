"""The burn-down: divided by the whole window's budget, it never recovers."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.budget import Budget, Counted, budget_of
from apps.reliability.burn_down import Denominator, burn_down

START = datetime(2026, 11, 1, tzinfo=UTC)
TARGET = Fraction("0.99")


def days(*counts: tuple[int, int]) -> list[Counted]:
    """(bad, total) of one day after the other."""
    return [Counted(START + timedelta(days=n), total - bad, total) for n, (bad, total) in enumerate(counts)]


# 50 bad on the first of thirty days with 10,000 events each.
MONTH = days((50, 10_000), *[(0, 10_000)] * 29)
RIGHT = Fraction(59, 60)


def test_a_budget_does_not_recover_though_the_naive_line_does() -> None:
    naive = {day: budget_of([one[1:] for one in MONTH[:day]], TARGET).remaining for day in (1, 2, 5, 30)}
    assert naive == {1: Fraction(1, 2), 2: Fraction(3, 4), 5: Fraction(9, 10), 30: RIGHT}
    assert f"{float(RIGHT):.1%}" == "98.3%"
    for day in (1, 2, 5, 30):
        for forecast in (None, 300_000):
            line = burn_down(MONTH[:day], TARGET, steps=30, forecast=forecast)
            assert [point.remaining for point in line.points] == [RIGHT] * day
            assert line.denominator == 300_000
            assert line.is_forecast == (day < 30)


def test_the_line_says_where_its_denominator_is_from() -> None:
    assert burn_down(MONTH[:5], TARGET, steps=30).source == Denominator.MEAN
    assert burn_down(MONTH[:5], TARGET, steps=30, forecast=250_000).source == Denominator.GIVEN
    assert burn_down(MONTH, TARGET, steps=30, forecast=250_000).source == Denominator.COUNTED
    assert [one.words for one in Denominator] == [
        "of the events counted in the window",
        "of the events forecast for the window",
        "of the events the window will have if it goes on at its mean",
        "no data",
    ]


def test_points_stand_where_their_counts_do() -> None:
    line = burn_down(days((10, 1_000), (0, 1_000), (30, 1_000)), TARGET, steps=4, forecast=4_000)
    assert [point.at for point in line.points] == [START + timedelta(days=n) for n in range(3)]
    assert [point.remaining for point in line.points] == [Fraction(3, 4), Fraction(3, 4), 0]


def test_it_goes_below_nothing() -> None:
    assert burn_down(days((30, 1_000)), TARGET, steps=1).points[0].remaining == -2


def test_a_forecast_that_was_too_low_gives_way_to_what_was_counted() -> None:
    line = burn_down(days((0, 1_000), (20, 1_000)), TARGET, steps=4, forecast=1_500)
    assert line.denominator == 2_000
    assert line.source == Denominator.GIVEN
    assert line.points[-1].remaining == 0
    # A forecast of nothing is none.
    assert burn_down(days((0, 1_000)), TARGET, steps=4, forecast=0).source == Denominator.MEAN


def test_a_day_without_data_is_no_day_of_the_mean() -> None:
    hole = days((10, 1_000), (0, 0), (0, 2_000))
    line = burn_down(hole, TARGET, steps=10)
    # 3,000 in two days, so 1,500 on each of the seven to come.
    assert line.denominator == 3_000 + 7 * 1_500
    without = burn_down([hole[0], hole[2]], TARGET, steps=10, passed=3)
    assert (without.denominator, without.points[-1]) == (line.denominator, line.points[-1])
    # A window that is over has what was counted in it.
    over = burn_down(hole, TARGET, steps=10, passed=10)
    assert over.denominator == 3_000
    assert not over.is_forecast


def test_a_mean_need_not_be_whole() -> None:
    assert burn_down(days((0, 1), (0, 2), (0, 1)), TARGET, steps=4).denominator == Fraction(16, 3)


@pytest.mark.parametrize("counts", [[], days((0, 0), (0, 0))])
def test_without_data_there_is_no_line(counts: list[Counted]) -> None:
    line = burn_down(counts, TARGET, steps=30)
    assert (line.points, line.source, line.is_forecast) == ((), Denominator.UNKNOWN, False)
    assert line.denominator == 0
    assert burn_down(counts, TARGET, steps=len(counts)).source == Denominator.UNKNOWN


def test_before_any_data_a_forecast_leaves_all_of_the_budget() -> None:
    line = burn_down(days((0, 0)), TARGET, steps=30, forecast=1_000)
    assert [point.remaining for point in line.points] == [1]


def test_where_nothing_may_fail_there_is_nothing_to_draw() -> None:
    assert burn_down(MONTH, Fraction(1), steps=30).points == ()


@settings(max_examples=100)
@given(
    st.lists(st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12),
    st.integers(0, 12),
    st.none() | st.integers(0, 10**7),
    st.fractions(0, Fraction(99_999, 100_000), max_denominator=100_000),
)
def test_no_line_climbs_and_the_last_point_is_the_budget(
    counts: list[tuple[int, int]], to_come: int, forecast: int | None, target: Fraction
) -> None:
    counted = days(*counts)
    line = burn_down(counted, target, steps=len(counted) + to_come, forecast=forecast)
    left = [point.remaining for point in line.points]
    assert left == sorted(left, reverse=True)
    assert line.denominator >= sum(one.total for one in counted)
    whole = budget_of([one[1:] for one in counted], target)
    if line.points:
        assert (1 - left[-1]) * (1 - target) * line.denominator == whole.bad
    if line.source == Denominator.COUNTED:
        assert left[-1] == whole.remaining


@pytest.mark.parametrize(
    "counts, kwargs, said",
    [
        (MONTH[:2][::-1], {"steps": 30}, "in order of time"),
        ([MONTH[0], MONTH[0]], {"steps": 30}, "each instant once"),
        (MONTH, {"steps": 29}, "Of a window of 29 steps 30 cannot have passed with counts of 30"),
        (MONTH, {"steps": 30, "passed": 29}, "Of a window of 30 steps 29 cannot have passed with counts of 30"),
        (MONTH[:1], {"steps": 30, "forecast": -1}, "cannot have -1 events"),
        ([Counted(START, 2, 1)], {"steps": 30}, "2 good of 1 events cannot be"),
    ],
)
def test_what_cannot_be_is_refused(counts: list[Counted], kwargs: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        burn_down(counts, TARGET, **kwargs)
    with pytest.raises(ValueError, match="A target lies"):
        burn_down([], Fraction(99), steps=30)


def test_the_naive_line_s_last_day_is_right() -> None:
    assert Budget(299_950, 300_000, TARGET).remaining == RIGHT
