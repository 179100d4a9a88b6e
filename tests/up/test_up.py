"""`manage.py up` as a person and a kernel see it: one port, one tree, nobody left."""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from portal.up import places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
SECONDS = 90


@dataclass
class Up:
    """One running `up`, and all it started, known by its folder of state in their environment."""

    process: subprocess.Popen[str]
    var: Path
    said: list[str] = field(default_factory=list)

    def hear(self) -> None:
        """Read its words as they come."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)

    @property
    def words(self) -> str:
        return "".join(self.said)

    def address(self) -> str:
        """Where it is up; waits until it says so."""
        wait_for(lambda: "Ctrl-C" in self.words or self.process.poll() is not None)
        found = re.search(r"http://[^ \n]+/", self.words)
        assert found, self.words
        return found.group()

    def ended(self) -> int:
        return self.process.wait(SECONDS)


def environment_for(var: Path) -> dict[str, str]:
    """This environment for an installation in that folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return {**kept, "PORTAL_VAR": str(var)}


def wait_for(done, seconds: float = SECONDS) -> None:
    """Wait until `done()`; a test that waits in vain says what for."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.05)


def tree_of(var: Path) -> dict[int, str]:
    """Every living process whose environment names this folder of state, or that stands in it, with its command.

    Valkey writes its title over its environment, but works in the folder.
    """
    mark = f"PORTAL_VAR={var}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                named = mark in (folder / "environ").read_bytes().split(b"\0")
                if named or (folder / "cwd").readlink().is_relative_to(var):
                    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(folder.name)] = words
    return found


def listening_ports(pids: list[int]) -> set[int]:
    """TCP ports that any of these processes listens on."""
    inodes = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for handle in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    inodes.add(os.readlink(handle))
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            columns = row.split()
            if columns[3] == "0A" and f"socket:[{columns[9]}]" in inodes:
                ports.add(int(columns[1].rpartition(":")[2], 16))
    return ports


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def start(var: Path, migrated_template: str) -> Iterator:
    """Starts `up`, on a free port unless told otherwise; whatever is left of it afterwards is killed.

    On a database that is migrated, which saves seconds, but for what is said to be `fresh`.
    """
    folders = {var}

    def starting(*arguments: str, at: Path = var, fresh: bool = False, **more: str) -> Up:
        folders.add(at)
        if not fresh and not at.exists():
            at.mkdir(parents=True)
            shutil.copyfile(migrated_template, at / "portal.sqlite3")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *(arguments or ("--port", "0", "--empty"))],
            cwd=settings.BASE_DIR,
            env={**environment_for(at), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        up = Up(process, at)
        threading.Thread(target=up.hear, daemon=True).start()
        return up

    yield starting
    for pid in [pid for folder in folders for pid in tree_of(folder)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_one_port_one_tree_and_a_clean_end_on_ctrl_c(start, var: Path) -> None:
    up = start(fresh=True)
    address = up.address()
    with urllib.request.urlopen(address + "readyz") as answer:  # noqa: S310
        assert b'"ready"' in answer.read()
    tree = tree_of(var)
    for part in ("valkey-server", "celery", "gunicorn"):
        assert any(part in words for words in tree.values()), tree
    for queue in ("-Q celery", "-Q suites"):
        assert any(queue in words for words in tree.values()), tree
    port = int(address.rstrip("/").rpartition(":")[2])
    # The self-test of the sandbox listens for a moment, to show that no suite gets there.
    wait_for(lambda: listening_ports(list(tree_of(var))) == {port}, seconds=30)
    assert "first-run/ with the key" in up.words
    up.process.send_signal(signal.SIGINT)
    assert up.ended() == 0
    assert tree_of(var) == {}
    assert not list((var / "run").glob("*.sock"))


def test_a_second_start_finds_what_the_first_left_and_term_ends_it(start, var: Path) -> None:
    first = start()
    first.address()
    key = (var / "secret_key").read_text()
    second = start()
    assert second.ended() == 1
    wait_for(lambda: "another up runs on" in second.words)
    first.process.send_signal(signal.SIGTERM)
    assert first.ended() == 0
    assert tree_of(var) == {}
    third = start()
    third.address()
    assert (var / "secret_key").read_text() == key
    third.process.terminate()
    assert third.ended() == 0


def test_kill_9_leaves_no_orphan(start, var: Path) -> None:
    up = start()
    up.address()
    assert len(tree_of(var)) > 5
    up.process.kill()
    assert up.ended() == -signal.SIGKILL
    wait_for(lambda: tree_of(var) == {}, seconds=15)


def test_kill_9_of_make_ends_what_it_runs(tmp_path: Path, var: Path, migrated_template: str) -> None:
    var.mkdir()
    shutil.copyfile(migrated_template, var / "portal.sqlite3")
    (tmp_path / "Makefile").write_text(f"up:\n\t@exec {sys.executable} manage.py up --port 0 --empty\n")
    make = subprocess.Popen(
        ["make", "-f", str(tmp_path / "Makefile"), "up"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "PORTAL_VAR": str(var)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: any("gunicorn" in words for words in tree_of(var).values()))
        make.kill()
        make.wait(SECONDS)
        wait_for(lambda: tree_of(var) == {}, seconds=30)
    finally:
        for pid in tree_of(var):
            os.kill(pid, signal.SIGKILL)


def test_a_part_that_dies_takes_the_rest_with_it_and_is_named(start, var: Path) -> None:
    up = start()
    up.address()
    worker = min(pid for pid, words in tree_of(var).items() if " celery " in words)
    os.kill(worker, signal.SIGKILL)
    assert up.ended() == 1
    assert tree_of(var) == {}
    wait_for(lambda: "worker ended by itself (exit -9)" in up.words)


def test_asked_to_stop_while_it_starts(start, var: Path) -> None:
    up = start(fresh=True)
    wait_for(lambda: (var / "log" / "settle.log").exists())
    up.process.send_signal(signal.SIGINT)
    assert up.ended() == 0
    assert tree_of(var) == {}


def test_a_demo_is_only_made_in_a_database_without_a_table(tmp_path: Path) -> None:
    database = tmp_path / "portal.sqlite3"
    assert places.is_new(database)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        assert places.is_new(database)
        connection.execute("CREATE TABLE a (b)")
    assert not places.is_new(database)


def test_a_taken_port_is_said_at_once(start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        up = start("--port", str(port))
        assert up.ended() == 1
        wait_for(lambda: f"cannot listen on 127.0.0.1:{port}: Address already in use" in up.words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "65536"), "65536 is not a port from 0 (any free one) to 65535"),
        (("--port", "x"), "x is not a port"),
        (("--host", "example.org"), "example.org is not an address such as 127.0.0.1"),
    ],
)
def test_what_is_no_port_or_address_is_refused(start, arguments: tuple[str, ...], words: str) -> None:
    up = start(*arguments)
    assert up.ended() == 2
    wait_for(lambda: words in up.words)


def test_state_in_a_folder_with_a_long_name_and_spaces(start, tmp_path: Path) -> None:
    deep = tmp_path / "a long name with spaces " / ("and more" * 12)
    up = start("--port", "0", "--empty", at=deep)
    up.address()
    assert not list(deep.glob("run/*.sock"))
    short = places.socket_path(deep)
    assert short.is_socket()
    up.process.terminate()
    assert up.ended() == 0
    assert not short.parent.exists()
