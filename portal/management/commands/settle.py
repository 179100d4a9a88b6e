"""`manage.py settle`: bring the database to this version and fill it where `up` asks for the demo."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.organization.models import Person
from portal import demo
from portal.up import places


class Command(BaseCommand):
    """What `up` runs before it starts anything else; safe to run again."""

    help = "Migrate; load the demo where `up` asked for it and nobody is there yet; make the first-run key."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=1)
        if settings.PORTAL_DEMO and not _anybody():
            password = (settings.VAR / "demo_password").read_text().strip()
            demo.load(password=password)
        if _anybody():
            settings.FIRST_RUN_KEY_FILE.unlink(missing_ok=True)
        else:
            places.secret_file(settings.FIRST_RUN_KEY_FILE)


def _anybody() -> bool:
    return Person.objects.filter(is_service=False).exists()
