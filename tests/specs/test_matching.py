"""What a reported case ran, with features made up here: no database."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from apps.delivery import gherkin, meaning
from apps.specs import matching
from apps.specs.manifest import Entry, Manifest
from apps.specs.matching import Known, Match
from apps.specs.report import Case, Report, Status

CART = """
Feature: Cart
  Background:
    Given an empty cart

  Scenario: Add one thing
    When I add a lamp
    Then the cart holds 1 thing

  Scenario Outline: Add <thing> twice
    When I add <thing>
    And I add <thing>
    Then the cart holds 2 things

    Examples: light
      | thing |
      | lamps |
    Examples: heavy
      | thing |
      | sofas |
      | beds  |
"""
EARLY = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def known(
    text: str, *, story: int = 1, version: int = 1, is_current: bool = True, path: str = "", since: datetime = EARLY
) -> list[Known]:
    """The pickles of a text as the portal knows them."""
    feature = gherkin.parse(text)
    assert feature
    found: list[Known] = []
    for scenario in feature.scenarios:
        for pickle in scenario.pickles:
            position = len(found) + 1
            found.append(
                Known(
                    pickle=story * 10_000 + version * 100 + position,
                    story=story,
                    story_key=f"S-{story}",
                    path=path,
                    version=version,
                    is_current=is_current,
                    feature=feature.name,
                    since=since,
                    scenario_digest=scenario.digest,
                    run_digest=pickle.run_digest,
                    name=pickle.name,
                    row=pickle.row,
                    line=pickle.line,
                    position=position,
                    place=pickle.place if pickle.row else None,
                )
            )
    return found


def ran(text: str, *, uri: str = "features/cart.feature", with_source: bool = False) -> list[Case]:
    """What a runner reports of a text all of whose scenarios passed."""
    feature = gherkin.parse(text)
    assert feature
    found = []
    for scenario in feature.scenarios:
        for pickle in scenario.pickles:
            place = pickle.place if pickle.row else None
            mark = f" -- @{place[0]}.{place[1]} some" if place else ""
            found.append(
                Case(
                    feature_name=feature.name,
                    name=pickle.name + mark,
                    uri=uri,
                    line=pickle.line,
                    row=place,
                    steps=(),
                    status=Status.PASSED,
                    run_digest=meaning.run_digest(feature.name, pickle.name, pickle.steps),
                    scenario_digest=scenario.digest if with_source else None,
                )
            )
    return found


def by_names_only(cases: Iterable[Case], stem: str = "cart") -> list[Case]:
    """The same as JUnit reports it: names, and no steps."""
    return [
        replace(
            case,
            uri="",
            line=None,
            steps=None,
            run_digest=None,
            scenario_digest=None,
            classname=f"{stem}.{case.feature_name}",
            feature_name=f"{stem}.{case.feature_name}",
        )
        for case in cases
    ]


def match(
    cases: Iterable[Case], texts: Iterable[Known], *, at: datetime | None = None, manifest: Manifest | None = None
) -> list[Match]:
    """As the act does it, with all texts at hand."""
    texts = list(texts)
    located = matching.located([Report("made-up", tuple(cases), at, "")])
    found = matching.exact(located, texts, manifest)
    rest = [one for one, matched in zip(located, found, strict=True) if matched is None]
    named = iter(matching.by_name(rest, texts))
    return [matched or next(named) for matched in found]


def positions(matches: Iterable[Match]) -> Iterator[int]:
    return (one.known.position if one.known else 0 for one in matches)


# --- by digest


def test_scenarios_and_rows_are_found_by_what_they_executed_background_first():
    found = match(ran(CART), known(CART))

    assert list(positions(found)) == [1, 2, 3, 4]
    assert {one.by for one in found} == {matching.DIGEST}
    assert not any(one.is_stale for one in found)


def test_a_text_formatted_otherwise_executes_the_same():
    reformatted = CART.replace("    ", "  ").replace("And I add", "When I add") + "\n# the end\n"

    assert list(positions(match(ran(reformatted), known(CART)))) == [1, 2, 3, 4]


def test_a_changed_background_makes_every_scenario_stale():
    old = known(CART, version=1, is_current=False)
    new = known(CART.replace("an empty cart", "a cart"), version=2, since=LATER)

    found = match(ran(CART), old + new)

    assert [one.is_stale for one in found] == [True] * 4
    assert {one.known.version for one in found if one.known} == {1}


def test_an_unchanged_scenario_of_an_edited_story_is_not_stale():
    old = known(CART, version=1, is_current=False)
    new = known(CART.replace("holds 1 thing", "holds one thing"), version=2, since=LATER)

    found = match(ran(CART), old + new)

    assert [one.is_stale for one in found] == [True, False, False, False]
    assert [one.known.version for one in found if one.known] == [1, 2, 2, 2]


def test_with_the_source_a_row_counts_only_for_the_whole_outline_that_ran():
    longer = CART + "      | desks |\n"
    texts = known(CART, version=1, is_current=False) + known(longer, version=2)

    without, with_source = match(ran(CART), texts), match(ran(CART, with_source=True), texts)

    assert [one.is_stale for one in without] == [False] * 4
    assert [one.is_stale for one in with_source] == [False, True, True, True]


def test_a_renamed_scenario_is_another_one():
    texts = known(CART.replace("Add one thing", "Add a single thing"))

    (found, *_) = match(ran(CART), texts)

    assert found.known is None
    assert found.unknown == "S-1 has the name of this feature, but no text of it executes the steps that ran here."


def test_a_feature_nobody_knows_is_unknown_by_its_name():
    (found, *_) = match(ran(CART), known(CART.replace("Feature: Cart", "Feature: Basket")))

    assert found.unknown == "No story has the name “Cart” that the report gives."


def test_of_two_stories_alike_the_path_tells_which_ran():
    texts = known(CART, story=1, path="shop/cart.feature") + known(CART, story=2, path="depot/cart.feature")

    found = match(ran(CART, uri="features/depot/cart.feature"), texts)

    assert {one.known.story for one in found if one.known} == {2}


def test_the_longer_path_in_common_is_the_one():
    texts = known(CART, story=1, path="cart.feature") + known(CART, story=2, path="depot/cart.feature")

    found = match(ran(CART, uri="depot/cart.feature"), texts)

    assert {one.known.story for one in found if one.known} == {2}


def test_of_two_stories_alike_without_a_path_none_is_greened():
    texts = known(CART, story=1, path="shop/cart.feature") + known(CART, story=2, path="depot/cart.feature")

    found = match(ran(CART, uri="elsewhere.feature"), texts)

    assert not any(one.known for one in found)
    assert found[0].unknown.startswith("S-1 and S-2 all hold this scenario")


def test_a_story_that_held_it_once_does_not_stand_in_the_way():
    moved = known(CART, story=1, version=1, is_current=False) + known(CART, story=2)

    found = match(ran(CART, uri=""), moved)

    assert {(one.known.story, one.is_stale) for one in found if one.known} == {(2, False)}


TWINS = """
Feature: Cart
  Scenario: Add
    When I add a lamp
  Scenario: Add
    When I add a lamp
"""


def test_twins_are_the_same_in_the_same_order():
    found = match(ran(TWINS), known(TWINS))

    assert list(positions(found)) == [1, 2]
    assert [one.twin for one in found] == [0, 1]


def test_one_of_two_twins_is_told_by_its_line():
    second = ran(TWINS)[1]

    (found,) = match([second], known(TWINS))
    (lost,) = match([replace(second, line=77)], known(TWINS))

    assert found.known and found.known.position == 2
    assert lost.known is None
    assert lost.unknown.startswith("S-1 has 2 scenarios or rows that execute the same")


def test_rows_that_execute_the_same_are_twins_too():
    rows = "Feature: A\n  Scenario Outline: B\n    When I wait\n    Examples:\n      | x |\n      | 1 |\n      | 2 |\n"

    assert [one.twin for one in match(ran(rows), known(rows))] == [0, 1]


# --- by name


def test_names_match_where_the_run_is_newer_than_the_text():
    found = match(by_names_only(ran(CART)), known(CART, path="features/cart.feature"), at=NOW)

    assert list(positions(found)) == [1, 2, 3, 4]
    assert {one.by for one in found} == {matching.NAME}


def test_names_prove_nothing_of_a_text_that_is_newer_than_the_run():
    found = match(by_names_only(ran(CART)), known(CART, since=NOW), at=LATER)

    assert not any(one.known for one in found)
    assert found[0].unknown.startswith("It ran before the text of S-1")


def test_names_match_the_text_that_held_when_it_ran():
    old = known(CART, version=1, is_current=False, since=EARLY)
    new = known(CART.replace("holds 1 thing", "holds one thing"), version=2, since=NOW)

    found = match(by_names_only(ran(CART)), old + new, at=LATER)

    assert [one.is_stale for one in found] == [True, False, False, False]


def test_a_pass_without_steps_and_without_an_instant_proves_nothing():
    found = match(by_names_only(ran(CART)), known(CART))

    assert not any(one.known for one in found)
    assert found[0].unknown.startswith("The report says neither which steps ran nor when")


def test_a_skipped_case_without_an_instant_is_found_by_name_since_it_greens_nothing():
    skipped = [replace(case, status=Status.SKIPPED) for case in by_names_only(ran(CART))]

    assert list(positions(match(skipped, known(CART)))) == [1, 2, 3, 4]


def test_two_scenarios_of_one_name_are_ambiguous():
    found = match(by_names_only(ran(TWINS)), known(TWINS), at=NOW)

    assert [one.unknown for one in found] == ["S-1: 2 scenarios or rows bear this name."] * 2


def test_the_file_of_the_class_name_tells_stories_of_one_name_apart():
    texts = known(CART, story=1, path="features/cart.feature") + known(CART, story=2, path="features/old.cart.feature")

    found = match(by_names_only(ran(CART), stem="old.cart"), texts, at=NOW)

    assert {one.known.story for one in found if one.known} == {2}


def test_a_story_of_another_file_is_not_meant():
    (found, *_) = match(by_names_only(ran(CART)), known(CART, path="features/basket.feature"), at=NOW)

    assert found.unknown.startswith("S-1 has the name of this feature, but comes from another file")


def test_rows_whose_name_is_one_are_told_by_their_place():
    text = CART.replace("Add <thing> twice", "Add twice")

    assert list(positions(match(by_names_only(ran(text)), known(text), at=NOW))) == [1, 2, 3, 4]


# --- by manifest


def manifest_of(texts: Iterable[Known], path: str = "shop/cart.feature") -> Manifest:
    return Manifest(
        Entry(
            path,
            one.line,
            one.story_key,
            one.feature,
            one.name,
            one.row,
            one.place,
            one.scenario_digest,
            one.run_digest,
        )
        for one in texts
    )


def test_the_manifest_tells_stories_alike_apart():
    texts = known(CART, story=1) + known(CART, story=2)

    found = match(ran(CART, uri="/ci/shop/cart.feature"), texts, manifest=manifest_of(known(CART, story=2)))

    assert list(positions(found)) == [1, 2, 3, 4]
    assert {(one.known.story, one.by) for one in found if one.known} == {(2, matching.MANIFEST)}


def test_the_manifest_pins_what_names_alone_would_not():
    cases = by_names_only(ran(CART))

    found = match(cases, known(CART, since=NOW), at=LATER, manifest=manifest_of(known(CART)))

    assert {one.by for one in found if one.known} == {matching.MANIFEST}
    assert list(positions(found)) == [1, 2, 3, 4]


def test_what_the_manifest_exported_before_an_edit_is_stale():
    old = known(CART, version=1, is_current=False)
    new = known(CART.replace("holds 1 thing", "holds one thing"), version=2)

    found = match(ran(CART, uri="shop/cart.feature"), old + new, manifest=manifest_of(old))

    assert [one.is_stale for one in found] == [True, False, False, False]


def test_the_manifest_does_not_stand_for_other_steps():
    changed = ran(CART.replace("holds 1 thing", "holds whatever"), uri="shop/cart.feature")

    (found, *_) = match(changed, known(CART), manifest=manifest_of(known(CART)))

    assert found.unknown.startswith("The manifest names S-1 here, but the steps that ran are not those")


def test_a_story_the_portal_does_not_know_is_not_invented():
    (found, *_) = match(ran(CART, uri="shop/cart.feature"), [], manifest=manifest_of(known(CART)))

    assert found.unknown == "The manifest names S-1 here, which has and had no such scenario."
