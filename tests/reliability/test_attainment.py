"""Attainment by month and quarter: the ratio of sums, judged by what each day's target allowed."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.attainment import Attained, Day, InForce, Period, attainment

THREE = Fraction("0.999")
FOUR = Fraction("0.9999")
NEW_YEAR = date(2026, 1, 1)
SINCE = InForce(date(2025, 1, 1), THREE)


def days(*counts: tuple[int, int], first: date = NEW_YEAR) -> list[Day]:
    return [Day(first + timedelta(days=number), *one) for number, one in enumerate(counts)]


def month(*counts: tuple[int, int], versions: tuple[InForce, ...] = (SINCE,)) -> Attained:
    (row,) = attainment(days(*counts), versions, Period.MONTH)
    return row


# --- sums


def test_the_sli_is_the_ratio_of_sums_and_not_the_average_of_ratios() -> None:
    row = month((0, 10), (1_000, 1_000))
    assert row.sli == Fraction(1000, 1010)
    assert row.sli != Fraction(0 + 1, 2)


def test_a_real_series_exactly() -> None:
    """3,982 of 4,032 is 98.7599 %; at 99 % that is 124.01 % of what was allowed."""
    row = month((3982, 4032), versions=(InForce(NEW_YEAR, Fraction("0.99")),))
    assert row.words == "2026-01: 98.7599 %, target 99 %: missed."
    assert f"{float(row.judged_bad / row.allowed):.4%}" == "124.0079%"


def test_months_and_quarters_by_calendar_with_those_without_data() -> None:
    some = [Day(date(2025, 12, 31), 9, 10), Day(date(2026, 1, 1), 10, 10), Day(date(2026, 4, 1), 10, 10)]
    rows = attainment(some, [SINCE], Period.MONTH)
    assert [(row.label, row.good, row.total, row.met) for row in rows] == [
        ("2025-12", 9, 10, False),
        ("2026-01", 10, 10, True),
        ("2026-02", 0, 0, None),
        ("2026-03", 0, 0, None),
        ("2026-04", 10, 10, True),
    ]
    assert rows[2].words == "2026-02: no data."
    assert [row.label for row in attainment(some, [SINCE], Period.QUARTER)] == ["2025-Q4", "2026-Q1", "2026-Q2"]
    assert attainment([], [SINCE], Period.MONTH) == []


def test_no_data_is_not_100_percent() -> None:
    row = month((0, 0))
    assert (row.sli, row.met) == (None, None)


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=200),
    st.lists(st.tuples(st.integers(-20, 220), st.integers(0, 1000)), max_size=4, unique_by=lambda one: one[0]),
)
def test_quarters_are_the_sums_of_their_months(counts: list[tuple[int, int]], made: list[tuple[int, int]]) -> None:
    versions = [InForce(NEW_YEAR + timedelta(days=after), Fraction(target, 1000)) for after, target in made]
    given_days = days(*counts)
    months = attainment(given_days, versions, Period.MONTH)
    quarters = attainment(list(reversed(given_days)), list(reversed(versions)), Period.QUARTER)
    for rows in (months, quarters):
        assert sum(row.good for row in rows) == sum(day.good for day in given_days)
        assert sum(row.total for row in rows) == sum(day.total for day in given_days)
    for name in ("judged_bad", "judged_total", "allowed"):
        assert sum(getattr(row, name) for row in months) == sum(getattr(row, name) for row in quarters)
    # By hand: each day by the latest version that is not later.
    allowed = Fraction(0)
    for day in given_days:
        holding = [one for one in versions if one.since <= day.on]
        if holding:
            allowed += (1 - max(holding, key=lambda one: one.since).target) * day.total
    assert sum(row.allowed for row in months) == allowed


# --- targets


def test_exactly_what_was_allowed_is_met_and_one_more_is_not() -> None:
    assert month((99_900, 100_000)).met is True
    assert month((99_899, 100_000)).met is False


def test_at_100_percent_one_bad_event_is_a_miss() -> None:
    perfect = (InForce(NEW_YEAR, Fraction(1)),)
    assert month((10, 10), versions=perfect).met is True
    assert month((10**9 - 1, 10**9), versions=perfect).met is False


def test_a_month_with_two_targets_says_both_and_is_judged_by_what_each_day_allowed() -> None:
    """Ten days of 1,000 at 99.9 % allow 10 bad, ten at 99.99 % one: 11 in all, whenever they fell."""
    changed = (SINCE, InForce(date(2026, 1, 11), FOUR))
    row = month(*[(1000, 1000)] * 19, (989, 1000), versions=changed)
    assert row.allowed == 11
    assert (row.judged_bad, row.met) == (11, True)
    assert row.targets == changed
    assert row.changes == changed[1:]
    assert row.words == (
        "2026-01: 99.945 %, target 99.9 %, then 99.99 % from 2026-01-11: met, judged by what each day allowed."
    )
    assert month(*[(1000, 1000)] * 19, (988, 1000), versions=changed).met is False
    # Traffic weighs: with most of it under the old target, more was allowed.
    assert month(*[(10_000, 10_000)] * 10, *[(1000, 1000)] * 10, versions=changed).allowed == 101


def test_a_change_is_marked_where_it_took_effect_and_nowhere_else() -> None:
    changed = [SINCE, InForce(date(2026, 2, 1), FOUR), InForce(date(2026, 6, 1), THREE)]
    rows = attainment(days(*[(10, 10)] * 80), changed, Period.MONTH)
    assert [(row.label, row.targets, row.changes) for row in rows] == [
        ("2026-01", (changed[0],), ()),
        ("2026-02", (changed[1],), (changed[1],)),
        ("2026-03", (changed[1],), ()),
    ]


def test_days_before_the_first_target_are_shown_and_not_judged() -> None:
    late = (InForce(date(2026, 1, 3), THREE),)
    row = month((0, 1000), (0, 1000), (1000, 1000), versions=late)
    assert (row.good, row.total, row.judged_bad, row.judged_total, row.met) == (1000, 3000, 0, 1000, True)
    assert row.changes == ()
    assert row.words == "2026-01: 33.3333 %, target 99.9 %: met. Days before 2026-01-03 are not judged."
    unjudged = month((0, 1000), (0, 0), (0, 0), versions=late)
    assert unjudged.met is None
    assert unjudged.words.endswith("not judged, without data since it holds.")
    assert month((1, 2), versions=()).words == "2026-01: 50 %, no target."


# --- what is refused, and what is warned of


def test_a_source_of_ratios_is_warned_of() -> None:
    (row,) = attainment(days((999, 1000)), [SINCE], Period.MONTH, is_mean_of_ratios=True)
    assert row.warning.startswith("The source gives ratios and not counts")
    assert month((999, 1000)).warning == ""


def test_what_cannot_be_is_refused() -> None:
    twice = days((1, 1)) * 2
    with pytest.raises(ValueError, match="given twice"):
        attainment(twice, [SINCE], Period.MONTH)
    with pytest.raises(ValueError, match="given twice"):
        attainment(days((1, 1)), [SINCE, InForce(SINCE.since, FOUR)], Period.MONTH)
    with pytest.raises(ValueError, match="2 good of 1 events cannot be"):
        month((2, 1))
    with pytest.raises(ValueError, match="A target lies between"):
        month((1, 1), versions=(InForce(NEW_YEAR, Fraction(99)),))
