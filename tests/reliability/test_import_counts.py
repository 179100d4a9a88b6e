"""`manage.py import_counts`: files become counts, and every figure of them stands in `slo_status` and on the page."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from apps.audit.models import Entry
from apps.reliability.models import DayCount, HourCount
from tests.reliability.world import World

REQUESTS = """# TYPE requests counter
requests_total{code="200"} 100 1795773600
requests_total{code="200"} 190 1795773900
requests_total{code="500"} 7 1795773600
requests_total{code="500"} 17 1795773900
# TYPE all counter
all_total 107 1795773600
all_total 207 1795773900
# EOF
"""


def said(command: str, *words: str, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, *words, stdout=out, **options)
    return out.getvalue()


def written(tmp_path: Path, text: str) -> str:
    """A file of this text."""
    path = tmp_path / "counts"
    path.write_text(text)
    return str(path)


def test_counts_of_a_file(world: World, tmp_path: Path) -> None:
    file = written(tmp_path, "at,good,total\n2026-11-28T10:00:00Z,990,1000\n2026-11-28 10:30,4,10\n")
    told = said("import_counts", file, sli="SLI-1")
    assert told.splitlines() == [
        "SLI-1: 994 good of 1,010 events in 1 counts.",
        "1 instants name no zone and were read as UTC.",
    ]
    assert [(count.good, count.total) for count in HourCount.objects.all()] == [(994, 1010)]
    assert Entry.objects.last().event == "sli.counts_recorded"  # type: ignore[union-attr]
    assert said("slo_status", "SLO-1").startswith("SLO-1 Checkout answers in time: 98.4158 % of 99 % over 28 days.")


def test_counters_of_openmetrics(world: World, tmp_path: Path) -> None:
    file = written(tmp_path, REQUESTS)
    told = said("import_counts", file, sli="SLI-1", good='requests_total{code="200"}', total="all_total", every="5m")
    assert told == "SLI-1: 90 good of 100 events in 1 counts.\n"


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        ("at,value\n2026-11-28T10:00:00Z,3\n", {}, "Line 1: these are values, so say which of them are good"),
        ("at,value\n2026-11-28T10:00:00Z,3\n", {"good": "about 3"}, "“about 3” is no condition"),
        ("at,good,total\n2026-11-28T10:00:00Z,3,2\n", {}, "Line 2: 3 good events of 2 cannot be."),
        ("at,good,total\n2026-11-28T15:00:00Z,2,2\n", {}, "is in the future"),
        (REQUESTS, {"total": "all_total"}, "name that of the good ones with --good"),
        (REQUESTS, {"total": "all_total", "good": "other_total"}, "The file has no series other_total"),
        ("at,good,total\n2026-11-28T10:00:00Z,2,2\n", {"sli": "SLI-9"}, "There is no SLI SLI-9."),
        ("at,good,total\n2026-11-28T10:00:00Z,2,2\n", {"by": "somebody"}, "Nobody active has the username “somebody”."),
    ],
)
def test_refused(world: World, tmp_path: Path, text: str, options: dict[str, str], reason: str) -> None:
    with pytest.raises(CommandError) as refused:
        said("import_counts", written(tmp_path, text), **{"sli": "SLI-1", **options})
    assert reason in str(refused.value)
    assert not DayCount.objects.exists()


def test_no_such_file(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        said("import_counts", str(tmp_path / "absent"), sli="SLI-1")


def test_latency_of_a_real_failure(world: World, client: Client, real_data: Path) -> None:
    """3,982 of 4,032 requests within 50: 98.7599 %, and so 124.01 % of the budget that 99 % leaves."""
    file = real_data / "sli-nab/data/realKnownCause/ec2_request_latency_system_failure.csv"
    told = said("import_counts", str(file), sli="SLI-1", good="<= 50")
    assert told.startswith("SLI-1: 3,982 good of 4,032 events in ")
    with time_machine.travel(datetime(2014, 3, 21, 12, tzinfo=UTC), tick=False):
        said("refresh_slos", "--once")
        client.force_login(world.priya)
        page = client.get("/slos/SLO-1/").content.decode()
    for words in ("98.7599 %", "3,982 of 4,032 events", "124.01 % of the budget is used: 50 bad of 40.32 allowed"):
        assert words in page
    at = "2014-03-21T12:00:00Z"  # as of then, asked years later
    assert said("slo_status", "SLO-1", at=at) == (
        "SLO-1 Checkout answers in time: 98.7599 % of 99 % over 28 days. "
        "124.01 % of the budget is used: 50 bad of 40.32 allowed, −24.01 % left. EXHAUSTED\n"
    )
    row = json.loads(said("slo_status", "SLO-1", "--json", at=at))
    assert (row["good"], row["total"], row["budget"], row["consumed"]) == (3982, 4032, "40.32", "1.240079365079")
