"""`manage.py audit_verify [--json]`: walks the whole log; exit 0 good, 1 bad."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.audit.beside import place_words
from apps.audit.verify import verify_log


class Command(BaseCommand):
    help = "Verifies the log and what is signed; names the first bad entry and the rule it breaks. Exit 0 or 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print size, root, ok, first_bad and rule as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify_log()
        if options["json"]:
            names = ("size", "root", "ok", "first_bad", "rule")
            self.stdout.write(json.dumps({name: getattr(found, name) for name in names}))
        elif found.ok:
            self.stdout.write(f"Good: {found.size} entries, root {found.root}, {found.milliseconds} ms.")
        else:
            where = place_words(found.first_bad, found.rule)
            self.stdout.write(f"BAD: {where}, rule “{found.rule}”: {found.words}.")
        if not found.ok:
            raise SystemExit(1)
