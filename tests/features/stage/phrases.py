"""What may stand in the gaps of a step: people, words in quotes, lists of them, roles, days."""

import re
from collections.abc import Callable
from typing import Any

from behave import register_type

from apps.organization.roles import Role
from stage.texts import REFORMATTED, REWORDED

_ONE = r'"[^"]*"'
_LIST = rf"{_ONE}(?:, {_ONE})*(?: and {_ONE})?"
_ROLES = {str(role.label): role for role in Role}
_ENDED = {"passed": "passed", "failed": "failed", "was skipped": "skipped"}


def _quoted(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', text)


def _first_quoted(text: str) -> str:
    return _quoted(text)[0]


def _gap(read: Callable[[str], Any], pattern: str) -> Callable[[str], Any]:
    """A reader with the pattern that it takes, as behave's parser wants it."""

    def reader(text: str) -> Any:
        return read(text)

    reader.pattern = pattern  # type: ignore[attr-defined]
    return reader


def _any_of(words: dict[str, Any]) -> Callable[[str], Any]:
    longest_first = sorted(words, key=len, reverse=True)
    return _gap(words.__getitem__, "|".join(map(re.escape, longest_first)))


register_type(
    Person=_gap(str, r"[A-Z][a-z]+"),
    Words=_gap(_first_quoted, _ONE),
    Names=_gap(_quoted, _LIST),
    Stories=_gap(_quoted, rf"the stor(?:y|ies) {_LIST}"),
    Role=_any_of(_ROLES),
    Ended=_any_of(_ENDED),
    Change=_any_of(REFORMATTED | REWORDED),
)
