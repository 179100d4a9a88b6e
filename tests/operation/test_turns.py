"""Who writes on SQLite takes turns: first come, first served, and nobody is sent away while others are served."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from apps.common import unavailable
from portal.sqlite import base
from portal.sqlite.turns import Queue, next_of_all
from tests.committed_db import CommittedDatabase

pytestmark = pytest.mark.sqlite
SECONDS = 20.0
HOLD = """
import sys
from pathlib import Path
from portal.sqlite.turns import next_of_all
with next_of_all(Path(sys.argv[1]), 20):
    print("mine", flush=True)
    sys.stdin.read()
"""


def wait_for(done: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < end
        time.sleep(0.005)


def begun(target: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_who_asked_first_is_served_first() -> None:
    queue, served = Queue(), list[int]()

    def come(number: int) -> None:
        assert queue.take(SECONDS)
        served.append(number)
        queue.give()

    assert queue.take(0)
    threads = []
    for number in range(8):
        threads.append(begun(lambda number=number: come(number)))  # type: ignore[misc]
        wait_for(lambda number=number: len(queue) == number + 1)  # type: ignore[misc]
    queue.give()
    for thread in threads:
        thread.join(SECONDS)
    assert served == list(range(8))
    assert queue.take(0), "the last one left it taken"


def test_who_waited_long_enough_goes_and_is_not_called_later() -> None:
    queue = Queue()
    assert queue.take(0)
    assert not queue.take(0.01)
    assert len(queue) == 0
    queue.give()
    assert queue.take(0)


def test_between_processes_one_asks_at_a_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin and other.stdout
        assert other.stdout.readline() == "mine\n"
        asked = time.monotonic()
        with next_of_all(tmp_path, 0.2):  # goes on regardless, for SQLite has the last word
            assert time.monotonic() - asked > 0.19
        other.kill()
        with next_of_all(tmp_path, SECONDS):
            assert time.monotonic() - asked < SECONDS


def queue_of(database: CommittedDatabase) -> Queue:
    return base._queues[database.name]


@pytest.mark.parametrize("end", ["commit", "error", "closed"])
def test_a_transaction_leaves_its_place_however_it_ends(committed_db: CommittedDatabase, end: str) -> None:
    with pytest.raises(ZeroDivisionError) if end == "error" else transaction.atomic(), transaction.atomic():
        assert not queue_of(committed_db).take(0)
        if end == "error":
            raise ZeroDivisionError
        if end == "closed":
            connection.close()
    assert queue_of(committed_db).take(0)
    queue_of(committed_db).give()


def test_whose_turn_does_not_come_is_told_that_it_is_busy(
    committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        pass
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    assert queue_of(committed_db).take(0)
    try:
        with pytest.raises(OperationalError) as raised, transaction.atomic():
            pass
    finally:
        queue_of(committed_db).give()
    assert unavailable.reason_of(raised.value) is unavailable.BUSY
