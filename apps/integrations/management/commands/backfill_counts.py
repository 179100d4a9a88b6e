"""Counts of the past from Prometheus: `manage.py backfill_counts SLI-3 --since 2026-01-01 [--until 2026-02-01]`."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.common.refused import Refused
from apps.integrations import actions
from apps.integrations.prometheus import WrongAnswer
from apps.integrations.talking import NoAnswer
from apps.organization import actions as organization
from apps.reliability import actions as reliability
from apps.reliability.models import SLI


def instant(text: str) -> datetime:
    """An instant or a day, of UTC unless it names a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is no instant such as 2026-11-01 or 2026-11-01T10:00:00Z.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    """In pieces of thirty days; again and again without harm."""

    help = "Fetches counts of the past from the source that measures an SLI. What came before is counted anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sli", help="the key of the SLI, such as SLI-3")
        parser.add_argument("--since", type=instant, required=True, help="from the hour of this instant, or day, on")
        parser.add_argument("--until", type=instant, help="until then; until now unless said")
        parser.add_argument("--by", default="importer", metavar="USERNAME", help="who asks for it; default importer")

    def handle(self, *args: Any, sli: str, since: datetime, until: datetime | None, by: str, **options: Any) -> None:
        try:
            person = organization.actor_named(by)
            filled = actions.backfill(sli_key=sli, since=since, until=until or timezone.now(), by=person)
        except SLI.DoesNotExist as error:
            raise CommandError(f"There is no SLI {sli}.") from error
        except Refused as error:
            raise CommandError(error.sentence) from error
        except (NoAnswer, WrongAnswer) as error:
            raise CommandError(f"{error} What came before that is kept; try again.") from error
        reliability.refresh_slos(slis=[SLI.objects.get(key=sli).pk])
        self.stdout.write(f"{sli}: {filled.good:,} good of {filled.total:,} events in {filled.buckets:,} counts.")
