"""The difference of meaning between two versions of a story."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.delivery import gherkin
from apps.delivery.difference import Change, Kind, Line, StoryDifference, difference
from apps.delivery.gherkin import Feature
from tests.delivery.stories import MadeStory, stories, written

TEA = "Scenario: Tea\nGiven a shop\nWhen I buy tea\nThen I pay 1\n"
RICE = "Scenario: Rice\nGiven a market\nWhen I buy rice\nThen I pay 2\n"
GOLD = "Scenario: Gold\nGiven a mine\nWhen I dig gold\nThen I am rich\n"
HEAD = "Feature: Shop\n"


def read(text: str) -> Feature:
    feature = gherkin.parse(text)
    assert feature is not None
    return feature


def between(old: str, new: str) -> StoryDifference:
    return difference(read(HEAD + old), read(HEAD + new))


def shown(lines: tuple[Line, ...]) -> list[str]:
    marks = {Kind.GONE: "-", Kind.CAME: "+", Kind.KEPT: " "}
    return [f"{marks[line.kind]}{'  ' * line.depth}{line.text}" for line in lines]


def changes(found: StoryDifference) -> list[tuple[str, str]]:
    return [(scenario.change.value, scenario.name) for scenario in found.scenarios]


def test_nothing_changed() -> None:
    found = between(TEA, "# a comment\n" + TEA.replace("Given", "  Given"))
    assert not found
    assert (found.scenarios, found.kept, found.words) == ((), 1, "no change of meaning")


def test_a_step_changed() -> None:
    found = between(TEA + RICE, TEA.replace("pay 1", "pay 3") + RICE)
    assert changes(found) == [("changed", "Tea")]
    assert shown(found.scenarios[0].lines) == [
        " Scenario: Tea",
        "   Given a shop",
        "   When I buy tea",
        "-  Then I pay 1",
        "+  Then I pay 3",
    ]
    assert (found.kept, found.words) == (1, "1 scenario changed")


def test_a_step_added_and_one_removed() -> None:
    found = between(TEA, TEA.replace("Given a shop\n", "") + "And I smile\n")
    assert shown(found.scenarios[0].lines) == [
        " Scenario: Tea",
        "-  Given a shop",
        "   When I buy tea",
        "   Then I pay 1",
        "+  And I smile",
    ]


def test_another_word_for_the_same_type_is_no_difference() -> None:
    old = "Scenario: s\nGiven a\nGiven b\nThen c\n"
    found = between(old, "Scenario: s\nGiven a\nAnd b\nThen d\n")
    assert shown(found.scenarios[0].lines) == [
        " Scenario: s", "   Given a", "   And b", "-  Then c", "+  Then d"
    ]  # fmt: skip


def test_a_line_of_a_doc_string_changed() -> None:
    old = 'Scenario: s\nGiven a\n"""\none\n  two\n"""\n'
    found = between(old, old.replace("two", "three"))
    assert shown(found.scenarios[0].lines) == [
        " Scenario: s",
        "   Given a",
        '     """',
        "     one",
        "-      two",
        "+      three",
        '     """',
    ]


def test_rows_of_tables_and_examples_changed() -> None:
    old = "Scenario Outline: s\nGiven <a>\n|x|y|\n|1|2|\nExamples: e\n|a|\n|p|\n|q|\n"
    found = between(old, old.replace("|1|2|", "|1|3|").replace("|q|", "|q|\n|r \\| s|"))
    assert shown(found.scenarios[0].lines) == [
        " Scenario Outline: s",
        "   Given <a>",
        "     | x | y |",
        "-    | 1 | 2 |",
        "+    | 1 | 3 |",
        "   Examples: e",
        "     | a |",
        "     | p |",
        "     | q |",
        "+    | r \\| s |",
    ]


def test_scenarios_added_and_removed() -> None:
    found = between(TEA + RICE, GOLD + RICE)
    assert changes(found) == [("removed", "Tea"), ("added", "Gold")]
    assert {line.kind for line in found.of(Change.REMOVED)[0].lines} == {Kind.GONE}
    assert {line.kind for line in found.of(Change.ADDED)[0].lines} == {Kind.CAME}
    assert found.words == "1 scenario added, 1 removed"


def test_a_removed_scenario_stands_where_it_stood() -> None:
    found = between(TEA + RICE + GOLD, TEA.replace("pay 1", "pay 3") + GOLD.replace("rich", "poor"))
    assert changes(found) == [("changed", "Tea"), ("removed", "Rice"), ("changed", "Gold")]


def test_a_scenario_renamed() -> None:
    found = between(TEA + RICE, TEA.replace("Tea", "Green tea") + RICE)
    assert changes(found) == [("renamed", "Green tea")]
    assert found.scenarios[0].old is not None
    assert found.scenarios[0].old.name == "Tea"
    assert shown(found.scenarios[0].lines)[:3] == ["-Scenario: Tea", "+Scenario: Green tea", "   Given a shop"]


def test_a_scenario_renamed_and_changed_is_still_the_same() -> None:
    found = between(TEA + RICE, TEA.replace("Tea", "Green tea").replace("pay 1", "pay 3") + RICE)
    assert changes(found) == [("changed", "Green tea")]


def test_a_scenario_under_another_rule() -> None:
    found = between(TEA + "Rule: r\n" + RICE, "Rule: r\n" + TEA + RICE)
    assert changes(found) == [("renamed", "Tea")]
    assert shown(found.scenarios[0].lines)[:2] == ["+Rule: r", " Scenario: Tea"]


def test_a_scenario_moved() -> None:
    found = between(TEA + RICE + GOLD, GOLD + TEA + RICE)
    assert changes(found) == [("moved", "Gold")]
    assert found.words == "1 scenario moved"
    assert {line.kind for line in found.scenarios[0].lines} == {Kind.KEPT}


def test_a_scenario_moved_and_changed() -> None:
    found = between(TEA + RICE + GOLD, GOLD.replace("rich", "poor") + TEA + RICE)
    assert changes(found) == [("changed", "Gold")]
    assert found.scenarios[0].moved


def test_scenarios_of_one_name_find_their_equals() -> None:
    found = between(TEA + TEA.replace("pay 1", "pay 2"), TEA.replace("pay 1", "pay 2") + TEA.replace("pay 1", "pay 9"))
    assert [scenario.change for scenario in found.scenarios] == [Change.CHANGED]
    assert "-  Then I pay 1" in shown(found.scenarios[0].lines)


def test_scenarios_of_one_name_find_their_steps_under_a_changed_background() -> None:
    background, other = "Background:\nGiven a town\n", TEA.replace("pay 1", "pay 2")
    found = between(background + TEA + other, background.replace("town", "city") + other + TEA)
    assert {line.kind for scenario in found.scenarios for line in scenario.lines} == {Kind.KEPT}


def test_equal_scenarios_find_their_background() -> None:
    one, other = (f"Rule: r\nBackground:\nGiven {place}\n{TEA}" for place in ("a town", "a city"))
    found = between(one + other, other + one)
    assert changes(found) == [("moved", "Tea")]
    assert not found.backgrounds


def test_many_renamed_scenarios_find_their_steps() -> None:
    text = "".join(f"Scenario: a{number}\nGiven {number}\n" for number in range(150))
    found = between(text, text.replace("Scenario: a", "Scenario: b"))
    assert found.words == "150 scenarios renamed"


def test_a_changed_background_is_shown_once() -> None:
    background = "Background:\nGiven a town\n"
    found = between(background + TEA + RICE, background.replace("town", "city") + TEA + RICE.replace("pay 2", "pay 3"))
    assert [shown(background.lines) for background in found.backgrounds] == [["-  Given a town", "+  Given a city"]]
    assert found.backgrounds[0].scenarios == ("Tea", "Rice")
    assert changes(found) == [("changed", "Tea"), ("changed", "Rice")]
    assert all(scenario.background_changed for scenario in found.scenarios)
    assert {line.kind for line in found.scenarios[0].lines} == {Kind.KEPT}


def test_name_and_narrative() -> None:
    found = difference(read("Feature: a\nOne\n two\n" + TEA), read("Feature: b\nOne three\n" + TEA))
    assert shown(found.name) == ["-a", "+b"]
    assert shown(found.narrative) == ["-One two", "+One three"]
    assert (found.scenarios, found.words) == ((), "name and narrative changed")


def test_the_first_version_is_all_new() -> None:
    found = difference(None, read("Feature: a\nWhy\n" + TEA + RICE))
    assert found.first
    assert changes(found) == [("added", "Tea"), ("added", "Rice")]
    assert (shown(found.name), shown(found.narrative)) == (["+a"], ["+Why"])
    assert found.words == "2 scenarios added; name and narrative new"


def test_a_text_taken_away_is_all_gone() -> None:
    found = difference(read(HEAD + TEA), None)
    assert changes(found) == [("removed", "Tea")]
    assert shown(found.name) == ["-Shop"]
    assert not difference(None, None)


def test_a_step_whose_type_follows_the_background_is_shown_changed() -> None:
    old = "Background:\nGiven a\nScenario: s\nAnd b\n"
    found = between(old, old.replace("Given a", "When a"))
    assert found.scenarios[0].background_changed
    assert shown(found.scenarios[0].lines) == [" Scenario: s", "-  And b", "+  And b"]


# --- properties


@given(stories, st.integers(0, 2**32))
@settings(deadline=None)
def test_reformatting_makes_no_difference(story: MadeStory, seed: int) -> None:
    found = difference(read(written(story)), read(written(story, Random(seed))))
    assert not found
    assert not found.backgrounds


@given(stories, stories, st.data())
@settings(max_examples=50, deadline=None)
def test_a_difference_leads_from_one_text_to_the_other(one: MadeStory, other: MadeStory, data: Any) -> None:
    mixed = data.draw(st.permutations([*one.scenarios, *other.scenarios[:1]]))
    new = replace(one, scenarios=tuple(mixed[: data.draw(st.integers(1, len(mixed)))]))
    old, changed = read(written(one)), read(written(new))
    found = difference(old, changed)
    assert bool(found) == (old.digest != changed.digest)
    assert found.kept + len(found.scenarios) - len(found.of(Change.REMOVED)) == len(changed.scenarios)
    assert_leads(found, old, changed)


@given(stories, stories)
@settings(deadline=None)
def test_a_difference_leads_to_any_other_text(one: MadeStory, other: MadeStory) -> None:
    old, new = read(written(one)), read(written(other))
    assert_leads(difference(old, new), old, new)


def assert_leads(found: StoryDifference, old: Feature, new: Feature) -> None:
    """Kept and gone lines are the old scenario's, kept and come ones the newer's; each scenario is named once."""
    nothing = read(HEAD)
    for scenario in found.scenarios:
        for version, kind in ((scenario.old, Kind.GONE), (scenario.new, Kind.CAME)):
            if version is None:
                assert kind not in {line.kind for line in scenario.lines}
                continue
            whole = difference(nothing, replace(nothing, scenarios=(version,)))
            texts = [bare(line) for line in scenario.lines if line.kind in (kind, Kind.KEPT)]
            assert texts == [bare(line) for line in whole.scenarios[0].lines]
    olds = Counter(id(scenario.old) for scenario in found.scenarios if scenario.old)
    news = Counter(id(scenario.new) for scenario in found.scenarios if scenario.new)
    assert max([*olds.values(), *news.values()], default=1) == 1
    assert set(news) <= {id(scenario) for scenario in new.scenarios}
    assert set(olds) <= {id(scenario) for scenario in old.scenarios}


def bare(line: Line) -> str:
    """A kept line is shown as the newer text has it, and the word for an outline carries no meaning."""
    return line.text.replace("Scenario Outline:", "Scenario:")


# --- hostile and real


def _repeated(lines: int, between: str) -> str:
    return "".join(f"Given a\n{between} {number}\n" for number in range(lines))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Scenario: s\n" + _repeated(1_450, "When"), "Scenario: s\n" + _repeated(1_450, "Then")),
        ("Scenario: s\n" + "Given a\n" * 2_900, "Scenario: s\n" + "Given b\nGiven a\n" * 1_450),
        (
            "".join(f"Scenario: a{n}\nGiven a\nWhen {n}\nThen b\n" for n in range(490)),
            "".join(f"Scenario: b{n}\nGiven a\nWhen {-n}\nThen c\n" for n in range(490)),
        ),
        (
            "".join(f"Scenario: {n}\nGiven a\n" for n in range(490)),
            "".join(f"Scenario: {n}\nGiven a\n" for n in reversed(range(490))),
        ),
        (
            "".join(f"Scenario: s{n}\n" + _repeated(14, "When") for n in range(95)),
            "".join(f"Scenario: t{n}\n" + _repeated(14, "Then") for n in range(95)),
        ),
        (
            "".join(f"Scenario: s{n}\n" + _repeated(95, "When") for n in range(15)),
            "".join(f"Scenario: s{n}\n" + _repeated(95, "Then") for n in range(15)),
        ),
    ],
)
def test_large_texts_are_compared_in_less_than_two_seconds(old: str, new: str) -> None:
    one, other = read(HEAD + old), read(HEAD + new)
    start = time.process_time()
    assert difference(one, other)
    assert time.process_time() - start < 2


def test_one_word_in_real_files(real_data: Path) -> None:
    """Each edit of one step shows one scenario, with one line gone and one come."""
    edited = 0
    for path in sorted((real_data / "features-sylius").rglob("*.feature"))[::20]:
        text = path.read_bytes().decode()
        lines = text.split("\n")
        step = read(text).scenarios[-1].steps[-1]
        lines[step.line - 1] += " twice"
        found = difference(read(text), read("\n".join(lines)))
        (scenario,) = found.scenarios
        assert scenario.change == Change.CHANGED
        assert Counter(line.kind for line in scenario.lines if line.kind != Kind.KEPT) == {Kind.GONE: 1, Kind.CAME: 1}
        edited += 1
    assert edited == 41
