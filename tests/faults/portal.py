"""A real portal for tests that break it: gunicorn as `up` starts it, on a free port of the loopback."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings

from portal.up import broker, places
from tests.faults.databases import Database

SECONDS = 60.0  # for what only depends on how busy the machine is


def wait_for(done: Callable[[], object], seconds: float = SECONDS, what: object = "") -> float:
    """Wait until `done()`, and say how long it took; a test that waits in vain fails."""
    begun = time.monotonic()
    while not done():
        assert time.monotonic() - begun < seconds, f"waited {seconds:.0f} s in vain {what}"
        time.sleep(0.02)
    return time.monotonic() - begun


@dataclass
class Portal:
    """Its processes are started one by one, and killed by whoever wants to."""

    database: Database
    var: Path
    door: socket.socket = field(default_factory=lambda: _door())
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    web: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        places.make_folders(self.var)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_", "REDIS_"))
        }
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_VAR": str(self.var),
            # The tests' own: they make sessions that the portal believes.
            "PORTAL_SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": self.database.url,
        }

    @property
    def port(self) -> int:
        port: int = self.door.getsockname()[1]
        return port

    @property
    def socket(self) -> Path:
        """Where the broker listens, if there is one."""
        return places.socket_path(self.var)

    def log(self, name: str) -> str:
        """What the processes of that name have said so far."""
        path = self.var / "log" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, name: str, *command: str, fds: Sequence[int] = (), **variables: str) -> "subprocess.Popen[bytes]":
        """One process in a group of its own; its words are added to the log of that name."""
        with (self.var / "log" / f"{name}.log").open("ab") as words:
            process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**self.environment, **variables},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                pass_fds=tuple(fds),
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def start_web(self, *before: str, **variables: str) -> None:
        """The web as `up` starts it, once it answers; `before` are words before its command, such as a tracer's."""
        command = [*before, sys.executable, "-m", "gunicorn", "--config", "python:portal.serving"]
        bind = ["--bind", f"fd://{self.door.fileno()}"]
        self.web = self.start("web", *command, *bind, fds=[self.door.fileno()], **variables)
        wait_for(lambda: self.status("/healthz") == 200, what=self.var / "log" / "web.log")
        wait_for(lambda: len(self.web_workers()) == 2, what="for two processes of the web")

    def web_workers(self) -> list[psutil.Process]:
        """The living processes that answer requests, the oldest first."""
        assert self.web is not None
        first = psutil.Process(self.web.pid)
        master = first.children()[0] if first.name() == "strace" and first.children() else first
        return sorted(filter(_is_alive, master.children()), key=lambda process: process.create_time())

    def kill_web(self) -> None:
        """All of it at once, as the kernel does when memory runs out."""
        assert self.web is not None
        kill(self.web)

    def start_broker(self) -> "subprocess.Popen[bytes]":
        process = self.start("broker", *broker.command(self.socket, self.var / "run"))
        wait_for(lambda: broker.answers(self.socket), what=self.var / "log" / "broker.log")
        return process

    def start_worker(self, name: str = "worker", *more: str) -> "subprocess.Popen[bytes]":
        """A worker with the clock, as `up` starts it, once it is there."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
        command = ["-m", "celery", "-A", "portal", "worker", "-Q", "celery", "-c", "2", "-B", "-n", f"{name}@test"]
        seen = self.log(name).count(" ready.")
        process = self.start(name, sys.executable, *command, *quiet, *more)
        wait_for(lambda: self.log(name).count(" ready.") > seen, what=self.var / "log" / f"{name}.log")
        return process

    def status(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        """The status that the path is answered with; 0 without any answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", path, headers=dict(headers or {}))
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def close(self) -> None:
        """Nothing of it is left."""
        for process in self.started:
            kill(process)
        self.door.close()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 for a process and the group it leads."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(SECONDS)


def _door() -> socket.socket:
    """As `up` opens it: it stays open while processes of the web come and go."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(256)
    return door
