"""Only one command at a time that runs or replaces an installation."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AnotherRuns(Exception):
    """Another `up`, `restore` or `upgrade` is at work on the same state."""


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold the folder of state `var` for oneself. Raises AnotherRuns at once where somebody else does."""
    with (var / "run" / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherRuns(f"another up runs on {var}") from error
        yield
