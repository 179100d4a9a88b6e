"""The nightly walk over the log, and the one somebody asks for."""

from celery import shared_task

from apps.audit import actions


@shared_task(name="audit.verify_log")
def verify_log() -> None:
    """Verify the whole log and keep what was found, for its page."""
    actions.verify()
