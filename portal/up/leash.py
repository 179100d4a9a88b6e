"""Ends a tree of processes when the one that holds the other end of the pipe is gone, however it went.

Started as a file, without Django and without site packages. Reads lines `hold <group>`, `drop <group>`,
`folder <path>` (removed at the end) and `done` from standard input; at its end without `done`, it ends every
group it still holds.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

PATIENCE = 3.0  # seconds from TERM to KILL


def end_groups(groups: set[int], patience: float = PATIENCE) -> None:
    """TERM, and KILL for what is left after `patience` seconds."""
    left = {group for group in groups if _signal(group, signal.SIGTERM)}
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if _signal(group, 0)}
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    """Wait for the end of standard input."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    held: set[int] = set()
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "hold":
            held.add(int(rest))
        elif word == "drop":
            held.discard(int(rest))
        elif word == "folder":
            folders.append(rest)
        elif word == "done":
            held.clear()
    end_groups(held)
    for folder in folders:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
