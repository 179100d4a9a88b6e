"""JSON as safety.md asks: UTF-8, no key twice in one object, no NaN or Infinity, at most 32 levels deep.

Python's own reader keeps the last of two equal keys, takes NaN, and ends in RecursionError when nested deep;
each of these lets two readers of the same bytes see different things.
"""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_BYTES = 16 * 1024 * 1024
MAX_DIGITS = 400
MAX_VALUES = 1_000_000  # a value costs about a hundred bytes for the two or three it is written in

# Possessive, so that an unclosed string is read once and not once for every quote in it.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?+', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?+|[\[\]{}:,]', re.DOTALL)


class NotStrictJson(ValueError):
    """The text is not JSON as we take it; the sentence says what is wrong, `line` where (from 1)."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(f"Line {line}: {problem}")
        self.problem = problem
        self.line = line


class _TwiceError(Exception):
    """A key stands twice in one object; where is looked up only then, for looking costs more than reading."""


class _BadNumberError(Exception):
    """A number that JSON does not know or that does not fit; where is looked up only then."""

    def __init__(self, word: str, problem: str) -> None:
        super().__init__(problem)
        self.word = word


def parse(
    data: bytes | str,
    *,
    max_depth: int = MAX_DEPTH,
    max_bytes: int = MAX_BYTES,
    max_values: int = MAX_VALUES,
) -> Any:
    """The value that `data` says, strings with whatever characters their escapes make.

    Raises NotStrictJson, and nothing else, for whatever is not strict JSON or too large.
    """
    text = _decoded(data, max_bytes)
    _check_shape(text, max_depth, max_values)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short_enough,
        )
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"{_plain(error.msg)} (column {error.colno}).", error.lineno) from error
    except _TwiceError as error:
        key, line = _second_key(text)
        raise NotStrictJson(f"the key “{_short(key)}” stands twice in one object.", line) from error
    except _BadNumberError as error:
        raise NotStrictJson(str(error), _line(_STRING.sub('""', text), error.word)) from error


def _decoded(data: bytes | str, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise NotStrictJson(f"{len(data):,} bytes are more than the {max_bytes:,} allowed.", 1)
    if isinstance(data, str):
        return data
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotStrictJson(f"the byte at offset {error.start} is not UTF-8.", line) from error


def _check_shape(text: str, max_depth: int, max_values: int) -> None:
    # Line feeds stand only between strings, so the lines stay those of the text
    bare = _STRING.sub("", text)
    depth = 0
    for bracket in _BRACKET.finditer(bare):
        if bracket.group() in "[{":
            depth += 1
            if depth > max_depth:
                words = f"the text is nested deeper than {max_depth} levels."
                raise NotStrictJson(words, _line(bare, bracket.start()))
        else:
            depth -= 1
    if bare.count(",") + bare.count("[") + bare.count("{") > max_values:
        raise NotStrictJson(f"the text holds more than {max_values:,} values.", 1)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise _BadNumberError(word, f"{word} is not a number that JSON knows.")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _BadNumberError(digits, f"the number {_short(digits)} is too large.")
    return number


def _short_enough(digits: str) -> int:
    # Python refuses over 4,300 digits with words about its own settings
    if len(digits) > MAX_DIGITS:
        raise _BadNumberError(digits, f"the number {_short(digits)} is too large.")
    return int(digits)


def _second_key(text: str) -> tuple[str, int]:
    """The first key said again in its own object, and the line of its second place."""
    open_keys: list[set[str] | None] = []
    before = ""
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word == "{":
            open_keys.append(set())
        elif word == "[":
            open_keys.append(None)
        elif word in ("}", "]"):
            if open_keys:
                open_keys.pop()
        elif word.startswith('"') and before in ("{", ",") and open_keys and open_keys[-1] is not None:
            key = str(json.loads(word))
            if key in open_keys[-1]:
                return key, _line(text, token.start())
            open_keys[-1].add(key)
        before = word
    return "", 1


def _line(text: str, place: int | str) -> int:
    offset = place if isinstance(place, int) else text.find(place)
    return text.count("\n", 0, max(offset, 0)) + 1


def _short(text: str) -> str:
    shown = text.encode("utf-8", "replace").decode("utf-8")
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:] if message else "is not JSON"
