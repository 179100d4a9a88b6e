"""One source for many SLIs: `manage.py measure_slis SLO-3 SLO-4 --source main [--json] [--by USERNAME]`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.integrations import actions
from apps.organization import actions as organization


class Command(BaseCommand):
    """All or nothing."""

    help = (
        "Has a source measure all SLIs that Prometheus shall measure and nothing measures yet, such as those of SLOs"
        " that import_slos took. Earlier counts: backfill_counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", nargs="+", metavar="KEY", help="of an SLI, or of an SLO that rests on it")
        parser.add_argument("--source", required=True, help="as the operator named it in PORTAL_PROMETHEUS")
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who chooses it; default importer")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, keys: list[str], source: str, by: str, **options: Any) -> None:
        try:
            chosen = actions.measure_slis(keys=keys, source=source, by=organization.actor_named(by))
        except Refused as error:
            raise CommandError(error.sentence) from error
        measured = [one.sli.key for one in chosen.measured]
        if options["json"]:
            self.stdout.write(json.dumps({"source": source, "measured": measured, "left": chosen.left}, indent=2))
            return
        self.stdout.write(f"{source} measures {len(measured)} more: {', '.join(measured) or 'none'}.")
        for key, why in chosen.left.items():
            self.stdout.write(f"{key} is left as it is: {why}.")
