"""Counts from a file: `manage.py import_counts FILE --sli SLI-3 [--good "<= 50"] [--every 1h]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.reliability import actions
from apps.reliability.counts import GRAINS, BadCount, folded
from apps.reliability.formats import counts_csv, openmetrics
from apps.reliability.formats.counts_csv import Counts
from apps.reliability.models import SLI


class Command(BaseCommand):
    """All or nothing."""

    help = (
        "Counts from a file, all or nothing. CSV: at,good,total, or at,value with --good “<= 50”. OpenMetrics, where"
        " --total names the counter of all events and --good that of the good ones: requests_total{code=“200”}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sli", required=True, help="the key of the SLI, such as SLI-3")
        parser.add_argument("--good", default="", help="which values are good, such as “<= 50”, or which counter")
        parser.add_argument("--total", default="", help="of OpenMetrics: the counter of all events, with its labels")
        parser.add_argument("--every", choices=list(GRAINS), default="1h", help="the span of a count; 1h unless said")
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who sends them; default importer")

    def handle(
        self, *args: Any, file: Path, sli: str, good: str, total: str, every: str, by: str, **options: Any
    ) -> None:
        try:
            counts = read(file.read_bytes(), good=good, total=total)
            batch = folded(((int(one.at.timestamp()), one.good, one.total) for one in counts), grain=GRAINS[every])
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
        for words in warnings(counts):
            self.stdout.write(words)


def read(data: bytes, *, good: str, total: str) -> Counts:
    """The counts of a file: of OpenMetrics where `total` names a counter, else of CSV. Raises ValueError."""
    if not total:
        return counts_csv.read(data, good=counts_csv.condition(good) if good else None)
    if not good:
        raise ValueError("--total names the counter of all events; name that of the good ones with --good.")
    of_good, of_total = openmetrics.selector(good), openmetrics.selector(total)
    return Counts(openmetrics.counts(openmetrics.read(data), good=of_good, total=of_total))


def warnings(counts: Counts) -> list[str]:
    """What somebody should know of how instants were read."""
    found = []
    if counts.without_zone:
        found.append(f"{counts.without_zone:,} instants name no zone and were read as UTC.")
    if counts.again:
        found.append(f"{counts.again:,} values came at an instant that had one before; each counts as an event.")
    return found
