"""`manage.py backup [FOLDER]`: the database as of now, while everything goes on; exit 0, 1 or 3."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.backup import making
from portal.backup.postgresql import ToolFailed

BAD_LOG = 3


class Command(BaseCommand):
    """Thin: `portal.backup.making` does it."""

    help = (
        "Writes the database and a manifest to a new folder, while everything goes on, and verifies the log in it."
        " Exit 0: written and verified; 1: nothing was written; 3: written, but its log is bad."
    )

    # A backup is made of whatever is there, fit to run or not.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="the folder to make; else one below PORTAL_BACKUPS")
        parser.add_argument("--with-secret", action="store_true", help="put the secret key in; keep such a copy safe")
        parser.add_argument(
            "--keep", type=int, metavar="N", help="afterwards remove all but the newest N below PORTAL_BACKUPS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        keep = options["keep"]
        if keep is not None and (keep < 1 or options["folder"]):
            raise CommandError("--keep takes a number from 1, and no FOLDER beside it.")
        try:
            folder, found = making.make(options["folder"], with_secret=options["with_secret"])
        except (making.NotMade, ToolFailed, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was written: {error}.") from error
        self.stdout.write(f"{folder}: {found.size} entries, root {found.root}.")
        if not found.ok:
            # What was good before is not removed for it.
            raise CommandError(f"Its log is bad, rule “{found.rule}”: {found.words}.", returncode=BAD_LOG)
        for old in making.forget_but(keep) if keep else []:
            self.stdout.write(f"Removed {old}.")
