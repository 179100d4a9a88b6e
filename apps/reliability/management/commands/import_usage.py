"""Usage from a file: `manage.py import_usage FILE --resource RES-1 [--json] [--by USERNAME]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.reliability import actions, queries, usage
from apps.reliability.models import Resource


class Command(BaseCommand):
    """All or nothing."""

    help = (
        "What of a resource was in use, from a CSV file that begins with “at,value”, all or nothing. Of several values"
        " of one day of UTC the highest counts, and a day that was there is replaced."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--resource", required=True, metavar="KEY", help="the key of the resource, such as RES-1")
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who sends it; default importer")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, file: Path, resource: str, by: str, **options: Any) -> None:
        try:
            days = usage.read_csv(file.read_bytes())
            found = actions.record_usage(resource_key=resource, usage=days, by=organization.actor_named(by))
        except (Refused, OSError, Resource.DoesNotExist) as error:
            words = _words(error, file, resource)
            if options["json"]:
                self._print({"resource": resource, "days": 0, "refused": [words]})
            raise CommandError(words) from error
        headroom = queries.headroom_of(found)
        if options["json"]:
            told = {"first": min(days).isoformat(), "last": max(days).isoformat(), "state": headroom.state.value}
            self._print({"resource": found.key, "days": len(days), "refused": [], **told, "words": headroom.words})
            return
        count = "1 day" if len(days) == 1 else f"{len(days):,} days"
        self.stdout.write(f"{found.key}: usage of {count}, {min(days)} to {max(days)}. {headroom.words}")

    def _print(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))


def _words(error: Exception, file: Path, resource: str) -> str:
    if isinstance(error, Resource.DoesNotExist):
        return f"There is no resource {resource}."
    return f"{file}: {error.strerror}." if isinstance(error, OSError) else str(error)
