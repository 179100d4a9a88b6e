"""Suites that mean harm to a worker that is not root, whom some of what they do is closed to.

Where the tests run as root, a process of nobody's is the worker; its programs are the system's.
"""

import ctypes
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from apps.specs.running import sandbox, self_test
from apps.specs.running.door import door
from apps.specs.running.suites import Limits
from apps.specs.running.supervising import supervise
from tests.specs.kits import bubblewrap  # noqa: F401, a fixture

NOBODY = 65534
LIMITS = Limits(seconds=5, memory_mb=128, processes=24, files=64, disk_mb=8)
FULL = "It wrote more than the 8 MiB that it may."
BEGINNING = """
import ctypes, mmap, os, socket, threading, time
libc = ctypes.CDLL(None)

"""
# No debugger and no reader of /proc but the kernel's own may look at it then.
HIDES = "assert libc.prctl(4, 0, 0, 0, 0) == 0\n"
pytestmark = pytest.mark.usefixtures("bubblewrap")


@pytest.fixture
def given() -> Iterator[Path]:
    """A folder of the worker's."""
    path = Path(tempfile.mkdtemp())
    (path / "reports").mkdir()
    if os.geteuid() == 0:
        for one in (path, path / "reports"):
            os.chown(one, NOBODY, NOBODY)
    yield path
    shutil.rmtree(path)


def supervised(given: Path, script: str, readable: Sequence[Path]) -> str:
    """Why the script was stopped in the sandbox; where it was not, its output."""
    python = shutil.which("python3", path=sandbox.PATH)
    assert python, "the system has no Python"
    with door() as its_door:
        command = sandbox.wrapped(
            [python, "-c", BEGINNING + script],
            given=given,
            rules=its_door.rules,
            environment={"PATH": sandbox.PATH},
            readable=readable,
            limits=LIMITS,
        )
        ended = supervise(
            command,
            environment={"PATH": sandbox.PATH},
            folder=given,
            limits=LIMITS,
            hear=lambda line: None,
            look=lambda: "",
            door=its_door,
        )
        return ended.stopped or ended.output


def as_nobody(given: Path, script: str | None, readable: Sequence[Path] = ()) -> str:
    """What `supervised` says, or the self-test where there is no script, in a worker that is not root."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                # As a process is that was started so: it has hidden nothing.
                ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
            said = self_test.problem() if script is None else supervised(given, script, readable)
            os.write(write, said.encode())
        except BaseException as error:
            os.write(write, repr(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_the_sandbox_holds_for_it(given: Path) -> None:
    assert as_nobody(given, None) == ""


def test_what_means_no_harm_ends_by_itself(given: Path) -> None:
    assert as_nobody(given, "print(os.listdir('/execution'))") == "['reports']\n"


@pytest.mark.parametrize("hides", ["", HIDES], ids=["seen", "hidden"])
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            "os.mkdir('d', 0o300); open('d/x', 'wb').write(bytes([1]) * (5 * 2**20))\n"
            "open('d/y', 'wb').write(bytes([1]) * (4 * 2**20))",
            id="in a closed folder",
        ),
        pytest.param(
            "into, out = socket.socketpair()\n"
            "for n in range(2):\n"
            "    held = open('x', 'wb'); os.unlink('x'); held.write(bytes([1]) * (9 * 2**19)); held.flush()\n"
            "    socket.send_fds(out, [b'x'], [held.fileno()]); held.close()",
            id="in flight",
        ),
        pytest.param(
            "kept = []\n"
            "for n in range(2):\n"
            "    held = open('x', 'wb'); os.unlink('x'); held.write(bytes([1]) * (9 * 2**19)); held.flush()\n"
            "    kept.append(held)",
            id="open",
        ),
    ],
)
def test_it_eats_disk(given: Path, script: str, hides: str) -> None:
    assert as_nobody(given, hides + script + "\ntime.sleep(60)") == FULL


@pytest.mark.parametrize("hides", ["", HIDES], ids=["seen", "hidden"])
@pytest.mark.parametrize(
    "script",
    [
        pytest.param("kept = bytes([1]) * (200 * 2**20)", id="of its own"),
        pytest.param(
            "kept = mmap.mmap(-1, 200 * 2**20)\n"
            "for n in range(40):\n"
            "    kept[n * 2**20 * 5:(n + 1) * 2**20 * 5] = bytes([1]) * (5 * 2**20); kept.madvise(mmap.MADV_DONTNEED)",
            id="shared",
        ),
    ],
)
def test_it_eats_memory(given: Path, script: str, hides: str) -> None:
    assert as_nobody(given, hides + script + "\ntime.sleep(60)").endswith("of memory; it may use 128 MiB.")


def test_what_its_processes_have_in_common_counts_once(given: Path) -> None:
    script = """
kept = bytes([1]) * (60 * 2**20)
children = []
for _ in range(5):
    children.append(os.fork())
    if children[-1] == 0:
        sum(kept[::4096]); time.sleep(1.2); os._exit(0)
for child in children: os.waitpid(child, 0)
print("ended")
"""
    assert as_nobody(given, HIDES + script) == "ended\n"


def test_its_threads_are_refused_beyond_the_limit(given: Path) -> None:
    script = """
threading.stack_size(2**16)
number = 1
for _ in range(2000):
    try: threading.Thread(target=time.sleep, args=[1], daemon=True).start(); number += 1
    except RuntimeError: pass
print(number <= 24)
"""
    assert as_nobody(given, script) in ("True\n", "It had 25 processes and threads; it may have 24.")


def test_who_cannot_be_looked_at_is_stopped(given: Path) -> None:
    """A program of another's that one may run and not read: its memory is closed to whoever started it."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "sleep"
        shutil.copy("/bin/sleep", program)
        Path(folder).chmod(0o755)
        program.chmod(0o711)
        words = as_nobody(given, f"os.execv({str(program)!r}, ['sleep', '60'])", readable=[Path(folder)])
    if os.geteuid() == 0:
        assert re.fullmatch(r"It hides a process \(number \d+\), so that nobody can count its memory\.", words)
    else:  # its own, which it may look at
        assert words == "It ran longer than the 5 seconds that it may."
