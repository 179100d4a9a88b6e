"""`manage.py restore FOLDER`: brings a backup back; exit 0, 1 or 3."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.backup.manifest import NotABackup
from portal.backup.restoring import NotRestored, Restored, restore
from portal.up import places
from portal.up.alone import AnotherRuns, alone

NOT_PROVEN = 3


class Command(BaseCommand):
    """Thin: `portal.backup.restoring` does it."""

    help = (
        "Brings a backup back, once its files have proven to be those of its manifest, and verifies the log."
        " Exit 0: restored and proven; 1: nothing was changed; 3: restored, but its log is not the manifest's."
    )
    # There may be no database yet, nor a key.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `backup` made")
        parser.add_argument(
            "--replace", action="store_true", help="take the place of what the database holds, which is kept beside it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            places.make_folders(settings.VAR)
            with alone(settings.VAR):
                restored = restore(options["folder"], replace=options["replace"])
        except (NotRestored, NotABackup, AnotherRuns, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was changed: {error}.") from error
        self._say(restored)

    def _say(self, restored: Restored) -> None:
        told = restored.manifest
        self.stdout.write(f"Restored {told.size} entries as of {told.made_at}, version {told.version}.")
        if restored.aside:
            self.stdout.write(f"What was there before is kept at {restored.aside}.")
        if restored.missing:
            self.stdout.write(f"{restored.missing} migrations are missing: run manage.py migrate.")
        if restored.problem:
            raise CommandError(f"Not proven: {restored.problem}.", returncode=NOT_PROVEN)
        self.stdout.write(f"Proven: root {told.root}. Entries after that are not in it.")
