"""Small marks in a row, drawn by the server: what happened one after the other, at a glance. Pure.

A mark differs by its shape, not by its color alone, and says itself in words.
"""

from typing import NamedTuple

# Each within a square of 10 by 10: whether it is filled, and its path.
SHAPES: dict[str, tuple[bool, str]] = {
    "dot": (True, "M5 2a3 3 0 1 0 0 6 3 3 0 1 0 0-6z"),
    "ring": (False, "M5 2.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 1 0 0-5.6z"),
    "cross": (False, "M2.2 2.2 7.8 7.8M7.8 2.2 2.2 7.8"),
    "bar": (False, "M2 5h6"),
    "diamond": (True, "M5 1.4 8.6 5 5 8.6 1.4 5z"),
    "check": (False, "M1.8 5.4 4.2 7.8 8.4 2.6"),
    "up": (True, "M5 1.8 8.6 8H1.4z"),
    "down": (True, "M5 8.2 8.6 2H1.4z"),
}


class Mark(NamedTuple):
    """One mark: its shape, its tone (good, attention, bad, neutral, info), what it says, and its lane from the top."""

    shape: str
    tone: str
    words: str
    lane: int = 0
