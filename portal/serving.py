"""How gunicorn serves the web: `gunicorn --config python:portal.serving`."""

import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

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
COUNTS = Path(settings.VAR) / "run" / "counts"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(COUNTS)


def on_starting(server: Any) -> None:
    """Counters begin at zero with the web, not with each of its processes."""
    shutil.rmtree(COUNTS, ignore_errors=True)
    COUNTS.mkdir(mode=0o700, parents=True)
