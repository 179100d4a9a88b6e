"""A line of figures as a drawing: `{% line_chart points "31 % of the budget left" floor=0 ceiling=100 %}`."""

from collections.abc import Sequence

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.common.drawing import Point

register = Library()

WIDTH, HEIGHT, SIDE, BOTTOM, TOP = 720, 220, 6, 34, 28


@register.simple_tag
def line_chart(
    points: Sequence[Point],
    words: str,
    floor: float | None = None,
    ceiling: float | None = None,
    trend: tuple[float, float] | None = None,
) -> SafeString:
    """`points` from left to right, with a line at `floor`; `words` say all of it to who does not see it.

    The axis holds `floor` and `ceiling`, in percent; `trend` is a straight line between two values. Its marks stand
    inside, so that they can be read on a phone.
    """
    low, high = _bounds([point.value for point in points], floor, ceiling, *(trend or ()))

    def x(place: int) -> float:
        return SIDE + (WIDTH - 2 * SIDE) * (place / max(len(points) - 1, 1))

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    line = " ".join(f"{x(place):.1f},{y(point.value):.1f}" for place, point in enumerate(points))
    base = y(low if floor is None else floor)
    area = f"{x(0):.1f},{base:.1f} {line} {x(len(points) - 1):.1f},{base:.1f}"
    dots = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="{}"><title>{}: {}</title></circle>',
        (
            (f"{x(place):.1f}", f"{y(point.value):.1f}", 3 if len(points) < 60 else 1.5, point.label, point.text)
            for place, point in enumerate(points)
        ),
    )
    marks = format_html_join(
        "",
        '<line class="grid{}" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" class="tick">{}</text>',
        (
            (
                " floor" if value == floor else "",
                SIDE,
                WIDTH - SIDE,
                f"{y(value):.1f}",
                f"{y(value):.1f}",
                SIDE,
                f"{y(value) - 6:.1f}",
                f"{value:.5g} %".replace("-", "−"),
            )
            for value in sorted({low, high, *(one for one in (floor, ceiling) if one is not None)})
        ),
    )
    ends = format_html(
        '<text x="{}" y="{}" class="tick">{}</text><text x="{}" y="{}" class="tick end">{}</text>',
        SIDE,
        HEIGHT - 6,
        points[0].label,
        WIDTH - SIDE,
        HEIGHT - 6,
        points[-1].label if len(points) > 1 else "",
    )
    straight = ""
    if trend:
        straight = format_html(
            '<line class="trend" x1="{}" x2="{}" y1="{}" y2="{}"/>',
            SIDE,
            WIDTH - SIDE,
            f"{y(trend[0]):.1f}",
            f"{y(trend[1]):.1f}",
        )
    return format_html(
        '<svg class="line-chart" role="img" aria-label="{}" viewBox="0 0 {} {}">'
        '<polygon points="{}"/>{}<polyline points="{}"/>{}{}{}</svg>',
        words,
        WIDTH,
        HEIGHT,
        area,
        marks,
        line,
        straight,
        dots,
        ends,
    )


def _bounds(values: Sequence[float], *held: float | None) -> tuple[float, float]:
    """Lowest and highest of the axis, what it has to hold among them, and never the same."""
    every = [*values, *(one for one in held if one is not None)]
    low, high = min(every), max(every)
    return (low, high) if high > low else (low - 1, high + 1)
