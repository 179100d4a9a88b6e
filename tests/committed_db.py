"""A database of a test's own, for real commits, threads, processes and tampering.

The log's triggers refuse the flush with which Django empties a database after `transaction=True`, and nothing takes
them off. So such a test gets a copy of the migrated database as its own SQLite file, thrown away whole.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker


@dataclass(frozen=True)
class CommittedDatabase:
    """An SQLite file that the `default` connection of every thread leads to."""

    path: Path

    @property
    def url(self) -> str:
        """For DATABASE_URL of another process."""
        return f"sqlite:///{self.path}"

    def raw(self) -> sqlite3.Connection:
        """A connection past Django, each statement its own transaction."""
        return sqlite3.connect(self.path, isolation_level=None)


@pytest.fixture(scope="session")
def migrated_template(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The migrated test database as it is before any test writes, as a file to copy."""
    with django_db_blocker.unblock():
        if connections["default"].vendor != "sqlite":
            pytest.skip("tests with databases of their own copy an SQLite file")
        template = tmp_path_factory.mktemp("template") / "template.sqlite3"
        with connections["default"].cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(template)])
    return template


@pytest.fixture
def committed_db(
    migrated_template: Path, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[CommittedDatabase]:
    """The `default` connection leads to a database of this test's own, migrated and empty.

    Instead of the `db` fixture. What is committed stays to the end of the test; other threads and processes see it.
    """
    path = tmp_path / "portal.sqlite3"
    path.write_bytes(migrated_template.read_bytes())
    usual, kept = connections["default"], connections.settings["default"]
    with django_db_blocker.unblock():
        connections.settings["default"] = {**kept, "NAME": str(path)}
        del connections["default"]
        try:
            yield CommittedDatabase(path)
        finally:
            connections["default"].close()
            connections.settings["default"] = kept
            connections["default"] = usual
