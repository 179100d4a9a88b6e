"""Kinds of text in the API's rows, each with what the schema says of it; and how they are written."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, overload

from apps.common.instants import instant_text


@dataclass(frozen=True)
class Shape:
    """What the schema says of a text besides that it is one."""

    example: str
    format: str = ""
    pattern: str = ""


Instant = Annotated[str, Shape("2026-11-23T10:44:00.000000Z", format="date-time")]
Day = Annotated[str, Shape("2026-11-23", format="date")]
Digest = Annotated[
    str, Shape("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", pattern="^[0-9a-f]{64}$")
]
Address = Annotated[str, Shape("https://portal.example.org/epics/E-12/", format="uri")]
Key = Annotated[str, Shape("E-12")]


@overload
def instant(at: datetime) -> Instant: ...
@overload
def instant(at: datetime | None) -> Instant | None: ...
def instant(at: datetime | None) -> Instant | None:
    """An aware instant as the API writes it, in UTC."""
    return instant_text(at) if at else None


@overload
def day(on: date) -> Day: ...
@overload
def day(on: date | None) -> Day | None: ...
def day(on: date | None) -> Day | None:
    """A day as the API writes it."""
    return on.isoformat() if on else None
