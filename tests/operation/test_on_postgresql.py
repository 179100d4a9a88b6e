"""Backup and restore on PostgreSQL, and what people see while it is away; a real server, real processes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from portal.backup.manifest import NAME
from tests.operation.test_backup import environment, somebody_acting, started
from tests.postgres import Postgres

pytestmark = pytest.mark.long

# Opens the path of each line that comes in, and says the status and when to ask again.
ASKING = """
import sys
import django
django.setup()
from django.db import close_old_connections
from django.test import Client
for line in sys.stdin:
    close_old_connections()  # as a server does before each request; the client of tests leaves it out
    answer = Client(raise_request_exception=False, headers={"Host": "localhost"}).get(line.strip())
    print(answer.status_code, answer.headers.get("Retry-After", "-"), flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    found = Postgres()
    yield found
    found.remove()


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def make(server: Postgres, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator:
    """Makes an empty database and gives what leads to it."""
    made = []

    def making(name: str) -> dict[str, str]:
        with psycopg.connect(server.url(), autocommit=True) as line:
            line.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return {"DATABASE_URL": server.url(name), "PORTAL_PG_BIN": str(server.programs)}

    yield making
    with psycopg.connect(server.url(), autocommit=True) as line:
        for name in made:
            line.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def bodies(url: str) -> list[bytes]:
    with psycopg.connect(url) as line:
        return [bytes(body) for (body,) in line.execute('SELECT body FROM audit_entry ORDER BY "index"').fetchall()]


@contextmanager
def connected(url: str) -> Iterator[None]:
    with psycopg.connect(url):
        yield


def test_the_drill(make, var: Path, tmp_path: Path) -> None:
    here, there = make("here"), make("there")
    assert started("migrate", var=var, **here).returncode == 0
    added = ("create_admin", "--username", "adam", "--name", "Adam Roth", "--organization", "Acme")
    first = started(*added, var=var, PORTAL_ADMIN_PASSWORD="a fine day in May", **here)
    assert first.returncode == 0, first.stderr
    folder = tmp_path / "backup"
    with somebody_acting(here["DATABASE_URL"], var):
        made = started("backup", folder, var=var, **here)
    assert made.returncode == 0, made.stderr
    manifest = json.loads((folder / NAME).read_text())
    live = bodies(here["DATABASE_URL"])
    assert 3 < manifest["size"] < len(live)

    restored = started("restore", folder, var=tmp_path / "fresh", **there)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert f"Proven: root {manifest['root']}" in restored.stdout
    assert bodies(there["DATABASE_URL"]) == live[: manifest["size"]]
    assert started("check", "--database", "default", var=tmp_path / "fresh", **there).returncode == 0

    # What is there stays, unless asked; then all of it goes, or nothing.
    refused = started("restore", folder, var=var, **here)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    with connected(here["DATABASE_URL"]):
        busy = started("restore", folder, "--replace", var=var, **here)
    assert (busy.returncode, "1 others are connected" in busy.stderr) == (1, True)
    cut = tmp_path / "cut"
    cut.mkdir()
    dump = (folder / "portal.pgdump").read_bytes()
    (cut / "portal.pgdump").write_bytes(dump[: len(dump) * 3 // 4])
    rewritten = {**manifest, "files": {}}
    (cut / NAME).write_text(json.dumps(rewritten))
    half = started("restore", cut, "--replace", var=var, **here)
    assert half.returncode == 1, half.stdout
    assert bodies(here["DATABASE_URL"]) == live
    replaced = started("restore", folder, "--replace", var=var, **here)
    assert replaced.returncode == 0, replaced.stderr
    assert bodies(here["DATABASE_URL"]) == live[: manifest["size"]]


def test_with_two_roles_the_portal_s_own_may_use_what_came_back_and_owns_nothing(
    make, server: Postgres, var: Path, tmp_path: Path
) -> None:
    first, second = make("first"), make("second")
    with psycopg.connect(server.url(), autocommit=True) as line:
        for role in ("keeper", "user"):
            line.execute(f'CREATE ROLE "{role}" LOGIN')
        for name in ("first", "second"):
            line.execute(f'ALTER DATABASE "{name}" OWNER TO keeper')

    def roles(name: str) -> dict[str, str]:
        own = {"DATABASE_URL": server.url(name, "user"), "DATABASE_OWNER_URL": server.url(name, "keeper")}
        return {**first, **second, **own}

    assert started("migrate", var=var, **roles("first")).returncode == 0
    made = started("backup", tmp_path / "b", var=var, **roles("first"))
    assert made.returncode == 0, made.stderr
    for more in ((), ("--replace",)):
        restored = started("restore", tmp_path / "b", *more, var=tmp_path / "fresh", **roles("second"))
        assert restored.returncode == 0, restored.stderr
    added = ("create_admin", "--username", "adam", "--name", "Adam Roth", "--organization", "Acme")
    acted = started(*added, var=var, PORTAL_ADMIN_PASSWORD="a fine day in May", **roles("second"))
    assert acted.returncode == 0, acted.stderr
    with psycopg.connect(server.url("second", "user")) as line:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            line.execute("DELETE FROM audit_entry")


def test_without_pg_dump_it_says_what_to_do(make, var: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = started("backup", tmp_path / "b", var=var, **{**make("one"), "PORTAL_PG_BIN": str(empty)})
    assert answer.returncode == 1
    assert "there is no pg_dump in PORTAL_PG_BIN" in answer.stderr
    assert not (tmp_path / "b").exists()


def test_while_it_is_away_people_get_503_and_afterwards_their_pages(make, server: Postgres, var: Path) -> None:
    place = make("away")
    assert started("migrate", var=var, **place).returncode == 0
    known = environment(var, PORTAL_SECRET_KEY="signs nothing but what tests sign", **place)
    with subprocess.Popen(
        [sys.executable, "-c", ASKING],
        cwd=settings.BASE_DIR,
        env=known,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as web:
        assert web.stdin and web.stdout

        def ask(path: str) -> str:
            assert web.stdin and web.stdout
            web.stdin.write(path + "\n")
            web.stdin.flush()
            return web.stdout.readline().strip()

        assert ask("/first-run/") == "200 -"
        server.stop()
        try:
            assert ask("/first-run/") == "503 10"
            assert ask("/readyz") == "503 10"
            assert ask("/healthz") == "200 -"
        finally:
            server.start()
        assert ask("/first-run/") == "200 -"
        web.stdin.close()
