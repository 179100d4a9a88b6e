"""What the log says of an act."""

from apps.audit import queries as audit
from apps.audit.models import Entry


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
