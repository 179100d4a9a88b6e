"""A tree of processes that starts in order, stops the first as the last, and leaves nobody behind.

Each process leads a group of its own, so that a Ctrl-C reaches `up` alone and those it forked again are
found. Two things end them when `up` is killed outright: the kernel (PR_SET_PDEATHSIG, for the processes
themselves) and the leash (for their groups).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from portal.logs import readable
from portal.up import leash

_PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Somebody asked `up` to stop, by Ctrl-C or a signal."""


class DidNotStart(Exception):
    """Something could not be started, or ended by itself; the words say what and where to look."""


def die_with_parent(number: int = signal.SIGTERM) -> Callable[[], None]:
    """What a child does before it becomes another program: ask for the signal `number` at its parent's end."""
    parent = os.getpid()
    # Loaded here: between fork and exec no library may be opened.
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(1)

    return prepare


def die_with_make() -> None:
    """Under make, end with it: its kill is meant for what it runs. A shell that is closed is not."""
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))


@dataclass
class Child:
    """One process of the tree; `patience` is how many seconds it gets to end by itself."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    patience: float

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            said = self.log.read_text(errors="replace").splitlines()[-lines:]
            return "\n".join("\n".join(map(readable, said)).splitlines()[-lines:])
        return ""


@dataclass
class Tree:
    """The processes of one `up`, oldest first."""

    environment: dict[str, str]
    folder: Path
    state: Path
    children: list[Child] = field(default_factory=list)
    asked_to_stop: bool = False
    _leash: subprocess.Popen[str] | None = None

    def listen(self) -> None:
        """From here on, Ctrl-C and TERM are wishes that `pause` hears."""

        def hear(number: int, frame: FrameType | None) -> None:
            self.asked_to_stop = True

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, hear)

    def tie(self, *folders: Path) -> None:
        """Start the leash, which also removes `folders` if `up` is killed."""
        self._leash = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", leash.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for folder in folders:
            self._tell(f"folder {folder}")

    def start(self, name: str, command: Sequence[str], *, patience: float = 10, pass_fds: Sequence[int] = ()) -> Child:
        """Start one process, its words going to `<state>/log/<name>.log`."""
        log = self.state / "log" / f"{name}.log"
        with _fresh(log) as words:
            process = subprocess.Popen(  # noqa: S603
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.folder,
                pass_fds=tuple(pass_fds),
                start_new_session=True,
                preexec_fn=die_with_parent(),  # there are no threads here
            )
        self._tell(f"hold {process.pid}")
        child = Child(name, process, log, patience)
        self.children.append(child)
        return child

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run one process to its end. Raises DidNotStart with its last words where it fails."""
        child = self.start(name, command)
        while child.process.poll() is None:
            self.pause(0.05, but=child)
        self._forget(child)
        if child.process.returncode:
            raise DidNotStart(f"{name} failed:\n{child.last_words()}")

    def wait_until(self, done: Callable[[], bool], *, seconds: float, what: Callable[[], str]) -> None:
        """Wait for `done`. Raises DidNotStart with `what` it is after `seconds`."""
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise DidNotStart(what())
            self.pause(0.1)

    def pause(self, seconds: float, *, but: Child | None = None) -> None:
        """Let time pass. Raises Stopped if asked to stop, DidNotStart if a child other than `but` ended."""
        time.sleep(seconds)
        if self.asked_to_stop:
            raise Stopped
        for child in self.children:
            if child is not but and child.process.poll() is not None:
                words = f"{child.name} ended by itself (exit {child.process.returncode}); {child.log} says:"
                raise DidNotStart(f"{words}\n{child.last_words()}")
        if self._leash is not None and self._leash.poll() is not None:
            raise DidNotStart("the process that would clean up after a kill has ended")

    def stop(self) -> None:
        """End everything, what was started first as the last, for it serves the others, which end at the same time.

        Who does not end in its time is killed, with all it forked.
        """
        ending = list(self.children)
        for child in ending[1:]:
            child.process.terminate()
        for child in reversed(ending):
            if child is ending[0]:
                child.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(child.patience)
        # A second TERM would make gunicorn and Celery end cold; only what outlived its time or its leader gets one.
        leash.end_groups({child.process.pid for child in ending}, patience=1)
        for child in ending:
            child.process.wait()
            self._forget(child)
        if self._leash is not None:
            self._tell("done")
            if self._leash.stdin:
                with contextlib.suppress(BrokenPipeError):
                    self._leash.stdin.close()
            self._leash.wait()

    def _forget(self, child: Child) -> None:
        self.children.remove(child)
        self._tell(f"drop {child.process.pid}")

    def _tell(self, line: str) -> None:
        if self._leash is not None and self._leash.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # `pause` says that it has ended
                self._leash.stdin.write(line + "\n")
                self._leash.stdin.flush()


def _fresh(log: Path) -> IO[bytes]:
    """`log` opened anew, what it held before kept beside it as `.old`."""
    if log.exists():
        log.replace(log.with_suffix(".old"))
    return log.open("ab")  # so that whoever writes goes on at the end of a file that was cut
