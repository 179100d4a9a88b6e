"""YAML as it may come from outside: plain values only, no key twice, no anchors, bounded in bytes, depth and count.

PyYAML's own loader keeps the last of two equal keys, makes dates of what looks like one and follows aliases, by which
nine lines become a billion values. Words are read as YAML 1.2 reads them: `no` and `on` are words, not truth values,
and `012` is twelve.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 200_000
MAX_DOCUMENTS = 1_000
MAX_DIGITS = 400

# A part of libyaml, where PyYAML was built with it: a hundred times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALIASES = "aliases refused: write out what “&” and “*” would repeat."
_STRING, _NULL = "tag:yaml.org,2002:str", re.compile(r"~|null|Null|NULL|")
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_BASED = re.compile(r"0o([0-7]+)|0x([0-9a-fA-F]+)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_SURROGATE = re.compile(r"[\ud800-\udfff\0]")
# Lines end here too for YAML 1.1 and its parsers.
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")

Document = tuple[int, dict[str, Any]]


class NotADocument(ValueError):
    """The bytes are no YAML as it is read here; the sentence says the line and why, `line` where (from 1)."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(f"Line {line}: {problem}")
        self.line = line


@dataclass
class _Open:
    """A list or a mapping that has not ended yet; `key` is that of the value to come."""

    value: Any
    line: int
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)


def read(data: bytes) -> tuple[Document, ...]:
    """The documents of a file with their numbers from 1, each a mapping of plain values (JSON's).

    A document that is a list counts as one document for each of its members, as `oslo` writes them; an empty one counts
    as none. Raises NotADocument with the line.
    """
    found: list[Document] = []
    for line, value in _values(_decoded(data)):
        for member in value if isinstance(value, list) else [value]:
            if not isinstance(member, dict):
                raise NotADocument("a document begins with names and values, such as “apiVersion: openslo/v1”.", line)
            found.append((len(found) + 1, member))
            if len(found) > MAX_DOCUMENTS:
                raise NotADocument(f"the file holds more than {MAX_DOCUMENTS:,} documents.", line)
    return tuple(found)


def write(documents: Iterable[Mapping[str, Any]]) -> str:
    """The documents as YAML that `read` gives back, words of several lines as blocks, nothing by reference."""
    return yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100_000
    )


class _Dumper(yaml.SafeDumper):
    """Puts quotes around words that would be read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_STRING, text, style=_style(text))


def _style(text: str) -> str | None:
    if _OTHER_BREAKS.search(text):
        return '"'  # the only one that writes them as they are, escaped
    if not isinstance(_plain(text, 1), str):
        return "'"
    return "|" if "\n" in text else None


_Dumper.add_representer(str, _written)


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise NotADocument(f"{len(data):,} bytes are more than the {MAX_BYTES:,} allowed.", 1)
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotADocument(f"the byte at offset {error.start} is not UTF-8.", line) from error


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """The line and the value of each document that is not empty."""
    stack: list[_Open] = []
    root: Any = None
    first = count = 0
    for event in _events(text):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, DocumentEndEvent):
            if root is not None:
                yield first, root
            root = None
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            stack.pop()
        if not isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent | AliasEvent):
            continue
        count += 1
        if count > MAX_VALUES:
            raise NotADocument(f"the file holds more than {MAX_VALUES:,} values.", line)
        value = _value(event, line)
        if not stack:
            root, first = value, line
        elif not _placed(stack[-1], value, event, line):
            continue
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            stack.append(_Open(value, line))
            if len(stack) > MAX_DEPTH:
                raise NotADocument(f"it is nested deeper than {MAX_DEPTH} levels.", line)


def _events(text: str) -> Iterator[Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (column {mark.column + 1})" if mark else ""
        words = error.problem or error.context or "it cannot be read"
        raise NotADocument(f"this is not YAML: {words}{where}.", mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        place = error.position if isinstance(error.position, int) else 0
        raise NotADocument(
            "a character stands there that YAML does not allow.", text.count("\n", 0, place) + 1
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise NotADocument("this is not YAML.", 1) from error


def _value(event: Event, line: int) -> Any:
    """An empty list or mapping, or the plain value of a word."""
    if isinstance(event, AliasEvent) or not isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
        raise NotADocument(_ALIASES, line)
    if event.anchor is not None:
        raise NotADocument(_ALIASES, line)
    if isinstance(event, ScalarEvent):
        return _scalar(event, line)
    if not event.implicit:
        raise NotADocument(f"the tag {str(event.tag)[:60]} is not read here; leave it out.", line)
    return {} if isinstance(event, MappingStartEvent) else []


def _scalar(event: ScalarEvent, line: int) -> Any:
    if event.tag not in (None, "!", _STRING):
        raise NotADocument(f"the tag {str(event.tag)[:60]} is not read here; leave it out.", line)
    text = str(event.value)
    if _SURROGATE.search(text):
        raise NotADocument("a NUL or half a character stands there, which cannot be stored.", line)
    return _plain(text, line) if event.tag is None and event.implicit[0] else text


def _plain(text: str, line: int) -> Any:
    """What a word without quotes means, by YAML 1.2's core schema; numbers that JSON does not know are refused."""
    if _NULL.fullmatch(text):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _NO_NUMBER.fullmatch(text):
        raise NotADocument(f"{text} is no number that can be used.", line)
    based = _BASED.fullmatch(text)
    if (based or _FLOAT.fullmatch(text)) and len(text) > MAX_DIGITS:
        raise NotADocument(f"the number {text[:30]}… is too large.", line)
    if based:
        return int(based[1], 8) if based[1] else int(based[2], 16)
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _FLOAT.fullmatch(text):
        return text
    number = float(text)
    if math.isinf(number):
        raise NotADocument(f"the number {text[:30]} is too large.", line)
    return number


def _placed(above: _Open, value: Any, event: Event, line: int) -> bool:
    """Whether `value` is one; a key is only noted, for the value that comes next."""
    if isinstance(above.value, list):
        above.value.append(value)
        return True
    if above.key is None:
        if not isinstance(event, ScalarEvent):
            raise NotADocument("a name is a word, not a list or a mapping.", line)
        key = str(event.value)
        if key in above.value:
            raise NotADocument(f"“{key[:60]}” stands twice in one mapping, first in line {above.lines[key]}.", line)
        above.key, above.lines[key] = key, line
        return False
    above.value[above.key] = value
    above.key = None
    return True
