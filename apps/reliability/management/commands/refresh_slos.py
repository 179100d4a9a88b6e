"""Computes where every SLO stands: `manage.py refresh_slos --once`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.reliability import actions


class Command(BaseCommand):
    """What the beat does every minute, by hand."""

    help = "Computes where every SLO stands from stored counts, as the beat does every minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", required=True, help="once, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{actions.refresh_slos()} SLOs refreshed.")
