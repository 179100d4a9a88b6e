"""`manage.py export_features DIR`: the stories' current features for a team's CI, with their manifest."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import BadInput, Refused
from apps.delivery import queries as delivery
from apps.delivery.models import Initiative
from apps.organization.models import Person
from apps.specs import exports, manifest, queries
from apps.specs.report import NotAReport


class Command(BaseCommand):
    help = "Writes the current features into a folder, each at its path, and manifest.json beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR")
        parser.add_argument("--initiative", default="", metavar="NAME", help="only its stories (its title, or its key)")
        parser.add_argument("--epic", default="", metavar="KEY", help="only this epic's stories")
        parser.add_argument("--by", default="", metavar="USERNAME", help="only what this person may read")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        try:
            files, listed = exports.exported(self._texts(options))
            _clear(folder)
            for file in files:
                place = folder / file.path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(file.text, encoding="utf-8", newline="\n")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / manifest.FILE_NAME).write_bytes(manifest.written(listed))
        except (Refused, OSError, NotAReport) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(files):,} features with {len(listed.entries):,} scenarios and rows in {folder}.")

    def _texts(self, options: dict[str, Any]) -> list[exports.Text]:
        person = None
        if options["by"]:
            person = Person.objects.filter(username=options["by"], is_active=True).first()
            if person is None:
                raise BadInput(f"Nobody active has the username “{options['by']}”.")
        initiative = epic = None
        if options["initiative"]:
            named = options["initiative"]
            initiative = delivery.initiative_titled(named) or Initiative.objects.filter(scope__key=named).first()
            if initiative is None:
                raise BadInput(f"There is no initiative “{named}”.")
        if options["epic"]:
            epic = options["epic"]
        texts = queries.texts_to_export(initiative=initiative, epic_key=epic or "", person=person)
        if not texts:
            raise BadInput("There is no story to export.")
        return texts


def _clear(folder: Path) -> None:
    """Takes away what an earlier export left, by its manifest; refuses a folder that holds anything else's work."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    listing = folder / manifest.FILE_NAME
    if not listing.is_file():
        raise BadInput(f"{folder} is not empty and no earlier export. Name a new folder.")
    root = folder.resolve()
    for path in {entry.path for entry in manifest.read(listing.read_bytes()).entries}:
        file = (folder / path).resolve()
        if file.is_relative_to(root) and file.suffix == ".feature":
            file.unlink(missing_ok=True)
