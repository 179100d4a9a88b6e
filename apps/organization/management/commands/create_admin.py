"""`manage.py create_admin`: an administrator, made by who runs the host."""

import getpass
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.organization import actions


class Command(BaseCommand):
    """Makes an administrator; the password is asked for, or read from PORTAL_ADMIN_PASSWORD or its _FILE."""

    help = "Make an administrator. The password is asked for, or read from PORTAL_ADMIN_PASSWORD or …_FILE."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True, help="as it shall stand beside signatures")
        parser.add_argument("--email", default="")
        parser.add_argument("--organization", default="Our organization", help="its name, where there is none yet")

    def handle(self, *args: Any, **options: Any) -> None:
        who = {name: options[name] for name in ("username", "name", "email")}
        try:
            person = actions.create_administrator(
                **who,
                password_hash=actions.hashed_password(self._password(), **who),
                organization=options["organization"],
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"{person.name} ({person.username}) is an administrator.")

    def _password(self) -> str:
        if file := os.environ.get("PORTAL_ADMIN_PASSWORD_FILE"):
            try:
                return Path(file).read_text().strip("\r\n")
            except OSError as error:
                raise CommandError(f"The password's file cannot be read: {error.strerror}.") from error
        if password := os.environ.get("PORTAL_ADMIN_PASSWORD"):
            return password
        try:
            password = getpass.getpass("Password: ")
            again = getpass.getpass("Again: ")
        except (EOFError, KeyboardInterrupt) as error:
            raise CommandError("No password was given; nobody was added.") from error
        if password != again:
            raise CommandError("The two passwords differ; nobody was added.")
        return password
