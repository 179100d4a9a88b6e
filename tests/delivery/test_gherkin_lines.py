"""The quicker parser gives what the official one gives, in every language and for whatever is wrong."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from gherkin import Parser
from gherkin.dialect import DIALECTS
from gherkin.errors import CompositeParserException, ParserError
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery.gherkin_lines import Lines, QuickMatcher, QuickParser
from tests.delivery.stories import MadeStory, stories, written

LINES = (
    """Feature: f
Rule: r
Background:
Scenario: s
Scenario Outline: o
Examples:
Given a
And: b
* c
| a | b |
|
@tag
@bad tag
# note
# language: de
# language: none
#language:fr
'''

words
Funktion: g
Angenommen x
Szenario: t
  Scenario : s
Given
```""".split("\n")
    + ['"""', '"""json']
)


# What nobody reads, and our tree leaves out
UNREAD = {"id", "column", "comments", "mediaType", "delimiter"}


def answer(parser: Any, text: Any, *matcher: Any) -> Any:
    try:
        return read(parser.parse(text, *matcher))
    except CompositeParserException as refused:
        return [str(error) for error in refused.errors]
    except ParserError as refused:
        return str(refused)


def read(found: Any) -> Any:
    """The official tree as ours is: cells and tags are their texts, and what nobody reads is left out."""
    if isinstance(found, list):
        return [read(one) for one in found]
    if not isinstance(found, dict):
        return found
    if plain := {"value", "name"} & found.keys() if len(found.keys() - UNREAD) == 2 else set():
        return found[plain.pop()]
    return {key: read(one) for key, one in found.items() if key not in UNREAD}


def same(text: str) -> None:
    assert answer(QuickParser(), Lines(text), QuickMatcher()) == answer(Parser(), text)


@given(stories, st.integers())
def test_on_stories(story: MadeStory, chance: int) -> None:
    same(written(story, Random(chance)))


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_on_lines_in_any_order(lines: list[str]) -> None:
    same("\n".join(["Feature: first", *lines]))
    same("\n".join(lines))


@pytest.mark.parametrize("language", sorted(DIALECTS))
def test_on_every_keyword_of_a_language(language: str) -> None:
    words: Any = DIALECTS[language]
    for kind in ("given", "when", "then", "and", "but"):
        steps = "\n".join(f"    {keyword}something" for keyword in words[kind])
        same(f"# language: {language}\n{words['feature'][0]}: f\n  {words['scenario'][0]}: s\n{steps}\n")
    for kind in ("rule", "background", "scenario", "scenarioOutline", "examples"):
        same(f"# language: {language}\n{words['feature'][-1]}: f\n  {words[kind][-1]}: s\n")


def test_on_real_files(real_data: Path) -> None:
    files = sorted(real_data.rglob("*.feature"))
    assert len(files) > 900
    for file in files[::20]:
        same(file.read_text(encoding="utf-8", errors="replace"))
