"""JSON as safety.md asks: UTF-8, no key twice in one object, no NaN or Infinity, at most 32 levels deep.

Python's own reader keeps the last of two equal keys, takes NaN, and ends in RecursionError when nested deep;
each of these lets two readers of the same bytes see different things.
"""

import json
import math
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_BYTES = 16 * 1024 * 1024
MAX_DIGITS = 400
MAX_VALUES = 1_000_000  # a value costs about a hundred bytes for the two or three it is written in

# Possessive, so that an unclosed string is read once and not once for every quote in it.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?+', re.DOTALL)
_SPACE = re.compile(r"[ \t\n\r]*")
_BRACKET = re.compile(r"[\[\]{}]")
_NESTED = frozenset((dict, list))
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?+|[\[\]{}:,]', re.DOTALL)


class NotStrictJson(ValueError):
    """The text is not JSON as we take it; the sentence says what is wrong, `line` where (from 1)."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(f"Line {line}: {problem}")
        self.problem = problem
        self.line = line


class NotAList(ValueError):
    """Strict JSON, but no list; `value` is what it is."""

    def __init__(self, value: Any) -> None:
        super().__init__("this is no list")
        self.value = value


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
    _check_count(text, max_values)
    start = _after_space(text, 0)
    value, end = _value(text, start, max_depth)
    _check_end(text, end)
    return value


def members(
    data: bytes | str,
    *,
    max_depth: int = MAX_DEPTH,
    max_bytes: int = MAX_BYTES,
    max_values: int = MAX_VALUES,
) -> Iterator[Any]:
    """The members of the list that `data` says, one after the other, as `parse` gives them.

    Read and forgotten before the next, a member costs half the time and next to no memory. Raises NotStrictJson where
    it comes to what is wrong, NotAList where the value is none.
    """
    text = _decoded(data, max_bytes)
    _check_count(text, max_values)
    place = _after_space(text, 0)
    if text[place : place + 1] != "[":
        raise NotAList(parse(text, max_depth=max_depth, max_bytes=max_bytes, max_values=max_values))
    place = _after_space(text, place + 1)
    if text[place : place + 1] == "]":
        return _check_end(text, place + 1)
    while True:
        value, place = _value(text, place, max_depth, above=1)
        yield value
        place = _after_space(text, place)
        mark = text[place : place + 1]
        place += 1
        if mark == "]":
            return _check_end(text, place)
        if mark != ",":
            raise _refusal(json.JSONDecodeError("Expecting ',' delimiter", text, place - 1))
        place = _after_space(text, place)


def _value(text: str, place: int, max_depth: int, *, above: int = 0) -> tuple[Any, int]:
    """The value that begins at `place`, `above` levels deep, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, place)
    except RecursionError as error:
        raise _too_deep(text, max_depth) from error
    except json.JSONDecodeError as error:
        raise _refusal(error) from error
    except _TwiceError as error:
        key, line = _second_key(text)
        raise NotStrictJson(f"the key “{_short(key)}” stands twice in one object.", line) from error
    except _BadNumberError as error:
        raise NotStrictJson(str(error), _line(_STRING.sub('""', text), error.word)) from error
    if not _is_within(value, max_depth - above):
        raise _too_deep(text, max_depth)
    return value, end


def _refusal(error: json.JSONDecodeError) -> NotStrictJson:
    return NotStrictJson(f"{_plain(error.msg)} (column {error.colno}).", error.lineno)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _check_end(text: str, place: int) -> None:
    end = _after_space(text, place)
    if end != len(text):
        raise _refusal(json.JSONDecodeError("Extra data", text, end))


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


def _check_count(text: str, max_values: int) -> None:
    """What stands within strings is taken out only where there is reason to: that takes as long as reading all."""
    if _values(text) > max_values and _values(_STRING.sub("", text)) > max_values:
        raise NotStrictJson(f"the text holds more than {max_values:,} values.", 1)


def _values(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


def _is_within(value: Any, max_depth: int) -> bool:
    """Level by level, which is cheaper than following the brackets of the text."""
    level = [value] if type(value) in _NESTED else []
    for _ in range(max_depth):
        if not level:
            return True
        objects = [one for one in level if type(one) is dict]
        lists = [one for one in level if type(one) is list]
        inside = chain(chain.from_iterable(map(dict.values, objects)), chain.from_iterable(lists))
        level = [one for one in inside if type(one) in _NESTED]
    return not level


def _too_deep(text: str, max_depth: int) -> NotStrictJson:
    # Line feeds stand only between strings, so the lines stay those of the text
    bare = _STRING.sub("", text)
    depth = place = 0
    for bracket in _BRACKET.finditer(bare):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > max_depth:
            place = bracket.start()
            break
    return NotStrictJson(f"the text is nested deeper than {max_depth} levels.", _line(bare, place))


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


# Made once: `json.loads` makes one for every call with hooks.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_short_enough,
)


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
