"""A line of figures as a drawing: `{% line_chart points "31 % of the budget left" floor=0 %}`."""

from collections.abc import Sequence

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.common.drawing import Point

register = Library()

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 180, 56, 22, 10


@register.simple_tag
def line_chart(points: Sequence[Point], words: str, floor: float | None = None) -> SafeString:
    """`points` from left to right, with a line at `floor`; `words` say all of it to who does not see it."""
    low, high = _bounds([point.value for point in points], floor)

    def x(place: int) -> float:
        return LEFT + (WIDTH - LEFT - 8) * (place / max(len(points) - 1, 1))

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    line = " ".join(f"{x(place):.1f},{y(point.value):.1f}" for place, point in enumerate(points))
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
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" class="tick end">{}</text>',
        (
            (LEFT, WIDTH - 8, f"{y(value):.1f}", f"{y(value):.1f}", LEFT - 6, f"{y(value) + 4:.1f}", f"{value:.4g} %")
            for value in sorted({low, high, *([floor] if floor is not None else [])})
        ),
    )
    ends = format_html(
        '<text x="{}" y="{}" class="tick">{}</text><text x="{}" y="{}" class="tick end">{}</text>',
        LEFT,
        HEIGHT - 6,
        points[0].label,
        WIDTH - 8,
        HEIGHT - 6,
        points[-1].label if len(points) > 1 else "",
    )
    return format_html(
        '<svg class="line-chart" role="img" aria-label="{}" viewBox="0 0 {} {}">{}<polyline points="{}"/>{}{}</svg>',
        words,
        WIDTH,
        HEIGHT,
        marks,
        line,
        dots,
        ends,
    )


def _bounds(values: Sequence[float], floor: float | None) -> tuple[float, float]:
    """Lowest and highest of the axis, the floor among them, and never the same."""
    held = [*values, *([] if floor is None else [floor])]
    low, high = min(held), max(held)
    return (low, high) if high > low else (low - 1, high + 1)
