"""A portal on each database, one for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from tests.cast import Cast, make_cast
from tests.committed_db import own_database
from tests.faults.databases import Database, leading_to, make_database
from tests.faults.portal import Portal
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server of the file's own; where the file says DURABLE, it keeps every fsync."""
    server = Postgres(durable=getattr(request.module, "DURABLE", False))
    yield server
    server.remove()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Migrated and empty at first; the tests' own connection leads to it."""
    if request.param == "sqlite":
        template = request.getfixturevalue("migrated_template")
        with own_database(template, django_db_blocker, tmp_path_factory.mktemp("database")) as own:
            yield Database(own.url, file=Path(own.name))
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = make_database(server)
    with leading_to(url, django_db_blocker):
        call_command("migrate", verbosity=0)
        yield Database(url, server=server)


@pytest.fixture(scope="module")
def cast(database: Database) -> Cast:
    """Its people."""
    return make_cast()


@pytest.fixture(scope="module")
def portal(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of which nothing runs yet."""
    found = Portal(database, tmp_path_factory.mktemp("portal") / "v")
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module")
def web(portal: Portal) -> Portal:
    """A portal whose web answers."""
    portal.start_web()
    return portal
