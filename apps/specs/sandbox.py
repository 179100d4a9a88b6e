"""The sandbox that suites run in: bubblewrap, with nothing of the host but the system's programs. No database.

Linux namespaces of its own for files, processes, network, host name and users; no capability, no home, no way to make
further namespaces. See bwrap(1); limits that a kernel may not keep by itself are watched by `supervising`.
"""

import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from subprocess import PIPE, STDOUT, TimeoutExpired
from subprocess import run as run_process

from apps.specs.suites import Limits, Suite

# Where the fresh folder stands inside.
WORK = Path("/execution")
PATH = "/usr/local/bin:/usr/bin:/bin"
MEBIBYTE = 1024 * 1024
# Of /etc only what programs need to find their libraries and zones, and a name for nobody.
_ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
    "ssl",
    "ca-certificates",
    "java-17-openjdk",
)
_MERGED = ("bin", "sbin", "lib", "lib64", "lib32")
TEST_SECONDS = 20


def wrapped(
    inner: Sequence[str], *, work: Path, environment: Mapping[str, str], readable: Iterable[Path], limits: Limits
) -> list[str]:
    """The command that runs `inner` in the sandbox, where `work` stands as WORK, the only place that keeps anything."""
    size = ["--size", str(limits.disk_mb * MEBIBYTE), "--tmpfs"]
    command = [
        "bwrap",
        *("--unshare-user", "--unshare-all", "--disable-userns", "--cap-drop", "ALL"),
        *("--die-with-parent", "--new-session", "--hostname", "suite", "--clearenv"),
        *("--proc", "/proc", "--dev", "/dev", *size, "/dev/shm", *size, "/tmp"),  # noqa: S108 - inside
        *_system(),
    ]
    for path in readable:
        command += ["--ro-bind", str(path), str(path)]
    command += ["--bind", str(work), str(WORK), "--chdir", str(WORK)]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    # What bubblewrap made on the way is in memory, and would be a place to fill.
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*command, "--", *limited(inner, limits, in_sandbox=True)]


def limited(inner: Sequence[str], limits: Limits, *, in_sandbox: bool) -> list[str]:
    """The command that runs `inner` with the kernel's limits for one process; it ends with who started it."""
    options = [
        "--core=0",
        f"--cpu={limits.seconds}",
        f"--nofile={limits.files}",
        f"--fsize={limits.disk_mb * MEBIBYTE}",
    ]
    if in_sandbox:
        # Counted by user: outside a sandbox it would count the portal's own processes.
        return ["prlimit", *options, f"--nproc={limits.processes}", "--", *inner]
    return ["setpriv", "--pdeathsig", "KILL", "prlimit", *options, "--", *inner]


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


def problem() -> str:
    """Why suites cannot run in the sandbox here, in words; "" where it holds.

    Runs a program in it that tries to read a file of the host, to write outside, to reach a listener of this process,
    to see this process, and to make a namespace of its own.
    """
    if sys.platform != "linux":
        return "The sandbox needs Linux."
    for program in ("bwrap", "prlimit"):
        if shutil.which(program) is None:
            package = "bubblewrap" if program == "bwrap" else "util-linux"
            return f"The program {program} is not installed: install {package}."
    with tempfile.TemporaryDirectory() as secret, tempfile.TemporaryDirectory() as work, socket.socket() as door:
        (Path(secret) / "secret").write_text("secret")
        door.bind(("127.0.0.1", 0))
        door.listen()
        script = _TEST.format(secret=secret, port=door.getsockname()[1])
        command = wrapped(
            ["sh", "-c", script], work=Path(work), environment={"PATH": PATH}, readable=[], limits=Limits(seconds=10)
        )
        return _verdict(command)


def _verdict(command: Sequence[str]) -> str:
    try:
        ended = run_process(command, stdout=PIPE, stderr=STDOUT, timeout=TEST_SECONDS, check=False)  # noqa: S603
    except (OSError, TimeoutExpired) as error:
        return f"The sandbox does not start: {error}."
    said = ended.stdout.decode("utf-8", "replace").strip()
    if ended.returncode == 0 and said == "holds":
        return ""
    words = said.splitlines()[-1][:300] if said else f"exit code {ended.returncode}"
    return f"The sandbox does not hold: {words}"


# Each line says what it could do though it must not.
_TEST = """
set -u
cat '{secret}/secret' >/dev/null 2>&1 && echo 'it reads files of the host' && exit 1
( : > '{secret}/written' ) 2>/dev/null && echo 'it writes files of the host' && exit 1
( : > /usr/written ) 2>/dev/null && echo 'it writes into /usr' && exit 1
( : > /written ) 2>/dev/null && echo 'it fills the memory with files' && exit 1
( : > kept ) 2>/dev/null || {{ echo 'it cannot write into its own folder'; exit 1; }}
[ "$(ls /proc | grep -c '^[0-9]')" -le 8 ] || {{ echo 'it sees processes of the host'; exit 1; }}
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || {{ echo 'it keeps capabilities'; exit 1; }}
bash -c ': < /dev/tcp/127.0.0.1/{port}' 2>/dev/null && echo 'it reaches the network of the host' && exit 1
unshare -U true 2>/dev/null && echo 'it makes namespaces of its own' && exit 1
echo holds
"""


def _system() -> list[str]:
    found = ["--ro-bind", "/usr", "/usr"]
    for name in _MERGED:
        path = Path("/") / name
        if path.is_symlink():
            found += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            found += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        found += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return found
