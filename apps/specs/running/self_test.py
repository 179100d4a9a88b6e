"""Whether the sandbox holds on this machine: a program in it tries every way out that it closes. No database."""

import os
import platform
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from apps.specs.running import sandbox, seccomp
from apps.specs.running.door import GIVEN, WORK, door
from apps.specs.running.suites import Limits
from apps.specs.running.supervising import supervise


def problem() -> str:
    """Why suites cannot run in the sandbox here, in words; "" where it holds.

    It is tried as suites are run, with a program that looks for files, mounts, network, processes, environment,
    capabilities, namespaces, terminal, calls of the kernel, and limits.
    """
    if sys.platform != "linux":
        return "The sandbox needs Linux."
    for program, package in (("bwrap", "bubblewrap"), ("prlimit", "util-linux")):
        if shutil.which(program, path=sandbox.PATH) is None:
            return f"The program {program} is not installed: install {package}."
    if not seccomp.is_known():
        return f"The sandbox is not known to hold on machines of kind {platform.machine()}."
    with tempfile.TemporaryDirectory() as secret, tempfile.TemporaryDirectory() as given, socket.socket() as port:
        (Path(secret) / "secret").write_text("secret")
        port.bind(("127.0.0.1", 0))
        port.listen()
        size = _LIMITS.disk_mb * sandbox.MEBIBYTE
        script = _TEST.format(
            secret=secret,
            port=port.getsockname()[1],
            given=GIVEN,
            work=WORK,
            etc="|".join(f"/etc/{name}" for name in sandbox.ETC),
            size=size,
            room=size + sandbox.BEYOND,
            cpu=sandbox.cpu_seconds(_LIMITS),
            limits=_LIMITS,
            **{kind: os.readlink(f"/proc/self/ns/{kind}") for kind in ("pid", "net", "ipc", "uts", "user")},
        )
        return _verdict(["sh", "-c", script], Path(given))


def _verdict(inner: list[str], given: Path) -> str:
    with door() as its_door:
        environment = {"PATH": sandbox.PATH}
        rules = its_door.rules
        command = sandbox.wrapped(inner, given=given, rules=rules, environment=environment, readable=[], limits=_LIMITS)
        try:
            ended = supervise(
                command,
                # With something that must not be seen inside.
                environment={**environment, "TRIAD_SECRET": "secret"},
                folder=given,
                limits=_LIMITS,
                hear=lambda line: None,
                look=lambda: "",
                door=its_door,
            )
        except OSError as error:
            return f"The sandbox does not start: {error}."
    said = ended.output.strip()
    if ended.exit_code == 0 and said == "holds":
        return ""
    words = ended.stopped or (said.splitlines()[-1][:300] if said else f"exit code {ended.exit_code}")
    return f"The sandbox does not hold: {words}"


# Each line says what it could do though it must not. What it is tried with has to be there, else nothing is shown.
_LIMITS = Limits(seconds=20, processes=32, files=128, disk_mb=64)
_TEST = """
set -u
no() {{ echo "$1"; exit 1; }}
for program in bash cat grep ls readlink sed stat unshare ipcmk; do
    command -v $program >/dev/null || no "it cannot be tried without the program $program"
done
cat '{secret}/secret' >/dev/null 2>&1 && no 'it reads files of the host'
( : > '{secret}/written' ) 2>/dev/null && no 'it writes files of the host'
( : > /written ) 2>/dev/null && no 'it fills the memory with files in /'
( : > /dev/written ) 2>/dev/null && no 'it fills the memory with files in /dev'
while read -r _ _ _ _ place options _; do
    case $place in
        /dev/*|/tmp|{work}) continue ;;
        /|/proc|/proc/*|/dev|/usr|/bin|/sbin|/lib|/lib32|/lib64|{given}|{etc}) ;;
        *) no "it reads $place of the host" ;;
    esac
    case ,$options, in *,rw,*) no "it writes into $place" ;; esac
done < /proc/self/mountinfo
( : >> /proc/sys/kernel/core_pattern ) 2>/dev/null && no 'it changes settings of the kernel'
ls /etc/ssl/private >/dev/null 2>&1 && no 'it reads keys in /etc/ssl/private'
for place in /tmp /dev/shm {work}; do
    most={size}
    [ $place != {work} ] || most={room}
    [ "$(stat -f -c %T $place)" = tmpfs ] || no "it fills a disk of the host in $place"
    [ $(($(stat -f -c '%b * %S' $place))) -le $most ] || no "it fills the memory with files in $place"
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
for kept in '-M 1000000' '-S 1' -Q; do
    ipcmk $kept >/dev/null 2>&1 && no 'it keeps memory that nobody counts'
done
grep -q '^Seccomp:[[:space:]]*2$' /proc/self/status || no 'it may make every call of the kernel'
unshare -U true 2>/dev/null && no 'it makes namespaces of its own'
set -- $(sed 's/.*) //' /proc/$$/stat)
[ "$4" != 0 ] || no 'it shares the terminal of the portal'
for limit in 'cpu time *{cpu}' 'file size *{size}' 'processes *{limits.processes}' \
    'open files *{limits.files}'; do
    grep -q "^Max $limit " /proc/self/limits || no "it has no limit of ${{limit% *}}"
done
echo holds
"""
