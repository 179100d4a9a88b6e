"""In which language a report's keywords are, since behave and Cucumber JSON do not say."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from gherkin.dialect import DIALECTS

from apps.delivery import gherkin


def language(feature_keyword: str, step_keywords: Iterable[str]) -> str | None:
    """The first language, English before all others, that has all these keywords; None where none has.

    `feature_keyword` may be "" where the report does not say it.
    """
    return _language(feature_keyword.strip(), frozenset(keyword.strip() for keyword in step_keywords))


def typed(steps: Sequence[gherkin.Step], language: str | None) -> tuple[gherkin.Step, ...]:
    """The steps of one scenario, background first, with types from their keywords as parse() gives them."""
    types = gherkin.step_types([step.keyword for step in steps], language)
    return tuple(
        gherkin.Step(kind, step.keyword, step.text, step.doc_string, step.table, step.line)
        for kind, step in zip(types, steps, strict=True)
    )


@lru_cache(maxsize=256)
def _language(feature_keyword: str, step_keywords: frozenset[str]) -> str | None:
    for name in ("en", *DIALECTS):
        words = DIALECTS[name]
        kinds = (words["given"], words["when"], words["then"], words["and"], words["but"])
        known = {keyword.strip() for kind in kinds for keyword in kind}
        if step_keywords <= known and (not feature_keyword or feature_keyword in words["feature"]):
            return name
    return None
