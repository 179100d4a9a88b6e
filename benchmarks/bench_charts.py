"""B4: a chart's figure as the page makes it, beside the same figure built with plotly.graph_objects and to_json.

24 months of an SLI: the figures, their interval, the target. Both begin with the columns of a chart and its axis, which
the server's drawing needs as well, and end with the text that stands on the page. Ours gets its colors in the browser;
the peer carries plotly's usual template, or none.
"""

import json
from datetime import date, timedelta

import plotly.graph_objects as go

from apps.common.drawing import Chart, Line, Mark, spread
from apps.common.figures import figure_json
from apps.reliability.charts import PLACES
from benchmarks.measure import Figure, Size, in_turn

MONTHS = 24
# Of one round: a single one of ours is too short for a clock.
REPEATS = 50


def figures(*, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """One line beside plotly's usual template, one beside none. Raises RuntimeError where the figures differ."""
    found = {template: [_measured(points, rounds, template) for points in sizes] for template in ("plotly", "none")}
    beside = {"plotly": "plotly.graph_objects and to_json", "none": "plotly.graph_objects without a template"}
    return [
        Figure("B4", "Chart of 24 months, 3 traces", beside[template], "at least 500x faster", 500, tuple(each), True)
        for template, each in found.items()
    ]


def made_up(points: int) -> Chart:
    """24 months cut into so many parts, each with its interval; the target changed once."""
    first = date(2024, 12, 1)
    at = [first + timedelta(days=place * MONTHS * 30 // points) for place in range(points)]
    values = [round(99.9 + place % 7 / 81, PLACES) for place in range(points)]
    return Chart(
        words="24 months.",
        name="Checkout answers",
        at=at,
        values=values,
        texts=[
            f"{on:%b %Y}: {value:.4f} %\n1,234 bad of 1,234,567 events" for on, value in zip(at, values, strict=True)
        ],
        across=(at[0], at[-1]),
        labels=[(on, f"{on:%b %Y}") for on in spread(at)],
        lows=[round(value - 0.00617, PLACES) for value in values],
        highs=[round(value + 0.00533, PLACES) for value in values],
        limit=Line((at[0], at[points // 2], at[-1]), (99.9, 99.95, 99.95), "target 99.95 %"),
        marks=[Mark(at[points // 2], "99.95 %")],
    )


def _measured(points: int, rounds: int, template: str) -> Size:
    chart = made_up(points)
    ours, theirs = (go.Figure(json.loads(text)) for text in (figure_json(chart), with_objects(chart, template)))
    if template == "none":
        ours.update_layout(template="none")
    if ours.to_plotly_json() != theirs.to_plotly_json():
        raise RuntimeError(f"the figures of {points} points differ")

    def make() -> None:
        for _ in range(REPEATS):
            figure_json(chart)

    taken, peer = in_turn(
        rounds, before=lambda: with_objects(chart, template), works=(make, lambda: with_objects(chart, template))
    )
    return Size(f"{points:,} points", points, tuple(seconds / REPEATS for seconds in taken), peer)


def with_objects(chart: Chart, template: str) -> str:
    """The same figure as whoever uses plotly writes it."""
    axis, limit, mark = chart.axis, chart.limit or Line((), (), ""), chart.marks[0]
    places = [place for place, _ in chart.labels]
    figure = go.Figure(
        [
            go.Scatter(
                meta="band", mode="lines", fill="toself", hoverinfo="skip",
                x=[*chart.at, *reversed(chart.at), None], y=[*chart.highs, *reversed(chart.lows), None],
            ),
            go.Scatter(
                meta="limit", mode="lines", line=go.scatter.Line(shape="hv"), hoverinfo="skip",
                x=limit.at, y=limit.values,
            ),
            go.Scatter(
                meta="figures", mode="lines+markers" if len(chart.at) <= 60 else "lines", name=chart.name,
                x=chart.at, y=chart.values, hovertext=chart.texts, hoverinfo="text",
            ),
        ],
        go.Layout(
            template=template,
            xaxis=go.layout.XAxis(
                range=chart.across, tickvals=places, ticktext=[label for _, label in chart.labels]
            ),
            yaxis=go.layout.YAxis(
                range=(axis.low, axis.high), tickvals=[value for value, _ in axis.ticks],
                ticktext=[label for _, label in axis.ticks],
            ),
            shapes=[
                go.layout.Shape(name="mark", type="line", x0=mark.at, x1=mark.at, y0=0, y1=1, yref="paper"),
            ],
            annotations=[
                go.layout.Annotation(
                    name="limit", text=limit.words, x=limit.at[-1], y=limit.values[-1], xanchor="right",
                    yanchor="bottom", xshift=0, showarrow=False,
                ),
                go.layout.Annotation(
                    name="mark", text=mark.words, x=mark.at, y=1, yref="paper", xanchor="left", yanchor="top",
                    xshift=6, showarrow=False,
                ),
            ],
        ),
    )  # fmt: skip
    return str(figure.to_json())
