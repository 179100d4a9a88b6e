"""The database of a portal that a test breaks: SQLite or PostgreSQL, the tests' own connection leading there too."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import psycopg
from django.db import connections
from psycopg.sql import SQL, Identifier
from pytest_django.plugin import DjangoDbBlocker

from tests.postgres import Postgres

NAME = "portal"


@dataclass(frozen=True)
class Database:
    """What leads another process to it; the server where it is one of PostgreSQL, the file where it is SQLite's."""

    url: str
    server: Postgres | None = None
    file: Path | None = None

    @property
    def is_postgresql(self) -> bool:
        return self.server is not None


@contextmanager
def leading_to(url: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """The `default` connection of every thread leads to this PostgreSQL database inside."""
    usual, kept = connections["default"], connections.settings["default"]
    told: dict[str, Any] = environ.Env.db_url_config(url)
    with blocker.unblock():
        connections.settings["default"] = {**kept, "OPTIONS": {}, **told}
        del connections["default"]
        try:
            yield
        finally:
            connections["default"].close()
            connections.settings["default"] = kept
            connections["default"] = usual


def make_database(server: Postgres) -> str:
    """An empty database there, of a role that owns it and nothing else: its URL."""
    with administering(server) as line:
        line.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(NAME)))
        line.execute(SQL("CREATE DATABASE {0} OWNER {0}").format(Identifier(NAME)))
    return server.url(NAME, NAME)


@contextmanager
def administering(server: Postgres, database: str = "postgres") -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A connection of the superuser, without Django, that commits by itself."""
    with psycopg.connect(server.url(database).replace("postgres://", "postgresql://"), autocommit=True) as line:
        yield line
