"""What a person was told."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.audit import queries as audit
from apps.audit.models import Entry, EntryAbout
from apps.audit.sentences import Line
from apps.desk.models import Notification
from apps.organization import queries as organization
from apps.organization.models import Person

# The frame shows "99+" from here on, and nobody counts further.
MOST_COUNTED = 100


@dataclass(frozen=True)
class InboxLine:
    """A notification with the log's own line, read anew so that an erased value is erased here too."""

    notification: Notification
    line: Line | None


def inbox(person: Person, *, unread: bool = False, before: int | None = None) -> QuerySet[Notification]:
    """What the person was told, the latest first; only the unread, only what is older than a primary key.

    Of an initiative that is hidden from them by now they find nothing any more.
    """
    found = Notification.objects.filter(person=person).order_by("-pk")
    if keys := organization.hidden_keys(person):
        found = found.exclude(entry_index__in=EntryAbout.objects.filter(key__in=keys).values("entry_id"))
    if unread:
        found = found.filter(read_at=None)
    return found if before is None else found.filter(pk__lt=before)


def inbox_lines(rows: Sequence[Notification]) -> list[InboxLine]:
    """Two queries for all rows."""
    entries = Entry.objects.filter(pk__in={row.entry_index for row in rows})
    lines = {reading.line.index: reading.line for reading in audit.readings(entries)}
    return [InboxLine(row, lines.get(row.entry_index)) for row in rows]


def unread_count(person: Person) -> int:
    """How many are unread, counted up to MOST_COUNTED."""
    return inbox(person, unread=True)[:MOST_COUNTED].count()
