"""Running one command under limits: its output read as it comes, and the whole of it stopped when it goes too far.

What the kernel does not limit for a group of processes (memory, number, files, time) is looked at four times a second.
No database.
"""

import contextlib
import os
import re
import selectors
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from apps.specs.running.suites import Limits

LOOK_EVERY = 0.25  # seconds
# What an empty file takes, and how long a path may be: what lies deeper would not be found.
_BLOCK = 4096
_LONGEST_PATH = 3_500
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
) -> Ended:
    """Runs `command` in `folder` until it ends or is stopped; nothing of it is left afterwards, but outside a sandbox
    what it let go of before.

    `hear` gets each line of its output; `look` is called at every look and says why to stop, "" to go on. Raises
    OSError where it cannot be started; whatever `look` raises ends the command too.
    """
    started = time.monotonic()
    # What it was given does not count.
    full = _disk(folder, MAX_GIVEN) + limits.disk_mb * 1024 * 1024
    process = subprocess.Popen(  # noqa: S603 - the operator's command
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    output = _Output(hear)
    try:
        stopped = _watched(process, output, started, folder, full, limits, look)
    finally:
        _end(process)
    output.close()
    exit_code = None if stopped else process.returncode
    return Ended(exit_code, stopped, output.text(), output.size, time.monotonic() - started)


def _watched(
    process: subprocess.Popen[bytes],
    output: "_Output",
    started: float,
    folder: Path,
    full: int,
    limits: Limits,
    look: Callable[[], str],
) -> str:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    looked = 0.0
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while True:
            ready.select(LOOK_EVERY)
            is_open = output.take(pipe)
            if time.monotonic() - looked >= LOOK_EVERY:
                if why := look() or _too_much(process, started, folder, full, limits):
                    return why
                looked = time.monotonic()
            if process.poll() is not None:
                output.take(pipe)
                return ""
            if not is_open:  # it closed its output and goes on
                time.sleep(LOOK_EVERY)


def _too_much(process: subprocess.Popen[bytes], started: float, folder: Path, full: int, limits: Limits) -> str:
    if time.monotonic() - started > limits.seconds:
        return f"It ran longer than the {limits.seconds} seconds that it may."
    family = _family(process.pid)
    if len(family) > limits.processes:
        return f"It had {len(family)} processes; it may have {limits.processes}."
    memory = _memory(family)
    if memory > limits.memory_mb * 1024 * 1024:
        return f"It used {memory / 2**20:,.0f} MiB of memory; it may use {limits.memory_mb:,} MiB."
    if _disk(folder, full) + _nameless(family) > full:
        return f"It wrote more than the {limits.disk_mb:,} MiB that it may."
    return ""


def _family(pid: int) -> list[psutil.Process]:
    """The process `pid` and what came of it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    return []


def _memory(family: Iterable[psutil.Process]) -> int:
    """The bytes of memory that these processes hold."""
    total = 0
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += one.memory_info().rss
    return total


def _disk(folder: Path, enough: int) -> int:
    """The bytes that the files below `folder` take; it counts no further than just above `enough`."""
    total = 0
    waiting = [str(folder)]
    while waiting and total <= enough:
        if len(waiting[-1]) > _LONGEST_PATH:
            return enough + 1
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    total += max(entry.stat(follow_symlinks=False).st_blocks * 512, _BLOCK)
    return total


def _nameless(family: Iterable[psutil.Process]) -> int:
    """The bytes of files that these processes hold open and that have no name any more, or never had one."""
    found: dict[tuple[int, int], int] = {}
    for one in family:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{one.pid}/fd") as handles:
            for handle in handles:
                with contextlib.suppress(OSError):
                    status = handle.stat()
                    if status.st_nlink == 0 and stat.S_ISREG(status.st_mode):
                        found[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(found.values())


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
    while not all(_is_over(one) for one in family) and time.monotonic() < deadline:
        time.sleep(0.01)
    if process.stdout:
        process.stdout.close()


def _is_over(one: psutil.Process) -> bool:
    """Whether it has ended; who has to take note of that may come late."""
    try:
        return bool(one.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


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
