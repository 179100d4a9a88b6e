"""What the log says of an act."""

from typing import Any

from apps.audit import queries as audit
from apps.audit.models import Entry
from apps.audit.statement import Statement


def last(event: str) -> audit.Reading:
    """The latest entry of this act, opened."""
    (reading,) = audit.readings(Entry.objects.filter(event=event).order_by("-index")[:1])
    return reading


def said(event: str) -> str:
    """The line of the latest entry of this act."""
    return str(last(event).line)


def size() -> int:
    """How many entries there are."""
    return Entry.objects.count()


def statement(event: str) -> Statement:
    """What the latest entry of this act states."""
    found = last(event).statement
    assert found is not None
    return found


def facts(event: str) -> dict[str, Any]:
    """The facts of the latest entry of this act."""
    return dict(statement(event).predicate["facts"])
