"""`manage.py upgrade [--dry-run]`: check, back up, migrate, verify; exit 0, 1 or 3."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.base import SystemCheckError as CheckError
from django.db import DatabaseError

from portal.backup.making import NotMade
from portal.backup.postgresql import ToolFailed
from portal.up import places
from portal.up.alone import AnotherRuns, alone
from portal.upgrade import Stopped, plan, upgrade

CHANGED = 3


class Command(BaseCommand):
    """Thin: `portal.upgrade` does it."""

    help = (
        "Brings the database to this version: check, backup, migrate, audit_verify. Stop everything before."
        " Exit 0: done and verified; 1: nothing was changed; 3: it was changed, and is not good."
    )
    # They are the first step.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--backup", type=Path, metavar="FOLDER", help="where; else one below PORTAL_BACKUPS")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            places.make_folders(settings.VAR)
            with alone(settings.VAR):
                if options["dry_run"]:
                    return self._say_plan(options["backup"])
                upgrade(options["backup"], self.stdout.write)
        except Stopped as error:
            raise CommandError(f"Stopped: {error}.", returncode=CHANGED if error.has_changed else 1) from error
        except CheckError as error:
            raise CommandError(f"Nothing was changed, the check failed: {error}") from error
        except (AnotherRuns, NotMade, ToolFailed, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was changed: {error}.") from error

    def _say_plan(self, folder: Path | None) -> None:
        found = plan()
        if found.missing and not found.is_empty:
            self.stdout.write(f"Would back up to {folder or settings.BACKUPS}.")
        words = f"Would apply {len(found.missing)} migrations: {', '.join(found.missing)}."
        self.stdout.write(words if found.missing else "Nothing to migrate.")
        self.stdout.write("Would verify the log.")
