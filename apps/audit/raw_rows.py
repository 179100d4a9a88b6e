"""The log's rows as the database keeps them, byte for byte: a model reads some changed bytes as equal."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection

PAGE = 200  # bodies have at most 64 KiB, so a page at most 13 MB


@dataclass(frozen=True)
class RawValue:
    """A personal value beside its entry."""

    name: str
    person: str
    salt: bytes | None
    value: bytes | None
    erased_in: int | None


@dataclass(frozen=True)
class RawEntry:
    """An entry with the rows that belong to it; `columns` are event, subject, reference, person, at."""

    index: int
    body: bytes
    leaf: bytes
    nodes: bytes
    root: bytes
    columns: tuple[str, ...]
    well_typed: bool
    abouts: list[str]
    values: list[RawValue]


_BYTES = ("body", "leaf", "nodes", "root")
_TEXT = ("event", "subject", "reference", "person", "at")
_TYPES = ["integer", *("blob" for _ in _BYTES), *("text" for _ in _TEXT)]


def lowest_and_highest() -> tuple[list[Any], list[Any]]:
    """The lowest and the highest index in each table of the log that has rows."""
    places = (
        ("audit_entry", '"index"'),
        ("audit_entry_about", "entry_id"),
        ("audit_entry_value", "entry_id"),
    )
    found = [_fetch(f"SELECT MIN({column}), MAX({column}) FROM {table}") for table, column in places]  # noqa: S608
    ends = [rows[0] for rows in found if rows[0][0] is not None]
    return [low for low, _ in ends], [high for _, high in ends]


def read_page(start: int, end: int) -> list[RawEntry]:
    """Entries from index `start` up to `end`, in their order, with their keys and personal values."""
    columns = ", ".join(['"index"', _types(), *_BYTES, *map(_exact, _TEXT)])
    rows = _fetch(
        f'SELECT {columns} FROM audit_entry WHERE "index" >= %s AND "index" < %s ORDER BY "index"',  # noqa: S608
        start,
        end,
    )
    abouts, values = _abouts(start, end), _values(start, end)
    return [_entry(row, sorted(abouts[row[0]]), values[row[0]]) for row in rows]


def _entry(row: tuple[Any, ...], abouts: list[str], values: list[RawValue]) -> RawEntry:
    index, types, body, leaf, nodes, root, *columns = row
    return RawEntry(
        index=index,
        body=_bytes(body) or b"",
        leaf=_bytes(leaf) or b"",
        nodes=_bytes(nodes) or b"",
        root=_bytes(root) or b"",
        columns=tuple(map(_words, columns)),
        well_typed=types in (" ".join(_TYPES), ""),
        abouts=abouts,
        values=sorted(values, key=lambda value: value.name),
    )


def _abouts(start: int, end: int) -> dict[int, list[str]]:
    sql = f"SELECT entry_id, {_exact('key')} FROM audit_entry_about WHERE entry_id >= %s AND entry_id < %s"  # noqa: S608
    found: dict[int, list[str]] = defaultdict(list)
    for entry, key in _fetch(sql, start, end):
        found[entry].append(_words(key))
    return found


def _values(start: int, end: int) -> dict[int, list[RawValue]]:
    columns = f"entry_id, {_exact('name')}, {_exact('person')}, salt, value, erased_in"
    sql = f"SELECT {columns} FROM audit_entry_value WHERE entry_id >= %s AND entry_id < %s"  # noqa: S608
    found: dict[int, list[RawValue]] = defaultdict(list)
    for entry, name, person, salt, value, erased_in in _fetch(sql, start, end):
        erased = erased_in if erased_in is None or isinstance(erased_in, int) else -1
        found[entry].append(RawValue(_words(name), _words(person), _bytes(salt), _bytes(value), erased))
    return found


def _exact(column: str) -> str:
    # SQLite keeps whatever it was given; text that is not UTF-8 would end the walk without an index.
    return f"CAST({column} AS BLOB)" if connection.vendor == "sqlite" else column


def _types() -> str:
    if connection.vendor != "sqlite":
        return "''"
    return " || ' ' || ".join(f"typeof({column})" for column in ('"index"', *_BYTES, *_TEXT))


def _fetch(sql: str, *values: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _bytes(stored: Any) -> bytes | None:
    if stored is None:
        return None
    return bytes(stored) if isinstance(stored, bytes | memoryview) else b""


def _words(stored: Any) -> str:
    return stored.decode("utf-8", "backslashreplace") if isinstance(stored, bytes) else str(stored)
