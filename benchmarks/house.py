"""The benchmarks' own portal: migrated once, begun anew for each measurement."""

import os
import shutil
from functools import cache
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from apps.organization import actions as organization
from apps.organization.models import Person
from benchmarks import FOLDER


def begin_anew() -> Person:
    """Puts a fresh database in the place of the one in use; returns who imports."""
    template = _template()
    connection.close()
    database = Path(connection.settings_dict["NAME"])
    for name in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        name.unlink(missing_ok=True)
    with template.open("rb") as made, database.open("wb") as copied:
        shutil.copyfileobj(made, copied)
        copied.flush()
        os.fsync(copied.fileno())  # else the first commit that is measured waits for this copy to be written, too
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version = 1")  # a commit, so that the journal is there, as in an installation
    return organization.service_account(username="importer")


@cache
def _template() -> Path:
    call_command("migrate", verbosity=0)
    organization.install_organization(title="Benchmarks")
    organization.service_account(username="importer")
    template = FOLDER / "template.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(template)])
    return template
