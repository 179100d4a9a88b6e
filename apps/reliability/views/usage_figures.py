"""Usage against its limit with its words, as pages print it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from apps.reliability import queries
from apps.reliability.charts import usage_chart
from apps.reliability.headroom import Headroom
from apps.reliability.headroom_lines import STATES, amount, line_of, short
from apps.reliability.models import PlannedDemand, Resource

SHOWN_DAYS = 180


def figures(resource: Resource, *, hidden: Collection[int], today: date) -> dict[str, object]:
    """All that the page of a resource prints besides the rows themselves."""
    planned = queries.planned_for(resource, hidden=hidden)
    line = line_of(resource, today=today, planned=planned)
    found = line.headroom
    rows = queries.usage_of(resource, on=today, days=SHOWN_DAYS)
    return {
        "line": line,
        "words": found.words,
        "chart": usage_chart(resource, rows, found) if rows else None,
        "last_days": [(row.on, amount(row.value, resource.unit)) for row in reversed(rows)],
        "planned": [_demand(one, resource, today) for one in planned],
        "level_words": "–" if found.level is None else f"{short(found.level)} {resource.unit}".strip(),
        "growth_words": f"{short(found.slope.a_day, sign='+')} a day" if found.slope else "–",
        "growth_note": _growth_note(found),
    }


def _growth_note(found: Headroom) -> str:
    if found.slope is None:
        return "no trend yet"
    low, high = (short(value, sign="+") for value in (found.slope.low, found.slope.high))
    return f"95 %: {low} to {high}, by the trend of a year at most"


@dataclass(frozen=True)
class DemandShown:
    """Planned demand with its words."""

    planned: PlannedDemand
    amount_words: str
    has_begun: bool


def _demand(one: PlannedDemand, resource: Resource, today: date) -> DemandShown:
    words = amount(abs(one.amount), resource.unit)
    return DemandShown(one, f"{'+' if one.amount >= 0 else '−'}{words}", one.on <= today)


def csv_row(resource: Resource) -> list[object]:
    """The line of a resource in a list's CSV."""
    found = queries.headroom_of(resource)
    return [
        resource.key,
        resource.title,
        resource.scope.key,
        resource.limit,
        resource.unit,
        "" if found.level is None else found.level,
        STATES[found.state],
        found.on or "",
        resource.status.used_until or "",
        resource.next_review_on or "",
    ]
