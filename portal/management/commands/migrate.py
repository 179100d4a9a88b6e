"""`manage.py migrate`: Django's own, as the role that owns the tables, which then grants the portal what it needs."""

from typing import Any

from django.core.management.commands import migrate

from portal.owner import as_owner, grant


class Command(migrate.Command):
    """Migrate by `DATABASE_OWNER_URL` where it is set."""

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner() as role:
            super().handle(*args, **options)
            grant(role)
