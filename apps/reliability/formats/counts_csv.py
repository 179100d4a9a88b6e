"""Counts as CSV, either `at,good,total` or `at,value`, of which each value is one event that is good or not.

Instants are ISO 8601 or seconds since 1970; those without a zone are UTC, and counted so that a page can say so. In any
order, separated by commas or semicolons, UTF-8. `timestamp` and `time` mean `at`.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 500_000
MOST = 2**53  # what JSON carries exactly
MOST_VALUE = 10**18
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
COUNTS, VALUES = ("at", "good", "total"), ("at", "value")

_AT = {"timestamp": "at", "time": "at"}
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = re.compile(r"\d{9,11}(?:\.\d{1,9})?", re.ASCII)
_MILLISECONDS = re.compile(r"\d{12,14}", re.ASCII)
_WHOLE = re.compile(r"(\d{1,16})(?:\.0{1,9})?", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,3})?", re.ASCII)
_CONDITION = re.compile(r"\s*(<=|>=|<|>|==)\s*(\S+)\s*", re.ASCII)


class NotCounts(ValueError):
    """The file holds no counts, or wrong ones; the sentence says the line and why."""


class Count(NamedTuple):
    """At an instant of UTC, so many good events of all."""

    at: datetime
    good: int
    total: int


@dataclass(frozen=True)
class Counts:
    """What a file holds, in its order.

    `without_zone` says how many instants named none and were read as UTC, `again` how many values came at an instant
    that had one before: each is an event of its own, but where local clocks went they may be an hour's worth.
    """

    rows: tuple[Count, ...]
    without_zone: int = 0
    again: int = 0

    def __iter__(self) -> Iterator[Count]:
        return iter(self.rows)


@dataclass(frozen=True)
class Condition:
    """Which values are good: those that are `op` the `limit`."""

    op: str
    limit: Decimal

    def __call__(self, value: Decimal) -> bool:
        match self.op:
            case "<=":
                return value <= self.limit
            case "<":
                return value < self.limit
            case ">=":
                return value >= self.limit
            case ">":
                return value > self.limit
        return value == self.limit

    def __str__(self) -> str:
        return f"{self.op} {self.limit}"


def condition(text: str) -> Condition:
    """The condition that is written as `<= 50`. Raises ValueError with what to write instead."""
    found = _CONDITION.fullmatch(text)
    if not found or not _NUMBER.fullmatch(found[2]):
        raise ValueError(f"“{text[:60]}” is no condition; write one of <=, <, >=, >, == and a number, such as “<= 50”.")
    return Condition(found[1], Decimal(found[2]))


def read(data: bytes, *, good: Condition | None = None) -> Counts:
    """The counts of a file; `good` says which values are good, and is needed for a file of values alone.

    Raises NotCounts with the line.
    """
    lines, columns = _opened(data)
    if columns == VALUES and good is None:
        raise NotCounts("Line 1: these are values, so say which of them are good, such as “<= 50”.")
    if columns == COUNTS and good is not None:
        raise NotCounts("Line 1: these are counts of good events already; a condition is for a file of values.")
    return _counts(lines, columns, good)


def read_values(data: bytes) -> list[tuple[datetime, float]]:
    """Instants of UTC and values from 0 on, of a file `at,value`, in its order. Raises NotCounts with the line."""
    lines, columns = _opened(data)
    if columns != VALUES:
        raise NotCounts("Line 1: these are counts; a file of values begins with “at,value”.")
    found: list[tuple[datetime, float]] = []
    for line, cells in lines:
        if len(cells) != len(columns):
            raise NotCounts(f"Line {line}: {len(cells)} cells where {','.join(columns)} belong.")
        if not _NUMBER.fullmatch(cells[1]):
            raise NotCounts(f"Line {line}: “{cells[1][:40]}” is no number; leave out the line where there is none.")
        if not 0 <= float(cells[1]) <= MOST_VALUE:
            raise NotCounts(f"Line {line}: “{cells[1][:40]}” is no number from 0 to 10^18.")
        found.append((_instant(cells[0], line)[0], float(cells[1])))
        if len(found) > MAX_ROWS:
            raise NotCounts(f"Line {line}: more than {MAX_ROWS:,} rows; split the file.")
    return found


def _opened(data: bytes) -> tuple[Iterator[tuple[int, list[str]]], tuple[str, ...]]:
    """The lines behind the first, and the columns that it names."""
    if len(data) > MAX_BYTES:
        raise NotCounts(f"Line 1: {len(data):,} bytes are more than the {MAX_BYTES:,} allowed.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotCounts(f"Line {line}: the byte at offset {error.start} is not UTF-8.") from error
    lines = _lines(text)
    return lines, _columns(next(lines, (1, [])))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line that is not empty, and its cells."""
    head = text[: text.find("\n") if "\n" in text else None]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise NotCounts(f"Line {reader.line_num}: this is not CSV: {error}.") from error


def _columns(first: tuple[int, list[str]]) -> tuple[str, ...]:
    names = tuple(_AT.get(name.lower(), name.lower()) for name in first[1])
    if names not in (COUNTS, VALUES):
        raise NotCounts(f"Line {first[0]}: the first line is “at,good,total” or “at,value”, and nothing else.")
    return names


def _counts(lines: Iterator[tuple[int, list[str]]], columns: tuple[str, ...], good: Condition | None) -> Counts:
    rows: list[Count] = []
    seen: dict[datetime, int] = {}
    without_zone = again = 0
    for line, cells in lines:
        if len(cells) != len(columns):
            raise NotCounts(f"Line {line}: {len(cells)} cells where {','.join(columns)} belong.")
        at, named = _instant(cells[0], line)
        without_zone += not named
        again += at in seen
        if at in seen and good is None:
            raise NotCounts(
                f"Line {line}: {cells[0]} stands in line {seen[at]} already. Add its counts up; where clocks went back,"
                " write the zone."
            )
        seen.setdefault(at, line)
        rows.append(Count(at, *(_event(cells[1], good, line) if good else _good_of_total(cells, line))))
        if len(rows) > MAX_ROWS:
            raise NotCounts(f"Line {line}: more than {MAX_ROWS:,} rows; split the file.")
    return Counts(tuple(rows), without_zone, again)


def _good_of_total(cells: list[str], line: int) -> tuple[int, int]:
    good, total = _whole(cells[1], line), _whole(cells[2], line)
    if good > total:
        raise NotCounts(f"Line {line}: {good} good events of {total} cannot be.")
    return good, total


def _whole(text: str, line: int) -> int:
    found = _WHOLE.fullmatch(text)
    if not found or int(found[1]) > MOST:
        raise NotCounts(f"Line {line}: “{text[:40]}” is no count; a whole number from 0 on belongs here.")
    return int(found[1])


def _event(text: str, good: Condition, line: int) -> tuple[int, int]:
    if not _NUMBER.fullmatch(text):
        raise NotCounts(f"Line {line}: “{text[:40]}” is no number; leave out the line where nothing was measured.")
    return int(good(Decimal(text))), 1


def _instant(text: str, line: int) -> tuple[datetime, bool]:
    """The instant in UTC, and whether it names its zone; seconds since 1970 are of UTC."""
    try:
        if found := _ISO.fullmatch(text):
            at, named = datetime.fromisoformat(text.upper()), bool(found["zone"])
            at = at.astimezone(UTC) if named else at.replace(tzinfo=UTC)
        elif _SECONDS.fullmatch(text):
            at, named = datetime.fromtimestamp(float(text), UTC), True
        else:
            hint = "; these look like milliseconds, seconds belong here" if _MILLISECONDS.fullmatch(text) else ""
            raise NotCounts(
                f"Line {line}: “{text[:40]}” is no instant such as 2026-03-01T12:00:00Z or 1772366400{hint}."
            )
    except (ValueError, OverflowError) as error:
        if isinstance(error, NotCounts):
            raise
        raise NotCounts(f"Line {line}: “{text[:40]}” is no instant there is.") from error
    if not EARLIEST <= at < LATEST:
        raise NotCounts(f"Line {line}: {text[:40]} lies before {EARLIEST.year} or after {LATEST.year - 1}.")
    return at, named
