"""Small charts drawn on the server as SVG: what a line of figures looks like."""

from typing import NamedTuple


class Point(NamedTuple):
    """One figure on a line: its label (a day), its value, and the value in words."""

    label: str
    value: float
    text: str
