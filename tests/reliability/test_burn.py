"""Burn rates, when the budget ends, and alerts over several windows, with the Workbook's exact numbers."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.budget import Budget
from apps.reliability.burn import (
    ALERTS,
    INFINITE,
    AlertState,
    Severity,
    any_fires,
    burn_rate,
    exhaustion,
    judge_alerts,
    ratios,
    threshold,
    words_for_exhaustion,
)

NINES = {n: 1 - Fraction(1, 10**n) for n in (2, 3, 4)}
MONTH = timedelta(days=30)
# Thursday.
AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
COUNTS = st.integers(1, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_the_alerts_are_those_of_the_workbook() -> None:
    rows = [(alert.severity, alert.long, alert.short, alert.share) for alert in ALERTS]
    assert rows == [
        (Severity.PAGE, timedelta(hours=1), timedelta(minutes=5), Fraction("0.02")),
        (Severity.PAGE, timedelta(hours=6), timedelta(minutes=30), Fraction("0.05")),
        (Severity.TICKET, timedelta(hours=24), timedelta(hours=2), Fraction("0.1")),
        (Severity.TICKET, timedelta(hours=72), timedelta(hours=6), Fraction("0.1")),
    ]
    assert all(alert.short * 12 == alert.long for alert in ALERTS)


@pytest.mark.parametrize(
    "days, thresholds, shown",
    [
        (7, ["3.36", "1.4", "0.7", "7/30"], ["3.36", "1.40", "0.70", "0.23"]),
        (28, ["13.44", "5.6", "2.8", "14/15"], ["13.44", "5.60", "2.80", "0.93"]),
        (30, ["14.4", "6", "3", "1"], ["14.40", "6.00", "3.00", "1.00"]),
        (90, ["43.2", "18", "9", "3"], ["43.20", "18.00", "9.00", "3.00"]),
    ],
)
def test_thresholds_go_with_the_window(days: int, thresholds: list[str], shown: list[str]) -> None:
    found = [threshold(alert, timedelta(days=days)) for alert in ALERTS]
    assert found == [Fraction(one) for one in thresholds]
    assert [f"{float(one):.2f}" for one in found] == shown


@pytest.mark.parametrize(
    "burn, hours",
    [("1", "720"), ("2", "360"), ("6", "120"), ("10", "72"), ("14.4", "50"), ("1000", "0.72")],
)
def test_when_a_full_budget_of_thirty_days_ends(burn: str, hours: str) -> None:
    assert exhaustion(Fraction(1), Fraction(burn), MONTH) == timedelta(seconds=int(Fraction(hours) * 3600))


def test_at_a_thousand_it_is_gone_in_three_quarters_of_an_hour() -> None:
    everything_fails = burn_rate(0, 100, NINES[3])
    assert everything_fails == 1000
    left = exhaustion(Fraction(1), everything_fails, MONTH)
    assert left is not None and left // timedelta(minutes=1) == 43


def test_what_is_left_counts() -> None:
    assert exhaustion(Fraction(1, 2), Fraction(10), MONTH) == timedelta(hours=36)
    assert exhaustion(Fraction(0), Fraction(1), MONTH) == timedelta(0)
    assert exhaustion(Fraction(-3), Fraction(0), MONTH) == timedelta(0)
    assert exhaustion(Fraction(1), INFINITE, MONTH) == timedelta(0)
    assert exhaustion(Fraction(1), Fraction(0), MONTH) is None
    assert exhaustion(Fraction(1), None, MONTH) is None
    assert exhaustion(Fraction(1), Fraction(1, 10**15), timedelta(days=365)) is None


def test_a_burn_rate_is_the_error_ratio_by_the_allowed_one() -> None:
    assert burn_rate(9_990, 10_000, NINES[3]) == 1
    assert burn_rate(9_856, 10_000, NINES[3]) == Fraction("14.4")
    assert burn_rate(10_000, 10_000, NINES[3]) == 0
    assert burn_rate(0, 0, NINES[3]) is None


def test_where_nothing_may_fail_one_bad_event_is_no_burn_of_nothing() -> None:
    assert burn_rate(10_000, 10_000, Fraction(1)) is None
    burn = burn_rate(9_999, 10_000, Fraction(1))
    assert burn == INFINITE
    assert burn is not None and burn > Fraction(10**30)


@pytest.mark.parametrize("good, total, target", [(2, 1, "0.9"), (-1, 1, "0.9"), (1, 1, "99.9")])
def test_what_cannot_be_is_refused(good: int, total: int, target: str) -> None:
    with pytest.raises(ValueError):
        burn_rate(good, total, Fraction(target))


@pytest.mark.parametrize(
    "remaining, burn, words",
    [
        # 30 days x 1/10 / 27 = 2 h 40 min.
        ("1/10", Fraction(27), "at this rate the budget ends Thursday 12:10"),
        ("1/10", Fraction(1), "at this rate the budget ends Sunday 09:30"),
        ("1/5", Fraction(1), "at this rate the budget ends Wednesday 09:30"),
        # Next Thursday is not called as today is.
        ("7/30", Fraction(1), "at this rate the budget ends 3 Dec 2026 09:30"),
        ("1", Fraction(1), "at this rate the budget ends 26 Dec 2026 09:30"),
        ("1", Fraction(0), "at this rate the budget does not end"),
        # What is burned today is given back in thirty days.
        ("1", Fraction(99, 100), "at this rate the budget does not end"),
        ("1/5", Fraction(1, 5), "at this rate the budget ends 26 Dec 2026 09:30"),
        ("1/5", Fraction(1, 6), "at this rate the budget does not end"),
        ("1", Fraction(1, 10**30), "at this rate the budget does not end"),
        ("0", Fraction(0), "the budget is used up"),
        ("-1/4", Fraction(2), "the budget is used up"),
        ("1", None, "without data nobody can say when the budget ends"),
    ],
)
def test_when_it_ends_in_words(remaining: str, burn: Fraction | None, words: str) -> None:
    assert words_for_exhaustion(Fraction(remaining), burn, MONTH, at=AT) == words


@pytest.mark.parametrize(
    "burn, words",
    [
        (Fraction(30, 4), "at this rate the budget ends Monday 09:30"),
        (Fraction(30, 5), "at this rate the budget lasts to the end of the window"),
        (Fraction(1, 2), "at this rate the budget lasts to the end of the window"),
        (Fraction(0), "at this rate the budget does not end"),
    ],
)
def test_a_window_of_the_calendar_begins_anew(burn: Fraction, words: str) -> None:
    ends = AT + timedelta(days=5)
    assert words_for_exhaustion(Fraction(1), burn, MONTH, at=AT, resets=ends) == words


def test_a_target_of_a_hundred_percent_has_nothing_that_ends() -> None:
    assert words_for_exhaustion(None, INFINITE, MONTH, at=AT) == "there is no budget that could end"


def judged(
    counts: tuple[int, int], target: Fraction, days: int = 30, short: tuple[int, int] | None = None
) -> AlertState:
    """The page over one hour, from the same counts in both of its windows, or others in the short one."""
    return judge_alerts({timedelta(hours=1): counts, timedelta(minutes=5): short or counts}, target, timedelta(days))[0]


def test_an_alert_fires_where_both_windows_exceed_it() -> None:
    assert judged((985_599, 1_000_000), NINES[3]).fires
    assert not judged((985_600, 1_000_000), NINES[3]).fires, "at exactly 14.4"
    assert not judged((985_599, 1_000_000), NINES[3], short=(985_600, 1_000_000)).fires
    assert not judged((985_600, 1_000_000), NINES[3], short=(0, 1_000_000)).fires


def test_nothing_is_rounded_before_it_is_compared() -> None:
    # Burn 9.04 against 9: one day of a window of 90.
    counts = {timedelta(hours=24): (99_096, 100_000), timedelta(hours=2): (99_096, 100_000)}
    state = judge_alerts(counts, NINES[3], timedelta(days=90))[2]
    assert state.threshold == 9
    assert state.long_burn == Fraction("9.04")
    assert state.fires
    assert [one.fires for one in judge_alerts(counts, NINES[3], timedelta(days=90))] == [False, False, True, False]


def test_each_alert_reads_its_own_windows() -> None:
    counts = {length: (90_000, 100_000) for alert in ALERTS for length in (alert.long, alert.short)}
    assert all(state.fires for state in judge_alerts(counts, NINES[3], MONTH))
    counts[timedelta(hours=6)] = (100_000, 100_000)
    # Six hours are the long window of the second and the short one of the last.
    assert [state.fires for state in judge_alerts(counts, NINES[3], MONTH)] == [True, False, True, False]


@pytest.mark.parametrize("target, reaches", [("0.93", False), ("0.9305", False), ("67/72", False), ("0.9306", True)])
def test_a_threshold_that_nothing_reaches_is_said(target: str, reaches: bool) -> None:
    # At 14.4 a target up to 93.06 % (67/72 exactly) cannot be exceeded, though everything fails.
    state = judged((0, 1_000_000), Fraction(target))
    assert state.fires == reaches
    assert bool(state.unable) != reaches
    assert reaches or "It fires above a burn rate of 14.4, but at this target everything failing is" in state.unable


@pytest.mark.parametrize("nines, edge", [(3, "69.4"), (4, "694")])
def test_what_a_single_bad_event_would_set_off_is_said(nines: int, edge: str) -> None:
    fewest = int(edge.split(".")[0])
    assert f"{float(1 / ((1 - NINES[nines]) * Fraction('14.4'))):.{3 - len(str(fewest))}f}" == edge
    few, enough = judged((fewest - 1, fewest), NINES[nines]), judged((fewest, fewest + 1), NINES[nines])
    assert few.long_burn is not None and few.long_burn > few.threshold
    assert not few.fires
    assert f"In the last hour there were {fewest} events. Of fewer than {fewest + 1} a single bad one" in few.unable
    assert (enough.fires, enough.unable) == (False, "")
    assert judged((fewest - 1, fewest + 1), NINES[nines]).fires, "two of as many do"


def test_one_bad_event_at_exactly_the_threshold_sets_nothing_off() -> None:
    # Over 25 days the page stands at 12; one of ten at an allowed 1 in 120 burns at 12.
    state = judged((9, 10), 1 - Fraction(1, 120), 25)
    assert state.threshold == state.long_burn == 12
    assert (state.fires, state.unable) == (False, "")


def test_no_data_is_said() -> None:
    for state in judge_alerts({}, NINES[3], MONTH):
        assert (state.long_burn, state.short_burn, state.fires) == (None, None, False)
    said = [state.unable for state in judge_alerts({}, NINES[3], MONTH)]
    assert said == [f"No data of the last {length}." for length in ("hour", "6 hours", "24 hours", "72 hours")]
    assert judged((0, 1000), NINES[3], short=(0, 0)).unable == "No data of the last 5 minutes."


def test_a_target_of_a_hundred_percent_is_not_watched_by_its_burn() -> None:
    state = judged((9_999, 10_000), Fraction(1))
    assert (state.long_burn, state.fires) == (INFINITE, False)
    assert "one bad event breaches it" in state.unable


@settings(max_examples=100)
@given(COUNTS, st.fractions(0, Fraction(9_999, 10_000), max_denominator=10_000))
def test_a_window_at_one_rate_consumes_that_much_of_its_budget(counts: tuple[int, int], target: Fraction) -> None:
    burn = burn_rate(*counts, target)
    assert burn is not None and burn == Budget(*counts, target).consumed
    left = exhaustion(Fraction(1), burn, MONTH)
    if left is not None:
        assert abs(Fraction(left // timedelta.resolution) * Fraction(burn) - MONTH // timedelta.resolution) <= burn


@settings(max_examples=100)
@given(COUNTS, COUNTS, st.fractions(0, 1, max_denominator=10_000), st.integers(1, 365))
def test_what_fires_has_data_and_a_reason(
    long: tuple[int, int], short: tuple[int, int], target: Fraction, days: int
) -> None:
    state = judged(long, target, days, short)
    if state.fires:
        assert not state.unable and long[1] - long[0] >= 1
        assert Budget(*long, target).is_breached or state.threshold < 1


LENGTHS = sorted({length for alert in ALERTS for length in (alert.long, alert.short)})
# Few events, and errors around what the thresholds allow, so that all of them are met and missed.
SOME = st.integers(0, 4_000).flatmap(
    lambda total: st.integers(0, max(total // 20, min(total, 3))).map(lambda bad: (total - bad, total))
)


@settings(max_examples=500)
@given(
    st.lists(SOME, min_size=len(LENGTHS), max_size=len(LENGTHS)),
    st.sampled_from([Fraction(9, 10), Fraction(99, 100), Fraction(999, 1000), Fraction(9995, 10_000), Fraction(1)]),
    st.integers(1, 365),
)
def test_whether_any_fires_is_said_in_whole_numbers(sums: list[tuple[int, int]], target: Fraction, days: int) -> None:
    counts = dict(zip(LENGTHS, sums, strict=True))
    window = timedelta(days=days)
    by_seconds = {length // timedelta(seconds=1): found for length, found in counts.items()}
    judged = any(one.fires for one in judge_alerts(counts, target, window))
    assert any_fires(by_seconds, ratios(target, window)) == judged
