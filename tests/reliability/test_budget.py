"""Error budgets, with the exact numbers of the Workbook's tables."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.budget import (
    Budget,
    BudgetState,
    Counted,
    bad_per_million,
    budget_of,
    ceiling,
    outages_affordable,
    time_budget,
)

DAYS = (7, 28, 30, 90, 365)
# Minutes that everything may fail in as many days, and bad events of a million.
TABLE = {
    "99": ("100.8", "403.2", "432", "1296", "5256", 10_000),
    "99.5": ("50.4", "201.6", "216", "648", "2628", 5_000),
    "99.9": ("10.08", "40.32", "43.2", "129.6", "525.6", 1_000),
    "99.95": ("5.04", "20.16", "21.6", "64.8", "262.8", 500),
    "99.99": ("1.008", "4.032", "4.32", "12.96", "52.56", 100),
    "99.999": ("0.1008", "0.4032", "0.432", "1.296", "5.256", 10),
}
COUNTS = st.integers(1, 10**9).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
TARGETS = st.fractions(0, Fraction(999_999, 1_000_000), max_denominator=1_000_000)


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


@pytest.mark.parametrize("target", TABLE)
def test_the_time_and_the_events_that_a_target_allows(target: str) -> None:
    *minutes, per_million = TABLE[target]
    for days, expected in zip(DAYS, minutes, strict=True):
        allowed = time_budget(percent(target), timedelta(days=days))
        assert allowed == timedelta(microseconds=int(Fraction(expected) * 60_000_000)), f"{target} % of {days} days"
    assert bad_per_million(percent(target)) == per_million


def test_in_a_week_five_nines_allow_six_seconds() -> None:
    allowed = time_budget(percent("99.999"), timedelta(days=7))
    assert allowed == timedelta(seconds=6, microseconds=48_000)
    assert f"{allowed / timedelta(minutes=1):.3f}" == "0.101"
    assert f"{time_budget(percent('99.999'), timedelta(days=28)) / timedelta(minutes=1):.3f}" == "0.403"


def test_one_error_in_ten_thousand_and_in_a_hundred_thousand() -> None:
    assert Budget(10_000, 10_000, percent("99.99")).allowed == 1
    assert Budget(100_000, 100_000, percent("99.999")).allowed == 1


@pytest.mark.parametrize(
    "target, minutes, times, shown",
    [
        ("99.9", 5, "8.064", "8.1"),
        ("99.9", 15, "2.688", "2.7"),
        ("99.9", 30, "1.344", "1.3"),
        ("99.99", 5, "0.8064", "0.81"),
        ("99.99", 15, "0.2688", "0.27"),
        ("99.99", 30, "0.1344", "0.13"),
    ],
)
def test_outages_that_four_weeks_can_pay_for(target: str, minutes: int, times: str, shown: str) -> None:
    affordable = outages_affordable(percent(target), timedelta(days=28), minutes)
    assert affordable == Fraction(times)
    assert f"{float(affordable):.{len(shown) - 2}f}" == shown


def test_an_outage_takes_time() -> None:
    with pytest.raises(ValueError, match="longer than 0 minutes"):
        outages_affordable(percent("99.9"), timedelta(days=28), 0)


def test_hard_dependencies_in_a_row_set_a_ceiling() -> None:
    assert ceiling([percent("99.9"), percent("99.95")]) == percent("99.85005")
    assert ceiling([percent("99.9")] * 3) == percent("99.7002999")
    assert ceiling([]) == 1


def test_what_is_consumed_and_what_remains() -> None:
    budget = Budget(9_999_500, 10_000_000, percent("99.9"))
    assert (budget.sli, budget.bad) == (Fraction(19_999, 20_000), 500)
    assert budget.allowed == 10_000
    assert (budget.consumed, budget.remaining) == (Fraction(1, 20), Fraction(19, 20))


def test_of_one_machine_s_year_the_budget_is_overspent_and_says_so() -> None:
    budget = Budget(3_982, 4_032, percent("99"))
    assert budget.sli is not None and f"{float(budget.sli * 100):.4f}" == "98.7599"
    assert budget.consumed is not None and f"{float(budget.consumed * 100):.2f}" == "124.01"
    assert budget.remaining == Fraction(-121, 504)
    assert budget.state == BudgetState.EXHAUSTED and budget.is_breached


@pytest.mark.parametrize(
    "bad, state",
    [
        (0, "AMPLE"),
        (24, "AMPLE"),
        (25, "FAIR"),  # 75 % is not above 75 %
        (50, "FAIR"),
        (51, "HALF"),
        (75, "HALF"),  # 25 % is not below 25 %
        (76, "LOW"),
        (99, "LOW"),
        (100, "EXHAUSTED"),
        (101, "EXHAUSTED"),
        (10_000, "EXHAUSTED"),
    ],
)
def test_the_states_and_their_edges(bad: int, state: str) -> None:
    budget = Budget(10_000 - bad, 10_000, percent("99"))
    assert budget.state == BudgetState(state)
    assert budget.remaining == 1 - Fraction(bad, 100)
    assert budget.is_breached == (bad > 100), "at exactly its target an SLI is met, though nothing is left"


@pytest.mark.parametrize("target", [Fraction(0), percent("99.9"), Fraction(1)])
def test_no_data_is_not_a_hundred_percent(target: Fraction) -> None:
    budget = Budget(0, 0, target)
    assert (budget.sli, budget.consumed, budget.remaining, budget.is_breached) == (None, None, None, False)
    assert budget.state == BudgetState.NO_DATA


def test_a_target_of_a_hundred_percent_has_no_budget_and_one_bad_event_breaches_it() -> None:
    met, breached = Budget(10_000, 10_000, Fraction(1)), Budget(9_999, 10_000, Fraction(1))
    assert met.allowed == 0
    assert (met.consumed, met.remaining) == (None, None)
    assert (met.state, met.is_breached) == (BudgetState.NO_BUDGET, False)
    assert (breached.consumed, breached.remaining) == (None, None)
    assert (breached.state, breached.is_breached) == (BudgetState.EXHAUSTED, True)


def test_the_average_of_ratios_is_not_the_ratio_of_sums() -> None:
    busy, quiet = Budget(999_000, 1_000_000, percent("99")), Budget(500, 1_000, percent("99"))
    assert busy.sli is not None and quiet.sli is not None
    both = budget_of([(busy.good, busy.total), (quiet.good, quiet.total)], percent("99"))
    assert (busy.sli + quiet.sli) / 2 == percent("74.95")
    assert both.sli == Fraction(999_500, 1_001_000)
    assert not both.is_breached
    assert budget_of([], percent("99")).state == BudgetState.NO_DATA


@settings(max_examples=100)
@given(st.lists(COUNTS, min_size=1, max_size=5), TARGETS)
def test_budgets_add_up(counts: list[tuple[int, int]], target: Fraction) -> None:
    parts, whole = [Budget(good, total, target) for good, total in counts], budget_of(counts, target)
    assert whole.allowed == sum(part.allowed for part in parts)
    assert whole.bad == sum(part.bad for part in parts)
    assert whole.consumed is not None and whole.consumed * whole.allowed == whole.bad
    assert whole.remaining is not None and whole.remaining == 1 - whole.consumed
    assert whole.sli is not None and whole.is_breached == (whole.sli < target) == (whole.remaining < 0)
    assert min(part.sli for part in parts if part.sli is not None) <= whole.sli


@settings(max_examples=100)
@given(st.lists(TARGETS, max_size=4))
def test_a_ceiling_is_no_higher_than_the_lowest(targets: list[Fraction]) -> None:
    assert ceiling(targets) <= min(targets, default=1)


@pytest.mark.parametrize("good, total", [(2, 1), (-1, 1), (0, -1)])
def test_counts_that_cannot_be_are_refused(good: int, total: int) -> None:
    with pytest.raises(ValueError, match=f"{good} good of {total} events cannot be"):
        Budget(good, total, percent("99.9"))


@pytest.mark.parametrize("target", [Fraction(999, 10), Fraction(-1, 2)])
def test_a_target_in_percent_is_refused(target: Fraction) -> None:
    for judge in (lambda: Budget(1, 1, target), lambda: time_budget(target, timedelta(1)), lambda: ceiling([target])):
        with pytest.raises(ValueError, match="A target lies between 0 and 100 %"):
            judge()


def test_what_is_bad_in_an_hour() -> None:
    assert Counted(datetime(2026, 11, 28, 10, tzinfo=UTC), 990, 1_000).bad == 10
