"""The sandbox that suites run in: bubblewrap, with nothing of the host but the system's programs. No database.

Linux namespaces of its own for files, processes, network, host name and users; no capability, no home, no way to make
further namespaces, nowhere to write but memory of its own. See bwrap(1); limits that a kernel may not keep by itself
are watched by `supervising`, and `self_test` tries whether it holds.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from apps.specs.running.door import GIVEN, KNOCKS, PLACES, WORK
from apps.specs.running.suites import Limits, Suite

PATH = "/usr/local/bin:/usr/bin:/bin"
MEBIBYTE = 1024 * 1024
# By how much the suite's folder is larger than its limit: who fills it went beyond.
BEYOND = MEBIBYTE
_PAGE = 64 * 1024  # bytes, the largest there are
# Of /etc only what programs need to find their libraries, certificates and zones: no key, no name of anybody.
ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
    "ssl/certs",
    "ssl/openssl.cnf",
    "ca-certificates",
    "java-17-openjdk",
)
_MERGED = ("bin", "sbin", "lib", "lib64", "lib32")


def wrapped(
    inner: Sequence[str],
    *,
    given: Path,
    rules: int,
    environment: Mapping[str, str],
    readable: Iterable[Path],
    limits: Limits,
) -> list[str]:
    """The command that runs `inner` in the sandbox, through a door whose `rules` these are.

    What stands in the folder `given` is copied to WORK, where `inner` begins. Raises OSError where it cannot be read.
    """
    size, room = limits.disk_mb * MEBIBYTE, limits.disk_mb * MEBIBYTE + _to_take(given) + BEYOND
    command = [
        "bwrap",
        *("--unshare-user", "--unshare-all", "--disable-userns", "--cap-drop", "ALL", "--seccomp", str(rules)),
        *("--die-with-parent", "--new-session", "--hostname", "suite", "--clearenv"),
        *("--proc", "/proc", "--dev", "/dev"),
        *_system(),
    ]
    for place in PLACES:
        command += ["--size", str(room if place == WORK else size), "--tmpfs", str(place)]
    for path in readable:
        command += ["--ro-bind", str(path), str(path)]
    command += ["--ro-bind", str(given), str(GIVEN)]
    command += ["--chdir", str(WORK)]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    # Of a worker that root runs, the settings of the kernel belong to root inside as well; and what bubblewrap made on
    # the way is in memory, and would be a place to fill.
    command += ["--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*command, "--", "sh", "-c", KNOCKS, "sh", *limited(inner, limits, in_sandbox=True)]


def limited(inner: Sequence[str], limits: Limits, *, in_sandbox: bool) -> list[str]:
    """The command that runs `inner` with the kernel's limits for one process; it ends with who started it."""
    options = [
        "--core=0",
        f"--cpu={cpu_seconds(limits)}",
        f"--nofile={limits.files}",
        f"--fsize={limits.disk_mb * MEBIBYTE}",
    ]
    if in_sandbox:
        # Counted by user: outside a sandbox it would count the portal's own processes.
        return ["prlimit", *options, f"--nproc={limits.processes}", "--", *inner]
    return ["setpriv", "--pdeathsig", "KILL", "prlimit", *options, "--", *inner]


def cpu_seconds(limits: Limits) -> int:
    """All that one process can use within its time, and a little: the clock ends it first, and says so."""
    return (limits.seconds + 2) * (os.cpu_count() or 1)


def environment_of(suite: Suite, work: Path) -> dict[str, str]:
    """What a suite finds in its environment: never the portal's own, which holds its secrets."""
    return {
        "PATH": PATH,
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "home"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **suite.environment,
    }


def _system() -> list[str]:
    found = ["--ro-bind", "/usr", "/usr"]
    for name in _MERGED:
        path = Path("/") / name
        if path.is_symlink():
            found += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            found += ["--ro-bind", str(path), str(path)]
    for name in ETC:
        found += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return found


def _to_take(folder: Path) -> int:
    """The bytes of memory that a copy of this folder takes at most."""
    sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return sum(-(-size // _PAGE) * _PAGE for size in sizes)
