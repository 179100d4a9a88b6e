"""How gunicorn serves the web: `gunicorn --config python:portal.serving`."""

import gc
import os
from typing import Any

from django.conf import settings

from apps.common import web_counts

wsgi_app = "portal.wsgi:application"
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = 8
timeout = 60
graceful_timeout = 5
control_socket_disable = True
worker_tmp_dir = str(settings.VAR / "run")
logconfig_dict = settings.LOGGING

# The package reads it when it is imported: each process of the web then counts in a file of its own.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.WEB_COUNTS)


def on_starting(server: Any) -> None:
    """Counters begin at zero with the web, not with each of its processes."""
    web_counts.begin(settings.WEB_COUNTS)


def post_worker_init(worker: Any) -> None:
    """What was loaded stays: a collection that walked through it would hold a page up by a tenth of a second."""
    gc.collect()
    gc.freeze()


def on_exit(server: Any) -> None:
    """From here on no request is answered, and none is missing."""
    web_counts.end(settings.WEB_COUNTS)
