"""Many at once, with real commits: no entry lost, none twice, none out of order."""

import os
import subprocess
import sys
import threading

from django.conf import settings
from django.db import connection

from apps.audit.acts import act
from apps.audit.models import Entry, Head
from apps.audit.protection import missing_triggers
from apps.audit.verify import Outcome, verify_log
from tests.audit.logbook import sign, write
from tests.committed_db import CommittedDatabase

WRITERS = 8
EACH = 15

WRITER = """
import django
django.setup()
from tests.audit.logbook import sign
for number in range({count}):
    sign(subject="S-{writer}", facts={{"number": number}})
"""


def test_threads_append_at_once(committed_db: CommittedDatabase) -> None:
    errors: list[Exception] = []

    def append(writer: int) -> None:
        try:
            for number in range(EACH):
                sign(subject=f"S-{writer}", facts={"number": number})
        except Exception as error:  # shown by the test
            errors.append(error)
        finally:
            connection.close()

    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=append, args=[writer]) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        outcomes.append(verify_log())  # while others write
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(outcome.ok for outcome in outcomes), [one for one in outcomes if not one.ok]
    assert (Head.objects.get().size, Entry.objects.count()) == (WRITERS * EACH, WRITERS * EACH)
    for writer in range(WRITERS):
        assert Entry.objects.filter(subject=f"S-{writer}").count() == EACH
    assert verify_log().ok


def test_processes_append_at_once(committed_db: CommittedDatabase) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": committed_db.url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER.format(count=EACH, writer=writer)], env=environment, cwd=settings.BASE_DIR
        )
        for writer in range(2)
    ]
    for _ in range(EACH):
        sign(subject="S-2")
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert Entry.objects.count() == 3 * EACH
    assert verify_log().ok


def test_acts_that_nest_do_not_wait_for_each_other(committed_db: CommittedDatabase) -> None:
    @act
    def outer() -> None:
        sign(event="inner.done")
        write("outer.done")
        sign(event="inner.done")

    def run() -> None:
        for _ in range(EACH):
            outer()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert Head.objects.get().size == 3 * 4 * EACH
    # Entries of one act stand together.
    events = list(Entry.objects.values_list("event", flat=True))
    assert events == ["inner.done", "outer.done", "inner.done"] * (4 * EACH)


def test_a_database_of_its_own_is_empty_and_protected(committed_db: CommittedDatabase) -> None:
    assert connection.settings_dict["NAME"] == committed_db.name
    assert Head.objects.get().size == 0
    sign()
    assert Head.objects.get().size == 1
    assert missing_triggers(connection) == []


def test_the_next_test_finds_nothing_of_it(committed_db: CommittedDatabase) -> None:
    assert not Entry.objects.exists()
