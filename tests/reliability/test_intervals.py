"""What few events can say: Wilson's interval, verdicts beyond doubt, and events that a claim takes."""

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.intervals import Attainment, Z, distinguishable, events_to_claim, wilson

COUNTS = st.integers(1, 10**7).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_one_bad_of_ten_thousand() -> None:
    found = wilson(9_999, 10_000)
    assert found is not None
    assert (f"{found.low:.3%}", f"{found.high:.3%}") == ("99.943%", "99.998%")


def test_ninety_five_percent_is_said_with_all_digits() -> None:
    assert float(Z) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-15)


@pytest.mark.parametrize(
    "good, total, low, high",
    [
        # Of none bad the lower bound is n / (n + z^2), of none good the upper one z^2 / (n + z^2).
        (10, 10, 0.7224672001371107, 1.0),
        (0, 10, 0.0, 0.27753279986288926),
        (5, 10, 0.23659309051256403, 0.763406909487436),
        (999_999_999, 1_000_000_000, 0.9999999943351, 0.9999999998235),
    ],
)
def test_intervals(good: int, total: int, low: float, high: float) -> None:
    assert wilson(good, total) == pytest.approx((low, high), abs=1e-13)


def test_of_no_events_nothing_is_said() -> None:
    assert wilson(0, 0) is None
    assert distinguishable(0, 0, Fraction(1)) == distinguishable(0, 0, Fraction("0.999")) == Attainment.NO_DATA


@pytest.mark.parametrize(
    "good, total, target, words",
    [
        (9_999, 10_000, "0.9999", "met, but not distinguishable from a miss"),
        (9_999, 10_000, "0.9995", "met, but not distinguishable from a miss"),
        (9_999, 10_000, "0.9994", "met"),
        (9_999, 10_000, "0.99995", "missed, but not distinguishable from met"),
        (9_999, 10_000, "0.99999", "missed"),
        (100, 100, "0.999", "met, but not distinguishable from a miss"),
        (3_000, 3_000, "0.999", "met, but not distinguishable from a miss"),
        # Z^2 x 999 = 3,838 events are past the interval of two sides.
        (3_837, 3_837, "0.999", "met, but not distinguishable from a miss"),
        (3_838, 3_838, "0.999", "met"),
        (985, 1_000, "0.99", "missed, but not distinguishable from met"),
        (980, 1_000, "0.99", "missed"),
        (1_000_000, 1_000_000, "1", "met, but not distinguishable from a miss"),
        (999_999, 1_000_000, "1", "missed"),
        (0, 0, "0.999", "no data"),
    ],
)
def test_a_verdict_says_whether_it_could_be_otherwise(good: int, total: int, target: str, words: str) -> None:
    assert distinguishable(good, total, Fraction(target)).words == words


@settings(max_examples=200)
@given(COUNTS, st.fractions(0, 1, max_denominator=10_000))
def test_the_verdict_is_what_the_interval_shows(counts: tuple[int, int], target: Fraction) -> None:
    good, total = counts
    found = wilson(good, total)
    assert found is not None and 0 <= found.low <= good / total <= found.high <= 1
    verdict = distinguishable(good, total, target)
    assert verdict.startswith("MET" if Fraction(good, total) >= target else "MISSED")
    # Floats judge nothing within their own rounding.
    if min(abs(found.low - target), abs(found.high - target)) > 1e-9:
        assert ("NOT_DISTINGUISHABLE" in verdict) == (found.low <= target <= found.high)


def holds(target: str, n: int) -> bool:
    """Whether target^n <= 0.05, by whole numbers without rounding."""
    with localcontext() as context:
        context.prec = 2_000_000
        context.traps[Inexact] = True
        return Decimal(target) ** n <= Decimal("0.05")


@pytest.mark.parametrize("target, events", [("0.99", 299), ("0.999", 2_995), ("0.9999", 29_956), ("0.99999", 299_572)])
def test_events_with_none_bad_that_a_claim_takes(target: str, events: int) -> None:
    assert events_to_claim(Fraction(target)) == events
    assert holds(target, events)
    assert not holds(target, events - 1)


def test_what_no_events_and_what_one_event_can_claim() -> None:
    assert events_to_claim(Fraction(1)) is None
    assert events_to_claim(Fraction(0)) == events_to_claim(Fraction(1, 20)) == 1
    assert events_to_claim(Fraction(1, 20) + Fraction(1, 10**40)) == 2
    assert events_to_claim(1 - Fraction(1, 10**12)) == 2_995_732_273_553


@settings(max_examples=100)
@given(st.fractions(0, Fraction(199, 200), max_denominator=200))
def test_a_claim_takes_no_fewer(target: Fraction) -> None:
    n = events_to_claim(target)
    assert n is not None
    assert target**n <= Fraction(1, 20) and (n == 1 or target ** (n - 1) > Fraction(1, 20))


def test_what_cannot_be_is_refused() -> None:
    for judge in (
        lambda: wilson(2, 1),
        lambda: distinguishable(2, 1, Fraction(1)),
        lambda: distinguishable(1, 1, Fraction(99)),
        lambda: events_to_claim(Fraction(99)),
    ):
        with pytest.raises(ValueError):
            judge()
