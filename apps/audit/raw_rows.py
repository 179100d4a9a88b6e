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
    well_typed: bool


@dataclass(frozen=True)
class RawHead:
    """The log's head."""

    origin: str
    size: int
    root: bytes
    range: bytes
    last_at: str
    well_typed: bool


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
_ENTRY = {"index": "integer", **dict.fromkeys(_BYTES, "blob"), **dict.fromkeys(_TEXT, "text")}
_HEAD = {"origin": "text", "size": "integer", "root": "blob", "range": "blob", "last_at": "text"}
_ABOUT = {"entry_id": "integer", "key": "text"}
_VALUE = {"entry_id": "integer", "name": "text", "person": "text"}
_ERASABLE = {"salt": "blob", "value": "blob", "erased_in": "integer"}


def lowest_and_highest() -> tuple[list[Any], list[Any]]:
    """The lowest and the highest index in each table of the log that has rows."""
    places = (("audit_entry", '"index"'), ("audit_entry_about", "entry_id"), ("audit_entry_value", "entry_id"))
    found = [_fetch(f"SELECT MIN({column}), MAX({column}) FROM {table}") for table, column in places]  # noqa: S608
    ends = [rows[0] for rows in found if rows[0][0] is not None]
    return [low for low, _ in ends], [high for _, high in ends]


def read_head() -> RawHead | None:
    """The head's row; None unless there is exactly one."""
    rows = _select("audit_head", _HEAD)
    if len(rows) != 1:
        return None
    types, origin, size, root, compact, last_at = rows[0]
    return RawHead(
        origin=_words(origin),
        size=size if isinstance(size, int) else 0,
        root=_bytes(root) or b"",
        range=_bytes(compact) or b"",
        last_at=_words(last_at),
        well_typed=types == _as_made(_HEAD),
    )


def read_page(start: int, end: int) -> list[RawEntry]:
    """Entries from index `start` up to `end`, in their order, with their keys and personal values."""
    rows = _select("audit_entry", _ENTRY, 'WHERE "index" >= %s AND "index" < %s ORDER BY "index"', start, end)
    abouts, values = _abouts(start, end), _values(start, end)
    return [_entry(row, sorted(abouts[row[1]]), values[row[1]]) for row in rows]


def _entry(row: tuple[Any, ...], abouts: list[str], values: list[RawValue]) -> RawEntry:
    types, index, body, leaf, nodes, root, *columns = row
    return RawEntry(
        index=index,
        body=_bytes(body) or b"",
        leaf=_bytes(leaf) or b"",
        nodes=_bytes(nodes) or b"",
        root=_bytes(root) or b"",
        columns=tuple(map(_words, columns)),
        well_typed=types == _as_made(_ENTRY),
        abouts=abouts,
        values=sorted(values, key=lambda value: value.name),
    )


def _abouts(start: int, end: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = _select("audit_entry_about", _ABOUT, "WHERE entry_id >= %s AND entry_id < %s", start, end)
    for types, entry, key in rows:
        found[entry].append(_words(key) if types == _as_made(_ABOUT) else f"{key!r} as {types}")
    return found


def _values(start: int, end: int) -> dict[int, list[RawValue]]:
    found: dict[int, list[RawValue]] = defaultdict(list)
    columns = {**_VALUE, **_ERASABLE}
    made = (_as_made(columns), _as_made({**columns, "erased_in": "null"}))
    erased = _as_made({**columns, "salt": "null", "value": "null"})
    rows = _select("audit_entry_value", columns, "WHERE entry_id >= %s AND entry_id < %s", start, end)
    for types, entry, name, person, salt, value, erased_in in rows:
        found[entry].append(
            RawValue(
                name=_words(name),
                person=_words(person),
                salt=_bytes(salt),
                value=_bytes(value),
                erased_in=erased_in,
                well_typed=types in (*made, erased),
            )
        )
    return found


def _select(table: str, columns: dict[str, str], where: str = "", *values: int) -> list[tuple[Any, ...]]:
    """Rows as their types and their columns, `columns` being names and the types they should have.

    SQLite keeps whatever it was given. Bytes are read as bytes, whatever they are called, since text that is not
    UTF-8 would end the walk without an index; the types are compared besides.
    """
    names = [connection.ops.quote_name(name) for name in columns]
    types = f"'{_as_made(columns)}'"
    if connection.vendor == "sqlite":
        types = " || ' ' || ".join(f"typeof({name})" for name in names)
        names = [
            name if kind == "integer" else f"CAST({name} AS BLOB)"
            for name, kind in zip(names, columns.values(), strict=True)
        ]
    return _fetch(f"SELECT {types}, {', '.join(names)} FROM {table} {where}", *values)  # noqa: S608


def _as_made(columns: dict[str, str]) -> str:
    return " ".join(columns.values())


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
