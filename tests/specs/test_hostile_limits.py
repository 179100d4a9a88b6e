"""Suites that go beyond their limits, each really run in the sandbox: stopped in time, and said in words."""

import os
import re

import pytest

from tests.specs.harm import LIMITS, Hostile, done, hostile_fixture, stopped, story_fixture  # noqa: F401, fixtures
from tests.specs.kits import bubblewrap, kit  # noqa: F401, fixtures

pytestmark = pytest.mark.django_db
# The kernel does not count root's; of others it refuses what goes beyond, and the suite goes on in vain.
TOO_MANY = r"It had \d+ processes and threads; it may have 24\." if os.geteuid() == 0 else "It (had|ran)"


# --- time and processes


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("time.sleep(60)", id="sleeps"),
        pytest.param("while True: pass", id="computes"),
        pytest.param("leave()\nwhile True: print('.', flush=True)", id="writes"),
        pytest.param("leave()\nos.close(1); os.close(2)\ntime.sleep(60)", id="closes its output"),
        pytest.param(
            "for number in range(1, 32):\n"
            "    if number not in (9, 19): signal.signal(number, signal.SIG_IGN)\n"
            "time.sleep(60)",
            id="ignores signals",
        ),
        pytest.param(
            "for pid in (-1, 1, 2):\n"
            "    try: os.kill(pid, signal.SIGKILL if pid != os.getpid() else 0)\n"
            "    except OSError: pass\n"
            "time.sleep(60)",
            id="kills",
        ),
    ],
)
def test_it_does_not_end(hostile: Hostile, script: str) -> None:
    assert stopped(hostile(script, seconds=1)) == "It ran longer than the 1 seconds that it may."


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while True:\n    try: os.fork()\n    except OSError: pass", id="bomb"),
        pytest.param(
            "while True:\n    try: subprocess.Popen(['sleep', '60'], start_new_session=True)\n    except OSError: pass",
            id="sessions",
        ),
    ],
)
def test_it_forks(hostile: Hostile, script: str) -> None:
    words = stopped(hostile(script, seconds=2, memory_mb=4000))
    # Root's processes are not counted by the kernel; those of others end at the limit and go on in vain.
    assert re.match(
        r"It had \d+ processes and threads; it may have 24\." if os.geteuid() == 0 else "It (had|ran)", words
    )


DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        {daemon}
        time.sleep(60)
    os._exit(0)
time.sleep(0.2)
leave()
"""


@pytest.mark.parametrize("daemon", ["os.close(1)", "pass", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_it_leaves_a_daemon_behind(hostile: Hostile, daemon: str) -> None:
    done(hostile(DAEMON.format(daemon=daemon), seconds=5))


def test_it_has_threads(hostile: Hostile) -> None:
    script = """
import threading
threading.stack_size(2**16)
for _ in range(2000):
    try: threading.Thread(target=time.sleep, args=[60]).start()
    except RuntimeError: pass
time.sleep(60)
"""
    words = stopped(hostile(script, seconds=2))
    assert re.match(
        r"It had \d+ processes and threads; it may have 24\." if os.geteuid() == 0 else "It (had|ran)", words
    )


# --- memory and disk


def test_it_eats_memory(hostile: Hostile) -> None:
    words = stopped(hostile("kept = []\nwhile True: kept.append(bytes([1]) * 2**20); time.sleep(0.001)"))
    assert re.fullmatch(r"It used \d+ MiB of memory; it may use 128 MiB\.", words)


CALLS = """
import ctypes, errno, mmap
libc = ctypes.CDLL(None, use_errno=True)

def refused(name, *arguments):
    if getattr(libc, name)(*arguments) == -1 and ctypes.get_errno() == errno.ENOSYS: print(name, "is refused")

"""


def test_it_keeps_memory_where_nobody_counts_it(hostile: Hostile) -> None:
    """400 MiB as System V has them, without a process that has them; in files of memory; in queues, pipes and rings."""
    script = """
libc.shmat.restype = ctypes.c_void_p
refused("shmget", 0, ctypes.c_size_t(4097), 0o1600)
refused("shmget", 0, ctypes.c_size_t(2**32 + 1), 0o1600)
refused("semget", 0, 1, 0o1600)
refused("msgget", 0, 0o1600)
refused("memfd_create", b"x", 0)
refused("vmsplice", 1, None, 0, 0)
for number in ({"x86_64": (323, 447, 425, 426, 427, 248, 249, 250, 321, 298),
                "aarch64": (282, 447, 425, 426, 427, 217, 218, 219, 280, 241)}[os.uname().machine]):
    refused("syscall", number, 0, 0, 0, 0, 0)
leave()
"""
    assert done(hostile(CALLS + script)).splitlines() == [
        *("shmget is refused", "shmget is refused", "semget is refused", "msgget is refused"),
        *("memfd_create is refused", "vmsplice is refused", *["syscall is refused"] * 10),
    ]


def test_it_calls_as_another_architecture_does(hostile: Hostile) -> None:
    """On x86-64 two more tables of calls lead to the same kernel: x32's, and of 32 bits by an interrupt."""
    script = """
if os.uname().machine == "x86_64":
    refused("syscall", 0x40000000 + 29, 0, ctypes.c_size_t(2**20), 0o1600)
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("53b814000000cd805bc3"))  # push rbx; mov eax, 20 (getpid); int 0x80; pop rbx; ret
    old_pid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    print(old_pid() in (-errno.ENOSYS, -errno.EFAULT))
else: print("syscall is refused\\nTrue")
leave()
"""
    assert done(hostile(CALLS + script)) == "syscall is refused\nTrue\n"


def test_what_programs_need_is_left_to_them(hostile: Hostile) -> None:
    """The little segment of PostgreSQL's, semaphores and shared memory of Python's, callbacks of libffi's."""
    script = """
import multiprocessing
from multiprocessing import shared_memory
assert libc.shmget(0, ctypes.c_size_t(56), 0o1600) != -1
assert multiprocessing.Semaphore(2).acquire()
shared = shared_memory.SharedMemory(create=True, size=2**20)
shared.close(); shared.unlink()
assert multiprocessing.get_context("fork").Pool(2).map(abs, [-1, -2]) == [1, 2]
assert ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)() == 7
mmap.mmap(-1, 2**20).write(b"x")
leave()
"""
    assert done(hostile(CALLS + script)) == ""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            "for n in range(40):\n"
            "    if (child := os.fork()) == 0:\n"
            "        kept[n * 2**20 * 5:(n + 1) * 2**20 * 5] = bytes([1]) * (5 * 2**20); os._exit(0)\n"
            "    os.waitpid(child, 0)\n"
            "time.sleep(60)",
            id="touched by children",
        ),
        pytest.param(
            "for n in range(40):\n"
            "    kept[n * 2**20 * 5:(n + 1) * 2**20 * 5] = bytes([1]) * (5 * 2**20); kept.madvise(mmap.MADV_DONTNEED)\n"
            "time.sleep(60)",
            id="let go",
        ),
    ],
)
def test_it_shares_memory_that_no_process_has(hostile: Hostile, script: str) -> None:
    words = stopped(hostile("import mmap\nkept = mmap.mmap(-1, 200 * 2**20)\n" + script))
    assert re.fullmatch(r"It used 2\d\d MiB of memory; it may use 128 MiB\.", words)


def test_its_tables_of_pages_count(hostile: Hostile) -> None:
    """A page that was only read takes no memory, but the table that leads to it does."""
    script = """
import mmap
kept = mmap.mmap(-1, 80 * 2**30, flags=0x4022)  # private, anonymous, not reserved
kept.madvise(mmap.MADV_NOHUGEPAGE)
for place in range(0, len(kept), 2**21): kept[place]
time.sleep(60)
"""
    assert "of memory; it may use 128 MiB." in stopped(hostile(script))


def test_what_its_processes_have_in_common_counts_once(hostile: Hostile) -> None:
    script = """
kept = bytes([1]) * (60 * 2**20)
children = []
for _ in range(5):
    children.append(os.fork())
    if children[-1] == 0: sum(kept[::4096]); time.sleep(1.2); os._exit(0)
for child in children: os.waitpid(child, 0)
leave()
"""
    done(hostile(script, seconds=10))


def test_its_processes_eat_memory_together(hostile: Hostile) -> None:
    script = "for _ in range(4):\n    if os.fork() == 0:\n        kept = bytes([1]) * (40 * 2**20); time.sleep(60)\n"
    assert "of memory; it may use 128 MiB." in stopped(hostile(script + "time.sleep(60)"))


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            "for n in range(1000):\n    with open(f'/execution/{n}', 'wb') as file: file.write(bytes([1]) * 2**20)",
            id="files",
        ),
        pytest.param(
            "for name in 'ab':\n"
            "    with open(f'/execution/{name}', 'wb') as file: file.write(bytes([1]) * (5 * 2**20))\n"
            "time.sleep(60)",
            id="two files",
        ),
        pytest.param("for n in range(100_000): open(f'/execution/home/{n}', 'w').close()\ntime.sleep(60)", id="empty"),
        pytest.param(
            "open('x', 'wb').write(bytes([1]) * (5 * 2**20)); os.chmod('.', 0o300)\n"
            "open('y', 'wb').write(bytes([1]) * (4 * 2**20)); time.sleep(60)",
            id="in a closed folder",
        ),
        pytest.param(
            "for n in range(100_000): open(f'/tmp/{n}', 'w').close()\ntime.sleep(60)",
            id="empty ones elsewhere",
        ),
    ],
)
def test_it_eats_disk(hostile: Hostile, script: str) -> None:
    assert stopped(hostile(script, seconds=20)) == "It wrote more than the 8 MiB that it may."


SENT = """
def sent(handle):
    socket.send_fds(out, [b"x"], [handle])
    os.close(handle)

into, out = socket.socketpair()
for n in range(2):
    held = open("x", "wb+"); held.write(bytes([n]) * ({mebibytes} * 2**20 // 2)); held.flush(); os.unlink("x")
    sent(os.dup(held.fileno())); held.close()
time.sleep(60)
"""
TABLE_OF_ITS_OWN = """
import ctypes, threading
def hold():
    ctypes.CDLL(None).unshare(0x400)  # CLONE_FILES
    held = [open(name, "wb") for name in "ab"]
    for one in held:
        one.write(bytes([1]) * ({mebibytes} * 2**20 // 2)); one.flush(); os.unlink(one.name)
    time.sleep(60)
threading.Thread(target=hold).start()
time.sleep(60)
"""


@pytest.mark.parametrize("script", [SENT, TABLE_OF_ITS_OWN], ids=["in flight", "of a thread"])
def test_it_holds_files_without_names(hostile: Hostile, script: str) -> None:
    """What is a little too much is said; the kernel gives no room for more, whoever holds it."""
    assert stopped(hostile(script.format(mebibytes=9), seconds=20)) == "It wrote more than the 8 MiB that it may."


def test_the_kernel_gives_no_room_beyond(hostile: Hostile) -> None:
    script = """
total = 0
try:
    for n in range(100):
        held = os.open("x", os.O_WRONLY | os.O_CREAT)
        os.unlink("x")
        total += os.write(held, bytes([1]) * 2**20)
except OSError as error: print(total, error.strerror, flush=True)
time.sleep(60)
"""
    execution = hostile(script)
    assert stopped(execution) == "It wrote more than the 8 MiB that it may."
    number, words = execution.output.split(" ", 1)
    assert int(number) <= 10 * 2**20 and words == "No space left on device\n"


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])  # noqa: S108 - inside
def test_it_fills_one_file(hostile: Hostile, place: str) -> None:
    script = f"""
with open('{place}/big', 'wb', buffering=0) as file:
    try:
        while True: file.write(bytes(2**16))
    except OSError as error: print(error.strerror, file.tell(), flush=True)
os.unlink('{place}/big')
leave()
"""
    words = done(hostile(script))
    assert re.search(r"(File too large|No space left on device) (\d+)", words)
    assert int(words.split()[-1]) <= LIMITS["disk_mb"] * 2**20


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])  # noqa: S108 - inside
def test_it_fills_memory_with_files(hostile: Hostile, place: str) -> None:
    script = f"""
total = 0
try:
    for n in range(1000):
        with open(f'{place}/{{n}}', 'wb', buffering=0) as file: total += file.write(bytes([1]) * 2**18)
except OSError as error: print(error.strerror)
print(total)
leave()
"""
    words = done(hostile(script))
    assert "No space left on device" in words
    assert int(words.split()[-1]) <= LIMITS["disk_mb"] * 2**20


def test_what_it_closed_to_its_owner_is_removed_too(hostile: Hostile) -> None:
    hostile("os.makedirs('a/b/c'); os.chmod('a/b', 0); os.chmod('a', 0)\nleave()")


def test_a_tree_too_deep_for_recursion_is_removed(hostile: Hostile) -> None:
    hostile("for n in range(1100):\n    os.mkdir('d'); os.chdir('d')\nleave()")
