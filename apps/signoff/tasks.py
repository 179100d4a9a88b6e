"""Background work of sign-off."""

from celery import shared_task

from apps.signoff.actions import refresh_drift
from apps.signoff.queries import accepted_epic_ids


@shared_task(name="signoff.sweep_promises")
def sweep_promises() -> int:
    """Compares every signed epic's promise with how things stand; how many columns changed. Every 30 s, idempotent."""
    return sum(refresh_drift(epic_id=pk) for pk in accepted_epic_ids())
