"""The Celery application; its settings stand in `portal.settings` under CELERY_."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
@beat_embedded_init.connect
def ring_at_once(sender: Any, **kwargs: Any) -> None:
    """Ring the beat when the scheduler starts: its own first ring comes ten seconds later."""
    app.send_task("common.beat")


@worker_ready.connect
def try_the_sandbox(sender: Any, **kwargs: Any) -> None:
    """A worker of suites says at its start whether they can run on its machine, before anybody asks for one."""
    if "suites" in app.amqp.queues.consume_from:
        app.tasks["specs.try_sandbox"]()
