"""With the triggers dropped, whatever is changed, missing, inserted or swapped is found at its index.

Each test tampers with a log of 300 entries past the models, in a savepoint that is rolled back before the next try.
"""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from apps.audit import queries, statement
from apps.audit.actions import erase_values, verify
from apps.audit.canonical import canonical_bytes
from apps.audit.merkle import CompactRange, ProofError, leaf_hash
from apps.audit.verify import verify_log
from tests.audit.logbook import Somebody, fill

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
]

SIZE = 300
INDEXES = (0, 1, 127, 128, 299)
ENTRY_COLUMNS = ("body", "leaf", "nodes", "root", "event", "subject", "reference", "person", "at")
BYTES = (*ENTRY_COLUMNS[:4], "salt", "value")
VALUE_COLUMNS = ("name", "person", "salt", "value", "erased_in")
TABLES = {"audit_entry": '"index"', "audit_entry_about": "entry_id", "audit_entry_value": "entry_id"}


class Forger:
    """Somebody with the database and no triggers in the way."""

    def all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []

    def do(self, sql: str, *values: Any, at_least: int = 1) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), values)
            assert cursor.rowcount >= at_least, sql

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside is undone afterwards."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def change(self, table: str, column: str, where: str, *values: Any, offset: float = 0.0) -> None:
        """Changes one byte of one cell, at `offset` (0 first, 1 last); a byte is added to an empty cell."""
        (cell,) = self.all(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {where}", *values)[0]  # noqa: S608
        data = bytearray(cell or b"\x00")
        data[round(offset * (len(data) - 1))] ^= 1
        cast = "?" if column in BYTES else "CAST(? AS TEXT)"
        self.do(f"UPDATE {table} SET {column} = {cast} WHERE {where}", bytes(data), *values)  # noqa: S608


@pytest.fixture
def forger(db: None) -> Iterator[Forger]:
    with transaction.atomic():
        for start in range(0, SIZE, 100):
            fill(100, start)
        assert verify_log().ok
        forger = Forger()
        for (name,) in forger.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            forger.all(f"DROP TRIGGER {name}")
        yield forger
        transaction.set_rollback(True)


def found(index: int | None, rule: str = "") -> None:
    outcome = verify_log()
    assert (outcome.ok, outcome.first_bad) == (False, index), outcome
    if rule:
        assert outcome.rule == rule, outcome


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_a_changed_byte_of_an_entry(forger: Forger, column: str) -> None:
    for index in INDEXES:
        for offset in (0.0, 0.3, 0.5, 1.0):
            with forger.undone():
                forger.change("audit_entry", column, '"index" = ?', index, offset=offset)
                found(index)
    assert verify_log().ok


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_bytes_that_are_no_text_any_more(forger: Forger, column: str) -> None:
    for index in INDEXES:
        with forger.undone():
            forger.do(f'UPDATE audit_entry SET {column} = CAST(? AS TEXT) WHERE "index" = ?', b"\xff\xfe", index)  # noqa: S608
            found(index)


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_the_same_bytes_as_another_type(forger: Forger, column: str) -> None:
    other = "BLOB" if column in ENTRY_COLUMNS[4:] else "TEXT"
    for index in (1, 299):
        with forger.undone():
            forger.do(f'UPDATE audit_entry SET {column} = CAST({column} AS {other}) WHERE "index" = ?', index)  # noqa: S608
            found(index, "type")


def rewrite(forger: Forger, index: int, /, **told: Any) -> bytes:
    """A body that says something else, as well made as the true one, with its leaf."""
    (body,) = forger.all('SELECT body FROM audit_entry WHERE "index" = ?', index)[0]
    said = json.loads(body)
    said["predicate"].update(told)
    forged = canonical_bytes(said)
    assert statement.decode(forged)
    forger.do('UPDATE audit_entry SET body = ?, leaf = ? WHERE "index" = ?', forged, leaf_hash(forged), index)
    return forged


def test_a_well_made_lie_with_its_leaf(forger: Forger) -> None:
    for index in INDEXES:
        with forger.undone():
            rewrite(forger, index, title="Something else")
            found(index)


def test_a_well_made_lie_with_its_leaf_nodes_and_root_is_found_at_the_next(forger: Forger) -> None:
    for index in INDEXES:
        with forger.undone():
            rewrite(forger, index, title="Something else")
            tree = CompactRange()
            for (leaf,) in forger.all('SELECT leaf FROM audit_entry WHERE "index" <= ? ORDER BY "index"', index):
                nodes = b"".join(tree.append(leaf))
            forger.do('UPDATE audit_entry SET nodes = ?, root = ? WHERE "index" = ?', nodes, tree.root(), index)
            found(index + 1 if index < SIZE - 1 else None)


def test_a_log_rewritten_to_its_end_is_not_the_one_verified_before(forger: Forger) -> None:
    verify()
    with forger.undone():
        rewrite(forger, 128, title="Something else")
        tree = CompactRange()
        for at, leaf in forger.all('SELECT "index", leaf FROM audit_entry ORDER BY 1'):
            nodes = b"".join(tree.append(leaf))
            forger.do('UPDATE audit_entry SET nodes = ?, root = ? WHERE "index" = ?', nodes, tree.root(), at)
        forger.do("UPDATE audit_head SET root = ?, range = ?", tree.root(), tree.to_bytes())
        found(SIZE - 1, "history")


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"index": 4}, "place"),
        ({"origin": "another/log"}, "origin"),
        ({"instant": "2001-01-01T00:00:00.000000Z"}, "time"),
        ({"event": "epic.rejected"}, "columns"),
        ({"by": "P-99"}, "columns"),
        ({"reference": "SIG-99"}, "columns"),
        ({"about": ["E-12"]}, "about"),
        ({"commitments": {}}, "values"),
    ],
)
def test_each_rule_has_its_name(forger: Forger, told: dict[str, Any], rule: str) -> None:
    rewrite(forger, 128, **told)
    found(128, rule)


@pytest.mark.parametrize(
    "name", ["origin", "index", "instant", "event", "by", "title", "sentence", "about", "commitments", "version"]
)
def test_a_body_without_a_required_field(forger: Forger, name: str) -> None:
    (body,) = forger.all('SELECT body FROM audit_entry WHERE "index" = 128')[0]
    said = json.loads(body)
    del said["predicate"][name]
    forged = canonical_bytes(said)
    forger.do('UPDATE audit_entry SET body = ?, leaf = ? WHERE "index" = 128', forged, leaf_hash(forged))
    found(128, "fields")


def test_a_body_that_is_not_canonical(forger: Forger) -> None:
    (body,) = forger.all('SELECT body FROM audit_entry WHERE "index" = 128')[0]
    spaced = body.replace(b'":', b'": ', 1)
    forger.do('UPDATE audit_entry SET body = ?, leaf = ? WHERE "index" = 128', spaced, leaf_hash(spaced))
    found(128, "canonical")


@pytest.mark.parametrize("whole", [True, False])
def test_a_missing_entry(forger: Forger, whole: bool) -> None:
    for index in INDEXES:
        with forger.undone():
            forger.do('DELETE FROM audit_entry WHERE "index" = ?', index)
            if whole:
                forger.do("DELETE FROM audit_entry_about WHERE entry_id = ?", index)
                forger.all("DELETE FROM audit_entry_value WHERE entry_id = ?", index)
            found(index, "missing")


def test_a_missing_entry_with_the_later_ones_moved_up(forger: Forger) -> None:
    for index in INDEXES[:-1]:
        with forger.undone():
            for table, column in TABLES.items():
                forger.all(f"DELETE FROM {table} WHERE {column} = ?", index)  # noqa: S608
                shift(forger, table, column, index, -1)
            forger.do("UPDATE audit_head SET size = size - 1")
            found(index)


def shift(forger: Forger, table: str, column: str, start: int, by: int) -> None:
    """Moves rows from `start` on, by way of indexes far away, since each must be unique at any moment."""
    forger.all(f"UPDATE {table} SET {column} = {column} + 1000000 WHERE {column} >= ?", start)  # noqa: S608
    forger.all(f"UPDATE {table} SET {column} = {column} - 1000000 + ? WHERE {column} >= 1000000", by)  # noqa: S608


@pytest.mark.parametrize("keep", [299, 200, 128, 1, 0])
def test_a_log_cut_short(forger: Forger, keep: int) -> None:
    forger.do('DELETE FROM audit_entry WHERE "index" >= ?', keep)
    found(keep, "missing")


def test_a_log_cut_short_with_its_head_is_not_the_one_verified_before(forger: Forger) -> None:
    verify()
    forger.do('DELETE FROM audit_entry WHERE "index" >= 128')
    forger.do("DELETE FROM audit_entry_about WHERE entry_id >= 128")
    forger.do("DELETE FROM audit_entry_value WHERE entry_id >= 128")
    tree = CompactRange()
    for (leaf,) in forger.all('SELECT leaf FROM audit_entry ORDER BY "index"'):
        tree.append(leaf)
    last_at = forger.all('SELECT at FROM audit_entry WHERE "index" = 127')[0][0]
    forger.do(
        "UPDATE audit_head SET size = 128, root = ?, range = ?, last_at = ?", tree.root(), tree.to_bytes(), last_at
    )
    found(128, "history")


def test_an_inserted_entry(forger: Forger) -> None:
    for index in INDEXES:
        with forger.undone():
            for table, column in TABLES.items():
                shift(forger, table, column, index, +1)
            copy_rows(forger, index + 1, index)
            rewrite(forger, index, index=index, title="Something that never was")
            forger.do("UPDATE audit_head SET size = size + 1")
            found(index)


def copy_rows(forger: Forger, source: int, to: int) -> None:
    """A second entry like `source`, with its keys and values."""
    columns = {"audit_entry": ENTRY_COLUMNS, "audit_entry_about": ("key",), "audit_entry_value": VALUE_COLUMNS}
    for table, index in TABLES.items():
        others = ", ".join(columns[table])
        forger.all(
            f"INSERT INTO {table} ({index}, {others}) SELECT ?, {others} FROM {table} WHERE {index} = ?",  # noqa: S608
            to,
            source,
        )


@pytest.mark.parametrize("index", [300, 301, 5000, -1])
def test_an_entry_outside_the_head(forger: Forger, index: int) -> None:
    copy_rows(forger, 299, index)
    found(min(index, 300), "inserted")


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 299), (127, 128), (1, 128), (298, 299)])
def test_swapped_entries(forger: Forger, first: int, second: int) -> None:
    for table, column in TABLES.items():
        for old, new in ((first, -1), (second, first), (-1, second)):
            forger.all(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", new, old)  # noqa: S608
    found(first, "place")


@pytest.mark.parametrize(("first", "second"), [(0, 1), (127, 128)])
def test_swapped_bodies(forger: Forger, first: int, second: int) -> None:
    bodies = [forger.all('SELECT body, leaf FROM audit_entry WHERE "index" = ?', at)[0] for at in (first, second)]
    for index, (body, leaf) in zip((second, first), bodies, strict=True):
        forger.do('UPDATE audit_entry SET body = ?, leaf = ? WHERE "index" = ?', body, leaf, index)
    found(first, "place")


@pytest.mark.parametrize("offset", [0.0, 0.5, 1.0])
def test_a_changed_byte_of_a_key(forger: Forger, offset: float) -> None:
    for index in INDEXES:
        with forger.undone():
            forger.change("audit_entry_about", "key", "entry_id = ? AND key = 'E-12'", index, offset=offset)
            found(index, "about")


@pytest.mark.parametrize("index", INDEXES)
def test_keys_missing_added_or_moved(forger: Forger, index: int) -> None:
    with forger.undone():
        forger.do("DELETE FROM audit_entry_about WHERE entry_id = ? AND key = 'E-12'", index)
        found(index, "about")
    with forger.undone():
        forger.do("INSERT INTO audit_entry_about (entry_id, key) VALUES (?, 'E-99')", index)
        found(index, "about")
    with forger.undone():
        forger.do("UPDATE audit_entry_about SET entry_id = 9999 WHERE entry_id = ? AND key = 'E-12'", index)
        found(index, "about")


@pytest.mark.parametrize("column", ["name", "person", "salt", "value"])
def test_a_changed_byte_of_a_personal_value(forger: Forger, column: str) -> None:
    for index in INDEXES:
        for offset in (0.0, 0.5, 1.0):
            with forger.undone():
                where = "entry_id = ? AND name = 'by_name'"
                forger.change("audit_entry_value", column, where, index, offset=offset)
                found(index, "values")


@pytest.mark.parametrize(
    "change",
    [
        "value = NULL",
        "salt = NULL",
        "value = NULL, salt = NULL",
        "erased_in = 5",
        "value = NULL, salt = NULL, erased_in = 5",
        "value = NULL, salt = NULL, erased_in = 299",
        "value = NULL, salt = NULL, erased_in = 'x'",
        "value = NULL, salt = NULL, erased_in = 300, person = 'P-99'",
        "value = CAST(value AS TEXT)",
        "person = CAST(person AS BLOB)",
        "entry_id = 9999",
        "entry_id = 5, name = 'x'",
    ],
)
def test_a_personal_value_gone_without_an_act(forger: Forger, change: str) -> None:
    for index in (0, 1, 127, 128):
        with forger.undone():
            forger.do(f"UPDATE audit_entry_value SET {change} WHERE entry_id = ? AND name = 'by_name'", index)  # noqa: S608
            found(min(index, 5) if "entry_id = 5" in change else index, "values")


def test_personal_values_missing_or_added(forger: Forger) -> None:
    for index in INDEXES:
        with forger.undone():
            forger.do("DELETE FROM audit_entry_value WHERE entry_id = ? AND name = 'by_name'", index)
            found(index, "values")
        with forger.undone():
            forger.do("INSERT INTO audit_entry_value (entry_id, name, person) VALUES (?, 'zzz', 'P-1')", index)
            found(index, "values")


def test_more_erased_than_the_erasing_entry_says(forger: Forger) -> None:
    erase_values(person="P-3", by=Somebody(), reason="asked for it")
    assert verify_log().ok
    change = "UPDATE audit_entry_value SET value = NULL, salt = NULL, erased_in = 300 WHERE entry_id = ?"
    with forger.undone():
        forger.do(change, 1)  # somebody else's
        found(1, "values")
    fill(4, start=3)  # one more of P-3, after the erasure
    with forger.undone():
        forger.do(change, 301)
        found(301, "values")
    with forger.undone():
        forger.do("DELETE FROM audit_entry_value WHERE entry_id = 3 AND name = 'by_name'")
        found(3, "values")


def test_a_value_erased_by_another_entry_than_it_was(forger: Forger) -> None:
    erase_values(person="P-3", by=Somebody(), reason="asked for it")
    fill(4, start=3)
    erase_values(person="P-3", by=Somebody(), reason="asked for it again")
    assert verify_log().ok
    forger.do("UPDATE audit_entry_value SET erased_in = 305 WHERE entry_id = 3 AND name = 'by_name'")
    # Which one it was the counts do not say: found at the erasure that lacks it.
    found(300, "values")


@pytest.mark.parametrize(
    ("change", "index", "rule"),
    [
        ("size = 299", 299, "inserted"),
        ("size = 0", 0, "inserted"),
        ("size = 301", 300, "missing"),
        ("root = range", None, "head"),
        ("root = 'text'", None, "head"),
        ("root = CAST(root AS TEXT)", None, "head"),
        ("origin = CAST(origin AS BLOB)", None, "head"),
        ("range = root", None, "head"),
        ("last_at = '2001-01-01T00:00:00.000000Z'", None, "head"),
        ("origin = 'another/log'", 0, "origin"),
    ],
)
def test_a_changed_head(forger: Forger, change: str, index: int | None, rule: str) -> None:
    forger.do(f"UPDATE audit_head SET {change}")  # noqa: S608
    found(index, rule)


@pytest.mark.long
def test_a_changed_byte_in_every_row_and_column(forger: Forger) -> None:
    chance = random.Random(20261123)
    for index in range(SIZE):
        for column in ENTRY_COLUMNS:
            where = '"index" = ?'
            kept = forger.all(f"SELECT {column} FROM audit_entry WHERE {where}", index)[0][0]  # noqa: S608
            forger.change("audit_entry", column, where, index, offset=chance.random())
            found(index)
            forger.do(f"UPDATE audit_entry SET {column} = ? WHERE {where}", kept, index)  # noqa: S608
    assert verify_log().ok


def test_no_proof_holds_of_a_changed_body(forger: Forger) -> None:
    """A receipt asks for the proof of its entry: the leaf as stored may be the old one."""
    queries.inclusion_proof(127).check()
    with forger.undone():
        forger.change("audit_entry", "body", '"index" = ?', 127, offset=0.5)
        with pytest.raises(ProofError):
            queries.inclusion_proof(127).check()
