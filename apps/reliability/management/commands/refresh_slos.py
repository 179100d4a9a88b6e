"""Computes where every SLO stands: `manage.py refresh_slos --once`, and `--rebuild` from nothing but counts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.reliability import actions


class Command(BaseCommand):
    """What the beat does every minute, by hand."""

    help = "Computes where every SLO stands from stored counts, as the beat does every minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        once = parser.add_mutually_exclusive_group(required=True)
        once.add_argument("--once", action="store_true", help="once, and end")
        once.add_argument("--rebuild", action="store_true", help="once, and all windows read anew from stored counts")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{actions.refresh_slos(rebuild=options['rebuild'])} SLOs refreshed.")
