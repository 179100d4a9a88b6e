"""On which database a benchmark runs: the benchmarks' own SQLite, or a PostgreSQL of this run with every fsync."""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import environ
import psycopg
from django.core.management import call_command
from django.db import connection, connections

from apps.organization import actions as organization
from apps.organization.models import Scope
from apps.reliability import actions as reliability
from benchmarks import FOLDER, counted
from portal import scale
from tests.postgres import Postgres

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
BOTH = (SQLITE, POSTGRESQL)
MIGRATED = "migrated"


@contextmanager
def empty(vendor: str, name: str) -> Iterator[None]:
    """The `default` connection leads to a migrated database of this name, with the peers' tables."""
    _migrate(vendor)
    _copy(vendor, MIGRATED, name)
    with _connected(vendor, name):
        organization.install_organization(title="Benchmarks")
        yield


@contextmanager
def seeded(vendor: str, epics: int) -> Iterator[None]:
    """The `default` connection leads to a database with so many epics, seeded once and only read from then on."""
    _seed(vendor, epics)
    with _connected(vendor, f"seeded_{epics}"):
        yield


@cache
def _seed(vendor: str, epics: int) -> None:
    with empty(vendor, f"seeded_{epics}"):
        scale.seed(epics=epics)
        _promise(epics)
        settle()


def _promise(slos: int) -> None:
    """As many SLOs as there are epics, two days of counts each."""
    slis = counted.promised(slos, list(Scope.objects.filter(kind=Scope.Kind.EPIC).order_by("pk")))
    counted.fill_days(slis, 2)
    reliability.refresh_slos(at=datetime.fromtimestamp(counted.NOON, UTC))


@cache
def _migrate(vendor: str) -> None:
    if vendor == POSTGRESQL:
        _administer(f'CREATE DATABASE "{MIGRATED}"')
    with _connected(vendor, MIGRATED):
        call_command("migrate", verbosity=0)
        # The peers' tables, which have no migrations, point at those of the portal.
        call_command("migrate", verbosity=0, run_syncdb=True)
        settle()


@contextmanager
def _connected(vendor: str, name: str) -> Iterator[None]:
    usual, kept = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**kept, **_address(vendor, name)}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        connections["default"] = usual


def _address(vendor: str, name: str) -> dict[str, object]:
    if vendor == SQLITE:
        return {"NAME": str(FOLDER / f"{name}.sqlite3")}
    told = environ.Env.db_url_config(_server().url(name))
    return {**told, "OPTIONS": {"connect_timeout": 5}}


def _copy(vendor: str, template: str, name: str) -> None:
    if vendor == SQLITE:
        shutil.copyfile(FOLDER / f"{template}.sqlite3", FOLDER / f"{name}.sqlite3")
    else:
        _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


@cache
def _server() -> Postgres:
    server = Postgres(durable=True)
    atexit.register(server.remove)
    return server


def _administer(sql: str) -> None:
    with psycopg.connect(_server().url(), autocommit=True) as administrator:
        administrator.execute(sql)


def settle() -> None:
    """What was written is on disk, and PostgreSQL knows how much it is, as after a while in an installation."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)" if connection.vendor == "sqlite" else "ANALYZE")
    os.sync()
