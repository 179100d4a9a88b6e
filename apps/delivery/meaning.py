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

The JSON is put together from its parts, keys in order, which takes a tenth of the time of a writer of any JSON: so
digests stay cheaper than the parsing before them. Tests hold it against ``rfc8785``.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from typing import Protocol

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
    return plain(_ROW_SUFFIX.sub("", name) if "-- @" in name else name)


def step_json(step: StepMeaning) -> str:
    """The part of a digest's JSON that stands for one step."""
    if step.doc_string is None and not step.table:
        return bare_step_json(str(step.type), step.text)
    doc = plain_doc_string(step.doc_string)
    table = _list(map(_cells, step.table)) if step.table else "null"
    return _step_json("null" if doc is None else _quoted(doc), table, _quoted(plain(step.text)), str(step.type))


@lru_cache(maxsize=20_000)
def bare_step_json(type: str, text: str) -> str:
    """As `step_json`, of a step without doc string and table: most are, and the same ones stand in many scenarios."""
    return _step_json("null", "null", _quoted(plain(text)), type)


def scenario_digest(
    *,
    name: str,
    rule: str,
    background: Iterable[StepMeaning],
    steps: Iterable[StepMeaning],
    examples: Iterable[ExamplesMeaning],
) -> str:
    """What one scenario means, with its background, placeholders unfilled; ``rule`` is "" outside of one."""
    return scenario_digest_of(name, rule, map(step_json, background), map(step_json, steps), examples)


def scenario_digest_of(
    name: str, rule: str, background: Iterable[str], steps: Iterable[str], examples: Iterable[ExamplesMeaning]
) -> str:
    """As `scenario_digest`, of steps that are JSON already (`step_json`)."""
    tables = (
        f'{{"header":{_cells(one.header)},"name":{_quoted(plain(one.name))},"rows":{_list(map(_cells, one.rows))}}}'
        for one in examples
    )
    return _digest(
        f'{{"background":{_list(background)},"examples":{_list(tables)},"name":{_quoted(plain(name))},'
        f'"rule":{_quoted(plain(rule))},"steps":{_list(steps)},"v":"{SCENARIO_RECIPE}"}}'
    )


def story_digest(*, name: str, narrative: str, scenario_digests: Iterable[str]) -> str:
    """What one story means: its name, its narrative and its scenarios, whose order counts."""
    return _digest(
        f'{{"name":{_quoted(plain(name))},"narrative":{_quoted(_normal(" ".join(narrative.split())))},'
        f'"scenarios":{_list(map(_quoted, scenario_digests))},"v":"{STORY_RECIPE}"}}'
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
    return run_digest_of(feature_name, scenario_name, map(step_json, steps))


def run_digest_of(feature_name: str, scenario_name: str, steps: Iterable[str]) -> str:
    """As `run_digest`, of steps that are JSON already (`step_json`)."""
    return _digest(
        f'{{"feature":{_quoted(plain(feature_name))},"scenario":{_quoted(plain_scenario_name(scenario_name))},'
        f'"steps":{_list(steps)},"v":"{RUN_RECIPE}"}}'
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


def _step_json(doc: str, table: str, text: str, type: str) -> str:
    return f'{{"doc":{doc},"table":{table},"text":{text},"type":"{type}"}}'


def _cells(row: Iterable[str]) -> str:
    return _list(_quoted(plain(cell)) for cell in row)


def _list(written: Iterable[str]) -> str:
    return f"[{','.join(written)}]"


def _digest(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()
