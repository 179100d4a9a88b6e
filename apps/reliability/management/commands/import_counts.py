"""Counts from a file: `manage.py import_counts FILE --sli SLI-3 [--good "<= 50"] [--every 1h]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.reliability import actions
from apps.reliability.counts import GRAINS, BadCount, folded
from apps.reliability.formats import counts_csv
from apps.reliability.models import SLI


class Command(BaseCommand):
    """All or nothing."""

    help = "Counts from a CSV file, at,good,total or at,value with --good; all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sli", required=True, help="the key of the SLI, such as SLI-3")
        parser.add_argument("--good", default="", help="which values are good, such as “<= 50”")
        parser.add_argument("--every", choices=list(GRAINS), default="1h", help="the span of a count; 1h unless said")
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who sends them; default importer")

    def handle(self, *args: Any, file: Path, sli: str, good: str, every: str, by: str, **options: Any) -> None:
        try:
            samples = counts_csv.read(file.read_bytes(), good=counts_csv.condition(good) if good else None)
            batch = folded(((int(one.at.timestamp()), one.good, one.total) for one in samples), grain=GRAINS[every])
            (counted,) = actions.record_counts(batches={sli: batch}, by=organization.actor_named(by))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error
        except (BadCount, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        except SLI.DoesNotExist as error:
            raise CommandError(f"There is no SLI {sli}.") from error
        except Refused as error:
            raise CommandError(error.sentence) from error
        actions.refresh_slos(slis=[counted.pk])
        self.stdout.write(f"{sli}: {batch.good:,} good of {batch.total:,} events in {len(batch.buckets):,} counts.")
