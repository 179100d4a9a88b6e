"""Whose turn it is to write: who comes first in a process, and one of each process at a time.

SQLite has one writer. Whoever waits asks again every tenth of a second, and whoever asks at the right moment is next:
with many at once somebody waits for twenty seconds and is sent away while others sign.
"""

import errno
import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ASKED_EVERY = 0.002  # seconds; between processes alone


class Queue:
    """A lock that is given in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for one's turn, at most so long. Whether it came."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=max(0.0, seconds)):
            return True
        with self._guard:
            if mine not in self._waiting:  # it came at the last moment
                return True
            self._waiting.remove(mine)
            return False

    def give(self) -> None:
        """It is the next one's turn."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

    def __len__(self) -> int:
        """How many wait."""
        with self._guard:
            return len(self._waiting)


@contextmanager
def next_of_all(folder: Path, seconds: float) -> Iterator[None]:
    """Inside, this process alone asks SQLite for its lock. Waits at most so long for that, and then goes on regardless.

    The folder is locked, no file of SQLite's: whoever opens one and closes it takes SQLite's own locks away.
    """
    end = time.monotonic() + seconds
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while not _is_locked(handle) and time.monotonic() < end:
            time.sleep(_ASKED_EVERY)
        yield
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without such locks: then it is as if there were no others.
        return error.errno not in (errno.EWOULDBLOCK, errno.EINTR)
    return True
