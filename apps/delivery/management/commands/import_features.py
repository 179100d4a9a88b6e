"""`manage.py import_features DIR --initiative NAME`: a folder of feature files becomes epics and stories."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.instants import parse_instant
from apps.common.refused import Refused
from apps.delivery import actions, feature_files, queries
from apps.organization import actions as organization


class Command(BaseCommand):
    """Exit 0 when imported, 1 when refused, with the reasons."""

    help = (
        "Imports *.feature below DIR: each directory that directly holds features becomes an epic, each file a story, "
        "matched again by its path. All or nothing, unless --skip-refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR")
        parser.add_argument("--initiative", required=True, metavar="NAME", help="made where there is none")
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who acts; default importer")
        parser.add_argument("--at", metavar="INSTANT", help="since when the texts hold; never in the future")
        parser.add_argument("--skip-refused", action="store_true", help="import the other files nevertheless")
        parser.add_argument("--json", action="store_true", help="print the counts and refusals as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"]
        try:
            sources, refused = feature_files.folder_sources(folder)
            known = queries.known_texts(queries.initiative_titled(options["initiative"]))
            reading = feature_files.read(sources, title=folder.resolve().name, refused=refused, known=known)
            # The operator of the host acts here, perhaps before there is any administrator
            organization.install_organization(title="Our organization")
            result = actions.import_features(
                initiative_title=options["initiative"],
                files=reading,
                by=organization.actor_named(options["by"]),
                at=parse_instant(options["at"]) if options["at"] else None,
                skip_refused=options["skip_refused"],
            )
        except actions.ImportRefused as error:
            self._print(actions.count_reading(reading), as_json=options["json"], imported=False)
            raise CommandError(error.sentence) from error
        except (Refused, feature_files.NotReadable) as error:
            raise CommandError(str(error)) from error
        self._print(result, as_json=options["json"])

    def _print(self, result: actions.ImportResult, *, as_json: bool, imported: bool = True) -> None:
        if as_json:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
            return
        for one in result.refused:
            self.stdout.write(f"{one.file}, line {one.line}: {one.reason}")
        if not imported:
            return
        for note in result.notes:
            self.stdout.write(note)
        self.stdout.write(
            f"{result.files} files, {len(result.refused)} refused; {result.epics} epics, {result.stories} stories: "
            f"{result.new} new, {result.changed} changed, {result.unchanged} unchanged, {result.archived} archived."
        )
