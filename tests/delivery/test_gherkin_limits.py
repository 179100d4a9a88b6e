"""Story text: its limits, and that no hostile text takes long or fills memory."""

import re
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.delivery import gherkin, gherkin_lines
from apps.delivery.filling import Budget, Filling, TooMuch
from apps.delivery.gherkin import Feature, NotGherkin


def read(text: str) -> Feature:
    feature = gherkin.parse(text)
    assert feature is not None
    return feature


def refused(text: str) -> NotGherkin:
    with pytest.raises(NotGherkin) as caught:
        gherkin.parse(text)
    return caught.value


HEAD = "Feature: f\nScenario: s\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Feature: f\n\0", 2, "The line holds a NUL character. Remove it."),
        ("Feature: f\n\n\ud800", 3, "The line holds half a character (a lone surrogate). Type it again."),
        ("Feature: " + "é" * 51_200, 1, "The text is larger than 100 KiB."),
        ("x" * 10_000_000, 1, "The text is larger than 100 KiB."),
        ("\n" * 3_001, 3_001, "The text has more than 3,000 lines."),
        ("Feature: f\n" + "Scenario: s\n" * 501, 502, "The text has more than 500 scenarios."),
        (HEAD + "Given <a>\n" * 4 + "Examples:\n|a|\n" + "|1|\n" * 2_501, 2, "more than 10,000 steps"),
    ],
    ids=["nul", "surrogate", "bytes", "characters", "lines", "scenarios", "rows"],
)
def test_limits(text: str, line: int, words: str) -> None:
    problem = refused(text).problems[0]
    assert problem.line == line
    assert words in problem.words


def test_what_is_just_within_the_limits_is_read() -> None:
    assert len(read("Feature: f\n" + "Scenario: s\n" * 500).scenarios) == 500
    assert read("Feature: f\n" + "\n" * 2_999).name == "f"
    assert read("Feature: f\n" + "#" * (100 * 1024 - 11)).name == "f"
    outline = read(HEAD + "Given <a>\n" * 4 + "Examples:\n|a|\n" + "|1|\n" * 2_500).scenarios[0]
    assert len(outline.pickles) == 2_500


_COLUMNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
_LONG = '"""\n' + "x" * 80_000 + '\n"""\n'
HOSTILE = {
    "white space in a cell": HEAD + "Given a\n|a" + " " * 95_000 + "b|\n",
    "many cells": HEAD + "Given a\n" + "|" * 100_000,
    "backslashes": HEAD + "Given a\n|" + "\\" * 99_000 + "|",
    "accents": HEAD + "Given " + "\u0315\u0300" * 24_000,
    "tags": HEAD + "Given a\n" + "@a\n" * 2_900,
    "tags and comments": HEAD + "Given a\n" + "@a\n#c\n" * 1_400,
    "one line of tags": HEAD + "Given a\n" + "@a " * 30_000 + "\nScenario: s\n",
    "open doc string": HEAD + 'Given a\n"""\n' + "x\n" * 2_900,
    "errors": HEAD + "Given a\n" + "z z\n" * 2_900,
    "white space in a language": "# language:" + " " * 90_000 + "x!\nFeature: f",
    "marks of rows": "Feature: f\nScenario: " + " -- @1.1" * 12_000 + "\nGiven x",
    "long background": "Feature: f\nBackground:\nGiven b\n" + _LONG + "Scenario: s\nGiven c\n" * 490,
    "many background steps": "Feature: f\nBackground:\n" + "Given b\n" * 1_900 + "Scenario: s\nGiven c\n" * 490,
    "long doc string": HEAD + "Given b\n" + _LONG + "Examples:\n|a|\n" + "|1|\n" * 2_900,
    "doubling": f"{HEAD}Given <a>\nExamples:\n|{'|'.join(_COLUMNS)}|\n"
    + "".join(f"|<{name}><{name}>" for name in _COLUMNS[1:])
    + "|x|\n",
    "growing": HEAD + "Given " + "<a>" * 15_000 + "\nExamples:\n|a|\n|" + "y" * 50_000 + "|\n",
    "many columns": HEAD + "Given " + "<" * 30_000 + "\nExamples:\n" + ("|" + "a|" * 10_000 + "\n") * 3,
    "columns by cells": HEAD + "Given <\n|" + "<|" * 9_000 + "\nExamples:\n" + ("|" + "a|" * 10_000 + "\n") * 3,
    "table by rows": HEAD + "Given c\n|" + "c|" * 20_000 + "\nExamples:\n|a|\n" + "|b|\n" * 2_900,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_take_less_than_two_seconds(text: str) -> None:
    start = time.process_time()
    try:
        gherkin.parse(text)
    except NotGherkin as refusal:
        assert refusal.problems
    assert time.process_time() - start < 2


@pytest.mark.parametrize("name", ["doubling", "growing", "long doc string", "table by rows", "long background"])
def test_what_would_fill_memory_is_refused(name: str) -> None:
    assert "become too large once filled in" in str(refused(HOSTILE[name]))


def test_the_budget_is_asked_before_a_text_grows() -> None:
    with pytest.raises(TooMuch):
        Filling(["a"], ["y" * 10**6], Budget(10**6)).text("<a>" * 10**5)


def test_cells_lose_the_white_space_that_the_official_parser_takes() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert set(re.findall(r"[^\S\n]", every)) == set(gherkin_lines._CELL_SPACE)


_LINES = [
    "Feature: f", "Background:", "Rule: r", "Scenario: <a>", "Scenario Outline: o", "Examples:", "Given <a>", "And b",
    "* c", "|a|b|", "|1|", "||", "|", "\\|", '"""', "```", "@tag", "@a b", "@", "# c", "# language: de", "#language:xx",
    "Szenario: s", "text", "", " ", ":", "Scenario", "'''", "\r", "\u2028", "\x85",
]  # fmt: skip


@given(st.lists(st.sampled_from(_LINES), max_size=25), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=500, deadline=None)
def test_any_lines_are_read_or_refused_in_words(lines: list[str], end: str) -> None:
    text = end.join(lines)
    try:
        gherkin.parse(text)
    except NotGherkin as refusal:
        assert all(1 <= problem.line <= len(text.split("\n")) + 1 for problem in refusal.problems)
        assert all(problem.words.endswith((".", "?")) for problem in refusal.problems)


@given(st.text())
@settings(deadline=None)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        gherkin.parse(text)
    except NotGherkin as refusal:
        assert refusal.problems
