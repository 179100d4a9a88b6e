"""`manage.py seed_scale`: fill an empty database with a made-up organization, as large as asked, to measure on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from portal import scale


class Command(BaseCommand):
    """Nobody made up can sign in; run on a portal's own database it is refused."""

    help = "Fill an empty database with made-up epics, ten stories each, people, services, runs and a log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--epics", type=int, required=True, help="how many epics")
        parser.add_argument("--seed", type=int, default=1, help="another number, other rows (default: %(default)s)")

    def handle(self, *args: Any, epics: int, seed: int, **options: Any) -> None:
        told = self.stdout.write if options["verbosity"] > 0 else lambda words: None
        try:
            made = scale.seed(epics=epics, seed=seed, told=told)
        except Refused as error:
            raise CommandError(f"{error.sentence} Nothing was written.") from error
        self.stdout.write(f"{made.epics:,} epics, {made.stories:,} stories, {made.people:,} people.")
