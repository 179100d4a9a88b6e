"""Counts as JSON, as whoever measures sends them. No database.

{"by": "5m", "counts": [{"at": "2026-11-28T14:05:00Z", "good": 991, "total": 1000, "errors": {"timeout": 9}}]}
"""

from collections.abc import Mapping
from typing import Any

from apps.common.instants import parse_instant
from apps.common.refused import BadInput
from apps.reliability.counts import GRAINS, BadCount, Batch, ErrorClass, batch_of, seconds_of

MOST_COUNTS = 100_000
_NAMES = {"at", "good", "total", "errors"}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["counts"],
    "additionalProperties": False,
    "properties": {
        "by": {"type": "string", "enum": list(GRAINS), "default": "5m", "description": "The span of one count."},
        "counts": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_COUNTS,
            "items": {
                "type": "object",
                "required": ["at", "good", "total"],
                "additionalProperties": False,
                "properties": {
                    "at": {"type": "string", "format": "date-time", "description": "Where the span begins."},
                    "good": {"type": "integer", "minimum": 0},
                    "total": {"type": "integer", "minimum": 0},
                    "errors": {
                        "type": "object",
                        "additionalProperties": {"type": "integer", "minimum": 0},
                        "description": "Bad events by cause, as far as it is known.",
                    },
                },
            },
        },
    },
}


def read(body: Any) -> Batch:
    """The batch that a body says. Raises BadInput with the place in it."""
    if not isinstance(body, Mapping):
        raise BadInput("The body is no JSON object, such as {“by”: “5m”, “counts”: […]}.")
    if unknown := sorted(str(name) for name in body if name not in ("by", "counts")):
        raise BadInput(f"“{unknown[0][:50]}” says nothing here. The body has by and counts.")
    by, counts = body.get("by", "5m"), body.get("counts")
    if not isinstance(by, str) or by not in GRAINS:
        raise BadInput(f"“by” is the span of one count: {', '.join(GRAINS)}.")
    if not isinstance(counts, list) or not counts:
        raise BadInput("“counts” is a list of at least one count.")
    if len(counts) > MOST_COUNTS:
        raise BadInput(f"“counts” has {len(counts):,} counts; at most {MOST_COUNTS:,} are taken at once.")
    buckets, errors = [], list[ErrorClass]()
    for place, count in enumerate(counts):
        start, good, total = _bucket(count, f"counts[{place}]")
        buckets.append((start, good, total))
        errors += _errors(count.get("errors"), start, f"counts[{place}].errors")
    try:
        return batch_of(buckets, grain=GRAINS[by], errors=errors)
    except BadCount as error:
        raise BadInput(str(error)) from error


def _bucket(count: Any, place: str) -> tuple[int, int, int]:
    if not isinstance(count, Mapping):
        raise BadInput(f"“{place}” is no object with at, good and total.")
    if unknown := sorted(str(name) for name in count if name not in _NAMES):
        raise BadInput(f"“{place}.{unknown[0][:50]}” says nothing here. A count has at, good, total and errors.")
    at = count.get("at")
    if not isinstance(at, str):
        raise BadInput(f"“{place}.at” is no instant, such as “2026-11-28T14:05:00Z”.")
    instant = parse_instant(at)
    if instant.microsecond or instant.year < 1971:
        raise BadInput(f"“{place}.at” is not where a span begins.")
    return (
        seconds_of(instant),
        _number(count.get("good"), f"{place}.good"),
        _number(count.get("total"), f"{place}.total"),
    )


def _number(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInput(f"“{place}” is no whole number of events.")
    return value


def _errors(found: Any, start: int, place: str) -> list[ErrorClass]:
    if found is None:
        return []
    if not isinstance(found, Mapping):
        raise BadInput(f"“{place}” is no object of numbers by cause.")
    return [(start, str(name), _number(bad, f"{place}.{str(name)[:50]}")) for name, bad in found.items()]
