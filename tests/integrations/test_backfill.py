"""Filling in the past: refusals, pieces, and what stays where one fails. Exact figures: test_real_prometheus.py."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.integrations import actions
from apps.integrations.talking import NoAnswer
from apps.reliability.models import SLI, FiveMinuteCount, HourCount
from tests.integrations import hostile as bad
from tests.integrations.hostile import Hostile, counts
from tests.integrations.measuring import measured
from tests.reliability.world import FIVE_MINUTES, NOW, World, ago


def test_refusals(world: World, shop: Hostile) -> None:
    def fill(**more: datetime) -> None:
        actions.backfill(sli_key="SLI-1", by=world.priya, **{"since": ago(days=1), "until": NOW, **more})

    with pytest.raises(Refused, match="SLI-1 counts what is sent"):
        fill()
    measured(world.sli, world.priya)
    with pytest.raises(BadInput, match="There is no whole five minutes between these two instants yet"):
        fill(since=NOW)
    with pytest.raises(NotAllowed):
        actions.backfill(sli_key="SLI-1", since=ago(days=1), until=NOW, by=world.cast.nobody)
    with pytest.raises(SLI.DoesNotExist):
        actions.backfill(sli_key="SLI-9", since=ago(days=1), until=NOW, by=world.priya)
    actions.stop_measuring_sli(sli_key="SLI-1", by=world.priya)
    with pytest.raises(Refused, match="No source measures SLI-1. Say first which one does"):
        fill()
    assert shop.asked == []


def test_months_come_in_pieces_and_stay_where_one_fails(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    pieces = set[int]()

    def behavior(question: bad.Question) -> None:
        pieces.add(int(question.fields["start"]))
        counts(9, 10)(question) if len(pieces) < 3 else bad.closes(question)

    shop.behavior = behavior
    with pytest.raises(NoAnswer):
        actions.backfill(sli_key="SLI-1", since=ago(days=75), until=NOW, by=world.priya)
    assert HourCount.objects.count() == 60 * 24
    shop.behavior = counts(9, 10)
    filled = actions.backfill(sli_key="SLI-1", since=ago(days=75), until=NOW, by=world.priya)
    assert (filled.good, filled.total) == (9 * 75 * 288 - 9, 10 * 75 * 288 - 10)  # the last has not settled
    assert HourCount.objects.count() == 75 * 24
    points = [int(one.fields["end"]) - int(one.fields["start"]) for one in shop.asked]
    assert max(points) // FIVE_MINUTES < 11_000


def test_hours_whose_five_minutes_are_there_stay(world: World, shop: Hostile) -> None:
    measured(world.sli, world.priya)
    old = ago(days=15)
    FiveMinuteCount.objects.create(sli=world.sli, start=int(old.timestamp()), good=1, total=1)
    HourCount.objects.create(sli=world.sli, start=int(old.timestamp()), good=1, total=1)
    actions.backfill(sli_key="SLI-1", since=old, until=old + timedelta(hours=3), by=world.priya)
    assert list(HourCount.objects.order_by("start").values_list("total", flat=True)) == [1, 120, 120]


def test_the_command(world: World, shop: Hostile, capsys: pytest.CaptureFixture[str]) -> None:
    measured(world.sli, world.priya)
    call_command("backfill_counts", "SLI-1", "--since", "2026-11-28T11:00", "--by", "priya")
    assert capsys.readouterr().out == "SLI-1: 99 good of 110 events in 11 counts.\n"
    with pytest.raises(CommandError, match="There is no SLI SLI-9"):
        call_command("backfill_counts", "SLI-9", "--since", "2026-11-28", "--by", "priya")
    with pytest.raises(CommandError, match="is no instant such as 2026-11-01"):
        call_command("backfill_counts", "SLI-1", "--since", "lately", "--by", "priya")
    with pytest.raises(CommandError, match="takes a seat as"):
        call_command("backfill_counts", "SLI-1", "--since", "2026-11-28", "--by", "nobody")
    shop.behavior = bad.closes
    with pytest.raises(CommandError, match="shop broke off in the middle of its answer. What came before"):
        call_command("backfill_counts", "SLI-1", "--since", "2026-11-28", "--by", "priya")
    assert datetime.now(UTC) == NOW
