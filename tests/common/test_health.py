"""Is it alive, is it ready; that the database is away is told in `tests/operation/test_unavailable.py`."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from apps.common import health
from portal.up import broker


def test_alive_without_signing_in(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_not_ready_without_a_broker_says_so(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "broker": "does not answer (ConnectionError)",
            "beat": "not checked: no broker",
        },
    }


@pytest.fixture(scope="module")
def broker_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The embedded broker, running."""
    folder = tmp_path_factory.mktemp("broker")
    path = folder / "valkey.sock"
    process = subprocess.Popen(broker.command(path, folder), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not broker.answers(path):
        assert process.poll() is None and time.monotonic() < deadline, "the broker does not start"
        time.sleep(0.02)
    yield path
    process.terminate()
    process.wait(20)


@pytest.fixture
def running(broker_socket: Path, settings: Settings) -> Iterator["redis.Redis"]:
    """That broker as the portal's own; nothing is kept from test to test."""
    settings.REDIS_URL = f"unix://{broker_socket}"
    with redis.Redis(unix_socket_path=str(broker_socket)) as line:
        line.flushall()
        yield line


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    """The status, and what is not well."""
    answer = client.get("/readyz")
    return answer.status_code, {name: words for name, words in answer.json()["checks"].items() if words != "ok"}


@pytest.mark.django_db
def test_ready_once_a_worker_answered_the_beat(client: Client, running: "redis.Redis") -> None:
    assert asked(client) == (503, {"beat": "never heard: neither beat nor a worker has run yet"})
    health.record_beat()
    assert asked(client) == (200, {})


@pytest.mark.django_db
def test_not_ready_when_the_beat_is_old(client: Client, running: "redis.Redis") -> None:
    running.set(health.BEAT_KEY, time.time() - health.BEAT_MAY_BE_OLD + 5)
    assert asked(client) == (200, {})
    running.set(health.BEAT_KEY, time.time() - health.BEAT_MAY_BE_OLD - 5)
    words = "last heard 125 s ago: beat or every worker is down, or all are busy"
    assert asked(client) == (503, {"beat": words})


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing(client: Client, running: "redis.Redis", settings: Settings) -> None:
    health.record_beat()
    MigrationRecorder.Migration.objects.filter(app="desk").delete()
    missing = len(list((settings.BASE_DIR / "apps/desk/migrations").glob("0*.py")))
    assert asked(client) == (503, {"migrations": f"{missing} not applied: run manage.py migrate"})
