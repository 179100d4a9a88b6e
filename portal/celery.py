"""The Celery application; its settings stand in `portal.settings` under CELERY_."""

import logging
import logging.config
import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_embedded_init, beat_init, setup_logging, task_prerun, worker_ready
from django.conf import settings

from portal import broker_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

broker_transport.use()
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(loglevel: int, **kwargs: Any) -> None:
    """Celery leaves the log alone; `--loglevel` is for its own lines."""
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger("celery").setLevel(loglevel)


@task_prerun.connect
def name_the_request(task: Any, task_id: str, **kwargs: Any) -> None:
    """Every line of a task carries the id of the request that rang for it."""
    told = {"request_id": task.request.get("request_id") or "", "task": task.name, "task_id": task_id}
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**{name: value for name, value in told.items() if value})


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
