"""Two things in turn, several times; what counts is the ratio of their medians."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True)
class Size:
    """Seconds that ours and the peer's took at one size, each round."""

    label: str
    units: int
    ours: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Ours over the peer's, of medians."""
        return median(self.ours) / median(self.peer)


@dataclass(frozen=True)
class Figure:
    """One line of the table: `limit` holds for `ratio` at every size, as at most (or at least where `at_least`).

    Where growth has a goal too, `growth_limit` is the most.
    """

    number: str
    what: str
    beside: str
    goal: str
    limit: float
    sizes: tuple[Size, ...]
    at_least: bool = False
    growth_limit: float = 0

    def shown(self, size: Size) -> str:
        """The figure at one size, in the words of the goal."""
        if self.at_least:
            return f"{1 / size.ratio:.1f}x faster" if self.limit > 1 else f"{1 / size.ratio:.2f}x as fast"
        return f"{100 * size.ratio:.1f} %" if self.limit < 1 else f"{size.ratio:.2f}x"

    @property
    def is_met(self) -> bool:
        """Whether the goal holds at every size."""
        figures = [1 / size.ratio if self.at_least else size.ratio for size in self.sizes]
        return min(figures) >= self.limit if self.at_least else max(figures) <= self.limit

    @property
    def growth(self) -> float:
        """Time for each unit at the largest size over that at the smallest; 1 is linear.

        Where growth has a goal the peer does the same work at every size: so the figures are compared, which a machine
        that got slower meanwhile does not move.
        """
        first, last = self.sizes[0], self.sizes[-1]
        if self.growth_limit:
            return last.ratio / first.ratio
        return (median(last.ours) / last.units) / (median(first.ours) / first.units)


def fixed(sizes: Sequence[Size]) -> float:
    """Seconds that ours takes whatever the size: on the line through the two smallest sizes, the place of none."""
    small, larger = sizes[:2]
    each = (median(larger.ours) - median(small.ours)) / (larger.units - small.units)
    return max(0.0, median(small.ours) - each * small.units)


def in_turn(rounds: int, *, before: Work, works: Sequence[Work]) -> list[tuple[float, ...]]:
    """Seconds of each of `works`, round by round; `before` each round, unmeasured."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        before()
        for place, work in enumerate(works):
            gc.collect()
            began = time.perf_counter()
            work()
            taken[place].append(time.perf_counter() - began)
    return [tuple(one) for one in taken]
