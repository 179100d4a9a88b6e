"""Bringing the comparison of promises into the epic's column."""

from django.utils import timezone

from apps.audit.acts import act, nothing_changed, record
from apps.delivery import actions as delivery
from apps.delivery.actions import locks
from apps.signoff import queries


@act
def refresh_drift(*, epic_id: int) -> bool:
    """Sets or clears `Epic.drifted_at` by comparing the promise with the signed one. Whether it changed.

    A story's or NFR's change sets the column in its own transaction; this finds what comes by itself, such as a waiver
    that expires or a text that came back, and is called by the acts that move a promise from this room.
    """
    epic = locks.lock_epics([epic_id])[epic_id]
    now = timezone.now()
    drifted = bool(epic.signed_promise) and queries.current_promise(epic, at=now) != epic.signed_promise
    if drifted == bool(epic.drifted_at):
        nothing_changed()
        return False
    delivery.record_epic_drift(epic=epic, drifted_at=now if drifted else None)
    record(
        "epic.drifted" if drifted else "epic.restored",
        subject=epic.key,
        title=epic.title,
        digest=queries.current_promise(epic, at=now),
        previous=epic.signed_promise,
        by=None,
        sentence="{subject} “{title}” no longer is what was signed"
        if drifted
        else "{subject} “{title}” is again what was signed",
    )
    return True
