"""`manage.py import_results FILE…`: the results of a test run become evidence."""

import json
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.instants import parse_instant
from apps.common.refused import BadInput, Refused
from apps.delivery import queries as delivery
from apps.delivery.models import Initiative
from apps.organization import actions as organization
from apps.specs import actions, intake
from apps.specs.models import Run

COUNTS = (
    "cases",
    "passed",
    "failed",
    "errors",
    "skipped",
    "pending",
    "undefined",
    "ambiguous",
    "stale",
    "unknown",
    "refused",
)


class Command(BaseCommand):
    help = "Imports the results of a test run, whole or not at all: several files are one run; the same twice is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--format", choices=intake.FORMATS, required=True)
        parser.add_argument("--manifest", metavar="FILE", help="what export_features wrote beside the features")
        parser.add_argument("--revision", default="", metavar="SHA", help="of the product that was tested")
        parser.add_argument(
            "--zone", default="UTC", help="the time zone of times without one, such as Europe/Berlin; default UTC"
        )
        parser.add_argument(
            "--initiative", default="", metavar="NAME", help="only its stories count (its title, or its key)"
        )
        parser.add_argument(
            "--ran-at", default="", metavar="INSTANT", help="when it ran, where the reports do not say, as behave's"
        )
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who imports; default importer")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            imported = self._imported(options)
        except (Refused, OSError) as error:
            if options["json"]:
                refused = {**dict.fromkeys(COUNTS, 0), "refused": 1, "reason": str(error)}
                self.stdout.write(json.dumps(refused, ensure_ascii=False))
            raise CommandError(str(error)) from error
        counts = {name: imported.run.counts[name] for name in COUNTS}
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "run": imported.run.key}))
            return
        words = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name in ("cases", "passed"))
        again = "" if imported.created else " This was imported before; nothing changed."
        if imported.after:
            again = f" This came before as {imported.after.key}, when fewer stories were known; it was matched again."
        self.stdout.write(f"{imported.run.key}: {words}.{again}")

    def _imported(self, options: dict[str, Any]) -> actions.Imported:
        initiative = initiative_named(options["initiative"]) if options["initiative"] else None
        with ExitStack() as open_files:
            files = [_opened(open_files, name) for name in options["files"]]
            manifest = _opened(open_files, options["manifest"]) if options["manifest"] else None
            taken = intake.take(
                files,
                format=options["format"],
                manifest_file=manifest,
                revision=options["revision"],
                zone=intake.zone_named(options["zone"]),
                initiative=initiative.key if initiative else "",
            )
        return actions.import_results(
            reports=taken.reports,
            format=taken.format,
            source=taken.source,
            revision=options["revision"],
            channel=Run.Channel.COMMAND,
            by=organization.actor_named(options["by"]),
            digest=taken.digest,
            manifest=taken.manifest,
            initiative=initiative,
            reports_digest=taken.reports_digest,
            ran_at=parse_instant(options["ran_at"]) if options["ran_at"] else None,
        )


def initiative_named(name: str) -> Initiative:
    """The initiative of this title or key; raises BadInput."""
    found = delivery.initiative_titled(name) or Initiative.objects.filter(scope__key=name).first()
    if found is None:
        raise BadInput(f"There is no initiative “{name}”.")
    return found


def _opened(open_files: ExitStack, name: str) -> intake.Incoming:
    return intake.Incoming(name, open_files.enter_context(Path(name).open("rb")))
