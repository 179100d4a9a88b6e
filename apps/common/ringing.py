"""The doorbell: background work is rung for after the commit, by the task's name.

The database says what is due; a lost ring only delays, since sweeps find what was missed.
"""

import logging
import time

from celery import current_app
from django.db import transaction

from apps.common.request_lines import running_id

logger = logging.getLogger(__name__)

# Seconds. A broker that is there and says nothing keeps whoever rings waiting: once, and then nobody for a while.
SLOW = 1.0
QUIET_FOR = 10.0
_quiet_until = 0.0


def ring(task: str, *args: object) -> None:
    """Ask a worker, once the transaction is committed, to run the task of this name. Never raises."""

    # With the id of the request that rings, so that both are found by it in the log.
    headers = {"request_id": running_id(), "rung_at": time.time()}

    def send() -> None:
        begun = time.monotonic()
        if begun < _quiet_until:
            return
        try:
            current_app.send_task(task, args=args, headers=headers, retry=False)
        except Exception:  # the broker may be away: the sweep will find the work
            logger.warning("ring for %s was not heard; the sweep will find the work", task)
            _be_quiet_after(time.monotonic() - begun)

    transaction.on_commit(send, robust=True)


def _be_quiet_after(seconds: float) -> None:
    global _quiet_until
    if seconds > SLOW:
        _quiet_until = time.monotonic() + QUIET_FOR
