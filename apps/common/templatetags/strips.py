"""A row of marks as a drawing: `{% strip marks "Passed in R-1, failed in R-2" %}`."""

from collections.abc import Sequence

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.common.marks import SHAPES, Mark

register = Library()

STEP = 12


@register.simple_tag
def strip(marks: Sequence[Mark], words: str, lanes: int = 1) -> SafeString:
    """`marks` from left to right, each in its lane; `words` say all of it to who does not see it."""
    width, height = STEP * max(len(marks), 1), STEP * lanes
    drawn = format_html_join(
        "",
        '<g transform="translate({} {})"><title>{}</title><path class="mark {} {}" d="{}"/></g>',
        (
            (
                STEP * place + 1,
                STEP * mark.lane + 1,
                mark.words,
                mark.tone,
                "filled" if SHAPES[mark.shape][0] else "drawn",
                SHAPES[mark.shape][1],
            )
            for place, mark in enumerate(marks)
        ),
    )
    return format_html(
        '<svg class="strip" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>',
        words,
        width,
        height,
        width,
        height,
        drawn,
    )
