"""Verifying a good log: by function, command and task; what it costs."""

import gc
import json
import tracemalloc
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.audit import raw_rows, tasks
from apps.audit.actions import verify
from apps.audit.merkle import EMPTY_ROOT
from apps.audit.models import Entry, Head, Verification
from apps.audit.verify import verify_log
from tests.audit.logbook import fill, sign

pytestmark = pytest.mark.django_db


def spoil(index: int) -> None:
    """Changes one entry past its trigger."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_update" + (" ON audit_entry" * (connection.vendor == "postgresql")))
        cursor.execute("UPDATE audit_entry SET event = 'epic.rejected' WHERE \"index\" = %s", [index])


def test_an_empty_log_is_good() -> None:
    outcome = verify_log()
    assert (outcome.ok, outcome.size, outcome.root) == (True, 0, EMPTY_ROOT.hex())


@pytest.mark.parametrize("size", [1, 2, 3, 199, 200, 201, 401])
def test_a_log_of_any_length_is_good(size: int) -> None:
    fill(size)
    outcome = verify_log()
    assert (outcome.ok, outcome.size) == (True, size), outcome
    assert outcome.root == bytes(Head.objects.get().root).hex()


def test_the_command_prints_json() -> None:
    fill(5)
    out = StringIO()
    call_command("audit_verify", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "size": 5,
        "root": bytes(Head.objects.get().root).hex(),
        "ok": True,
        "first_bad": None,
        "rule": "",
    }


def test_the_command_says_good_in_words() -> None:
    fill(5)
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert out.getvalue().startswith("Good: 5 entries, root ")


def test_the_command_ends_with_1_for_a_bad_log() -> None:
    fill(5)
    spoil(3)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify", "--json", stdout=out)
    assert ended.value.code == 1
    said = json.loads(out.getvalue())
    assert (said["ok"], said["first_bad"], said["rule"]) == (False, 3, "columns")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_verify", stdout=out)
    assert "BAD: Entry 3, rule “columns”: its search columns do not say what its body says." in out.getvalue()


def test_the_task_keeps_what_it_found() -> None:
    fill(5)
    tasks.verify_log()
    found = Verification.objects.get()
    assert (found.ok, found.size, found.first_bad, found.guarded) == (True, 5, None, True)
    assert Entry.objects.count() == 5  # a measured fact is no entry


def test_the_task_keeps_what_is_bad_and_that_a_trigger_is_gone() -> None:
    fill(5)
    spoil(3)
    tasks.verify_log()
    found = Verification.objects.get()
    assert (found.ok, found.first_bad, found.rule, found.guarded) == (False, 3, "columns", False)


def test_a_bad_verification_does_not_become_history() -> None:
    fill(5)
    Verification.objects.create(size=5, root="ff" * 32, ok=False, milliseconds=1)
    assert verify_log().ok


def test_a_log_that_grew_since_it_was_verified_is_good() -> None:
    for start in range(0, 50, 5):
        fill(5, start)
        assert verify().ok


def test_as_many_queries_a_page_however_many_entries(django_assert_num_queries: Any) -> None:
    fill(1)
    # Three lowest and highest, head, history, erasures; a page takes three; one says what else can be
    # compared, and eighteen find neither signature nor sign-off, decision, policy, case, review, SLA or requirement.
    with django_assert_num_queries(28):
        verify_log()
    fill(raw_rows.PAGE - 1)
    with django_assert_num_queries(28):
        verify_log()


def peak_of_verifying() -> int:
    """In bytes."""
    gc.collect()
    tracemalloc.start()
    assert verify_log().ok
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_is_flat() -> None:
    for _ in range(2):
        fill(raw_rows.PAGE)
    small = peak_of_verifying()
    for _ in range(8):
        fill(raw_rows.PAGE)
    # Five times the entries: were they kept, five times the memory.
    assert peak_of_verifying() < 2 * small


def test_who_appends_while_we_walk_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(3)
    read_page = raw_rows.read_page

    def meanwhile(start: int, end: int) -> list[raw_rows.RawEntry]:
        sign()
        return read_page(start, end)

    monkeypatch.setattr(raw_rows, "read_page", meanwhile)
    outcome = verify_log()
    assert (outcome.ok, outcome.size, Head.objects.get().size) == (True, 3, 4)
