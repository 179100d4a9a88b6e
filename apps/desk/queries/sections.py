"""A section of the desk: its first rows, the oldest first, and how many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Section(Generic[Row]):
    """At most `limit` rows of what waits.

    `total` is how many there are, where they were counted. `unread` are those that nobody looked at closely enough to
    make a row of them, of which some may belong elsewhere; there are none unless somebody's seats reach very much.
    """

    rows: Sequence[Row] = field(default_factory=list)
    more: bool = False
    total: int | None = None
    unread: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows) or self.unread > 0

    @property
    def count(self) -> str:
        """How many there are, as far as they were read."""
        if self.total is not None:
            return str(self.total)
        return f"{len(self.rows)}+" if self.more else str(len(self.rows))


def cut(rows: Iterable[Row], limit: int) -> Section[Row]:
    """A section of the first `limit` rows; `rows` holds one more where there are more."""
    found = list(rows)
    return Section(found[:limit], len(found) > limit)
