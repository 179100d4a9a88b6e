"""A database of a test's own, for real commits, threads, processes and tampering.

The log's triggers refuse the flush with which Django empties a database after `transaction=True`, and nothing takes
them off. So such a test gets a copy of the migrated database, thrown away whole: an SQLite file, or a database
that PostgreSQL makes from a template.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import DjangoDbBlocker


@dataclass(frozen=True)
class CommittedDatabase:
    """The database to which the `default` connection of every thread leads: its name, on SQLite its path."""

    name: str
    # For DATABASE_URL of another process.
    url: str


@pytest.fixture(scope="session")
def migrated_template(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The migrated test database as it is before any test writes, to be copied: a file's path, or a name."""
    connection = connections["default"]
    with django_db_blocker.unblock():
        made = []
        if connection.settings_dict["NAME"] != connection.creation._get_test_db_name():  # type: ignore[attr-defined]
            # pytest-django makes it only where a test asks for `db`.
            made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
        template = _template(tmp_path_factory)
    yield template
    with django_db_blocker.unblock():
        if connection.vendor != "sqlite":
            _administer(f'DROP DATABASE "{template}" WITH (FORCE)')
        teardown_databases(made, verbosity=0)


def _template(tmp_path_factory: pytest.TempPathFactory) -> str:
    connection = connections["default"]
    if connection.vendor == "sqlite":
        template = str(tmp_path_factory.mktemp("template") / "template.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [template])
        return template
    template = f"{connection.settings_dict['NAME']}_template"
    connection.close()  # a database with connections cannot be copied
    _administer(f'CREATE DATABASE "{template}" TEMPLATE "{connection.settings_dict["NAME"]}"')
    return template


@pytest.fixture
def committed_db(
    migrated_template: str, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[CommittedDatabase]:
    """The `default` connection leads to a database of this test's own, migrated and empty.

    Instead of the `db` fixture. What is committed stays to the end of the test; other threads and processes see
    it. A thread that used the database closes its own connection at its end.
    """
    with own_database(migrated_template, django_db_blocker, tmp_path) as own:
        yield own


@contextmanager
def own_database(template: str, blocker: DjangoDbBlocker, folder: Path) -> Iterator[CommittedDatabase]:
    """The same for as long as the block runs; for fixtures of a whole file."""
    usual, kept = connections["default"], connections.settings["default"]
    with blocker.unblock():
        own = _copy(template, folder)
        connections.settings["default"] = {**kept, "NAME": own.name}
        del connections["default"]
        try:
            _number_from_one()
            yield own
        finally:
            connections["default"].close()
            connections.settings["default"] = kept
            connections["default"] = usual
            if usual.vendor != "sqlite":
                _administer(f'DROP DATABASE "{own.name}" WITH (FORCE)')


def _number_from_one() -> None:
    """Numbers that tests before have taken are given out again: PostgreSQL keeps them, whatever is rolled back."""
    connection = connections["default"]
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
                cursor.execute(sql)


def _copy(template: str, folder: Path) -> CommittedDatabase:
    if connections["default"].vendor == "sqlite":
        path = folder / "portal.sqlite3"
        shutil.copyfile(template, path)
        return CommittedDatabase(name=str(path), url=f"sqlite:///{path}")
    name = template.removesuffix("_template") + "_own"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    told = connections["default"].settings_dict
    url = f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{name}"
    return CommittedDatabase(name=name, url=url)


def _administer(sql: str) -> None:
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(sql)
