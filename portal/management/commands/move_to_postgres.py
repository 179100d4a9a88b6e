"""`manage.py move_to_postgres`: carry an embedded installation over to the PostgreSQL of DATABASE_URL."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from portal.moving import move
from portal.owner import as_owner


class Command(BaseCommand):
    """All rows or none; the log arrives with the same root, and is verified before anything is kept."""

    help = "Copy all of the embedded database into the fresh, migrated PostgreSQL that DATABASE_URL names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="database",
            type=Path,
            default=settings.VAR / "portal.sqlite3",
            help="the file of the embedded installation (default: %(default)s)",
        )

    def handle(self, *args: Any, database: Path, **options: Any) -> None:
        try:
            with as_owner():
                moved = move(database.resolve(), self.stdout.write)
        except Refused as error:
            raise CommandError(f"{error.sentence} Nothing was written.") from error
        self.stdout.write(f"{moved.rows:,} rows; the log has {moved.size:,} entries, its root is {moved.root}.")
        self.stdout.write("Verified. Start the portal with DATABASE_URL; the old file is as it was.")
