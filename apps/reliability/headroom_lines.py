"""What pages tell of one resource: its headroom with its words. No database but what a query handed over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from apps.reliability import queries
from apps.reliability.headroom import Headroom, HeadroomState
from apps.reliability.models import PlannedDemand, Resource

SOON_DAYS = 90
DIGITS = 6
STATES = {
    HeadroomState.AT_LIMIT: "Limit reached",
    HeadroomState.GROWING: "Growing",
    HeadroomState.NOT_GROWING: "Not growing",
    HeadroomState.TOO_FEW: "Too few measurements",
}


@dataclass(frozen=True)
class Line:
    """One resource in a list."""

    resource: Resource
    headroom: Headroom
    is_review_overdue: bool

    @property
    def tone(self) -> str:
        return tone_of(self.headroom)

    @property
    def word(self) -> str:
        return word_of(self.headroom)

    @property
    def used_percent(self) -> float:
        """For the bar."""
        used = self.headroom.used
        return 0.0 if used is None else min(100.0, used * 100)

    @property
    def used_words(self) -> str:
        used = self.headroom.used
        return "" if used is None else f"{int(used * 100)} %"

    @property
    def limit_words(self) -> str:
        return amount(self.resource.limit, self.resource.unit)


def line_of(resource: Resource, *, today: date, planned: Collection[PlannedDemand] = ()) -> Line:
    """A resource as lists show it; its words name what is `planned`."""
    due = resource.next_review_on
    return Line(resource, queries.headroom_of(resource, planned), is_review_overdue=due is not None and due < today)


def tone_of(found: Headroom) -> str:
    """Attention where the limit is near, bad where it is reached."""
    if found.state is HeadroomState.TOO_FEW:
        return "neutral"
    if found.state is HeadroomState.AT_LIMIT:
        return "bad"
    return "attention" if found.days is not None and found.days < SOON_DAYS else "good"


def word_of(found: Headroom) -> str:
    """Such as "Reached in 40 days"."""
    if found.state in (HeadroomState.TOO_FEW, HeadroomState.AT_LIMIT) or found.days is None:
        return STATES[found.state]
    days = int(found.days)
    return f"Reached in {days:,} day{'' if days == 1 else 's'}"


def short(value: float, *, sign: str = "") -> str:
    """Three digits, or whole where it has more: "645", "2.42", with a sign where `sign` is "+"."""
    return f"{value:{sign},.0f}" if abs(value) >= 100 else f"{value:{sign}.3g}"


def amount(value: float, unit: str) -> str:
    """Such as "61.5 GB"."""
    return f"{value:,.{DIGITS}g} {unit}".strip()
