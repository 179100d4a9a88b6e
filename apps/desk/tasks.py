"""Background work of the desk."""

from celery import shared_task

from apps.desk import actions


@shared_task(name="desk.follow_log")
def follow_log() -> int:
    """Tell people what the log holds of their concern. How many entries were read. Every 10 s, idempotent."""
    total = 0
    while read := actions.follow_log():
        total += read
        if read < actions.BATCH:
            break
    return total
