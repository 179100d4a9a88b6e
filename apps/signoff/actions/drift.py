"""Bringing the comparison of promises into the epic's column."""

from django.utils import timezone

from apps.audit.acts import act, nothing_changed, record
from apps.delivery import actions as delivery
from apps.delivery.actions import locks
from apps.signoff import queries


@act
def refresh_drift(*, epic_id: int) -> bool:
    """Sets or clears `Epic.drifted_at`: the promise is not the signed one, or a story was rejected. Whether it changed.

    A story's or NFR's change sets the column in its own transaction; this finds what comes by itself, such as a waiver
    that expires or a text that came back, and is called by the acts of this room that move a promise or its ground.
    """
    epic = locks.lock_epics([epic_id])[epic_id]
    now = timezone.now()
    promise = queries.current_promise(epic, at=now)
    rejected = [story.key for story in queries.rejected_since(epic)]
    drifted = bool(epic.signed_promise) and (promise != epic.signed_promise or bool(rejected))
    if drifted == bool(epic.drifted_at):
        nothing_changed()
        return False
    delivery.record_epic_drift(epic=epic, drifted_at=now if drifted else None)
    if not drifted:
        sentence = "{subject} “{title}” is again what was signed"
    elif rejected:
        sentence = "{subject} “{title}” no longer is what was signed: {rejected} was rejected since"
    else:
        sentence = "{subject} “{title}” no longer is what was signed"
    record(
        "epic.drifted" if drifted else "epic.restored",
        subject=epic.key,
        title=epic.title,
        digest=promise,
        previous=epic.signed_promise,
        by=None,
        about=rejected,
        facts={"rejected": rejected} if rejected else {},
        sentence=sentence,
    )
    return True
