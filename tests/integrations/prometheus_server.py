"""A real Prometheus of a test's own: Debian's, on a free port of loopback, with its own folder."""

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

STARTED = 60  # seconds, on a busy machine
CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs: [{jobs}]
"""
JOB = "{{job_name: portal, metrics_path: /metrics, static_configs: [{{targets: ['{target}']}}]}}"


def program(name: str) -> str:
    """Where it is; the test is skipped where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name}, of Debian's package prometheus, is not here")
    return found


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Looks again and again; fails where it takes longer."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


class Prometheus:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def value(self, query: str) -> float:
        """The value now, 0 where there is none."""
        found = self._ask(f"/api/v1/query?{urlencode({'query': query})}")
        result = json.loads(found)["data"]["result"]
        return float(result[0]["value"][1]) if result else 0.0

    def is_ready(self) -> bool:
        try:
            self._ask("/-/ready")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def _ask(self, path: str) -> bytes:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise OSError(f"{answer.status}: {body[:200]!r}")
            return body
        finally:
            line.close()


@contextlib.contextmanager
def prometheus(folder: Path, *, target: str = "") -> Iterator[Prometheus]:
    """Runs for as long as the block, on what stands in `folder`; scrapes /metrics of `target` each second."""
    command = program("prometheus")
    (folder / "prometheus.yml").write_text(CONFIG.format(jobs=JOB.format(target=target) if target else ""))
    for _ in range(3):  # somebody else may take the port in between
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]
        with (folder / "log").open("ab") as told, _process(command, folder, port, told) as process:
            server = Prometheus(port)
            until = time.monotonic() + STARTED
            while process.poll() is None and not server.is_ready() and time.monotonic() < until:
                time.sleep(0.05)
            if process.poll() is None:
                assert server.is_ready(), (folder / "log").read_text()
                yield server
                return
    pytest.fail((folder / "log").read_text())


@contextlib.contextmanager
def _process(command: str, folder: Path, port: int, told: object) -> Iterator["subprocess.Popen[bytes]"]:
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "data",
        "storage.tsdb.retention.time": "100y",
        "web.listen-address": f"127.0.0.1:{port}",
        "log.level": "warn",
    }
    words = [command, *(f"--{name}={value}" for name, value in options.items())]
    process = subprocess.Popen(words, cwd=folder, stdout=told, stderr=told)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def make_blocks(folder: Path, text: str) -> None:
    """A history, from OpenMetrics."""
    (folder / "history.txt").write_text(text)
    command = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "history.txt", "data"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
