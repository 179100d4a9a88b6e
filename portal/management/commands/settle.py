"""`manage.py settle`: bring the database to this version and fill it where `up` asks for the demo."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.organization.models import Person
from portal import demo
from portal.backup.making import NotMade, forget_broken_off
from portal.up import places
from portal.upgrade import Stopped, keep_and_migrate, plan


class Command(BaseCommand):
    """What `up` runs before it starts anything else; safe to run again."""

    help = "Migrate, behind a backup; load the demo where `up` asked for it, to nobody yet; make the first-run key."

    def handle(self, *args: Any, **options: Any) -> None:
        # Of a start that was killed while it backed up.
        forget_broken_off()
        self._migrate()
        if settings.PORTAL_DEMO and not _anybody():
            password = (settings.VAR / "demo_password").read_text().strip()
            demo.load(password=password)
        if _anybody():
            settings.FIRST_RUN_KEY_FILE.unlink(missing_ok=True)
        else:
            places.secret_file(settings.FIRST_RUN_KEY_FILE)

    def _migrate(self) -> None:
        """Behind a backup, where the database is the portal's own file and there is anything in it.

        That of a PostgreSQL server is made by `upgrade`, where whoever runs the server has the tools.
        """
        found = plan() if connection.vendor == "sqlite" else None
        if found is None or found.is_empty or not found.missing:
            call_command("migrate", interactive=False, verbosity=1)
            return
        try:
            keep_and_migrate(None, found, self.stdout.write)
        except (Stopped, NotMade, OSError) as error:
            raise CommandError(
                f"The database is of a version before, and was not brought to this one: {error}."
            ) from error


def _anybody() -> bool:
    return Person.objects.filter(is_service=False).exists()
