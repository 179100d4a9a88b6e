"""`manage.py housekeeping [--dry-run]`: removes what nobody needs any more, and says what."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.common.tidying import tidy_all


class Command(BaseCommand):
    """Thin: rooms say what may go."""

    help = "Removes what nobody needs any more; never evidence, texts, signatures or the log. A worker does it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args: Any, **options: Any) -> None:
        found = tidy_all(dry_run=options["dry_run"])
        width = max(len(one.what) for one in found)
        self.stdout.write("Would remove:" if options["dry_run"] else "Removed:")
        for one in found:
            self.stdout.write(f"{one.count:>8}  {one.what:<{width}}  {one.when}")
