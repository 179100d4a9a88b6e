"""The Workbook's decision matrix, the options of each kind of decision, and which causes oblige."""

from itertools import product

import pytest

from apps.reliability.matrix import (
    CAUSES,
    DUTIES,
    DUTY_WORDS,
    KIND_WORDS,
    MATRIX,
    OPTIONS,
    RECOMMENDATION_WORDS,
    Cause,
    DecisionKind,
    Duty,
    Level,
    Option,
    Recommendation,
    obliges,
    options,
    recommend,
)

LOW, HIGH = Level.LOW, Level.HIGH


@pytest.mark.parametrize(
    ("slo_met", "toil", "satisfaction", "recommendation"),
    [
        (True, LOW, HIGH, "RELAX_RELEASES_OR_STEP_BACK"),
        (True, LOW, LOW, "TIGHTEN_SLO"),
        (True, HIGH, HIGH, "CUT_ALERTS_OR_LOOSEN_AND_FIX"),
        (True, HIGH, LOW, "TIGHTEN_SLO"),
        (False, LOW, HIGH, "LOOSEN_SLO"),
        (False, LOW, LOW, "RAISE_ALERT_SENSITIVITY"),
        (False, HIGH, HIGH, "LOOSEN_SLO"),
        (False, HIGH, LOW, "OFFLOAD_TOIL_AND_FIX"),
    ],
)
def test_the_workbooks_eight_rows(slo_met: bool, toil: Level, satisfaction: Level, recommendation: str) -> None:
    assert recommend(slo_met, toil, satisfaction).recommendation == recommendation


def test_every_case_has_one_row_and_every_recommendation_its_words() -> None:
    cases = list(product((True, False), Level, Level))
    assert sorted((row.slo_met, row.toil, row.satisfaction) for row in MATRIX) == sorted(cases)
    assert {row.recommendation for row in MATRIX} == set(RECOMMENDATION_WORDS) == set(Recommendation)


def test_a_row_is_read_aloud() -> None:
    assert recommend(False, HIGH, LOW).words == (
        "SLO missed, toil high, users not satisfied: offload toil and fix the product, "
        "or have it mend its failures by itself."
    )
    assert recommend(True, LOW, HIGH).words.startswith("SLO met, toil low, users satisfied: relax how changes")


@pytest.mark.parametrize(
    ("kind", "names", "duties"),
    [
        ("BROKEN", ["STOP", "KEEP", "CHANGE"], []),
        ("EPISODE", ["STOP", "KEEP", "CHANGE"], ["POSTMORTEM"]),
        ("SURPLUS", ["BREAK", "SHIP", "MOVE"], []),
    ],
)
def test_the_options_of_each_kind_and_what_it_asks_for_besides(kind: str, names: list[str], duties: list[str]) -> None:
    found = DecisionKind(kind)
    assert [choice.option for choice in options(found)] == names
    assert list(DUTIES[found]) == duties
    assert all(choice.title and choice.words.endswith(".") for choice in options(found))


def test_what_an_option_brings_with_it() -> None:
    choices = {choice.option: choice for kind in DecisionKind for choice in OPTIONS[kind]}
    assert set(choices) == set(Option)
    assert {name for name, one in choices.items() if one.freezes} == {Option.STOP}
    assert "urgent fixes and security fixes" in choices[Option.STOP].words
    assert {name for name, one in choices.items() if one.needs_reason} == {Option.KEEP, Option.CHANGE, Option.MOVE}
    assert {name for name, one in choices.items() if one.moves_target} == {Option.CHANGE, Option.MOVE}


def test_every_kind_and_duty_has_its_words() -> None:
    assert set(KIND_WORDS) == set(OPTIONS) == set(DUTIES) == set(DecisionKind)
    assert set(DUTY_WORDS) == set(Duty)


def test_which_causes_oblige() -> None:
    assert {cause for cause in Cause if obliges(cause)} == {
        "OWN_BUG_OR_PROCEDURE",
        "SOFT_DEPENDENCY_WAS_HARD",
        "MISCATEGORIZED",
    }
    assert {cause for cause in Cause if not obliges(cause)} == {
        "COMPANY_NETWORK",
        "FROZEN_TEAM",
        "OUT_OF_SCOPE_LOAD",
        "MISCATEGORIZED_NO_IMPACT",
    }
    assert [found.cause for found in CAUSES] == list(Cause)
    assert all(found.title and found.words.endswith(".") for found in CAUSES)


@pytest.mark.parametrize("names", [Level, Recommendation, DecisionKind, Option, Duty, Cause])
def test_stored_names_are_uppercase(names: type[Level]) -> None:
    assert all(name.value == name.name == name.value.upper() for name in names)
