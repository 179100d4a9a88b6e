"""What is drawn once: `{% for line in lines %}{% drawn "delivery/_epic_row.html" line %}{% endfor %}`."""

from collections.abc import Hashable
from functools import lru_cache

from django.conf import settings
from django.template import Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = Library()

# Some eight megabytes in a worker that has drawn as many rows.
KEPT = 5_000


@register.simple_tag
def drawn(template: str, line: Hashable = None) -> SafeString:
    """`line` drawn by `template`, which sees it as `line` and nothing else: so equal lines look equal.

    It is drawn once and kept, by its value. A line holds all that is shown, how long ago something was too: texts,
    numbers and instants, no rows of the database, which stay equal when their columns change.
    """
    return _draw(template, line) if settings.DEBUG else _drawn(template, line)


def _draw(template: str, line: Hashable) -> SafeString:
    if isinstance(line, tuple) and any(isinstance(part, SafeString) for part in line):
        raise TypeError("Markup is equal to the same text that is none: a line that is kept holds texts alone.")
    return render_to_string(template, {"line": line})


_drawn = lru_cache(maxsize=KEPT)(_draw)
