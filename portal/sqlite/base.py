"""The engine: Django's own, but that a transaction begins when it is its turn."""

import threading
import time
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import OperationalError as NotNow
from typing import Any

from django.db.backends.sqlite3 import base

from portal.sqlite.turns import Queue, next_of_all

_queues: dict[str, Queue] = {}
_guard = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits in the queue of its file before a transaction, and leaves it with the transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue: Queue | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if self.is_in_memory_db() or self._queue is not None:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        file = str(self.settings_dict["NAME"])
        end = time.monotonic() + float(self.settings_dict["OPTIONS"].get("timeout", 5))
        with _guard:
            queue = _queues.setdefault(file, Queue())
        if not queue.take(end - time.monotonic()):
            with self.wrap_database_errors:
                raise _not_now()
        self._queue = queue
        try:
            with next_of_all(Path(file).parent, end - time.monotonic()):
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _leave(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.give()


def _not_now() -> NotNow:
    """As SQLite itself says it."""
    error = NotNow("database is locked")
    error.sqlite_errorcode = SQLITE_BUSY
    return error
