"""Carrying an embedded installation over to PostgreSQL: every row as it is, the log's tree included."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from apps.audit.models import Head
from apps.audit.verify import verify_log
from apps.common.refused import Refused
from apps.organization.models import Person
from portal.up.alone import AnotherRuns, alone

SOURCE = "embedded"
BATCH = 2_000  # rows at once

Say = Callable[[str], None]


@dataclass(frozen=True)
class Moved:
    """What was carried over: rows, and the size and root of the log."""

    rows: int
    size: int
    root: str


def move(database: Path, say: Say) -> Moved:
    """Copies the SQLite file `database` into the `default` database, in one transaction.

    Raises Refused, with nothing written, where the one runs or is not there, the other holds anything, or the two are
    of different versions; or where what arrived is not what was sent.
    """
    if connection.vendor != "postgresql":
        raise Refused("DATABASE_URL does not name a PostgreSQL. Set it, run manage.py migrate, and try again.")
    if not database.is_file():
        raise Refused(f"There is no {database}. Name the file of the embedded installation with --from.")
    try:
        with alone(database.parent), _opened(database):
            _check_both()
            return _copied(say)
    except AnotherRuns as error:
        raise Refused(f"{error}. Stop it first: what it wrote meanwhile would be lost.") from error


@contextmanager
def _opened(database: Path) -> Iterator[None]:
    """The file as the connection `embedded`; nobody else writes to it inside."""
    connections.settings[SOURCE] = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(database),
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    try:
        with transaction.atomic(using=SOURCE):
            yield
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]
        del connections.settings[SOURCE]


def _check_both() -> None:
    applied = [set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (SOURCE, "default")]
    if applied[0] != applied[1]:
        raise Refused("The two databases are of different versions. Run manage.py migrate on each, and try again.")
    if Head.objects.get().size or Person.objects.exists():
        raise Refused("The PostgreSQL database is in use already. Take a fresh one, migrate it, and try again.")


def _copied(say: Say) -> Moved:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    before = Head.objects.using(SOURCE).get()
    with transaction.atomic():
        _triggers("DISABLE TRIGGER")  # they let nobody write a log that is there already
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        rows = sum(_copy(model, say) for model in models)
        connection.check_constraints()
        _triggers("ENABLE ALWAYS TRIGGER")
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
        found = verify_log()
        if not found.ok or (found.size, found.root) != (before.size, bytes(before.root).hex()):
            raise Refused(f"The log that arrived is not the one that was sent: {found.rule or 'another root'}.")
    return Moved(rows, found.size, found.root)


def _copy(model: type[Model], say: Say) -> int:
    sent = model._base_manager.using(SOURCE)
    rows = sent.order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        model._base_manager.bulk_create(batch)
    count = model._base_manager.count()
    if count != sent.count():
        raise Refused(f"Of {model._meta.db_table} {count} rows arrived, and {sent.count()} were sent.")
    if count:
        say(f"  {model._meta.db_table}: {count:,}")
    return count


def _triggers(deed: str) -> None:
    """`deed` for each trigger that protects a table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {deed} {name}")
