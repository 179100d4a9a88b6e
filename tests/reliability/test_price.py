"""The price of a nine: its value, its cost, the errors and the dependencies in its way, and who would see it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.price import (
    Case,
    Effort,
    Seen,
    Worth,
    ceiling_words,
    classes_to_vanish,
    money,
    seen_through,
    seen_words,
    value_a_year,
)

TWO, THREE, FOUR, FIVE = (Fraction(text) for text in ("0.99", "0.999", "0.9999", "0.99999"))
MILLION = 1_000_000


def case(
    target_from: Fraction = TWO, target_to: Fraction = THREE, *, one_off: int = 10_000, running: int | Decimal = 0
) -> Case:
    return Case(target_from, target_to, revenue=MILLION, one_off=one_off, lifetime_years=4, running=running)


# --- value and cost


@pytest.mark.parametrize(("low", "high", "worth"), [(TWO, THREE, 9_000), (THREE, FOUR, 900), (FOUR, FIVE, 90)])
def test_each_nine_of_a_million_is_worth_a_tenth_of_the_one_before(low: Fraction, high: Fraction, worth: int) -> None:
    assert value_a_year(low, high, MILLION) == worth
    assert value_a_year(low, high, Decimal("1000000.00")) == worth
    assert value_a_year(high, low, MILLION) == -worth


def test_a_case_weighs_its_value_against_its_cost_a_year() -> None:
    found = case(running=1_500)
    assert [found.value, found.cost, found.net] == [9_000, 4_000, 5_000]
    assert found.pays_from == Fraction(4_000_000, 9)
    assert found.verdict is Worth.WORTH_IT
    assert found.words == (
        "Going from 99 % to 99.9 % is worth $9,000 a year on $1,000,000 at risk, and costs $4,000 a year: worth it. "
        "It pays above $444,444.44 at risk a year."
    )


def test_what_only_pays_for_itself_is_not_worth_it() -> None:
    assert case(running=6_500).net == 0
    assert case(running=6_500).verdict is Worth.NOT_WORTH_IT
    assert case(running=Decimal("6499.99")).verdict is Worth.WORTH_IT
    dear = case(FOUR, FIVE)
    assert dear.verdict is Worth.NOT_WORTH_IT
    assert dear.words.endswith(
        "is worth $90 a year on $1,000,000 at risk, and costs $2,500 a year: not worth it. "
        "It pays above $27,777,777.78 at risk a year."
    )


def test_a_target_that_does_not_rise_gains_nothing() -> None:
    for lower in (TWO, THREE):
        found = case(THREE, lower, one_off=0)
        assert (found.verdict, found.pays_from) == (Worth.NO_GAIN, None)
    assert found.words.startswith("Going from 99.9 % to 99.9 % gains no availability")


def test_amounts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="not below 0"):
        case(one_off=-1)
    with pytest.raises(ValueError, match="more than 0"):
        Case(TWO, THREE, MILLION, 0, 0, 0)
    with pytest.raises(ValueError, match="A target lies between 0 and 100 %"):
        case(target_to=Fraction(99))


@pytest.mark.parametrize(
    ("amount", "words"), [(9_000, "$9,000"), (Fraction(9, 10), "$0.90"), (Fraction(-2, 3), "−$0.67"), (0, "$0")]
)
def test_money_has_cents_where_there_are_any(amount: Fraction, words: str) -> None:
    assert money(amount) == words
    assert money(amount, "€") == words.replace("$", "€")


# --- classes of errors


ERRORS = {"timeout": 900, "5xx": 90, "wrong total": 40}
JUDGED = {"timeout": Effort.CHEAP, "5xx": Effort.REDESIGN, "wrong total": Effort.CHEAP}


def test_the_largest_classes_vanish_until_the_target_is_met() -> None:
    found = classes_to_vanish(ERRORS, MILLION, FOUR, efforts=JUDGED)
    assert [(one.name, one.bad, one.left) for one in found.vanishing] == [("timeout", 900, 130), ("5xx", 90, 40)]
    assert found.allowed == 100
    assert (found.left, found.is_met, found.effort) == (40, True, Effort.REDESIGN)
    # Of the cheap ones, 940 in all, 90 would be left, which is enough.
    assert found.cheap_suffices
    assert found.words == (
        "99.99 % allows 100 bad of 1,000,000; there were 1,030. Without “timeout” (900, cheap), "
        "“5xx” (90, a redesign), 40 are left. The cheap ones alone would do."
    )


def test_five_nines_of_it_need_every_class() -> None:
    found = classes_to_vanish(ERRORS, MILLION, FIVE, efforts=JUDGED)
    assert (len(found.vanishing), found.left, found.cheap_suffices) == (3, 0, False)


def test_a_class_exactly_at_what_is_allowed_may_stay() -> None:
    assert classes_to_vanish({"a": 1_000}, MILLION, THREE).vanishing == ()
    assert [one.name for one in classes_to_vanish({"a": 1_001}, MILLION, THREE).vanishing] == ["a"]
    found = classes_to_vanish({"a": 1_000}, MILLION, THREE)
    assert found.words == "99.9 % allows 1,000 bad of 1,000,000; there were 1,000: nothing must vanish."
    assert found.effort is None


def test_what_engineering_has_not_judged_is_said_so() -> None:
    found = classes_to_vanish({"b": 500, "a": 500}, 10_000, THREE, efforts={"a": Effort.CHEAP})
    assert [(one.name, one.effort_words) for one in found.vanishing] == [("a", "cheap"), ("b", "not judged yet")]
    assert found.effort is None


def test_errors_without_a_class_show_no_way() -> None:
    found = classes_to_vanish({"a": 50}, 100_000, FOUR, unclassified=20)
    assert not found.is_met
    assert found.words == (
        "99.99 % allows 10 bad of 100,000; there were 70. Even without “a” (50, not judged yet) "
        "20 have no class, so nothing shows a way there."
    )
    assert classes_to_vanish({}, 100_000, FOUR, unclassified=20).words == (
        "99.99 % allows 10 bad of 100,000; there were 20. 20 have no class, so nothing shows a way there."
    )


def test_counts_by_class_that_cannot_be_are_refused_and_no_data_says_so() -> None:
    for by_class, unclassified in (({"a": 11}, 0), ({"a": -1}, 0), ({"a": 5}, 6), ({}, -1)):
        with pytest.raises(ValueError, match="cannot be"):
            classes_to_vanish(by_class, 10, THREE, unclassified=unclassified)
    assert classes_to_vanish({}, 0, THREE).words == "No data to look for the way to 99.9 % in."


@settings(max_examples=100)
@given(st.dictionaries(st.text(max_size=3), st.integers(0, 500), max_size=6), st.integers(0, 10_000))
def test_what_vanishes_suffices_and_one_class_less_does_not(by_class: dict[str, int], thousandths: int) -> None:
    target = Fraction(thousandths, 10_000)
    found = classes_to_vanish(by_class, 3_000, target)
    gone = sum(one.bad for one in found.vanishing)
    assert found.is_met
    assert found.left == found.bad - gone <= found.allowed
    if found.vanishing:
        assert found.left + found.vanishing[-1].bad > found.allowed
        kept = [count for name, count in by_class.items() if name not in {one.name for one in found.vanishing}]
        assert max(kept, default=0) <= found.vanishing[-1].bad


# --- the ceiling and the floor


def test_hard_dependencies_set_the_ceiling() -> None:
    assert ceiling_words(THREE, []) == ""
    assert ceiling_words(THREE, [FOUR]) == "Its hard dependency promises 99.99 %, enough for 99.9 %."
    assert ceiling_words(THREE, [THREE, THREE]) == (
        "Its 2 hard dependencies together promise 99.8001 %, so 99.9 % cannot be kept: "
        "promise no more, or make one of them soft."
    )
    assert "enough" in ceiling_words(THREE * THREE, [THREE, THREE])


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("0.98", Seen.SEEN),
        ("0.99", Seen.SEEN),
        ("0.995", Seen.SEEN_BY_SOME),
        ("0.999", Seen.SEEN_BY_SOME),
        ("0.9999", Seen.SEEN_BY_SOME),
        ("0.99991", Seen.UNSEEN),
        ("0.99999", Seen.UNSEEN),
        ("1", Seen.UNSEEN),
    ],
)
def test_a_target_finer_than_users_networks_is_said_so(target: str, seen: Seen) -> None:
    assert seen_through(Fraction(target)) is seen


def test_it_is_said_in_words() -> None:
    assert seen_words(FIVE) == (
        "99.999 % lets 0.001 % fail, finer than any user can see: even the best of their own networks fail 0.01 %."
    )
    assert seen_words(THREE) == (
        "99.9 % lets 0.1 % fail: users whose own network fails more, up to 1 %, cannot see the difference."
    )
    assert seen_words(TWO) == "99 % lets 1 % fail, which users can see: the worst of their own networks fail 1 %."
    # Where one's own users are known, their figure counts.
    assert seen_through(THREE, best=Fraction("0.002")) is Seen.UNSEEN
