"""The door between a worker and one sandbox: it opens once, before the suite begins, and gives the worker its places.

Whatever a suite may write to is memory inside the sandbox, of a size that the kernel keeps; nothing of it has a name
outside. Before the suite begins, the sandbox knocks and waits. The worker opens the places where they stand then, and
holds them open: to see how full they are, and to read the reports when the sandbox is gone. No database.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apps.specs.running import seccomp

# Where the suite's own folder stands inside, and whatever else can be written to.
WORK = Path("/execution")
PLACES = (WORK, Path("/tmp"), Path("/dev/shm"))  # noqa: S108 - inside
# What stands as `given` is copied to WORK first; then it knocks, waits, and begins. The door is the standard input.
GIVEN = Path("/given")
KNOCKS = f'cp -a {GIVEN}/. . && echo >&0 && read -r _ && exec "$@" </dev/null'
# What a file takes besides its content (BOGO_INODE_SIZE of the kernel's mm/shmem.c).
_INODE = 1024
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


@dataclass
class Door:
    """One door. `theirs` is for the sandbox's standard input, `rules` the filter that bubblewrap reads."""

    ours: socket.socket
    theirs: socket.socket
    rules: int
    _places: list[int] = field(default_factory=list)
    _given: int = 0

    def fileno(self) -> int:
        """What can be read once somebody knocks."""
        return self.ours.fileno()

    def hand_over(self) -> None:
        """Closes what the sandbox has now."""
        self.theirs.close()
        os.close(self.rules)
        self.rules = -1

    def open(self) -> None:
        """Opens the places and lets the suite begin; nothing, where the sandbox ended before. Raises OSError."""
        said, notes, *_ = self.ours.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
        if said:
            inside, *_ = _CREDENTIALS.unpack(notes[0][2])
            for place in PLACES:
                self._places.append(os.open(f"/proc/{inside}/root{place}", os.O_PATH | os.O_DIRECTORY))
            self._given = _taken(self._places[0])
            self.ours.sendall(b"\n")
        self.ours.close()

    @property
    def folder(self) -> int | None:
        """The suite's own folder, open; None where it never began."""
        return self._places[0] if self._places else None

    def holds_more_than(self, size: int) -> bool:
        """Whether a place holds more bytes, what was given aside."""
        own = [_taken(place) for place in self._places]
        return bool(own) and max(own[0] - self._given, *own[1:]) > size

    def close(self) -> None:
        """Lets go of all; what the suite wrote is gone with it."""
        self.ours.close()
        self.theirs.close()
        for one in (self.rules, *self._places):
            if one >= 0:
                os.close(one)
        self._places = []


@contextlib.contextmanager
def door() -> Iterator[Door]:
    """A door, closed at the end."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # says who knocks, by the number that it has outside
    rules, write = os.pipe()
    with os.fdopen(write, "wb") as file:
        file.write(seccomp.program())
    made = Door(ours, theirs, rules)
    try:
        yield made
    finally:
        made.close()


def _taken(place: int) -> int:
    """The bytes of memory that this place takes: its content, or where that is more, its files themselves."""
    now = os.fstatvfs(place)
    return max((now.f_blocks - now.f_bfree) * now.f_frsize, (now.f_files - now.f_ffree) * _INODE)
