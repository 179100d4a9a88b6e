"""What the room's charts show: figures, intervals, the target as it changed, the trend; Plotly takes each as it is."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache

from apps.reliability import actions
from apps.reliability.actions import Meant
from apps.reliability.attainment import Day, InForce, Period, attainment
from apps.reliability.charts import history_chart
from apps.reliability.counts import DAY
from apps.reliability.models import SLOVersion
from tests.cast import signed_in
from tests.reliability.headroom_world import growing, make_resource
from tests.reliability.test_pages import text
from tests.reliability.world import NOW, World

TITLE = "<b>Checkout</b> & <a href=//x>more</a>"


@pytest.fixture(autouse=True)
def _no_replay_is_kept() -> None:
    cache.clear()


def charts(world: World, path: str) -> list[tuple[str, dict[str, Any]]]:
    """Name and figure of each chart of a page; plotly takes every one of them as it is."""
    import plotly.graph_objects as go  # noqa: PLC0415, it takes a third of a second, and only here

    page = text(signed_in(world.cast.nobody), path)
    found = re.findall(
        r'data-chart role="img" aria-label="([^"]*)".*?<script type="application/json">(.*?)</script>', page, re.DOTALL
    )
    told = [(unescape(name), json.loads(figure)) for name, figure in found]
    for _, figure in told:
        taken = go.Figure(figure).to_plotly_json()
        del taken["layout"]["template"]
        assert json.loads(json.dumps(taken)) == figure
    return told


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["meta"]: trace for trace in figure["data"]}


def words(figure: dict[str, Any]) -> list[str]:
    return [one["text"] for one in figure["layout"].get("annotations", [])]


def push_days(world: World, days: int, counts: Callable[[date], tuple[int, int]]) -> None:
    """Counts of the last whole days."""
    midnight = datetime(2026, 11, 28, tzinfo=UTC)
    begins = [midnight - timedelta(days=ago) for ago in range(days, 0, -1)]
    world.push(*((at, *counts(at.date())) for at in begins), grain=DAY)


def test_the_budget_falls_from_day_to_day(world: World) -> None:
    push_days(world, 27, lambda on: (9_990, 10_000))
    ((name, figure),) = charts(world, "/slos/SLO-1/")
    line = traces(figure)["figures"]
    assert (line["x"][0], line["x"][-1], len(line["y"])) == ("2026-11-01", "2026-11-27", 27)
    # 10 bad a day of the 2,700 that 1 % of 27 days with events allows, and 27 of 28 have passed.
    assert line["y"] == sorted(line["y"], reverse=True)
    assert line["y"][-1] == pytest.approx(90)
    assert line["hovertext"][-1] == "Checkout answers in time\n27 Nov 2026: 90 % of the budget left"
    assert words(figure) == ["used up"]
    assert name.startswith("Checkout answers in time: 90 % of the budget left by whole days")


def test_months_have_their_interval_and_the_target_that_held(world: World) -> None:
    world.slo.versions.update(effective_on=date(2026, 6, 1))
    SLOVersion.objects.create(
        slo=world.slo, number=2, target=Decimal("0.999"), window="28d", effective_on=date(2026, 10, 16),
        rationale="x", written_by=world.priya,
    )  # fmt: skip
    push_days(world, 200, lambda on: (0, 0) if on.month == 8 else (9_990, 10_000))
    _, (name, figure) = charts(world, "/slos/SLO-1/")
    assert name == "Checkout answers in time: The target was met in 5 of 5 months; it changed 1 time."
    found = traces(figure)
    assert found["figures"]["x"] == [f"2026-{month:02}-15" for month in range(5, 12)]
    # August has no data, so the line and the band break there.
    assert found["figures"]["y"] == [99.9, 99.9, 99.9, None, 99.9, 99.9, 99.9]
    assert found["band"]["y"].count(None) == 2
    assert min(one for one in found["band"]["y"] if one) < 99.9 < max(one for one in found["band"]["y"] if one)
    # Broken from the first day to where the target begins to hold, then its steps, on their very days.
    assert found["trend"]["x"] == ["2026-05-01", "2026-06-01"]
    assert (found["limit"]["x"], found["limit"]["y"]) == (
        ["2026-06-01", "2026-10-16", "2026-11-30"],
        [99, 99.9, 99.9],
    )
    (mark,) = figure["layout"]["shapes"]
    assert (mark["x0"], words(figure)) == ("2026-10-16", ["target 99.9 %", "99.9 % from 16 Oct"])
    assert found["figures"]["hovertext"][5].splitlines() == [
        "Checkout answers in time",
        "Oct 2026: 99.9 %",
        "95 %: 99.8882 to 99.9105 %",
        "310 bad of 310,000 events",
        "Target 99 %, then 99.9 %: met",
    ]
    assert found["figures"]["hovertext"][3] == "Aug 2026: no data"
    assert found["figures"]["hovertext"][0].endswith("No target yet")


def test_two_years_are_drawn_and_no_more(world: World) -> None:
    push_days(world, 900, lambda on: (99, 100))
    _, (_, figure) = charts(world, "/slos/SLO-1/")
    assert len(traces(figure)["figures"]["x"]) == 24
    assert len(figure["layout"]["xaxis"]["ticktext"]) == 4


def test_one_month_is_no_line(world: World) -> None:
    push_days(world, 3, lambda on: (99, 100))
    assert len(charts(world, "/slos/SLO-1/")) == 1


def test_ratios_have_no_interval() -> None:
    days = [Day(date(2026, month, 1), 999, 1000) for month in (1, 2)]
    months = attainment(days, [InForce(date(2026, 1, 1), Fraction("0.99"))], Period.MONTH, is_mean_of_ratios=True)
    chart = history_chart(months, name="Ratios", words="")
    assert (chart.lows, chart.trend) == ((), None)
    assert "95 %" not in chart.texts[0]


def test_usage_has_its_limit_and_its_trend(world: World) -> None:
    growing(world, make_resource(world, title=TITLE, unit="<i>GB</i>"))
    ((name, figure),) = charts(world, "/resources/RES-1/")
    assert name.startswith(f"{TITLE}: 60.5 of 100 <i>GB</i> in use")
    found = traces(figure)
    assert (found["figures"]["y"][0], found["figures"]["y"][-1]) == (1, 60)
    assert found["figures"]["hovertext"][-1] == "28 Nov 2026: 60 <i>GB</i>\n60 % of the limit"
    assert (found["limit"]["y"], words(figure)) == ([100, 100], ["limit 100 <i>GB</i>", "trend"])
    assert found["trend"]["x"] == ["2026-09-30", "2026-11-28"]
    assert found["trend"]["y"] == pytest.approx([1.5, 60.5], abs=0.6)


def test_usage_of_one_day_is_a_dot_without_a_trend(world: World) -> None:
    make_resource(world)
    actions.record_usage(resource_key="RES-1", usage={NOW.date(): 120.0}, by=world.priya)
    ((_, figure),) = charts(world, "/resources/RES-1/")
    assert set(traces(figure)) == {"limit", "figures"}
    assert traces(figure)["figures"]["y"] == [120]
    assert figure["layout"]["yaxis"]["range"] == [0, 150]


def test_a_limit_that_is_next_to_nothing_is_drawn_too(world: World) -> None:
    make_resource(world, limit=1e-300)
    actions.record_usage(resource_key="RES-1", usage={NOW.date(): 1e18}, by=world.priya)
    ((_, figure),) = charts(world, "/resources/RES-1/")
    assert traces(figure)["figures"]["y"] == [1e18]


def test_targets_are_dots_with_the_interval_of_how_often_they_would_have_been_met(world: World) -> None:
    push_days(world, 120, lambda on: (9_990 if on.day % 9 else 9_000, 10_000))
    ((name, figure),) = charts(world, "/slos/SLO-1/nines/")
    (dots,) = figure["data"]
    assert dots["mode"] == "markers"
    assert figure["layout"]["xaxis"]["ticktext"] == ["99", "99.5", "99.9", "99.95", "99.99", "99.999"]
    met, chance = dots["hovertext"][0].splitlines()
    assert re.fullmatch(r"99 % met in \d+ of 93 windows", met)
    assert f"99 % would have been met in {met.removeprefix('99 % met in ')}, {chance}" in name
    for value, more, less in zip(dots["y"], dots["error_y"]["array"], dots["error_y"]["arrayminus"], strict=True):
        assert (more is None) == (less is None)
        if more is not None:
            assert more >= 0 and less >= 0 and value - less >= 0 and value + more <= 100


def test_what_somebody_calls_it_is_a_name_and_no_markup(world: World) -> None:
    world.slo.title = TITLE
    world.slo.save()
    push_days(world, 90, lambda on: (99, 100))
    for name, figure in charts(world, "/slos/SLO-1/"):
        assert name.startswith(f"{TITLE}: ")
        assert traces(figure)["figures"]["name"] == TITLE
        # Where one points, as much of it as has room on a phone; charts.js shows it as it is written.
        assert traces(figure)["figures"]["hovertext"][-1].startswith("<b>Checkout</b> & <a href=//x>more<…\n")
    page = text(signed_in(world.cast.nobody), "/slos/SLO-1/")
    assert "<b>Checkout" not in page
    assert "<a href=//x" not in page


def test_no_data_is_no_chart(world: World) -> None:
    make_resource(world, title="Empty")
    for path in ("/slos/SLO-1/", "/slos/SLO-1/nines/", "/resources/RES-1/"):
        assert charts(world, path) == []


def test_a_limit_in_words_is_that_of_the_resource(world: World) -> None:
    resource = make_resource(world)
    growing(world, resource)
    actions.edit_resource(resource_key=resource.key, meant=Meant("Disk", 50.0, unit="GB"), by=world.priya)
    ((_, figure),) = charts(world, "/resources/RES-1/")
    assert words(figure)[0] == "limit 50 GB"
    assert max(traces(figure)["figures"]["y"]) == 120
