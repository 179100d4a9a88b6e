"""The doorbell: background work is rung for after the commit, by the task's name.

The database says what is due; a lost ring only delays, since sweeps find what was missed.
"""

import logging
import time

from celery import current_app
from django.db import transaction

from apps.common.request_lines import running_id

logger = logging.getLogger(__name__)


def ring(task: str, *args: object) -> None:
    """Ask a worker, once the transaction is committed, to run the task of this name. Never raises."""

    # With the id of the request that rings, so that both are found by it in the log.
    headers = {"request_id": running_id(), "rung_at": time.time()}

    def send() -> None:
        try:
            current_app.send_task(task, args=args, headers=headers, retry=False)
        except Exception:  # the broker may be away: the sweep will find the work
            logger.warning("ring for %s was not heard; the sweep will find the work", task)

    transaction.on_commit(send, robust=True)
