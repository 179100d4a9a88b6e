"""The sequence of `up`: folders, database, broker, workers, web; then wait, and stop all."""

import contextlib
import http.client
import ipaddress
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings

from portal.demo import PRODUCT_OWNER
from portal.up import broker, places, walk
from portal.up.alone import AnotherRuns, alone
from portal.up.tree import DidNotStart, Stopped, Tree, die_with_make

Say = Callable[[str], None]
READY_SECONDS = 120


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for."""

    host: str
    port: int
    empty: bool
    check: bool


def up(wishes: Wishes, say: Say) -> int:
    """Run until asked to stop, or, with `check`, until proven. Returns the exit code."""
    if wishes.check:
        var = Path(tempfile.mkdtemp(prefix="triad-check-"))
        return _up(wishes, var, _clean_environment(var), say)
    var = Path(settings.VAR)
    environment = {**os.environ, "PORTAL_VAR": str(var)}
    return _up(wishes, var, environment, say)


def _clean_environment(var: Path) -> dict[str, str]:
    """This environment without what points at an installation: a check leaves the one that is there alone."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PORTAL_", "DATABASE_URL", "REDIS_URL"))
    }
    return {**kept, "PORTAL_VAR": str(var)}


def _up(wishes: Wishes, var: Path, environment: dict[str, str], say: Say) -> int:
    environment.pop("PORTAL_DEMO", None)
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    environment["PYTHONUNBUFFERED"] = "1"
    tree = Tree(environment, settings.BASE_DIR, var)
    tree.listen()
    die_with_make()
    try:
        places.make_folders(var)
        with alone(var), _door(wishes.host, 0 if wishes.check else wishes.port) as door:
            tree.tie(*_passing(wishes, var))
            return _run(wishes, var, tree, door, say)
    except Stopped:
        say("Stopping.")
        return 1 if wishes.check else 0
    except (DidNotStart, AnotherRuns, broker.NoBroker, walk.NotProven, OSError) as error:
        print(f"up: {error}", file=sys.stderr)
        return 1
    finally:
        tree.stop()
        for folder in _passing(wishes, var):
            shutil.rmtree(folder, ignore_errors=True)


def _passing(wishes: Wishes, var: Path) -> list[Path]:
    """Folders that go when `up` goes."""
    folder = places.socket_path(var).parent
    return ([var] if wishes.check else []) + ([folder] if folder != var / "run" else [])


def _run(wishes: Wishes, var: Path, tree: Tree, door: socket.socket, say: Say) -> int:
    started = time.monotonic()
    demo_password = _prepare(wishes, var, tree.environment)
    if demo_password:
        tree.environment["PORTAL_DEMO"] = "1"
    _start_broker(var, tree)
    tree.run("settle", [sys.executable, "manage.py", "settle"])
    _start_workers(tree)
    _start_web(door, tree)
    address = _address(wishes.host, door.getsockname()[1])
    # A check's own environment names no hosts, whatever this one says.
    asked = partial(_unready, door, "localhost" if wishes.check else _own_name())
    tree.wait_until(lambda: not asked(), seconds=READY_SECONDS, what=lambda: f"not ready: {asked()}")
    say(f"Triad is up after {time.monotonic() - started:.0f} s: {address}")
    if wishes.check:
        walk.walk(address, demo_password, tree, say)
        say(f"Proven in {time.monotonic() - started:.0f} s.")
        return 0
    say(_how_to_sign_in(var, address, demo_password))
    say(f"State stands in {var}, logs in {var / 'log'}. Ctrl-C stops everything.")
    while True:
        tree.pause(0.2)


def _prepare(wishes: Wishes, var: Path, environment: dict[str, str]) -> str:
    """The secrets of an installation. Returns the demo's password, "" where this is no demo.

    A demo is only ever made in a database that does not exist yet, and only shown on loopback.
    """
    places.secret_file(var / "secret_key")
    password = var / "demo_password"
    ours = "DATABASE_URL" not in environment and "DATABASE_URL_FILE" not in environment
    made_here = ours and places.is_new(var / "portal.sqlite3")
    if made_here and not wishes.empty and _is_loopback(wishes.host):
        return places.secret_file(password, make=walk.demo_password())
    return password.read_text().strip() if ours and password.exists() and _is_loopback(wishes.host) else ""


def _start_broker(var: Path, tree: Tree) -> None:
    if "REDIS_URL" in tree.environment or "REDIS_URL_FILE" in tree.environment:
        return
    path = places.socket_path(var)
    tree.start("broker", broker.command(path, var / "run"), patience=3)
    tree.wait_until(lambda: broker.answers(path), seconds=10, what=lambda: "the broker does not answer")


def _start_workers(tree: Tree) -> None:
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker"]
    # Workers that have nothing to tell each other.
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    tree.start("worker", [*command, "-Q", "celery", "-c", "2", "-B", "-n", "up@%h", *quiet], patience=10)
    # A suite takes minutes: nobody waits for it at the end, since whoever starts next takes it up again.
    tree.start("suites", [*command, "-Q", "suites", "-c", "1", "-n", "suites@%h", *quiet], patience=1)


def _start_web(door: socket.socket, tree: Tree) -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.serving"]
    tree.start("web", [*command, "--bind", f"fd://{door.fileno()}"], patience=7, pass_fds=[door.fileno()])


def _own_name() -> str:
    """A name that the web answers to."""
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))]
    return names[0] if names else "localhost"


def _unready(door: socket.socket, name: str) -> str:
    """Why /readyz, asked of the host `name`, does not say yes; "" where it does."""
    host, port = door.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    line = http.client.HTTPConnection(host, port, timeout=5)
    try:
        line.request("GET", "/readyz", headers={"Host": name})
        answer = line.getresponse()
        body = answer.read()
        return "" if answer.status == 200 else _reasons(body)
    except (OSError, http.client.HTTPException) as error:
        return f"the web does not answer ({type(error).__name__})"
    finally:
        line.close()


def _reasons(body: bytes) -> str:
    with contextlib.suppress(ValueError, AttributeError):
        checks = json.loads(body)["checks"]
        return "; ".join(f"{name}: {words}" for name, words in checks.items() if words != "ok")
    return body[:200].decode(errors="replace")


def _how_to_sign_in(var: Path, address: str, demo_password: str) -> str:
    if demo_password:
        words = f"Demo organization. Sign in as {PRODUCT_OWNER} (its product owner) or anybody else on the page"
        return f"{words}, with the password {demo_password}"
    key = var / "first_run_key"
    if key.exists():
        words = "No people yet. Make the first administrator at"
        return f"{words} {address}first-run/ with the key {key.read_text().strip()}"
    return "Sign in with your own name and password."


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _door(host: str, port: int) -> socket.socket:
    """The web's own socket, opened here so that a taken port is said at once and a free one is kept."""
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(256)
    except OSError as error:
        door.close()
        words = f"cannot listen on {host}:{port}: {error.strerror}. Take another: --port N"
        raise DidNotStart(words) from error
    return door
