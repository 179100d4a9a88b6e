"""In which language a report's keywords are, since behave and Cucumber JSON do not say."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from gherkin.dialect import DIALECTS

from apps.delivery import gherkin

_STEPS = ("given", "when", "then", "and", "but")


def language(feature_keyword: str, step_keywords: Iterable[str]) -> str | None:
    """The first language, English before all others, whose keywords these are; None where no one language has all.

    `feature_keyword` may be "" where the report does not say it.
    """
    return _language(feature_keyword.strip(), frozenset(keyword.strip() for keyword in step_keywords))


def typed(steps: Sequence[gherkin.Step], language: str | None) -> tuple[gherkin.Step, ...]:
    """The steps of one scenario, background first, with their types resolved from their keywords as parse() does."""
    types = gherkin.step_types([step.keyword for step in steps], language)
    return tuple(
        gherkin.Step(kind, step.keyword, step.text, step.doc_string, step.table, step.line)
        for kind, step in zip(types, steps, strict=True)
    )


@lru_cache(maxsize=256)
def _language(feature_keyword: str, step_keywords: frozenset[str]) -> str | None:
    for name in ("en", *DIALECTS):
        words = DIALECTS[name]
        known = {keyword.strip() for kind in _STEPS for keyword in words[kind]}
        if step_keywords <= known and (not feature_keyword or feature_keyword in words["feature"]):
            return name
    return None
