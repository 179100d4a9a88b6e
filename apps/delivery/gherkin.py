"""Story text: Gherkin in any of its languages, read into what it says.

``parse`` reads one file's text with the official parser and returns a ``Feature``: its scenarios with their
background, their rows filled in (``Pickle``, one for each thing a runner executes) and the digests of
``meaning.py``. What is wrong is raised as ``NotGherkin`` with all problems, each with its line and words for
the person who writes the text. Limits are checked before the official parser sees the text, and its slow
ways are replaced (``gherkin_lines``, ``gherkin_nodes``), so that no text takes longer than about a second. What
a text says (``Feature`` and the rest) stands in ``feature.py``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from gherkin.dialect import DIALECTS
from gherkin.errors import CompositeParserException, ParserError
from gherkin.token_matcher import TokenMatcher

from apps.delivery import gherkin_problems, meaning
from apps.delivery.feature import (
    Counts,
    Examples,
    Feature,
    NotGherkin,
    Pickle,
    Problem,
    Scenario,
    Step,
    StepType,
)
from apps.delivery.filling import Budget, Filling, TooMuch
from apps.delivery.gherkin_lines import Lines, QuickMatcher, QuickParser

__all__ = [
    "Counts",
    "Examples",
    "Feature",
    "NotGherkin",
    "Pickle",
    "Problem",
    "Scenario",
    "Step",
    "StepType",
    "counts",
    "parse",
    "step_types",
]

MAX_BYTES = 100 * 1024
MAX_LINES = 3_000
MAX_SCENARIOS = 500
MAX_ROW_STEPS = 10_000


def parse(text: str) -> Feature | None:
    """Read the text of one file; None where it holds no feature (empty, or comments only).

    Raises NotGherkin with every problem that the official parser finds (it stops after eleven), or with the
    limit that is exceeded: 100 KiB, 3,000 lines, 500 scenarios, 10,000 rows times steps (background included;
    what they hold is limited too, see ``filling``); NUL and lone surrogates, which databases refuse.
    """
    _check_text(text)
    matcher = QuickMatcher()
    lines: Any = Lines(text.removeprefix("\ufeff"))
    try:
        document: Any = QuickParser().parse(lines, matcher)
    except CompositeParserException as refused:
        raise NotGherkin(_problems(refused.errors, text, matcher)) from refused
    except ParserError as refused:
        raise NotGherkin(_problems([refused], text, matcher)) from refused
    feature = document.get("feature")
    return _feature(feature) if feature else None


def counts(feature: Feature | None) -> Counts:
    """How much a story holds, as imports print it."""
    scenarios = feature.scenarios if feature else ()
    outlines = sum(scenario.outline for scenario in scenarios)
    return Counts(len(scenarios) - outlines, outlines, sum(len(scenario.steps) for scenario in scenarios))


def step_types(keywords: Sequence[str], language: str | None = None) -> tuple[StepType, ...]:
    """The types of the steps of one scenario, background first, from their keywords as written.

    For reports, which give only keywords. ``language`` is that of the story; without it the first with all
    the keywords is taken, English before all others. A keyword that is none is UNKNOWN.
    """
    words = [keyword.strip() for keyword in keywords]
    kinds = _kinds(language) if language in DIALECTS else _kinds_for(frozenset(words))
    return _resolve(kinds.get(word, "Unknown") for word in words)


# --- limits and problems


def _check_text(text: str) -> None:
    size = len(text) if len(text) > MAX_BYTES else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _refusal(1, "The text is larger than 100 KiB. Divide it into several stories.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refusal(line, "The line holds a NUL character. Remove it.")
    if lone := re.search("[\ud800-\udfff]", text):
        line = text.count("\n", 0, lone.start()) + 1
        raise _refusal(line, "The line holds half a character (a lone surrogate). Type it again.")
    if text.count("\n") + (not text.endswith("\n")) > MAX_LINES:
        raise _refusal(MAX_LINES + 1, "The text has more than 3,000 lines. Divide it into several stories.")


def _refusal(line: int, words: str) -> NotGherkin:
    return NotGherkin([Problem(line, words)])


def _problems(errors: Iterable[Exception], text: str, matcher: TokenMatcher) -> list[Problem]:
    lines = text.split("\n")
    found: dict[int, Problem] = {}
    quoted = False
    for error in errors:
        number: int = error.location["line"]  # type: ignore[attr-defined]
        written = lines[number - 1] if number <= len(lines) else ""
        if written.lstrip().startswith("'''"):
            quoted = not quoted
        elif quoted:
            continue  # what such a doc string of behave holds is not wrong in itself
        words = gherkin_problems.words(error, written, matcher.dialect_name)
        found.setdefault(number, Problem(number, words))
    return list(found.values())


# --- from the official tree to ours


def _feature(node: Any) -> Feature:
    children = list(_scenario_nodes(node))
    if len(children) > MAX_SCENARIOS:
        line = children[MAX_SCENARIOS][2]["location"]["line"]
        raise _refusal(line, "The text has more than 500 scenarios. Divide it into several stories.")
    _check_row_steps(children)
    budget = Budget()
    scenarios = tuple(_scenarios(node["name"], children, budget))
    narrative = " ".join(node["description"].split())
    digest = meaning.story_digest(
        name=node["name"], narrative=narrative, scenario_digests=[scenario.digest for scenario in scenarios]
    )
    return Feature(
        name=node["name"],
        narrative=narrative,
        language=node["language"],
        keyword=node["keyword"],
        line=node["location"]["line"],
        tags=tuple(node["tags"]),
        scenarios=scenarios,
        digest=digest,
    )


# A scenario's rule, the steps of its background, and itself
_ScenarioNode: TypeAlias = "tuple[str, list[Any], Any]"


def _scenario_nodes(node: Any, rule: str = "", background: Sequence[Any] = ()) -> Iterable[_ScenarioNode]:
    steps = list(background)
    for child in node["children"]:
        if "background" in child:
            steps += child["background"]["steps"]
        elif "rule" in child:
            yield from _scenario_nodes(child["rule"], child["rule"]["name"], steps)
        else:
            yield rule, steps, child["scenario"]


def _check_row_steps(children: Sequence[_ScenarioNode]) -> None:
    total = 0
    for _, background, scenario in children:
        rows = sum(len(table["tableBody"]) for table in scenario["examples"])
        total += rows * (len(background) + len(scenario["steps"]))
        if total > MAX_ROW_STEPS:
            line = scenario["location"]["line"]
            words = "The examples make more than 10,000 steps (rows times steps). Use fewer rows."
            raise _refusal(line, words)


@dataclass(frozen=True, slots=True)
class _Background:
    """The steps before those of a scenario, read once for all scenarios that share them; `written` for digests."""

    nodes: list[Any]
    steps: tuple[Step, ...]
    written: tuple[str, ...]
    size: int


def _scenarios(feature_name: str, children: Iterable[_ScenarioNode], budget: Budget) -> Iterable[Scenario]:
    background: _Background | None = None
    for rule, before, node in children:
        if background is None or background.nodes is not before:
            background = _background(before)
        try:
            yield _scenario(feature_name, rule, background, node, budget)
        except TooMuch as refused:
            words = "The steps become too large once filled in and repeated. Use fewer rows or shorter texts."
            raise _refusal(node["location"]["line"], words) from refused


def _background(nodes: list[Any]) -> _Background:
    steps = _steps(nodes)
    return _Background(nodes, steps, tuple(map(meaning.step_json, steps)), sum(map(_size, steps)))


def _scenario(feature_name: str, rule: str, background: _Background, node: Any, budget: Budget) -> Scenario:
    name, line = node["name"], node["location"]["line"]
    steps = _steps(node["steps"], after=background.steps)
    examples = tuple(map(_examples, node["examples"]))
    budget.spend(background.size + sum(map(_size, steps)))
    written = tuple(map(meaning.step_json, steps))
    # As in the official compiler, a background alone is not executed
    before, before_written = (background.steps, background.written) if steps else ((), ())
    if examples:
        pickles = tuple(_rows(feature_name, name, before, before_written, steps, examples, budget))
    else:
        digest = meaning.run_digest_of(feature_name, name, before_written + written)
        pickles = (Pickle(name, before + steps, line, 0, digest),)
    return Scenario(
        name=name,
        rule=rule,
        outline=bool(examples),
        background=background.steps,
        steps=steps,
        examples=examples,
        line=line,
        digest=meaning.scenario_digest_of(name, rule, background.written, written, examples),
        pickles=pickles,
    )


def _steps(nodes: list[Any], *, after: tuple[Step, ...] = ()) -> tuple[Step, ...]:
    types = _resolve((node["keywordType"] for node in nodes), last=after[-1].type if after else StepType.UNKNOWN)
    return tuple(map(_step, nodes, types))


def _step(node: Any, kind: StepType) -> Step:
    table = node.get("dataTable")
    doc_string = node.get("docString")
    return Step(
        type=kind,
        keyword=node["keyword"].strip(),
        text=node["text"],
        doc_string=doc_string["content"] if doc_string else None,
        table=tuple(tuple(row["cells"]) for row in table["rows"]) if table else None,
        line=node["location"]["line"],
    )


def _examples(node: Any) -> Examples:
    header = node.get("tableHeader")
    return Examples(
        name=node["name"],
        header=tuple(header["cells"]) if header else (),
        rows=tuple(tuple(row["cells"]) for row in node["tableBody"]),
        line=node["location"]["line"],
        row_lines=tuple(row["location"]["line"] for row in node["tableBody"]),
    )


# --- rows of outlines


def _rows(
    feature_name: str,
    name: str,
    before: tuple[Step, ...],
    before_written: tuple[str, ...],
    steps: tuple[Step, ...],
    examples: tuple[Examples, ...],
    budget: Budget,
) -> Iterable[Pickle]:
    size = sum(map(_size, before + steps))
    number = 0
    for place, table in enumerate(examples, 1):
        for row_place, (row, row_line) in enumerate(zip(table.rows, table.row_lines, strict=True), 1):
            number += 1
            budget.spend(size)
            fill = Filling(table.header, row, budget)
            filled_name = fill.text(name)
            filled = tuple(_filled(step, fill) for step in steps)
            written = before_written + tuple(map(meaning.step_json, filled))
            digest = meaning.run_digest_of(feature_name, filled_name, written)
            yield Pickle(filled_name, before + filled, row_line, number, digest, (place, row_place))


def _size(step: Step) -> int:
    """What a step costs; the constants are the time its parts take, in characters."""
    cells = sum(len(cell) + 50 for row in step.table for cell in row) if step.table else 0
    return 100 + len(step.text) + len(step.doc_string or "") + cells


def _filled(step: Step, fill: Filling) -> Step:
    return Step(
        type=step.type,
        keyword=step.keyword,
        text=fill.text(step.text),
        doc_string=None if step.doc_string is None else fill.text(step.doc_string),
        table=step.table and tuple(tuple(fill.text(cell) for cell in row) for row in step.table),
        line=step.line,
    )


# --- types of steps

_TYPES = {"Context": StepType.CONTEXT, "Action": StepType.ACTION, "Outcome": StepType.OUTCOME}


def _resolve(kinds: Iterable[str], *, last: StepType = StepType.UNKNOWN) -> tuple[StepType, ...]:
    """Types of consecutive steps from the official parser's words for their keywords; `last` is of the one before."""
    types = []
    for kind in kinds:
        if kind != "Conjunction":
            last = _TYPES.get(kind, StepType.UNKNOWN)
        types.append(last)
    return tuple(types)


@cache
def _kinds(language: str | None) -> dict[str, str]:
    """What each keyword of a language is, by the rule of the official matcher: two meanings are none."""
    matcher = TokenMatcher(language or "en")
    return {
        keyword.strip(): kinds[0] if len(kinds) == 1 else "Unknown" for keyword, kinds in matcher.keyword_types.items()
    }


def _kinds_for(words: frozenset[str]) -> dict[str, str]:
    for language in ("en", *DIALECTS):
        if words <= _kinds(language).keys():
            return _kinds(language)
    return _kinds("en")
