"""Background work of this room: thin, idempotent, found again by a sweep."""

from celery import shared_task

from apps.reliability import actions


@shared_task(name="reliability.refresh_sli")
def refresh_sli(pk: int) -> None:
    """Counts of one SLI came, or an SLO on it changed."""
    actions.refresh_slos(slis=[pk])


@shared_task(name="reliability.refresh_slos")
def refresh_slos() -> None:
    """Windows slide, whether counts come or not."""
    actions.refresh_slos()
