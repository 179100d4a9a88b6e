"""The beat, a task that does nothing but show that scheduler, broker and worker are there; and housekeeping."""

import logging

from celery import shared_task

from apps.common import health
from apps.common.tidying import tidy_all

logger = logging.getLogger(__name__)


@shared_task(name="common.beat")
def beat() -> None:
    """Note the instant at the broker, for /readyz."""
    health.record_beat()


@shared_task(name="common.housekeeping")
def housekeeping() -> None:
    """Remove what nobody needs any more. Daily, idempotent."""
    for one in tidy_all(dry_run=False):
        if one.count:
            logger.warning("removed %d %s", one.count, one.what)
