"""The beat: a task that does nothing but show that scheduler, broker and worker are there."""

from celery import shared_task

from apps.common import health


@shared_task(name="common.beat")
def beat() -> None:
    """Note the instant at the broker, for /readyz."""
    health.record_beat()
