"""`manage.py import_people FILE`: people, seats and memberships from CSV, all or nothing."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.organization import actions, people_csv
from apps.organization.models import Person


class Command(BaseCommand):
    """Imports people; by whom is the operator of the host, unless `--by` names an administrator."""

    help = "Import people, their seats and teams from CSV; all of it, or nothing and every reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", default="", metavar="USERNAME", help="an administrator; else the operator")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        try:
            by = Person.objects.get(username=options["by"]) if options["by"] else None
            rows, unread = people_csv.read(data)
            done = actions.import_people(rows=rows, unread=unread, digest=sha256(data).hexdigest(), by=by)
        except Person.DoesNotExist as missing:
            raise CommandError(f"There is nobody with the username {options['by']}.") from missing
        except people_csv.PeopleRefused as refused:
            if options["json"]:
                problems = [asdict(problem) for problem in refused.problems]
                self.stdout.write(json.dumps({"refused": problems}, ensure_ascii=False))
            raise CommandError("\n".join(map(str, refused.problems))) from refused
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(done), "refused": []}))
        elif done.changed:
            words = f"{done.added} added, {done.seats} seats given, {done.memberships} put into teams"
            self.stdout.write(f"{done.rows} rows: {words}.")
        else:
            self.stdout.write(f"{done.rows} rows; everything was so already, nothing changed.")
