"""The web as gunicorn serves it, and a worker: figures summed over processes, ids that go along."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from apps.integrations import own_requests
from portal.up import broker, places
from tests.committed_db import CommittedDatabase
from tests.operation.test_backup import environment

RING = """
import django
django.setup()
import structlog
from apps.common.ringing import ring
structlog.contextvars.bind_contextvars(request_id="of-a-request-1")
ring("common.beat")
"""


def wait_for(done: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.05)


@contextmanager
def running(*command: str, log: Path, **variables: str) -> Iterator[None]:
    """A process of the portal, ended at the end."""
    with log.open("wb") as words:
        process = subprocess.Popen(
            [*command], cwd=settings.BASE_DIR, env=variables, stdout=words, stderr=words, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def lines_of(log: Path) -> list[dict[str, object]]:
    """Every line is JSON."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_figures_are_summed_over_processes_and_begin_anew(committed_db: CommittedDatabase, tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    var, log = tmp_path / "var", tmp_path / "web.log"
    places.make_folders(var)
    (var / "run" / "counts").mkdir()
    (var / "run" / "counts" / "counter_1.db").write_bytes(b"left by an earlier one")
    known = environment(var, DATABASE_URL=committed_db.url, PORTAL_SECRET_KEY="signs nothing")
    command = (sys.executable, "-m", "gunicorn", "--config", "python:portal.serving", "--bind", f"127.0.0.1:{port}")

    def get(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:  # noqa: S310
            return str(answer.read().decode())

    def answers() -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", port)) == 0

    with running(*command, log=log, **known):
        wait_for(answers)
        for _ in range(20):
            get("/healthz")
        get("/accounts/login/")
        counted = r'triad_http_requests_total\{method="GET",route="common:healthz",status="2xx"\} (\S+)'
        # Whichever of the two processes is asked.
        assert {re.findall(counted, get("/metrics"))[0] for _ in range(6)} == {"20.0"}
        assert len(list((var / "run" / "counts").glob("counter_*.db"))) == 2
        # As a worker of the same machine reads them; what reads is answered too.
        answered = own_requests.read(var / "run" / "counts")
        assert answered is not None
        assert (answered.good, answered.total) == (27, 27)
    assert own_requests.read(var / "run" / "counts") is None
    (line,) = [line for line in lines_of(log) if line["logger"] == "triad.requests"]
    assert line["path"] == "/accounts/login/"
    assert any("Booting worker" in str(line["event"]) for line in lines_of(log))


def test_a_task_carries_the_id_of_the_request_that_rang(committed_db: CommittedDatabase, tmp_path: Path) -> None:
    var, log = tmp_path / "var", tmp_path / "worker.log"
    places.make_folders(var)
    path = places.socket_path(var)
    known = environment(var, DATABASE_URL=committed_db.url)
    worker = (sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "solo", "--loglevel", "INFO")
    with running(*broker.command(path, var / "run"), log=tmp_path / "broker.log", **os.environ):
        wait_for(lambda: broker.answers(path))
        subprocess.run([sys.executable, "-c", RING], cwd=settings.BASE_DIR, env=known, check=True)
        with running(*worker, "--without-gossip", "--without-mingle", log=log, **known):
            wait_for(lambda: "succeeded" in log.read_text())
    done = [line for line in log.read_text().splitlines() if "succeeded" in line]
    told = json.loads(done[0])
    assert (told["request_id"], told["task"]) == ("of-a-request-1", "common.beat")
