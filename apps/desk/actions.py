"""Writing the desk's rows.

None of this is an act of the log: that somebody was told follows from the log, and what they have read of it is their
own business.
"""

from django.db import transaction
from django.utils import timezone

from apps.audit import queries as audit
from apps.audit.models import Entry
from apps.desk.models import LogCursor, Notification
from apps.desk.telling import tell
from apps.organization.models import Person

FOLLOWER = "notifications"
BATCH = 500


def follow_log() -> int:
    """Tells people of the next entries of the log, at most BATCH. How many entries were read.

    Entries enter the log in the order of their index, so the cursor misses none. The cursor's row is locked, and a
    person is told once of an entry: two followers at once, or one that starts again, change nothing.
    """
    cursor, _ = LogCursor.objects.get_or_create(follower=FOLLOWER)
    if audit.head().size <= cursor.next_index:
        return 0
    return _follow_batch()


@transaction.atomic
def _follow_batch() -> int:
    cursor = LogCursor.objects.select_for_update().get(follower=FOLLOWER)
    entries = list(Entry.objects.filter(pk__gte=cursor.next_index).order_by("pk")[:BATCH])
    if not entries:  # another follower was faster
        return 0
    Notification.objects.bulk_create(tell(audit.readings(entries)), ignore_conflicts=True, batch_size=BATCH)
    cursor.next_index = entries[-1].pk + 1
    cursor.save(update_fields=["next_index"])
    return len(entries)


@transaction.atomic
def mark_read(*, person: Person, pk: int) -> None:
    """This person has read one notification; the first time counts."""
    Notification.objects.filter(person=person, pk=pk, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def mark_all_read(*, person: Person, newest: int) -> int:
    """This person has read all up to the one with the primary key `newest`. How many were unread."""
    unread = Notification.objects.filter(person=person, pk__lte=newest, read_at=None)
    return unread.update(read_at=timezone.now())
