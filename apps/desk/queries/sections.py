"""A section of the desk: its first rows, the oldest first, and whether there are more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Section(Generic[Row]):
    """At most `limit` rows of what waits."""

    rows: Sequence[Row] = field(default_factory=list)
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def count(self) -> str:
        """How many there are, as far as they were read."""
        return f"{len(self.rows)}+" if self.more else str(len(self.rows))


def cut(rows: Iterable[Row], limit: int) -> Section[Row]:
    """A section of the first `limit` rows; `rows` holds one more where there are more."""
    found = list(rows)
    return Section(found[:limit], len(found) > limit)
