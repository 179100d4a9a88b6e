"""The portal counts its own requests: whole five minutes to the request, and nothing that it does not know."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as portal
from django.db import DatabaseError, transaction
from django.test import Client
from prometheus_client.values import MultiProcessValue

from apps.audit.models import Entry
from apps.common import web_counts
from apps.common.refused import Refused
from apps.integrations import actions, own_requests, tasks
from apps.integrations.models import OwnReading
from apps.integrations.own_requests import Answered
from apps.reliability import actions as reliability
from apps.reliability.models import SLI, SLO, FiveMinuteCount, HourCount
from tests.cast import signed_in
from tests.organization import log
from tests.reliability.world import NOW, World, ago, batch, make_sli

# Process, route, class of status, how many.
Answer = Callable[..., None]


@pytest.fixture
def answer(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """A web that has just started, and requests that its processes answer, counted by the package's own files."""
    settings.WEB_COUNTS = folder = tmp_path / "counts"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    web_counts.begin(folder)

    def counted(number: int, *, status: str = "2xx", process: int = 1, route: str = "delivery:epic_list") -> None:
        value = MultiProcessValue(lambda: process)
        labels = ("route", "method", "status")
        name = own_requests.COUNTER
        counter = value("counter", name[: -len("_total")], name, labels, (route, "GET", status), "Requests answered")
        counter.inc(number)

    return counted


def watched(sli: SLI, by: Any) -> None:
    reliability.edit_sli(
        sli_key=sli.key, title=sli.title, good_means=sli.good_means, kind=sli.kind, source=SLI.Source.PORTAL, by=by
    )


def look(minutes: float) -> int:
    """As a worker does so long after NOW."""
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        return actions.count_own_requests()


def stored(key: str = "SLI-1") -> list[tuple[int, int, int]]:
    """Minutes after NOW, good, total."""
    rows = FiveMinuteCount.objects.filter(sli__key=key).order_by("start").values_list("start", "good", "total")
    return [((start - int(NOW.timestamp())) // 60, good, total) for start, good, total in rows]


def test_whole_five_minutes_are_counted_to_the_request(world: World, answer: Answer) -> None:
    watched(world.sli, world.priya)
    answer(1_000)
    assert look(0.05) == 0  # what was before is not known by five minutes
    assert stored() == []
    answer(40)
    answer(3, status="5xx", process=2)
    answer(7, status="4xx", process=2, route="none")
    assert look(5.05) == 1
    assert stored() == [(0, 47, 50)]
    assert look(10.2) == 1  # nobody asked: that is known
    answer(1, status="5xx", process=2)
    assert look(15) == 1
    assert stored() == [(0, 47, 50), (5, 0, 0), (10, 0, 1)]
    assert list(HourCount.objects.values_list("good", "total")) == [(47, 51)]
    assert log.said("sli.counts_recorded").startswith("The portal sent counts of 1 event")
    assert log.facts("sli.counts_recorded") == {"buckets": 1, "good": 0, "total": 1}


def test_looking_again_changes_nothing(world: World, answer: Answer) -> None:
    watched(world.sli, world.priya)
    look(0)
    answer(9)
    assert look(5) == 1
    entries = Entry.objects.count()
    answer(4)
    assert look(5.2) == 0
    assert Entry.objects.count() == entries
    assert look(10) == 1
    assert stored() == [(0, 9, 9), (5, 4, 4)]


def test_a_task_that_died_before_it_was_done_leaves_nothing(
    world: World, answer: Answer, request: pytest.FixtureRequest
) -> None:
    watched(world.sli, world.priya)
    look(0)
    before = OwnReading.objects.values().get()
    answer(9)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="the disk is full"), transaction.atomic():
        look(5)
    assert stored() == []
    assert OwnReading.objects.values().get() == before


@pytest.mark.parametrize("after", [2, 30])
def test_a_restart_is_no_count_however_much_came_after_it(world: World, answer: Answer, after: int) -> None:
    watched(world.sli, world.priya)
    look(0)
    answer(10)
    look(5)
    answer(5, status="5xx")
    web_counts.begin(portal.WEB_COUNTS)
    answer(after)
    assert look(10) == 0
    answer(6)
    assert look(15) == 1
    assert stored() == [(0, 10, 10), (10, 6, 6)]


def test_counters_that_fell_began_anew(world: World, answer: Answer) -> None:
    watched(world.sli, world.priya)
    answer(10)
    look(0)
    for file in portal.WEB_COUNTS.glob("counter_*.db"):
        file.unlink()
    answer(3, process=2)
    assert look(5) == 0
    answer(4, process=2)
    assert look(10) == 1
    assert stored() == [(5, 4, 4)]


def test_a_late_look_and_a_missed_one_are_made_up_by_nobody(world: World, answer: Answer) -> None:
    watched(world.sli, world.priya)
    look(0)
    answer(10)
    assert look(5.5) == 0  # half a minute late
    answer(10)
    assert look(10) == 0  # ten minutes, of which nobody knows the middle
    answer(7)
    assert look(15) == 1
    assert look(30) == 0
    assert look(35) == 1
    assert stored() == [(10, 7, 7), (30, 0, 0)]


def test_where_no_web_counts_nothing_is_known(world: World, answer: Answer, settings: Any, tmp_path: Path) -> None:
    watched(world.sli, world.priya)
    look(0)
    answer(10)
    web_counts.end(settings.WEB_COUNTS)
    assert look(5) == 0
    settings.WEB_COUNTS = tmp_path / "nowhere"
    assert look(10) == 0
    assert stored() == []
    assert OwnReading.objects.get().bucket_ended_at == NOW


@pytest.mark.parametrize("content", [b"", b"\x01", b"\xff\xff\xff\x7f" + b"\x09" * 60])
def test_a_file_that_is_being_made_is_not_read_as_zero(answer: Answer, content: bytes) -> None:
    answer(3)
    assert own_requests.read(portal.WEB_COUNTS) is not None
    (portal.WEB_COUNTS / "counter_9.db").write_bytes(content)
    assert own_requests.read(portal.WEB_COUNTS) is None


def test_differences_of_one_life_alone() -> None:
    before = Answered("a", 5, 8)
    assert Answered("a", 7, 12).since(before) == (2, 4)
    assert Answered("a", 5, 8).since(before) == (0, 0)
    assert Answered("b", 7, 12).since(before) is None
    assert Answered("a", 4, 12).since(before) is None
    assert Answered("a", 7, 8).since(before) is None


def test_only_slis_that_the_portal_counts_and_each_by_itself(world: World, answer: Answer) -> None:
    look(0)
    assert not OwnReading.objects.exists()  # nothing to count for
    watched(world.sli, world.priya)
    hourly, gone, sent = (make_sli(world.scope, world.priya, title) for title in ("By the hour", "Gone", "Sent"))
    for sli in (hourly, gone):
        watched(sli, world.priya)
    reliability.archive_sli(sli_key=gone.key, by=world.priya)
    reliability.record_counts(batches={hourly.key: batch((NOW, 1, 1))}, by=world.priya)
    look(0)
    answer(5)
    assert look(5) == 1
    assert stored() == [(0, 5, 5)]
    assert not FiveMinuteCount.objects.exclude(sli=world.sli).exists()
    assert sent.source == SLI.Source.PUSHED


def test_it_is_rung_where_each_five_minutes_end(world: World, answer: Answer) -> None:
    entry = portal.CELERY_BEAT_SCHEDULE["count_own_requests"]
    assert entry["task"] == tasks.count_own_requests.name
    schedule: Any = entry["schedule"]
    assert (sorted(schedule.minute), len(schedule.hour)) == (list(range(0, 60, 5)), 24)
    watched(world.sli, world.priya)
    look(0)
    answer(2)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        tasks.count_own_requests()
    assert stored() == [(0, 2, 2)]


def test_pages_say_who_counts(world: World, answer: Answer) -> None:
    browser = signed_in(world.priya)
    assert "counted by the portal" not in page(browser, "/slis/SLI-1/").lower()
    watched(world.sli, world.priya)
    for path in ("/slis/SLI-1/", "/slos/SLO-1/"):
        assert "Counted by the portal itself" in page(browser, path)
    assert "the first have not ended" in page(browser, "/slis/SLI-1/")
    assert "The portal itself" in page(browser, "/slis/")
    panel = page(browser, "/slis/SLI-1/measurement/")
    assert "Triad measures this itself" in panel
    assert "not yet" in panel
    assert "Choose a source" not in panel
    assert "is counted by the portal itself. Edit it first" in page(browser, "/slis/SLI-1/measurement/", post=True)
    answer(4)
    answer(1, status="5xx")
    look(0)
    assert "5, 4 of them without a server error" in page(browser, "/slis/SLI-1/measurement/")


def page(browser: Client, path: str, *, post: bool = False) -> str:
    found = browser.post(path, {"source": "nowhere"}) if post else browser.get(path)
    return " ".join(found.content.decode().split())


def test_no_source_can_be_chosen_for_it(world: World) -> None:
    watched(world.sli, world.priya)
    with pytest.raises(Refused, match="SLI-1 is counted by the portal itself. Edit it first: measured by Prometheus"):
        actions.measure_sli(sli_key="SLI-1", source="nowhere", by=world.priya)


def test_the_promise_stands_as_no_data_until_the_first_count(world: World, answer: Answer) -> None:
    watched(world.sli, world.priya)
    browser = signed_in(world.priya)
    reliability.refresh_slos(at=NOW)
    assert "no event was counted" in page(browser, "/slos/SLO-1/")
    look(-5)
    answer(199)
    answer(1, status="5xx")
    look(0)
    reliability.refresh_slos(at=NOW)
    assert "99.5" in page(browser, "/slos/SLO-1/")
    assert SLO.objects.get().sli.counts_until == ago()
