"""What a chart shows, before anybody draws it: figures with their intervals, what they are measured by, what happened.

The same `Chart` becomes the server's SVG (templatetags/charts.py) and the figure that Plotly draws over it
(figures.py); both stand on the axis worked out here, so that one takes the other's place without a jump.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil, floor, log10
from typing import NamedTuple, TypeVar, cast

# Where something stands from left to right: a day, or a number counted from 0.
Place = date | float
T = TypeVar("T")
# What lies closer than so much of a percent is the same, but for what floats are off by.
LEAST = 1e-6


class Line(NamedTuple):
    """A line through few corners, and a word for its end."""

    at: Sequence[Place]
    values: Sequence[float]
    words: str


class Mark(NamedTuple):
    """Something that happened there and then."""

    at: Place
    words: str


class Axis(NamedTuple):
    """From `low` to `high`, with lines across at `ticks`, each with its words."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Chart:
    """Figures in percent from left to right, None where there is no data: a line breaks there.

    `words` say all of it to who does not see it, `name` what the line is, `texts` one figure each; these may be
    anybody's words, and are drawn as they are. `lows` and `highs` bound an interval at each figure, or are empty.
    `limit` is a line of steps, `trend` a straight one; the words of the one stand above its end, of the other behind
    it. `across` is from where to where the drawing goes, `labels` stand below it. The axis holds `held`. Figures
    without an order are `scattered`: dots with a bar each.
    """

    words: str
    name: str
    at: Sequence[Place]
    values: Sequence[float | None]
    texts: Sequence[str]
    across: tuple[Place, Place]
    labels: Sequence[tuple[Place, str]]
    lows: Sequence[float | None] = ()
    highs: Sequence[float | None] = ()
    limit: Line | None = None
    trend: Line | None = None
    marks: Sequence[Mark] = ()
    held: tuple[float, ...] = ()
    scattered: bool = False

    @cached_property
    def axis(self) -> Axis:
        """Round figures around all there is to draw; never beyond 100 % where nothing else is."""
        parts = [self.values, self.lows, self.highs, self.held]
        parts += [one.values for one in (self.limit, self.trend) if one]
        ends = [end for part in parts for end in _ends(part)]
        return axis(min(ends), max(ends))

    @cached_property
    def runs(self) -> list[range]:
        """Places of figures between those without data."""
        return _runs(self.values)

    @cached_property
    def bands(self) -> list[range]:
        """Places of figures with an interval between those without."""
        return _runs(self.lows)


def _runs(values: Sequence[float | None]) -> list[range]:
    if not _has_gaps(values):
        return [range(len(values))]
    found, first = [], 0
    for place, value in enumerate((*values, None)):
        if value is None:
            if place > first:
                found.append(range(first, place))
            first = place + 1
    return found


def _has_gaps(values: Sequence[float | None]) -> bool:
    """Whether there is a None among them. Adding them up tells four times as fast as looking at each."""
    try:
        sum(cast(Sequence[float], values))
    except TypeError:
        return True
    return False


def _ends(values: Sequence[float | None]) -> list[float]:
    """The lowest and the highest of those that are there."""
    found = [value for value in values if value is not None] if _has_gaps(values) else cast(Sequence[float], values)
    return [min(found), max(found)] if found else []


def axis(low: float, high: float, *, steps: int = 4) -> Axis:
    """An axis in percent that holds `low` and `high`, in about so many round steps."""
    if high - low < LEAST:
        low, high = low - 0.5, (100 if 99.5 < high <= 100 else high + 0.5)
    rough = (high - low) / steps
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if rough <= power * factor * 1.0001)
    # The thousandth of a step is what a float is off by.
    first, last = floor(low / step + 0.001), ceil(high / step - 0.001)
    values = [round(number * step, 9) for number in range(first, last + 1)]
    return Axis(values[0], values[-1], [(value, f"{value:.7g} %".replace("-", "−")) for value in values])


def spread(rows: Sequence[T], most: int = 4) -> list[T]:
    """At most so many of `rows`, the first and the last among them, as far from each other as can be."""
    if len(rows) <= most:
        return list(rows)
    return [rows[round(place * (len(rows) - 1) / (most - 1))] for place in range(most)]
