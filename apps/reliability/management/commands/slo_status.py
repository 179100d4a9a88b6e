"""Where SLOs stand: `manage.py slo_status [KEY] [--at INSTANT] [--json]`."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.common.instants import instant_text, parse_instant
from apps.common.refused import BadInput
from apps.reliability import queries, showing


class Command(BaseCommand):
    """Computed from stored counts, as of now or of any instant before."""

    help = "Where SLOs stand: from stored counts, as of now or of any instant before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", nargs="?", default="", help="such as SLO-3; without it all in force")
        parser.add_argument("--at", default="", help="an instant with its zone, such as 2026-11-23T10:44:00Z")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, key: str, at: str, json: bool, **options: Any) -> None:
        slos = queries.slos_outside(()).filter(archived_at=None)
        if key:
            slos = queries.slos_outside(()).filter(key__iexact=key)
            if not slos:
                raise CommandError(f"There is no SLO {key}.")
        told = queries.standings(list(slos), at=_instant(at))
        if json:
            self._print_json(told, one=bool(key))
            return
        for one in told:
            target = f"{one.sli_words} of {one.target_words} over {one.window_words}"
            left = f"{one.left_words} left" if one.left_words else "no budget"
            used = showing.budget_words(one.stands.budget) if one.stands else "No data"
            self.stdout.write(f"{one.slo.key} {one.slo.title}: {target}. {used}, {left}. {one.state}")

    def _print_json(self, told: list[showing.Shown], *, one: bool) -> None:
        rows = [
            {"slo": shown.slo.key, **row, "as_of": instant_text(row["as_of"]) if row["as_of"] else None}
            for shown in told
            for row in [showing.status_row(shown)]
        ]
        self.stdout.write(json.dumps(rows[0] if one else rows, indent=2))


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text) if text else timezone.now().astimezone(UTC)
    except BadInput as error:
        raise CommandError(error.sentence) from error
