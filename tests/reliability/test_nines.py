"""Targets replayed on stored days: windows, how often a target was met, what could be promised."""

from fractions import Fraction
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.nines import (
    LEAST_DAYS,
    USUAL_TARGETS,
    Interval,
    achievable,
    block_length,
    p_meet,
    replay,
    slide,
)
from apps.reliability.percent import percent

SEED = 7
THREE_NINES = Fraction("0.999")
GOOD_DAY = (1000, 1000)

days_of_counts = st.lists(
    st.integers(0, 50).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))), max_size=40
)


def year(*bad: int, good_day: int = 10_000) -> list[tuple[int, int]]:
    """365 days of `good_day` events, of which those days have 2 % bad."""
    return [(good_day - good_day // 50 if day in bad else good_day, good_day) for day in range(365)]


# --- windows


@settings(max_examples=100)
@given(days_of_counts, st.integers(1, 12))
def test_a_window_is_the_sum_of_good_over_the_sum_of_total(days: list[tuple[int, int]], length: int) -> None:
    history = slide(days, length)
    by_hand = [
        (last, sum(good for good, _ in part), sum(total for _, total in part))
        for last in range(length - 1, len(days))
        if (part := days[last - length + 1 : last + 1])
    ]
    assert [(one.last_day, one.good, one.total) for one in history.windows] == [one for one in by_hand if one[2]]
    assert history.empty == sum(not one[2] for one in by_hand)
    assert history.measured == sum(total > 0 for _, total in days)


def test_a_window_without_data_is_left_out_and_counted_and_is_not_100_percent() -> None:
    history = slide([GOOD_DAY, (0, 0), (0, 0), (0, 0), (990, 1000)], 2)
    assert [one.attainment for one in history.windows] == [1, Fraction("0.99")]
    assert (history.empty, history.days_without_data) == (2, 3)
    assert history.left_out_words == "3 days without data; 2 windows without any data left out."
    assert slide([GOOD_DAY], 1).left_out_words == ""


def test_a_day_of_more_traffic_weighs_more() -> None:
    """Averages of ratios are not the ratio of sums."""
    (window,) = slide([(0, 10), (1_000, 1_000)], 2).windows
    assert window.attainment == Fraction(1000, 1010)


@pytest.mark.parametrize(
    ("days", "length", "words"),
    [
        ([(2, 1)], 1, "Day 1 has 2 good of 1."),
        ([GOOD_DAY, (-1, 0)], 1, "Day 2 has -1 good of 0."),
        ([], 0, "A window has at least one day, not 0."),
    ],
)
def test_what_no_measurement_can_have_is_refused(days: list[tuple[int, int]], length: int, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        slide(days, length)


# --- how often a target was met


def test_one_bad_day_fails_every_window_that_holds_it() -> None:
    """2 % of one day are 0.07 % of 28 days: within 99.9 %, too much for 99.95 %, in 28 of 338 windows."""
    found = replay(slide(year(180), 28), seed=SEED)
    assert [(one.target, one.met, one.n) for one in found.chances] == [
        (Fraction("0.99"), 338, 338),
        (Fraction("0.995"), 338, 338),
        (Fraction("0.999"), 338, 338),
        (Fraction("0.9995"), 310, 338),
        (Fraction("0.9999"), 310, 338),
        (Fraction("0.99999"), 310, 338),
    ]
    assert found.chances[3].share == Fraction(310, 338)
    assert found.too_short == ""


def test_a_window_exactly_at_the_target_met_it_also_in_every_draw() -> None:
    """Every window of every draw is 99.9 % to the event."""
    history = slide([(999, 1000)] * 120, 28)
    found = p_meet(history, THREE_NINES, seed=SEED)
    assert found.met == found.n == 93
    # 120 days hold 4 windows side by side.
    assert found.interval == Interval(0.025 ** (1 / 4), 1.0)
    missed = p_meet(history, Fraction("0.9991"), seed=SEED)
    assert missed.met == 0
    assert missed.interval is not None and missed.interval.low == 0


def test_never_missed_is_not_never_will_be() -> None:
    """A year has 13 windows of 28 days: all met, the share may still be 0.025^(1/13) = 75.3 %, and none met 24.7 %."""
    history = slide(year(), 28)
    met = p_meet(history, THREE_NINES, seed=SEED)
    assert met.interval == Interval(0.025 ** (1 / 13), 1.0)
    assert met.words == "99.9 % would have been met in 338 of 338 windows, 100 % (95 %: 75.2 to 100 %)."
    none = p_meet(slide([(9, 10)] * 365, 28), THREE_NINES, seed=SEED)
    assert none.interval == Interval(0.0, 1 - 0.025 ** (1 / 13))


def test_few_bad_days_leave_it_open_how_often_a_target_is_met() -> None:
    """One bad day in a year might as well have been none or three."""
    found = p_meet(slide(year(180), 28), Fraction("0.9995"), seed=SEED)
    assert found.interval is not None
    assert 0.65 < found.interval.low < 0.85
    assert found.interval.high == 1
    assert found.words.startswith("99.95 % would have been met in 310 of 338 windows, 91.7 % (95 %: ")


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_an_interval_holds_its_point_and_the_higher_target_is_met_less_often(seed: int) -> None:
    chance = Random(seed)
    days = [
        (total - chance.choice((0, 0, 0, 3, 30)), total) for total in (chance.randint(500, 2000) for _ in range(95))
    ]
    found = replay(slide(days, 14), seed=seed, resamples=40)
    for one in found.chances:
        assert one.share is not None and one.interval is not None
        assert 0 <= one.interval.low <= one.share <= one.interval.high <= 1
    assert [one.met for one in found.chances] == sorted((one.met for one in found.chances), reverse=True)
    promised = found.achievable
    assert promised.target is not None and promised.interval is not None
    assert promised.interval.low <= promised.target <= promised.interval.high


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    history = slide(year(20, 100, 101, 300), 28)
    target = Fraction("0.9995")
    assert p_meet(history, target, seed=1) == p_meet(history, target, seed=1)
    assert p_meet(history, target, seed=1).interval != p_meet(history, target, seed=2).interval
    # Together or alone, a target is tried on the same draws.
    assert p_meet(history, target, seed=1) == replay(history, seed=1).chances[3]


# --- what could be promised


def test_nine_windows_of_ten_met_the_achievable_target() -> None:
    days = [(1000 - bad, 1000) for bad in range(100)]
    found = achievable(slide(days, 1), seed=SEED)
    assert found.target == Fraction("0.911")
    met = p_meet(slide(days, 1), Fraction("0.911"), seed=SEED)
    assert met.share == Fraction(9, 10)
    assert found.words.startswith("90 % of 100 windows met 91.1 % (95 %: ")
    # No higher target was met by as many.
    assert p_meet(slide(days, 1), Fraction("0.9111"), seed=SEED).share == Fraction(89, 100)


def test_another_quantile_is_another_promise() -> None:
    days = [(1000 - bad, 1000) for bad in range(100)]
    assert achievable(slide(days, 1), Fraction(0), seed=SEED).target == Fraction("0.901")
    assert achievable(slide(days, 1), Fraction(1, 2), seed=SEED).target == Fraction("0.951")
    with pytest.raises(ValueError, match="shares between 0 and 1"):
        achievable(slide(days, 1), Fraction(1), seed=SEED)
    with pytest.raises(ValueError, match="shares between 0 and 1"):
        p_meet(slide(days, 1), Fraction("99.9"), seed=SEED)


# --- too short


@pytest.mark.parametrize(
    ("days", "length", "words"),
    [
        (89, 28, "Too short: 89 days with data, at least 90 are needed."),
        (89, 60, "Too short: 89 days with data, at least 120 are needed."),
        (119, 60, "Too short: 119 days with data are fewer than two windows of 60 days, which need 120."),
        (LEAST_DAYS, 28, ""),
        (120, 60, ""),
    ],
)
def test_a_history_too_short_says_so_and_has_no_interval(days: int, length: int, words: str) -> None:
    history = slide([(999, 1000)] * days + [(0, 0)] * 100, length)
    found = replay(history, seed=SEED, resamples=20)
    assert found.too_short == words
    intervals = [*(one.interval for one in found.chances), found.achievable.interval]
    assert all((one is None) == bool(words) for one in intervals)
    assert found.chances[2].share == 1
    assert found.achievable.target == THREE_NINES


def test_without_a_window_nothing_is_said() -> None:
    found = replay(slide([(0, 0)] * 200, 28), seed=SEED)
    assert found.chances[0].share is None
    assert found.chances[0].words == "No window with data to try 99 % on."
    assert found.achievable.words == "No window with data to find a target on."


# --- the draws


def test_blocks_are_whole_weeks_and_grow_with_the_history() -> None:
    assert [block_length(days) for days in (90, 343, 344, 365, 2744, 2745)] == [7, 7, 14, 14, 14, 21]


def test_bad_days_that_come_together_are_drawn_together() -> None:
    """Twelve bad days side by side or scattered: together they say less, so the interval is wider."""
    target = Fraction("0.9995")
    together = p_meet(slide(year(*range(180, 192)), 7), target, seed=SEED).interval
    scattered = p_meet(slide(year(*range(10, 365, 30)), 7), target, seed=SEED).interval
    assert together is not None and scattered is not None
    assert scattered.high < 1 == together.high


def test_a_year_takes_less_than_two_seconds_of_a_processor() -> None:
    history = slide(year(20, 100, 101, 300, good_day=1_000_000), 28)
    started = process_time()
    found = replay(history, seed=SEED)
    assert process_time() - started < 2
    assert len(found.chances) == len(USUAL_TARGETS)


# --- percent


@pytest.mark.parametrize(
    ("share", "places", "words"),
    [
        ("0.99", 4, "99 %"),
        ("0.99999", 4, "99.999 %"),
        ("0.9999999", 4, "99.9999 %"),
        ("3982/4032", 4, "98.7599 %"),
        ("1", 4, "100 %"),
        ("310/338", 1, "91.7 %"),
        ("0.999", 0, "99 %"),
        ("0.0005", 4, "0.05 %"),
    ],
)
def test_percent_is_exact_or_rounded_down(share: str, places: int, words: str) -> None:
    assert percent(Fraction(share), places) == words


def test_an_interval_is_rounded_outwards() -> None:
    assert Interval(0.999, 0.999).words() == "99.9 to 99.9 %"
    assert Interval(0.66666, 0.7777).words(1) == "66.6 to 77.8 %"
