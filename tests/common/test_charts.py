"""Charts: one axis for both drawings, the server's SVG, the figure as Plotly takes it, and where its script is."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import engines
from django.test import Client, override_settings

from apps.common.drawing import Axis, Chart, Line, Mark, axis, spread
from apps.common.figures import figure, figure_json, part
from apps.common.finders import SCRIPT, package_data
from tests.architecture.house import ROOT

MONTHS = [date(2026, month, 15) for month in (6, 7, 8, 9)]
CHART = Chart(
    words="Met in 3 of 3 months.",
    name="Checkout answers",
    at=MONTHS,
    values=[99.9, 99.95, None, 99.8],
    texts=["June", "July", "no data", "September"],
    across=(date(2026, 6, 1), date(2026, 9, 30)),
    labels=[(MONTHS[0], "Jun 2026"), (MONTHS[-1], "Sep 2026")],
    lows=[99.85, 99.9, None, 99.7],
    highs=[99.95, 99.99, None, 99.9],
    limit=Line((date(2026, 6, 1), date(2026, 8, 1), date(2026, 9, 30)), (99.5, 99.8, 99.8), "target 99.8 %"),
    trend=Line((date(2026, 6, 1), date(2026, 9, 30)), (99.9, 99.8), "trend"),
    marks=[Mark(date(2026, 8, 1), "99.8 % from 1 Aug")],
)
DOTS = Chart(
    words="99 % always.",
    name="Met in",
    at=[0, 1],
    values=[100, 80],
    texts=["always", "mostly"],
    across=(-0.5, 1.5),
    labels=[(0, "99 %"), (1, "99.9 %")],
    lows=[95, None],
    highs=[100, None],
    held=(0, 100),
    scattered=True,
)
LONG = replace(
    CHART,
    at=[date.fromordinal(MONTHS[0].toordinal() + day) for day in range(100)],
    values=[99.9] * 100,
    texts=["x"] * 100,
    lows=(),
    highs=(),
)


def drawn(chart: Chart) -> ElementTree.Element:
    """What the tag prints; an SVG that is not well-formed raises."""
    page = engines["django"].from_string("{% chart one %}").render({"one": chart})
    return ElementTree.fromstring(page.replace(" data-chart ", " "))  # noqa: S314, our own


def points(element: ElementTree.Element, css: str) -> list[str]:
    return [one.get("points", "") for one in element.iter() if one.get("class") == css]


# --- The axis -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0, 100, ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        (-24.01, 100, ["−50 %", "0 %", "50 %", "100 %"]),
        (99.21, 99.55, ["99.2 %", "99.3 %", "99.4 %", "99.5 %", "99.6 %"]),
        (99.9991, 100, ["99.999 %", "99.99925 %", "99.9995 %", "99.99975 %", "100 %"]),
        (100, 100, ["99.4 %", "99.6 %", "99.8 %", "100 %"]),
        (99.9, 99.9 + 1.5e-14, ["99.4 %", "99.6 %", "99.8 %", "100 %"]),
        (5, 5, ["4.5 %", "4.75 %", "5 %", "5.25 %", "5.5 %"]),
        (0, 1e9, ["0 %", "2.5e+08 %", "5e+08 %", "7.5e+08 %", "1e+09 %"]),
    ],
)
def test_an_axis_holds_its_figures_in_round_steps(low: float, high: float, told: list[str]) -> None:
    found = axis(low, high)
    assert [words for _, words in found.ticks] == told
    assert found.low <= low <= high <= found.high


def test_a_chart_s_axis_holds_all_that_is_drawn() -> None:
    assert CHART.axis == Axis(99.4, 100, [(value, f"{value:g} %") for value in (99.4, 99.6, 99.8, 100)])
    assert replace(CHART, held=(0, 100)).axis.low == 0
    assert replace(CHART, limit=None, lows=(), highs=()).axis.low == 99.8
    empty = replace(CHART, values=[None] * 4, lows=[None] * 4, highs=[None] * 4, limit=None, trend=None, held=(0, 1))
    assert (empty.axis.low, empty.axis.high, empty.runs) == (0, 1, [])


def test_rows_are_spread_with_both_ends() -> None:
    assert spread(list(range(28))) == [0, 9, 18, 27]
    assert spread([1, 2]) == [1, 2]
    assert spread([]) == []


def test_places_are_shares_of_the_way() -> None:
    assert part(date(2026, 6, 16), (date(2026, 6, 1), date(2026, 7, 1))) == 0.5
    assert part(0, (-0.5, 1.5)) == 0.25
    assert part(MONTHS[0], (MONTHS[0], MONTHS[0])) == 0.5


# --- The server's drawing -----------------------------------------------------------------------------------


def test_the_drawing_has_a_name_and_every_part() -> None:
    box = drawn(CHART)
    assert (box.get("role"), box.get("aria-label")) == ("img", "Met in 3 of 3 months.")
    assert [box[0].tag, box[0].get("aria-hidden")] == ["svg", "true"]
    # Two runs, with a gap in August; the band goes there and back.
    june, september = points(box, "figures")
    assert len(june.split()) == 2
    assert len(september.split()) == 1
    assert len(points(box, "band")[0].split()) == 4
    # From 1 June to 30 September are 121 days, 61 of them until 1 August; 0 is on top.
    assert points(box, "limit") == ["0,833.33 504.13,833.33 504.13,333.33 1000,333.33 1000,333.33"]
    assert points(box, "trend") == ["0,166.67 1000,333.33"]
    texts = [one.text for one in box.iter() if one.tag == "text"]
    assert texts == [
        *("99.4 %", "99.6 %", "99.8 %", "100 %"),
        *("99.8 % from 1 Aug", "target 99.8 %", "trend", "Jun 2026", "Sep 2026"),
    ]
    assert [one.text for one in box.iter("title")] == ["June", "July", "September"]


def test_figures_by_themselves_are_dots_with_bars() -> None:
    box = drawn(DOTS)
    assert len(points(box, "figures") + points(box, "band")) == 0
    assert len(list(box.iter("circle"))) == 2
    (bar,) = (one for one in box.iter() if one.get("class") == "bar")
    assert [bar.get(name) for name in ("x1", "x2", "y1", "y2")] == ["25%", "25%", "5%", "0%"]


def test_a_long_line_has_no_dots() -> None:
    assert list(drawn(LONG).iter("circle")) == []
    assert figure(LONG)["data"][-1]["mode"] == "lines"
    assert figure(CHART)["data"][-1]["mode"] == "lines+markers"


def test_nothing_that_is_written_leaves_its_place() -> None:
    evil = "</script><img src=x onerror=alert(1)> & \"' \u2028"
    page = (
        engines["django"]
        .from_string("{% chart one %}")
        .render({"one": replace(CHART, words=evil, name=evil, texts=[evil] * 4, marks=[Mark(MONTHS[1], evil)])})
    )
    assert page.count("</script>") == 1
    assert "<img" not in page
    found = re.search(r'<script type="application/json">(.*)</script>', page, re.DOTALL)
    assert found
    told = json.loads(found[1])
    assert told["data"][-1]["name"] == evil
    assert told["layout"]["annotations"][-1]["text"] == evil
    assert drawn(replace(CHART, words=evil)).get("aria-label") == evil


def test_no_color_and_no_style_is_in_it() -> None:
    for chart in (CHART, DOTS, LONG):
        page = ElementTree.tostring(drawn(chart), encoding="unicode")
        assert "style=" not in page
        assert not re.search(r"color|#[0-9a-f]{3,6}\b|rgb", page)


# --- The figure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", [CHART, DOTS, LONG], ids=["line", "dots", "long"])
def test_plotly_takes_the_figure_as_it_is(chart: Chart) -> None:
    import plotly.graph_objects as go  # noqa: PLC0415, it takes a third of a second, and only here

    sent: dict[str, Any] = json.loads(figure_json(chart))
    # Raises ValueError for a name or a value that it does not know.
    taken = go.Figure(sent).to_plotly_json()
    del taken["layout"]["template"]  # its own
    assert json.loads(json.dumps(taken)) == sent


def test_the_figure_tells_what_the_drawing_tells() -> None:
    told = json.loads(figure_json(CHART))
    assert [trace["meta"] for trace in told["data"]] == ["band", "limit", "trend", "figures"]
    band, limit, _, line = told["data"]
    assert band["x"] == ["2026-06-15", "2026-07-15", "2026-07-15", "2026-06-15", None, "2026-09-15", "2026-09-15", None]
    assert band["y"] == [99.95, 99.99, 99.9, 99.85, None, 99.9, 99.7, None]
    assert (limit["line"]["shape"], limit["y"]) == ("hv", [99.5, 99.8, 99.8])
    assert (line["y"], line["hovertext"]) == ([99.9, 99.95, None, 99.8], list(CHART.texts))
    assert told["layout"]["xaxis"]["ticktext"] == ["Jun 2026", "Sep 2026"]
    assert told["layout"]["yaxis"]["range"] == [99.4, 100]
    assert told["layout"]["shapes"][0]["x0"] == "2026-08-01"
    assert json.loads(figure_json(DOTS))["data"][0]["error_y"]["arrayminus"] == [5, None]


def test_words_of_a_mark_stay_inside() -> None:
    late = replace(CHART, marks=[Mark(MONTHS[0], "early"), Mark(MONTHS[-1], "late")])
    sides = {one["text"]: one["xanchor"] for one in figure(late)["layout"]["annotations"]}
    assert (sides["early"], sides["late"]) == ("left", "right")
    assert [one.get("class") for one in drawn(late).iter("text") if one.text in ("early", "late")] == [
        "mark-words",
        "mark-words end",
    ]


# --- The script ---------------------------------------------------------------------------------------------


def test_the_wheel_s_script_is_found_and_nothing_else_of_it() -> None:
    assert finders.find(f"plotly/{SCRIPT}") == str(package_data() / SCRIPT)
    assert finders.find(f"plotly/{SCRIPT}", find_all=True) == [str(package_data() / SCRIPT)]
    for other in ("plotly/widgetbundle.js", "plotly/templates/plotly.json", f"plotly/../{SCRIPT}", SCRIPT):
        assert finders.find(other) is None


def test_it_is_served_and_collected(tmp_path: Path) -> None:
    response = Client().get(f"/static/plotly/{SCRIPT}")
    assert response.status_code == 200
    assert "javascript" in response["Content-Type"]
    size = (package_data() / SCRIPT).stat().st_size
    assert sum(len(one) for one in response) == size
    with override_settings(STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "plotly" / SCRIPT).stat().st_size == size
    assert [one.name for one in (tmp_path / "plotly").iterdir()] == [SCRIPT]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[dict[str, str]]:
    yield {"PORTAL_VAR": str(tmp_path), "PORTAL_SECRET_KEY": "x", "PATH": "/usr/bin:/bin"}


def test_a_web_worker_draws_charts_without_importing_plotly(bare: dict[str, str]) -> None:
    """It takes 0.3 s and 27 MB, in each of them."""
    asked = (
        "import sys\n"
        "from portal.wsgi import application\n"
        "from django.contrib.staticfiles import finders\n"
        "from django.urls import get_resolver\n"
        "from tests.common.test_charts import CHART, drawn\n"
        f"get_resolver().url_patterns, drawn(CHART), finders.find('plotly/{SCRIPT}')\n"
        "print('portal.urls' in sys.modules, [one for one in sys.modules if one.split('.')[0] == 'plotly'])"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, env=bare, capture_output=True, text=True)
    assert done.stdout.strip() == "True []", done.stderr[-2000:]


def test_static_files_come_from_three_places() -> None:
    assert [one.rpartition(".")[2] for one in settings.STATICFILES_FINDERS] == [
        "FileSystemFinder",
        "AppDirectoriesFinder",
        "PlotlyFinder",
    ]
