"""What most of a behave report is, read in a tenth of the time: scenarios that passed, written as behave writes them.

Whatever is not wholly as expected is left (None) to `behave_json`, which reads anything and says what is wrong where;
so nothing is taken here that would be refused there, and what is taken is the same (shown by test).
"""

import re
from functools import lru_cache
from typing import Any

from apps.delivery import gherkin, meaning
from apps.specs.report import MAX_DURATION_NS, MAX_NAME, Case, Status

# NUL, surrogates and carriage returns, which JSON can only hold escaped: such a report is looked at text by text.
_ODD = re.compile(rb"\\(?:r|u000[0dD]|u[dD][89a-fA-F])")
_LONGEST = MAX_DURATION_NS / 1e9 / 2


def is_plain(data: bytes) -> bool:
    """Whether all texts of the report are fit to be stored as they are, but for their length."""
    return not _ODD.search(data)


def step_keywords(elements: Any) -> frozenset[str] | None:
    """The keywords of all steps, as written."""
    try:
        found = frozenset([step["keyword"] for element in elements for step in element.get("steps") or ()])
    except (TypeError, KeyError, AttributeError):
        return None
    return found if all(type(keyword) is str and len(keyword) <= MAX_NAME for keyword in found) else None


def is_usual(elements: Any) -> bool:
    """Scenarios that say how they ended, maybe after one background: then each one's status is its own."""
    try:
        kinds = [(element["type"], element.get("status")) for element in elements]
    except (TypeError, KeyError, AttributeError):
        return False
    if kinds and kinds[0] == ("background", None):
        del kinds[0]
    return all(kind == "scenario" and type(status) is str for kind, status in kinds)


def case(element: Any, feature_name: str, uri: str, language: str | None) -> Case | None:
    """A scenario whose every step passed, and none of which holds a table or a text."""
    name, steps = element.get("name"), element.get("steps")
    if element["status"] != "passed" or type(name) is not str or type(steps) is not list or not steps:
        return None
    written, line = place(element.get("location"))
    if line is None or len(name) > MAX_NAME or "-- @" in name:
        return None
    kinds, texts, total = [], [], 0
    for step in steps:
        result, text = step.get("result"), step.get("name")
        if type(result) is not dict or type(text) is not str or len(text) > MAX_NAME:
            return None
        if result.get("status") != "passed" or len(result) != 2 or "text" in step or "table" in step:
            return None
        seconds = result.get("duration")
        if type(seconds) is not float or not 0 <= seconds < _LONGEST:
            return None
        kinds.append(step["keyword"])
        texts.append(text)
        total += round(seconds * 1e9)
    digest = meaning.run_digest_of(
        feature_name, name, map(meaning.bare_step_json, _types(tuple(kinds), language), texts)
    )
    return Case(
        feature_name=feature_name,
        name=name,
        uri=written or uri,
        line=line,
        row=None,
        steps=None,
        status=Status.PASSED,
        duration_ns=min(total, MAX_DURATION_NS),
        run_digest=digest,
    )


def place(location: Any) -> tuple[str, int | None]:
    """Path and line of `features/a.feature:12`; no line where it is none."""
    if type(location) is not str or len(location) > MAX_NAME:
        return "", None
    path, colon, line = location.rpartition(":")
    if not colon or not (line.isascii() and line.isdigit() and len(line) < 8):
        return "", None
    return path, int(line)


@lru_cache(maxsize=1_000)
def _types(keywords: tuple[str, ...], language: str | None) -> tuple[str, ...]:
    return tuple(kind.value for kind in gherkin.step_types(keywords, language))
