"""Digests of what a story means.

Three digests, each the SHA-256 (64 hex digits) of RFC 8785 canonical JSON (UTF-8, sorted keys, no spaces):

- scenario: ``{"v": "triad/scenario/1", "name", "rule", "background": [step…], "steps": [step…],
  "examples": [{"name", "header": [cell…], "rows": [[cell…]…]}…]}``
- story: ``{"v": "triad/story/1", "name", "narrative", "scenarios": [scenario digest…]}``, in order
- run: ``{"v": "triad/run/1", "feature", "scenario", "steps": [step…]}``, what was executed

where a step is ``{"type", "text", "doc", "table"}``, type one of CONTEXT, ACTION, OUTCOME, UNKNOWN, and doc
and table null where the step has none. ``v`` names the recipe, so that it can change without old digests
changing their sense.

What does not count: comments, tags, line numbers, indentation, empty lines, the keyword as written (And after
Given is Given, in every language), the media type and the delimiter of a doc string, descriptions of
scenarios, rules, backgrounds and examples. White space at the ends of names, step texts and cells does not
count; white space inside them does, because a step's text is matched as it stands. Line ends of a doc string
are line feeds; white space at the end of its lines, and empty lines at its end, do not count, because reports
and editors lose them. A doc string or table without content is none. Of the narrative only its words count.

All strings are taken in Unicode normal form C: texts that no reader can tell apart, because one editor wrote
an accent as its own code point, mean the same and must not break a signature. (But a text with more than a
hundred accents in a row is taken as it is: the normal form would need quadratic time.)
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

Json: TypeAlias = "str | None | Sequence[Json] | dict[str, Json]"

SCENARIO_RECIPE = "triad/scenario/1"
STORY_RECIPE = "triad/story/1"
RUN_RECIPE = "triad/run/1"
MOST_ACCENTS = 100

# behave names a row of an outline "name -- @1.2 examples", 1 being the examples, 2 the row
_ROW_SUFFIX = re.compile(r"(^|\s)-- @\d+\.\d+(\s.*)?$", re.DOTALL)


class StepMeaning(Protocol):
    """The part of a step that counts; ``gherkin.Step`` is one, a report's step may be another."""

    @property
    def type(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def doc_string(self) -> str | None: ...
    @property
    def table(self) -> Sequence[Sequence[str]] | None: ...


class ExamplesMeaning(Protocol):
    """The part of an examples table that counts."""

    @property
    def name(self) -> str: ...
    @property
    def header(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[Sequence[str]]: ...


def canonical(value: Json) -> bytes:
    """RFC 8785 canonical JSON of strings, null, lists and objects with ASCII keys.

    Byte for byte what ``rfc8785.dumps`` gives for such values (shown by test), six times faster, which makes
    digests cheaper than the parsing before them. Numbers, where the two differ, do not occur.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def plain(text: str) -> str:
    """A name, step text or cell as it counts: normal form C, no white space at its ends."""
    return _normal(text.strip())


def plain_doc_string(text: str | None) -> str | None:
    """A doc string as it counts: line feeds, nothing blank at the end of lines or of the text, or None."""
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _normal("\n".join(line.rstrip() for line in lines).rstrip("\n")) or None


def plain_table(table: Sequence[Sequence[str]] | None) -> list[list[str]] | None:
    """A table as it counts: its header is its first row; None where there is no row."""
    return [[plain(cell) for cell in row] for row in table] if table else None


def plain_scenario_name(name: str) -> str:
    """A scenario's name as it counts in a run: without behave's mark of the row (`` -- @1.2 examples``)."""
    return plain(_ROW_SUFFIX.sub("", name))


def step_meaning(step: StepMeaning) -> dict[str, Json]:
    """The part of a digest's JSON that stands for one step."""
    return {
        "type": str(step.type),
        "text": plain(step.text),
        "doc": plain_doc_string(step.doc_string),
        "table": plain_table(step.table),
    }


def scenario_digest(
    *,
    name: str,
    rule: str,
    background: Iterable[StepMeaning],
    steps: Iterable[StepMeaning],
    examples: Iterable[ExamplesMeaning],
) -> str:
    """What one scenario means, with its background, placeholders unfilled; ``rule`` is "" outside of one."""
    return _digest(
        {
            "v": SCENARIO_RECIPE,
            "name": plain(name),
            "rule": plain(rule),
            "background": [step_meaning(step) for step in background],
            "steps": [step_meaning(step) for step in steps],
            "examples": [
                {
                    "name": plain(table.name),
                    "header": _cells(table.header),
                    "rows": [_cells(row) for row in table.rows],
                }
                for table in examples
            ],
        }
    )


def story_digest(*, name: str, narrative: str, scenario_digests: Iterable[str]) -> str:
    """What one story means: its name, its narrative and its scenarios, whose order counts."""
    return _digest(
        {
            "v": STORY_RECIPE,
            "name": plain(name),
            "narrative": _normal(" ".join(narrative.split())),
            "scenarios": list(scenario_digests),
        }
    )


def run_digest(feature_name: str, scenario_name: str, steps: Iterable[StepMeaning]) -> str:
    """What was executed: a scenario or one row of an outline, from its source or from a report alone.

    ``steps`` are those executed, background first, placeholders filled. From a report, build each as
    ``gherkin.Step`` with the type that ``gherkin.step_types(keywords, language)`` resolves over all steps of
    the scenario at once, the background's included: And and But take the type of the step before, ``*`` and
    an And with nothing before it are UNKNOWN, and so is an And that follows ``*``. Do not take behave's
    ``step_type``, which resolves ``*`` in its own way. The table of behave JSON is headings plus rows. A text
    given as a list of lines is joined by line feeds. Names may carry behave's mark of the row; it is cut.

    Rows that execute the same share a digest; ``gherkin.Pickle.place`` tells them apart where the report says
    the row.
    """
    return _digest(
        {
            "v": RUN_RECIPE,
            "feature": plain(feature_name),
            "scenario": plain_scenario_name(scenario_name),
            "steps": [step_meaning(step) for step in steps],
        }
    )


def _normal(text: str) -> str:
    if text.isascii() or (len(text) > MOST_ACCENTS and _longest_accents(text) > MOST_ACCENTS):
        return text
    return unicodedata.normalize("NFC", text)


def _longest_accents(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        longest = max(longest, run)
    return longest


def _cells(row: Sequence[str]) -> list[str]:
    return [plain(cell) for cell in row]


def _digest(value: dict[str, Json]) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()
