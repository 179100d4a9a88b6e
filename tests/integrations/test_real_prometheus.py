"""Against a real Prometheus: a made history comes to the exact figures, and the portal's own requests arrive."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import time_machine
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.models import Sum

from apps.integrations import actions
from apps.integrations.counting import FIVE_MINUTES
from apps.reliability import queries
from apps.reliability.counts import HOUR
from apps.reliability.models import SLI, ErrorClassCount, FiveMinuteCount, HourCount, SLOStatus
from tests.cast import make_cast
from tests.committed_db import CommittedDatabase
from tests.integrations.measuring import by_prometheus
from tests.integrations.prometheus_server import Prometheus, make_blocks, program, prometheus, wait_until
from tests.reliability.world import NOW, World, make_world

# Blocks of sixteen days take a busy machine longer than other tests may.
pytestmark = pytest.mark.long

DAYS = 16
SAMPLES = 3  # in five minutes
BEGIN = int((NOW - timedelta(days=DAYS)).timestamp())
END = int(NOW.timestamp())
RESTART = BEGIN + 5 * 24 * HOUR  # counters begin from nothing there
GOOD = 'sum(rate(shop_requests_total{code!~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(shop_requests_total[{{.window}}]))"
BAD = 'sum by (code) (increase(shop_requests_total{code=~"5.."}[{{.window}}]))'


def events(start: int) -> tuple[int, int, int]:
    """Answers 200, 500 and 503 of the five minutes from `start`: every sample adds a third."""
    number = (start - BEGIN) // FIVE_MINUTES
    return SAMPLES * (20 + number % 13), SAMPLES * (number % 2), SAMPLES * (number % 29 == 0)


def history() -> str:
    """Counters of the shop, sampled every 100 s."""
    lines = ["# TYPE shop_requests counter"]
    for place, code in enumerate(("200", "500", "503")):
        value = 0
        for at in range(BEGIN, END + 1, FIVE_MINUTES // SAMPLES):
            if at == RESTART:
                value = 0
            lines.append(f'shop_requests_total{{code="{code}"}} {value} {at}')
            value += events(at - at % FIVE_MINUTES)[place] // SAMPLES
    return "\n".join([*lines, "# EOF", ""])


def exact(first: int, last: int) -> tuple[int, int]:
    """Good and total of the buckets between."""
    # What is counted in the 100 s before a restart is gone with the counter, for Prometheus too.
    lost = [events(RESTART - FIVE_MINUTES)] if first < RESTART <= last else []
    made = [events(start) for start in range(first, last, FIVE_MINUTES)]
    good = sum(ok for ok, _, _ in made) - sum(ok // SAMPLES for ok, _, _ in lost)
    return good, sum(sum(one) for one in made) - sum(sum(one) // SAMPLES for one in lost)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that holds the history."""
    folder = tmp_path_factory.mktemp("prometheus")
    make_blocks(folder, history())
    with prometheus(folder) as running:
        yield running


@pytest.fixture
def shop(server: Prometheus, world: World, settings: Any) -> World:
    """SLI-1 is measured by it."""
    settings.PROMETHEUS = {"shop": server.address}
    settings.PROMETHEUS_SECONDS = 120
    by_prometheus(world.sli, world.priya, good=GOOD, total=TOTAL)
    actions.measure_sli(sli_key="SLI-1", source="shop", error_query=BAD, error_label="code", by=world.priya)
    return world


def test_a_history_is_filled_to_the_exact_figures(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        for _ in range(2):  # again is the same
            since = datetime.fromtimestamp(BEGIN, UTC).isoformat()
            call_command("backfill_counts", "SLI-1", "--since", since, "--until", NOW.isoformat(), "--by", "priya")
        good, total = exact(BEGIN, END)
        said = f"SLI-1: {good:,} good of {total:,} events in {2 * 24 + 1 + 14 * 288 - 12:,} counts."
        assert capsys.readouterr().out.splitlines() == [said, said]
        fine = list(FiveMinuteCount.objects.order_by("start").values_list("start", "good", "total"))
        kept = END - 14 * 24 * HOUR + HOUR  # whole hours
        assert fine == [(start, *exact(start, start + FIVE_MINUTES)) for start in range(kept, END, FIVE_MINUTES)]
        hours = list(HourCount.objects.order_by("start").values_list("start", "good", "total"))
        assert hours == [(start, *exact(start, start + HOUR)) for start in range(BEGIN, END, HOUR)]
        (sums,) = queries.sums_between([shop.sli.pk], BEGIN, END).values()
        assert tuple(sums) == (good, total)
        classes = dict(ErrorClassCount.objects.values_list("name").annotate(Sum("bad")))
        assert sum(classes.values()) == total - good
        assert set(classes) == {"500", "503"}
        status = SLOStatus.objects.get(slo=shop.slo)
        assert Fraction(status.good, status.total) == Fraction(good, total)


def test_fetching_goes_on_where_the_history_runs(shop: World) -> None:
    """Begun an hour before the end of the history, it comes as if by the clock; then the source has no more."""
    start = END - HOUR
    at = datetime.fromtimestamp(start, UTC)
    row = actions.measure_sli(sli_key="SLI-1", source="shop", by=shop.priya)
    type(row).objects.update(begins_at=at, fetched_until=at, due_at=at)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert actions.fetch_source("shop") == 1
    fine = list(FiveMinuteCount.objects.order_by("start").values_list("start", "good", "total"))
    assert fine == [(one, *exact(one, one + FIVE_MINUTES)) for one in range(start, END, FIVE_MINUTES)]
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        assert actions.fetch_source("shop") == 1
    row.refresh_from_db()
    assert row.stale_since is not None
    assert row.problem == "shop answers, but has no value of the newest five minutes."


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def portal() -> Iterator[int]:
    """The portal itself, on a free port: one request after the other."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(port: int, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", path)
        return line.getresponse().status
    finally:
        line.close()


def test_the_portals_own_requests_arrive_in_the_portal(
    committed_db: CommittedDatabase, tmp_path: Path, settings: Any
) -> None:
    program("prometheus")
    world = make_world(make_cast())
    own = 'triad_http_requests_total{route!="metrics"}'
    total = f"sum(rate({own}[{{{{.window}}}}]))"
    by_prometheus(world.sli, world.priya, good=total.replace('"}', '", status!="5xx"}'), total=total)
    with portal() as port, prometheus(tmp_path, target=f"127.0.0.1:{port}") as server:
        settings.PROMETHEUS, settings.PROMETHEUS_SECONDS = {"own": server.address}, 60
        row = actions.measure_sli(sli_key="SLI-1", source="own", by=world.priya)

        def arrive() -> bool:
            """Ten requests more, and what is fetched then: in ten minutes, when their five have settled."""
            before = server.value(f"sum({own})")
            assert {ask(port, "/healthz") for _ in range(10)} == {200}
            wait_until(lambda: server.value(f"sum({own})") >= before + 10, seconds=60, what="a scrape")
            with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10)):
                actions.fetch_source("own")
            type(row).objects.update(due_at=row.begins_at)
            return bool(FiveMinuteCount.objects.aggregate(events=Sum("total"))["events"])

        # Of what happens between two scrapes on either side of a bucket's rim, Prometheus tells nothing.
        wait_until(arrive, seconds=120, what="counts of the portal's own requests")
    counted = FiveMinuteCount.objects.filter(sli=SLI.objects.get(key="SLI-1"), total__gt=0)
    assert [one.good for one in counted] == [one.total for one in counted]
