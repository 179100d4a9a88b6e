"""A PostgreSQL with two roles, as an installation has it."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg.sql import SQL, Identifier

from tests.postgres import Postgres

ADMINISTRATOR = ["create_admin", "--username", "ada", "--name", "Ada Park", "--organization", "Example"]


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """One that keeps every fsync, as in an installation."""
    found = Postgres(durable=True)
    yield found
    found.remove()


@dataclass(frozen=True)
class Installation:
    """A fresh database of its own, its owner and the portal's role, and the state beside it."""

    var: Path
    name: str
    server: Postgres

    @property
    def environment(self) -> dict[str, str]:
        others = ("PORTAL_", "DATABASE_", "DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_VAR": str(self.var),
            "PORTAL_SECRET_KEY": "it signs nothing but what tests sign, and is long enough for the check",
            "DATABASE_URL": self.server.url(self.name, "portal"),
            "DATABASE_OWNER_URL": self.server.url(self.name, "owner"),
        }

    def manage(self, *words: str, **changed: str) -> "subprocess.CompletedProcess[str]":
        """A command of manage.py, with these variables besides; one given as "" is taken away."""
        environment = {name: value for name, value in {**self.environment, **changed}.items() if value}
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
        )

    def as_role(self, role: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of that role, without Django."""
        return psycopg.connect(self.server.url(self.name, role).replace("postgres://", "postgresql://"))


def superuser(server: Postgres) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection that commits by itself, to the server's own database."""
    return psycopg.connect(server.url().replace("postgres://", "postgresql://"), autocommit=True)


@contextmanager
def _installed(server: Postgres, var: Path, template: str = "template1") -> Iterator[Installation]:
    (var / "run").mkdir(parents=True)
    name = f"triad_{secrets.token_hex(6)}"
    with superuser(server) as line:
        words = "CREATE DATABASE {} OWNER owner TEMPLATE {}"
        line.execute(SQL(words).format(Identifier(name), Identifier(template)))
    yield Installation(var, name, server)
    with superuser(server) as line:
        line.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="session")
def template(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database as `migrate` leaves it, by two roles, to be copied."""
    with superuser(server) as line:
        for role in ("owner", "portal"):
            line.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(role)))
    with _installed(server, tmp_path_factory.mktemp("template") / "var") as found:
        assert (done := found.manage("migrate")).returncode == 0, done.stderr
        yield found.name


@pytest.fixture
def installation(server: Postgres, template: str, tmp_path: Path) -> Iterator[Installation]:
    """Migrated, and empty."""
    with _installed(server, tmp_path / "var", template) as found:
        yield found


@pytest.fixture
def unmigrated(server: Postgres, template: str, tmp_path: Path) -> Iterator[Installation]:
    """Two roles, and a database of the one's without any table."""
    with _installed(server, tmp_path / "var") as found:
        yield found


@pytest.fixture(scope="module")
def administered(server: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all tests of a file, with an administrator, whose making is in the log."""
    with _installed(server, tmp_path_factory.mktemp("administered") / "var", template) as found:
        made = found.manage(*ADMINISTRATOR, PORTAL_ADMIN_PASSWORD="a fine day in May")
        assert made.returncode == 0, made.stderr
        yield found
