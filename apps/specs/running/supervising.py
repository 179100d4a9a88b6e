"""Running one command under limits: its output read as it comes, and the whole of it stopped when it goes too far.

What the kernel does not limit for a group of processes (memory, number, time, and outside a sandbox what they write) is
looked at four times a second. No database.
"""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from apps.specs.running.counting import Hidden, disk, family, is_over, memory, threads
from apps.specs.running.door import Door
from apps.specs.running.suites import Limits

LOOK_EVERY = 0.25  # seconds
MAX_GIVEN = 1024 * 1024 * 1024  # bytes of steps and features that are there before it starts
KEPT = 128 * 1024  # bytes of the output's beginning, and as many of its end
MAX_LINE = 1_000  # characters that are looked at of one line
_CHUNK = 64 * 1024
# ECMA-48 control sequences, operating system commands, and other escapes.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
# Controls but tab and newline, and what turns the direction of text or hides it.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@dataclass(frozen=True)
class Ended:
    """How it ended. `stopped` says why it was stopped, "" where it ended by itself; `seconds` is how long it ran."""

    exit_code: int | None
    stopped: str
    output: str
    output_bytes: int
    seconds: float


def supervise(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    limits: Limits,
    hear: Callable[[str], None],
    look: Callable[[], str],
    door: Door | None = None,
) -> Ended:
    """Runs `command` in `folder` until it ends or is stopped; nothing of it is left afterwards, but outside a sandbox
    what it let go of before.

    `hear` gets each line of its output; `look` is called at every look and says why to stop, "" to go on; `door` is
    that of the command's sandbox, if it has one. Raises OSError where it cannot be started; whatever `look` raises ends
    the command too.
    """
    started = time.monotonic()
    is_full = _fullness(folder, door, limits.disk_mb * 2**20)
    with _ahead_of_all():
        process = subprocess.Popen(  # noqa: S603 - the operator's command
            list(command),
            stdin=door.theirs.fileno() if door else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[door.rules] if door else [],
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
        output = _Output(hear)
        watch = _Watch(process, started, limits, look, is_full)
        try:
            if door:
                door.hand_over()
            stopped = _watched(watch, output, door)
        finally:
            _end(process)
    output.close()
    exit_code = None if stopped else process.returncode
    return Ended(exit_code, stopped, output.text(), output.size, time.monotonic() - started)


@contextlib.contextmanager
def _ahead_of_all() -> Iterator[None]:
    """Whoever looks gets the processor before what it looks after, where that is root's.

    The kernel does not limit how many processes root has, and a suite that forks without end would leave nobody the
    time to stop it. What is started within has the usual priority; see sched(7).
    """
    if os.geteuid() != 0:
        yield
        return
    usual = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(PermissionError):  # of a container, root may not
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, *usual)


def _fullness(folder: Path, door: Door | None, size: int) -> Callable[[], bool]:
    """What tells whether more than `size` bytes are written, besides what was given."""
    if door:
        return partial(door.holds_more_than, size)
    full = disk(folder, MAX_GIVEN) + size
    return lambda: disk(folder, full) > full


@dataclass(frozen=True)
class _Watch:
    """What is asked at every look."""

    process: subprocess.Popen[bytes]
    started: float
    limits: Limits
    look: Callable[[], str]
    is_full: Callable[[], bool]

    def why_stop(self) -> str:
        """The reason in words, "" to go on."""
        return self.look() or self._too_long() or self._too_many() or self.too_full()

    def too_full(self) -> str:
        """Whether it wrote more than it may, in words."""
        return f"It wrote more than the {self.limits.disk_mb:,} MiB that it may." if self.is_full() else ""

    def _too_long(self) -> str:
        if time.monotonic() - self.started > self.limits.seconds:
            return f"It ran longer than the {self.limits.seconds} seconds that it may."
        return ""

    def _too_many(self) -> str:
        processes = family(self.process.pid)
        if (number := threads(processes)) > self.limits.processes:
            return f"It had {number} processes and threads; it may have {self.limits.processes}."
        most = self.limits.memory_mb * 2**20
        try:
            held = memory(processes, most)
        except Hidden as error:
            return str(error)
        if held > most:
            return f"It used {held / 2**20:,.0f} MiB of memory; it may use {self.limits.memory_mb:,} MiB."
        return ""


def _watched(watch: _Watch, output: "_Output", door: Door | None) -> str:
    process = watch.process
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    looked = 0.0
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        if door:
            ready.register(door, selectors.EVENT_READ)
        while True:
            if any(key.fileobj is door for key, _ in ready.select(LOOK_EVERY)) and door:
                ready.unregister(door)
                door.open()
            is_open = output.take(pipe)
            if time.monotonic() - looked >= LOOK_EVERY:
                if why := watch.why_stop():
                    return why
                looked = time.monotonic()
            if process.poll() is not None:
                output.take(pipe)
                return watch.too_full()
            if not is_open:  # it closed its output and goes on
                time.sleep(LOOK_EVERY)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills the command and what it started. In a sandbox the kernel ends all that is inside with it."""
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()
    deadline = time.monotonic() + 5
    while not all(is_over(one) for one in family) and time.monotonic() < deadline:
        time.sleep(0.01)
    if process.stdout:
        process.stdout.close()


@dataclass
class _Output:
    """What the command wrote: counted, its beginning and its end kept, its lines passed on."""

    hear: Callable[[str], None]
    size: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _tail: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)

    def take(self, pipe: int) -> bool:
        """Reads what is there, for as long as until the next look; whether there may be more later."""
        until = time.monotonic() + LOOK_EVERY
        while time.monotonic() < until:
            try:
                piece = os.read(pipe, _CHUNK)
            except BlockingIOError:
                return True
            if not piece:
                return False
            self._keep(piece)
            self._pass_on(piece)
        return True

    def close(self) -> None:
        """Passes on the last line, which has no end."""
        if self._line:
            self.hear(plain(self._line)[:MAX_LINE])

    def text(self) -> str:
        """Its beginning and its end, with a line between that tells how much is left out."""
        left_out = self.size - len(self._head) - len(self._tail)
        if left_out <= 0:
            return plain(self._head + self._tail)
        return f"{plain(self._head)}\n… {left_out:,} bytes left out …\n{plain(self._tail)}"

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        room = KEPT - len(self._head)
        self._head += piece[:room]
        self._tail += piece[room:] if room > 0 else piece
        if len(self._tail) > KEPT:
            del self._tail[: len(self._tail) - KEPT]

    def _pass_on(self, piece: bytes) -> None:
        first, *rest = piece.split(b"\n")
        self._line += first[: MAX_LINE * 4 - len(self._line)]
        for more in rest:
            self.hear(plain(self._line)[:MAX_LINE])
            self._line = bytearray(more[: MAX_LINE * 4])


def plain(written: bytes | bytearray) -> str:
    """What a terminal would have shown, as text: no escape codes, no controls, nothing that turns or hides text."""
    text = bytes(written).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return _ODD.sub("", _ESCAPES.sub("", text))
