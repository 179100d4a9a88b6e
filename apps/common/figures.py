"""A chart as Plotly takes it: a plain dict, serialized. plotly itself is never imported here, which takes 0.3 s.

There is no color, no font and no markup in it. static/js/charts.js dresses each part by its role (`meta` of a trace,
`name` of what is drawn besides), and shows every text as it is written.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from apps.common.drawing import Chart, Line, Mark, Place

# Of the drawing's width: what stands farther right has its words on its left.
RIGHT = 0.6
# A line with more figures is drawn without dots.
DOTS = 60
Trace = dict[str, Any]


def figure(chart: Chart) -> dict[str, Any]:
    """Data and layout, from the bottom to the top: interval, limit, trend, figures."""
    data = [_band(chart)] if chart.lows and not chart.scattered else []
    data += [_line(one, role) for one, role in ((chart.limit, "limit"), (chart.trend, "trend")) if one]
    data.append(_figures(chart))
    axis = chart.axis
    words = [_end(one, role) for one, role in ((chart.limit, "limit"), (chart.trend, "trend")) if one and one.words]
    words += [_mark_words(one, chart.across) for one in chart.marks]
    layout: dict[str, Any] = {
        "xaxis": {
            "range": chart.across,
            "tickvals": [place for place, _ in chart.labels],
            "ticktext": [label for _, label in chart.labels],
        },
        "yaxis": {
            "range": (axis.low, axis.high),
            "tickvals": [value for value, _ in axis.ticks],
            "ticktext": [label for _, label in axis.ticks],
        },
    }
    if chart.marks:
        layout["shapes"] = [
            {"name": "mark", "type": "line", "x0": one.at, "x1": one.at, "y0": 0, "y1": 1, "yref": "paper"}
            for one in chart.marks
        ]
    if words:
        layout["annotations"] = words
    return {"data": data, "layout": layout}


def figure_json(chart: Chart) -> str:
    """The figure as text that may stand in a page's script element."""
    text = orjson.dumps(figure(chart))
    for sign, escaped in ((b"&", b"\\u0026"), (b"<", b"\\u003C"), (b">", b"\\u003E")):
        text = text.replace(sign, escaped)
    return text.decode()


def part(place: Place, across: tuple[Place, Place]) -> float:
    """How far from left to right, 0 to 1."""
    first, last = (_number(one) for one in across)
    return (_number(place) - first) / (last - first) if last > first else 0.5


def _number(place: Place) -> float:
    return place.toordinal() if isinstance(place, date) else place


def _figures(chart: Chart) -> Trace:
    dotted = len(chart.at) <= DOTS
    found: Trace = {
        "type": "scatter",
        "meta": "figures",
        "mode": "markers" if chart.scattered else "lines+markers" if dotted else "lines",
        "name": chart.name,
        "x": chart.at,
        "y": chart.values,
        "hovertext": chart.texts,
        "hoverinfo": "text",
    }
    if chart.scattered and chart.lows:
        found["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": _distances(chart.values, chart.highs),
            "arrayminus": _distances(chart.lows, chart.values),
        }
    return found


def _distances(lows: Sequence[float | None], highs: Sequence[float | None]) -> list[float | None]:
    return [
        None if low is None or high is None else round(high - low, 6) for low, high in zip(lows, highs, strict=True)
    ]


def _band(chart: Chart) -> Trace:
    """One outline for each run of figures: there along what is highest, back along what is lowest."""
    at: list[Place | None] = []
    values: list[float | None] = []
    for run in chart.bands:
        there = slice(run.start, run.stop)
        at += [*chart.at[there], *reversed(chart.at[there]), None]
        values += [*chart.highs[there], *reversed(chart.lows[there]), None]
    return {
        "type": "scatter",
        "meta": "band",
        "mode": "lines",
        "fill": "toself",
        "x": at,
        "y": values,
        "hoverinfo": "skip",
    }


def _line(line: Line, role: str) -> Trace:
    shape = "hv" if role == "limit" else "linear"
    return {
        "type": "scatter",
        "meta": role,
        "mode": "lines",
        "line": {"shape": shape},
        "x": line.at,
        "y": line.values,
        "hoverinfo": "skip",
    }


def _end(line: Line, role: str) -> dict[str, Any]:
    """What the line is, above its right end; behind it where the figures are as near as they are to their trend."""
    is_behind = role == "trend"
    return {
        "name": role,
        "text": line.words,
        "x": line.at[-1],
        "y": line.values[-1],
        "xanchor": "left" if is_behind else "right",
        "yanchor": "middle" if is_behind else "bottom",
        "xshift": 3 if is_behind else 0,
        "showarrow": False,
    }


def _mark_words(mark: Mark, across: tuple[Place, Place]) -> dict[str, Any]:
    """Beside its line, at the top."""
    is_right = part(mark.at, across) > RIGHT
    return {
        "name": "mark",
        "text": mark.words,
        "x": mark.at,
        "y": 1,
        "yref": "paper",
        "xanchor": "right" if is_right else "left",
        "yanchor": "top",
        "xshift": -6 if is_right else 6,
        "showarrow": False,
    }
