"""A chart: `{% chart history.chart %}` prints the server's drawing, and the figure that takes its place.

The drawing is what everybody sees first, and what stays without scripts or on paper. It has no size of its own: places
are shares of the box, so that it fills the same place on a phone as Plotly does after it.
"""

from django.template import Library
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.common.drawing import Chart, Line, Place
from apps.common.figures import DOTS, RIGHT, figure_json, part
from apps.common.finders import FOLDER, SCRIPT

register = Library()

# Of the drawing's own square, which is stretched to the box.
SIDE = 1000


@register.simple_tag
def chart(drawn: Chart) -> SafeString:
    """Its words are the picture's name; a text below it and a table are for the page to add."""
    return format_html(
        '<div class="chart{}" data-chart role="img" aria-label="{}" data-script="{}" data-sheet="{}">{}'
        '<script type="application/json">{}</script></div>',
        " dots" if drawn.scattered else "",
        drawn.words,
        static(f"{FOLDER}/{SCRIPT}"),
        static("css/plotly.css"),
        sketch(drawn),
        mark_safe(figure_json(drawn)),  # noqa: S308, <, > and & are escaped there
    )


def sketch(drawn: Chart) -> SafeString:
    """The drawing: axis, interval, lines, dots with their words, marks."""
    return format_html(
        '<svg class="chart-sketch" aria-hidden="true">{}<svg viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'width="100%" height="100%">{}{}{}</svg>{}{}{}{}{}</svg>',
        _grid(drawn),
        SIDE,
        SIDE,
        _band(drawn),
        _lines(drawn),
        _figures(drawn),
        _bars(drawn),
        _dots(drawn),
        _marks(drawn),
        _ends(drawn),
        _labels(drawn),
    )


def _x(drawn: Chart, place: Place, whole: float = 100) -> str:
    return f"{part(place, drawn.across) * whole:.5g}"


def _y(drawn: Chart, value: float, whole: float = 100) -> str:
    axis = drawn.axis
    return f"{(axis.high - value) / (axis.high - axis.low) * whole:.5g}"


def _corner(drawn: Chart, place: Place, value: float | None) -> str:
    return f"{_x(drawn, place, SIDE)},{_y(drawn, value or 0, SIDE)}"


def _grid(drawn: Chart) -> SafeString:
    return format_html_join(
        "",
        '<line class="grid" x2="100%" y1="{0}%" y2="{0}%"/><text class="tick" x="-8" y="{0}%" dy=".32em">{1}</text>',
        ((_y(drawn, value), label) for value, label in drawn.axis.ticks),
    )


def _labels(drawn: Chart) -> SafeString:
    return format_html_join(
        "",
        '<text class="tick below" x="{}%" y="100%" dy="20">{}</text>',
        ((_x(drawn, place), label) for place, label in drawn.labels),
    )


def _band(drawn: Chart) -> SafeString:
    if not drawn.lows or drawn.scattered:
        return SafeString("")
    outlines = (
        [
            *(_corner(drawn, drawn.at[place], drawn.highs[place]) for place in run),
            *(_corner(drawn, drawn.at[place], drawn.lows[place]) for place in reversed(run)),
        ]
        for run in drawn.bands
    )
    return format_html_join("", '<polygon class="band" points="{}"/>', ((" ".join(one),) for one in outlines))


def _figures(drawn: Chart) -> SafeString:
    if drawn.scattered:
        return SafeString("")
    return format_html_join(
        "",
        '<polyline class="figures" points="{}"/>',
        ((" ".join(_corner(drawn, drawn.at[place], drawn.values[place]) for place in run),) for run in drawn.runs),
    )


def _bars(drawn: Chart) -> SafeString:
    """The interval of each figure that stands by itself."""
    if not drawn.lows or not drawn.scattered:
        return SafeString("")
    return format_html_join(
        "",
        '<line class="bar" x1="{0}%" x2="{0}%" y1="{1}%" y2="{2}%"/>',
        (
            (_x(drawn, place), _y(drawn, low), _y(drawn, high))
            for place, low, high in zip(drawn.at, drawn.lows, drawn.highs, strict=True)
            if low is not None and high is not None
        ),
    )


def _dots(drawn: Chart) -> SafeString:
    if len(drawn.at) > DOTS and not drawn.scattered:
        return SafeString("")
    return format_html_join(
        "",
        '<circle cx="{}%" cy="{}%" r="3"><title>{}</title></circle>',
        (
            (_x(drawn, place), _y(drawn, value), words)
            for place, value, words in zip(drawn.at, drawn.values, drawn.texts, strict=True)
            if value is not None
        ),
    )


def _lines(drawn: Chart) -> SafeString:
    return format_html_join(
        "",
        '<polyline class="{}" points="{}"/>',
        (
            (name, _corners(drawn, one, steps=name == "limit"))
            for one, name in ((drawn.limit, "limit"), (drawn.trend, "trend"))
            if one is not None
        ),
    )


def _corners(drawn: Chart, line: Line, *, steps: bool) -> str:
    """With `steps` a value holds until another takes its place; else a line goes straight."""
    corners: list[str] = []
    for place, value in zip(line.at, line.values, strict=True):
        if corners and steps:
            corners.append(f"{_x(drawn, place, SIDE)},{corners[-1].rpartition(',')[2]}")
        corners.append(_corner(drawn, place, value))
    return " ".join(corners)


def _ends(drawn: Chart) -> SafeString:
    """What each line is: above its end, or behind it."""
    return format_html_join(
        "",
        '<text class="{}" x="{}%" y="{}%" dx="{}" dy="{}">{}</text>',
        (
            (css, _x(drawn, one.at[-1]), _y(drawn, one.values[-1]), dx, dy, one.words)
            for one, css, dx, dy in ((drawn.limit, "end", 0, "-6"), (drawn.trend, "behind", 4, ".32em"))
            if one is not None and one.words
        ),
    )


def _marks(drawn: Chart) -> SafeString:
    return format_html_join(
        "",
        '<line class="mark-line" x1="{0}%" x2="{0}%" y1="0" y2="100%"/><text class="{1}" x="{0}%" y="0" dx="{2}"'
        ' dy="11">{3}</text>',
        (
            (
                _x(drawn, one.at),
                "mark-words end" if part(one.at, drawn.across) > RIGHT else "mark-words",
                -6 if part(one.at, drawn.across) > RIGHT else 6,
                one.words,
            )
            for one in drawn.marks
        ),
    )
