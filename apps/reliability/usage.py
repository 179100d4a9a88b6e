"""Usage as JSON, as whoever measures sends it, or as CSV, and by day. No database.

{"usage": [{"at": "2026-11-28", "value": 61.5}, {"at": "2026-11-29T14:00:00Z", "value": 63}]}
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from apps.common.instants import parse_instant
from apps.common.refused import BadInput
from apps.reliability.formats import counts_csv

MOST_VALUES = 100_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["usage"],
    "additionalProperties": False,
    "properties": {
        "usage": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_VALUES,
            "items": {
                "type": "object",
                "required": ["at", "value"],
                "additionalProperties": False,
                "properties": {
                    "at": {
                        "type": "string",
                        "description": "A day of UTC, such as 2026-11-28, or an instant with its zone.",
                    },
                    "value": {"type": "number", "minimum": 0, "maximum": 10**18},
                },
            },
        },
    },
}


def read(body: Any) -> dict[date, float]:
    """Usage by day that a body says. Raises BadInput with the place in it."""
    if not isinstance(body, Mapping):
        raise BadInput("The body is no JSON object, such as {“usage”: […]}.")
    if unknown := sorted(str(name) for name in body if name != "usage"):
        raise BadInput(f"“{unknown[0][:50]}” says nothing here. The body has usage.")
    values = body.get("usage")
    if not isinstance(values, list) or not values:
        raise BadInput("“usage” is a list of at least one value.")
    if len(values) > MOST_VALUES:
        raise BadInput(f"“usage” has {len(values):,} values; at most {MOST_VALUES:,} are taken at once.")
    return by_day(_value(one, f"usage[{place}]") for place, one in enumerate(values))


def read_csv(data: bytes) -> dict[date, float]:
    """Usage by day of a file `at,value`. Raises BadInput with the line."""
    try:
        return by_day(counts_csv.read_values(data))
    except counts_csv.NotCounts as error:
        raise BadInput(str(error)) from error


def by_day(values: Iterable[tuple[datetime, float]]) -> dict[date, float]:
    """The highest of each day of UTC."""
    found: dict[date, float] = {}
    for at, value in values:
        day = at.astimezone(UTC).date()
        found[day] = max(value, found.get(day, value))
    return found


def _value(one: Any, place: str) -> tuple[datetime, float]:
    if not isinstance(one, Mapping):
        raise BadInput(f"“{place}” is no object with at and value.")
    if unknown := sorted(str(name) for name in one if name not in ("at", "value")):
        raise BadInput(f"“{place}.{unknown[0][:50]}” says nothing here. A value has at and value.")
    return _instant(one.get("at"), f"{place}.at"), _number(one.get("value"), f"{place}.value")


def _instant(at: Any, place: str) -> datetime:
    if not isinstance(at, str):
        raise BadInput(f"“{place}” is no day, such as “2026-11-28”.")
    if _DAY.fullmatch(at):
        at = f"{at}T00:00:00Z"
    return parse_instant(at)


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**18 or not isfinite(value):
        raise BadInput(f"“{place}” is no number from 0 to 10^18.")
    return float(value)
