"""Append-only in the database itself: whatever is not an append is refused by a trigger."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Entry, EntryAbout, EntryValue, Head, Verification
from apps.audit.protection import TRIGGERS, missing_triggers, protect
from apps.audit.verify import verify_log
from tests.audit.logbook import fill, sign

pytestmark = pytest.mark.django_db

COLUMNS = "body, leaf, nodes, root, event, subject, reference, person, at"


def refused(sql: str, words: str, *values: Any) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def log() -> None:
    fill(12)
    Verification.objects.create(size=12, root=bytes(Head.objects.get().root).hex(), ok=True, milliseconds=1)


@pytest.mark.parametrize("column", [field.column for field in Entry._meta.local_fields])
@pytest.mark.usefixtures("log")
def test_no_column_of_an_entry_changes(column: str) -> None:
    refused(f'UPDATE audit_entry SET "{column}" = "{column}"', "audit_entry is never changed")  # noqa: S608


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE audit_entry_about SET key = 'E-13' WHERE entry_id = 3", "audit_entry_about is never changed"),
        ("DELETE FROM audit_entry", "audit_entry is never removed from"),
        ('DELETE FROM audit_entry WHERE "index" = 11', "audit_entry is never removed from"),
        ("DELETE FROM audit_entry_about", "audit_entry_about is never removed from"),
        ("DELETE FROM audit_entry_value", "audit_entry_value is never removed from"),
        ("DELETE FROM audit_head", "audit_head is never removed from"),
        ("DELETE FROM audit_verification", "audit_verification is never removed from"),
        ("UPDATE audit_verification SET ok = NOT ok", "audit_verification is never changed"),
        ("INSERT INTO audit_entry_about (entry_id, key) VALUES (3, 'E-99')", "the entry is closed"),
        ("INSERT INTO audit_entry_value (entry_id, name, person) VALUES (3, 'x', 'P-1')", "the entry is closed"),
        ("INSERT INTO audit_head SELECT 2, origin, size, root, range, last_at FROM audit_head", "one head"),
        ("UPDATE audit_head SET size = size", "the head only grows"),
        ("UPDATE audit_head SET size = size - 1", "the head only grows"),
        ("UPDATE audit_head SET size = size + 1, origin = 'another/log'", "the head only grows"),
        ("UPDATE audit_head SET size = size + 1, id = 2", "the head only grows"),
    ],
)
def test_refused(sql: str, words: str) -> None:
    refused(sql, words)


@pytest.mark.parametrize("index", [-1, 0, 5, 13, 100])
@pytest.mark.usefixtures("log")
def test_only_the_next_index_is_taken(index: int) -> None:
    copy = f'SELECT %s, {COLUMNS} FROM audit_entry WHERE "index" = 5'  # noqa: S608
    refused(f'INSERT INTO audit_entry ("index", {COLUMNS}) {copy}', "the next index is due", index)  # noqa: S608


@pytest.mark.sqlite  # REPLACE is its own
@pytest.mark.usefixtures("log")
def test_replace_does_not_slip_past() -> None:
    refused(
        f'INSERT OR REPLACE INTO audit_entry ("index", {COLUMNS})'  # noqa: S608
        f' SELECT "index", {COLUMNS} FROM audit_entry WHERE "index" = 11',
        "the next index is due",
    )
    refused("INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head", "one head")
    refused("INSERT OR REPLACE INTO audit_entry_about (entry_id, key) VALUES (3, 'E-12')", "the entry is closed")
    refused("INSERT OR REPLACE INTO audit_verification SELECT * FROM audit_verification", "never changed")


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    "change",
    [
        "value = salt",
        "value = NULL",
        "value = NULL, salt = NULL",
        "salt = NULL, erased_in = 12",
        "person = 'P-99'",
        "value = NULL, salt = NULL, erased_in = 12, person = 'P-99'",
        "value = NULL, salt = NULL, erased_in = 12, name = 'x'",
        "value = NULL, salt = NULL, erased_in = 12, entry_id = 1",
    ],
)
def test_a_value_is_erased_or_stays(change: str) -> None:
    refused(f"UPDATE audit_entry_value SET {change} WHERE entry_id = 0", "a value is erased or stays")  # noqa: S608


@pytest.mark.usefixtures("log")
def test_a_value_may_be_erased_once() -> None:
    erase = "UPDATE audit_entry_value SET value = NULL, salt = NULL, erased_in = 12 WHERE entry_id = 0"
    with connection.cursor() as cursor:
        cursor.execute(erase)
    refused(erase, "a value is erased or stays")


@pytest.mark.usefixtures("log")
def test_the_models_are_refused_as_well() -> None:
    for rows in (Entry.objects.all(), EntryAbout.objects.all(), EntryValue.objects.all(), Head.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
    entry = Entry.objects.get(pk=3)
    entry.event = "epic.rejected"
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


@pytest.mark.usefixtures("log")
def test_after_all_these_refusals_the_log_is_good() -> None:
    sign()
    assert verify_log().ok


def test_all_triggers_stand_and_the_check_says_so() -> None:
    assert missing_triggers(connection) == []
    call_command("check", tags=["database"], databases=["default"])


def test_a_lost_trigger_is_an_error_of_the_check_and_can_be_made_again() -> None:
    name = "audit_entry_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON audit_entry" if connection.vendor == "postgresql" else ""))
    assert missing_triggers(connection) == [name]
    with pytest.raises(Exception, match="The database lacks its trigger audit_entry_update"):
        call_command("check", tags=["database"], databases=["default"])
    protect(connection)
    assert missing_triggers(connection) == []


def test_every_table_of_the_log_is_protected() -> None:
    for triggers in TRIGGERS.values():
        for model in (Entry, EntryAbout, EntryValue, Head, Verification):
            table = model._meta.db_table
            assert {f"{table}_update", f"{table}_delete"} <= set(triggers)
