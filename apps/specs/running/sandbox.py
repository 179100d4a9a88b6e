"""The sandbox that suites run in: bubblewrap, with nothing of the host but the system's programs. No database.

Linux namespaces of its own for files, processes, network, host name and users; no capability, no home, no way to make
further namespaces. See bwrap(1); limits that a kernel may not keep by itself are watched by `supervising`.
"""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, TimeoutExpired
from subprocess import run as run_process

from apps.specs.running.suites import Limits, Suite

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
    # Of a worker that root runs, the settings of the kernel belong to root inside as well; and what bubblewrap made on
    # the way is in memory, and would be a place to fill.
    command += ["--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*command, "--", *limited(inner, limits, in_sandbox=True)]


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


def problem() -> str:
    """Why suites cannot run in the sandbox here, in words; "" where it holds.

    Runs a program in it that looks for every way out that it closes: files, mounts, network, processes, environment,
    capabilities, namespaces, terminal, limits.
    """
    if sys.platform != "linux":
        return "The sandbox needs Linux."
    for program, package in (("bwrap", "bubblewrap"), ("prlimit", "util-linux")):
        if shutil.which(program, path=PATH) is None:
            return f"The program {program} is not installed: install {package}."
    with tempfile.TemporaryDirectory() as secret, tempfile.TemporaryDirectory() as work, socket.socket() as door:
        (Path(secret) / "secret").write_text("secret")
        door.bind(("127.0.0.1", 0))
        door.listen()
        script = _TEST.format(
            secret=secret,
            port=door.getsockname()[1],
            work=WORK,
            size=_TEST_LIMITS.disk_mb * MEBIBYTE,
            cpu=cpu_seconds(_TEST_LIMITS),
            limits=_TEST_LIMITS,
            **{kind: os.readlink(f"/proc/self/ns/{kind}") for kind in ("pid", "net", "ipc", "uts", "user")},
        )
        inner = ["sh", "-c", script]
        return _verdict(wrapped(inner, work=Path(work), environment={"PATH": PATH}, readable=[], limits=_TEST_LIMITS))


def _verdict(command: Sequence[str]) -> str:
    # As suites are started, with something that must not be seen inside.
    environment = {"PATH": PATH, "TRIAD_SECRET": "secret"}
    try:
        ended = run_process(  # noqa: S603
            command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, timeout=TEST_SECONDS, check=False
        )
    except (OSError, TimeoutExpired) as error:
        return f"The sandbox does not start: {error}."
    said = ended.stdout.decode("utf-8", "replace").strip()
    if ended.returncode == 0 and said == "holds":
        return ""
    words = said.splitlines()[-1][:300] if said else f"exit code {ended.returncode}"
    return f"The sandbox does not hold: {words}"


# Each line says what it could do though it must not. What it is tried with has to be there, else nothing is shown.
_TEST_LIMITS = Limits(seconds=10, processes=32, files=128, disk_mb=64)
_TEST = """
set -u
no() {{ echo "$1"; exit 1; }}
for program in bash cat grep ls readlink sed stat unshare; do
    command -v $program >/dev/null || no "it cannot be tried without the program $program"
done
cat '{secret}/secret' >/dev/null 2>&1 && no 'it reads files of the host'
( : > '{secret}/written' ) 2>/dev/null && no 'it writes files of the host'
( : > /written ) 2>/dev/null && no 'it fills the memory with files in /'
( : > /dev/written ) 2>/dev/null && no 'it fills the memory with files in /dev'
( : > kept ) 2>/dev/null || no 'it cannot write into its own folder'
while read -r _ _ _ _ place options _; do
    case $place in
        /dev/*|/tmp|{work}) continue ;;
        /|/proc|/proc/*|/dev|/usr|/bin|/sbin|/lib|/lib32|/lib64|/etc/*) ;;
        *) no "it reads $place of the host" ;;
    esac
    case ,$options, in *,rw,*) no "it writes into $place" ;; esac
done < /proc/self/mountinfo
( : >> /proc/sys/kernel/core_pattern ) 2>/dev/null && no 'it changes settings of the kernel'
for place in /tmp /dev/shm; do
    [ $(($(stat -f -c '%b * %S' $place))) -le {size} ] || no "it fills the memory with files in $place"
done
[ -z "${{TRIAD_SECRET-}}" ] || no 'it finds the environment of the portal'
[ "$(readlink /proc/self/ns/pid)" != '{pid}' ] || no 'it sees processes of the host'
[ "$(ls /proc | grep -c '^[0-9]')" -le 8 ] || no 'it sees processes of the host'
bash -c ': < /dev/tcp/127.0.0.1/{port}' 2>/dev/null && no 'it reaches the network of the host'
[ "$(readlink /proc/self/ns/net)" != '{net}' ] || no 'it reaches the network of the host'
[ "$(readlink /proc/self/ns/ipc)" != '{ipc}' ] || no 'it shares memory with programs of the host'
[ "$(readlink /proc/self/ns/uts)" != '{uts}' ] || no 'it shares the name of the host'
[ "$(readlink /proc/self/ns/user)" != '{user}' ] || no 'it shares the users of the host'
for kind in Inh Prm Eff Bnd Amb; do
    grep -q "^Cap$kind:[[:space:]]*0*$" /proc/self/status || no 'it keeps capabilities'
done
grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/self/status || no 'it can gain privileges'
unshare -U true 2>/dev/null && no 'it makes namespaces of its own'
set -- $(sed 's/.*) //' /proc/$$/stat)
[ "$4" != 0 ] || no 'it shares the terminal of the portal'
for limit in 'cpu time *{cpu}' 'file size *{size}' 'processes *{limits.processes}' \
    'open files *{limits.files}'; do
    grep -q "^Max $limit " /proc/self/limits || no "it has no limit of ${{limit% *}}"
done
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
