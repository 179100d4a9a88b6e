"""SLOs from files: `manage.py import_slos PATH… [--json] [--scope KEY] [--by USERNAME]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.reliability import actions, intake
from apps.reliability.formats.sloth import PERIOD_DAYS
from apps.reliability.models import SLI

ENDINGS = (".yaml", ".yml", ".json")


class Command(BaseCommand):
    """All or nothing."""

    help = "SLOs of OpenSLO or Sloth from files or folders: all of them, or nothing and every reason why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--scope", default="", metavar="KEY", help="on what all stand; else the service they name")
        parser.add_argument(
            "--days", type=int, default=PERIOD_DAYS, help="the period that Sloth was told; 30 unless said"
        )
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who imports; default importer")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json: bool = options["json"]
        try:
            taken, done = self._import(options)
        except intake.SLOsRefused as error:
            if as_json:
                refused = {"documents": error.documents, "slos": 0, "refused": [_row(one) for one in error.problems]}
                self.stdout.write(json.dumps(refused, ensure_ascii=False, indent=2))
            raise CommandError("\n".join([error.sentence, *map(str, error.problems)])) from error
        except (Refused, OSError) as error:
            if as_json:
                refused = {"documents": 0, "slos": 0, "refused": [{"document": None, "path": "", "reason": str(error)}]}
                self.stdout.write(json.dumps(refused, ensure_ascii=False, indent=2))
            raise CommandError(str(error)) from error
        unmeasured = taken.unmeasured
        if as_json:
            told = {"documents": done.documents, "slos": len(done.slos), "refused": []}
            told |= {"keys": [slo.key for slo in done.slos], "created": done.created, "changed": done.changed}
            self.stdout.write(json.dumps({**told, "unmeasured": unmeasured}, ensure_ascii=False, indent=2))
            return
        if done.is_new:
            words = f"{len(done.slos)} SLOs: {done.created} defined, {done.changed} changed"
            self.stdout.write(f"{done.documents} documents, {words}.")
        else:
            self.stdout.write(f"{done.documents} documents; everything was so already, nothing changed.")
        if done.created and (waiting := [slo.key for slo in done.slos if slo.sli.source == SLI.Source.PROMETHEUS]):
            keys = " ".join(waiting)
            self.stdout.write(f"No source measures these yet: manage.py measure_slis {keys} --source NAME chooses one.")
        for name, why in unmeasured.items():
            self.stdout.write(f"“{name}” is not measured here: {why}.")

    def _import(self, options: dict[str, Any]) -> tuple[intake.Taken, actions.ImportedSLOs]:
        paths = [path for given in options["paths"] for path in _files(given)]
        several = len(paths) > 1
        files = [(str(path) if several else "", path.read_bytes()) for path in paths]
        taken = intake.take(files, period_days=options["days"])
        by = organization.actor_named(options["by"])
        return taken, actions.import_slos(taken=taken, by=by, scope_key=options["scope"])


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder and of all below it."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.suffix in ENDINGS and found.is_file())


def _row(one: intake.Problem) -> dict[str, Any]:
    file = {"file": one.place.file} if one.place.file else {}
    return {**file, "document": one.place.document, "path": one.path, "reason": one.reason}
