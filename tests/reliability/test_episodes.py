"""Burn episodes: where they begin and end, and what they cost of four weeks' budget."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.budget import Counted
from apps.reliability.burn import INFINITE, burn_rate
from apps.reliability.episodes import HOUR, Episode, episodes

START = datetime(2026, 10, 1, tzinfo=UTC)
TARGET = Fraction("0.99")
FOUR_WEEKS = 28 * 24


def at(hour: int) -> datetime:
    return START + hour * HOUR


def hours(bad: dict[int, int], n: int = FOUR_WEEKS, total: int = 100, silent: range = range(0)) -> list[Counted]:
    """`n` hours of `total` events each, of which so many are bad in some, and none is known of the silent ones."""
    return [
        Counted(at(hour), 0, 0) if hour in silent else Counted(at(hour), total - bad.get(hour, 0), total)
        for hour in range(n)
    ]


def spans(found: list[Episode]) -> list[tuple[datetime, datetime, int]]:
    return [(one.start, one.end, one.bad) for one in found]


def test_an_episode_is_the_hours_in_a_row_that_burn_faster_than_the_budget_lasts() -> None:
    # At 99 % one bad of 100 is a burn of exactly 1, which is not above it.
    counts = hours({10: 1, 20: 2, 21: 50, 22: 2, 23: 1, 30: 2})
    assert spans(episodes(counts, TARGET)) == [(at(20), at(23), 54), (at(30), at(31), 2)]


def test_its_share_is_of_the_four_weeks_up_to_its_end() -> None:
    # 67,200 events of four weeks allow 672 bad ones.
    early, late = episodes(hours({1000: 60, 1001: 60, 1300: 100}, n=1400), TARGET)
    assert (early.share, early.is_whole) == (Fraction(120, 672), True)
    assert (late.share, late.is_whole) == (Fraction(100, 672), True)


def test_of_the_four_weeks_not_an_hour_more() -> None:
    counts = hours({FOUR_WEEKS: 90}, n=FOUR_WEEKS + 1)
    counts[0] = Counted(at(0), 10**9, 10**9)
    counts[1] = Counted(at(1), 1_100, 1_100)
    [found] = episodes(counts, TARGET)
    # The first hour is out, the second in; what comes after the end is out as well.
    assert found.share == Fraction(90, 672 + 10)
    counts.append(Counted(at(FOUR_WEEKS + 1), 10**9, 10**9))
    assert episodes(counts, TARGET) == [found]


@pytest.mark.parametrize("bad, costly", [(19, False), (20, False), (21, True)])
def test_it_is_costly_above_a_fifth(bad: int, costly: bool) -> None:
    # 10,000 events allow 100 bad ones.
    counts = [Counted(at(0), 9_000, 9_000), Counted(at(FOUR_WEEKS - 1), 1_000 - bad, 1_000)]
    [found] = episodes(counts, TARGET)
    assert (found.share, found.is_costly) == (Fraction(bad, 100), costly)


def test_of_less_than_four_weeks_it_says_so() -> None:
    [found] = episodes(hours({0: 2}, n=1), TARGET)
    assert (found.share, found.is_costly, found.is_whole) == (2, True, False)
    assert not episodes(hours({FOUR_WEEKS - 2: 2}), TARGET)[0].is_whole
    assert episodes(hours({FOUR_WEEKS - 1: 2}), TARGET)[0].is_whole


@pytest.mark.parametrize("left_out", [False, True])
def test_an_hour_without_data_neither_ends_nor_prolongs(left_out: bool) -> None:
    counts = hours({10: 50, 14: 50}, n=30, silent=range(11, 14))
    if left_out:
        counts = [one for one in counts if one.total]
    assert spans(episodes(counts, TARGET)) == [(at(10), at(15), 100)]
    # Silence before a good hour, or at the end, is not part of it.
    counts = hours({10: 50}, n=30, silent=range(11, 14))
    assert spans(episodes(counts, TARGET)) == [(at(10), at(11), 50)]
    counts = hours({10: 50}, n=14, silent=range(11, 14))
    assert spans(episodes(counts, TARGET)) == [(at(10), at(11), 50)]


def test_after_a_day_of_silence_it_is_another_one() -> None:
    a_day = hours({10: 50, 35: 50}, n=40, silent=range(11, 35))
    assert spans(episodes(a_day, TARGET)) == [(at(10), at(36), 100)]
    longer = hours({10: 50, 36: 50}, n=40, silent=range(11, 36))
    assert spans(episodes(longer, TARGET)) == [(at(10), at(11), 50), (at(36), at(37), 50)]


def test_where_nothing_may_fail_one_bad_event_is_an_episode_beyond_all_measure() -> None:
    [found] = episodes(hours({700: 1}, n=800), Fraction(1))
    assert (found.bad, found.share, found.is_costly) == (1, INFINITE, True)
    assert episodes(hours({}, n=800), Fraction(1)) == []


def test_without_data_there_is_none() -> None:
    assert episodes([], TARGET) == []
    assert episodes(hours({}, n=5, silent=range(5)), TARGET) == []


@settings(max_examples=100)
@given(
    st.lists(st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=60),
    st.fractions(0, 1, max_denominator=1000),
)
def test_each_bad_hour_is_in_one_episode_and_no_other_is(pairs: list[tuple[int, int]], target: Fraction) -> None:
    counts = [Counted(at(hour), good, total) for hour, (good, total) in enumerate(pairs)]
    found = episodes(counts, target)
    for one in counts:
        inside = [episode for episode in found if episode.start <= one.at < episode.end]
        burn = burn_rate(one.good, one.total, target)
        assert len(inside) <= 1
        if one.total:
            assert bool(inside) == (burn is not None and burn > 1)
    assert sum(one.bad for one in found) == sum(
        one.bad for one in counts if (burn := burn_rate(one.good, one.total, target)) is not None and burn > 1
    )
    assert all(one.end < other.start for one, other in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(
    "counts, said",
    [
        (hours({}, n=3)[::-1], "in order of time"),
        (hours({}, n=1) * 2, "each hour once"),
        ([Counted(START, 1, 1), Counted(START + timedelta(minutes=5), 1, 1)], "by the hour"),
        ([Counted(START, 2, 1)], "2 good of 1 events cannot be"),
    ],
)
def test_what_cannot_be_is_refused(counts: list[Counted], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        episodes(counts, TARGET)
    with pytest.raises(ValueError, match="A target lies"):
        episodes([], Fraction(99))
