"""Background work of this room: thin, idempotent, found again by a sweep."""

from celery import shared_task
from django.utils import timezone

from apps.common.ringing import ring
from apps.integrations import actions, queries


@shared_task(name="integrations.fetch_source")
def fetch_source(name: str) -> None:
    """Fetch what is due of one source."""
    actions.fetch_source(name)


@shared_task(name="integrations.sweep_measurements")
def sweep_measurements() -> None:
    """Each source of which something is due has a task of its own: a slow one waits for itself alone."""
    for name in queries.due_sources(timezone.now()):
        ring("integrations.fetch_source", name)


@shared_task(name="integrations.count_own_requests")
def count_own_requests() -> None:
    """What the portal answered in the five minutes that just ended."""
    actions.count_own_requests()
