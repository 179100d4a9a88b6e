"""SLOs as YAML: `manage.py export_slos [KEY…] [--format openslo|sloth|prometheus]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.reliability import queries, writing
from apps.reliability.writing import FORMATS, OPENSLO, Defined


class Command(BaseCommand):
    """Writes nothing but what it prints."""

    help = "SLOs as OpenSLO, as Sloth's or as Prometheus's rules, to the standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", nargs="*", metavar="KEY", help="such as SLO-3; without any, all that are in force")
        parser.add_argument("--format", choices=FORMATS, default=OPENSLO)

    def handle(self, *args: Any, keys: list[str], format: str, **options: Any) -> None:
        slos = queries.slos_outside(()).filter(archived_at=None)
        if keys:
            slos = queries.slos_outside(()).filter(key__in=[key.upper() for key in keys])
            if missing := sorted({key.upper() for key in keys} - {slo.key for slo in slos}):
                raise CommandError(f"There is no SLO {missing[0]}.")
        defined = queries.defined(list(slos), everything=not keys)
        if not keys:  # what this format cannot say is left out, and said
            sayable, reasons = writing.writable(defined.slos, format)
            defined = Defined(sayable, defined.kept)
            for reason in reasons:
                self.stderr.write(f"Left out: {reason}")
        try:
            self.stdout.write(writing.written(defined, format))
        except Refused as error:
            raise CommandError(error.sentence) from error
