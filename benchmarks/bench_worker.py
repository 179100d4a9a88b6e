"""B14: what a web worker takes to start and to hold, beside a project of Django's own that has nothing in it.

Each starts as a process of its own, loads its WSGI application, answers one request, and says how long that took and
how much memory it has.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from django.conf import settings

from benchmarks.measure import Figure, Size

_START = """
import io, json, sys, time
began = time.perf_counter()
{load}
loaded = time.perf_counter() - began
environ = {{"REQUEST_METHOD": "GET", "PATH_INFO": "{path}", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
           "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO(),
           "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"}}
said = []
b"".join(application(environ, lambda line, headers: said.append(line)))
import psutil
memory = psutil.Process().memory_info().rss
print(json.dumps([said[0], loaded, memory, sorted(name for name in sys.modules if name == "plotly")]))
"""
_PORTAL = "from portal.wsgi import application"
# As startproject makes it, without the admin's pages.
_BARE = """
from django.conf import settings
settings.configure(
    ALLOWED_HOSTS=["localhost"], ROOT_URLCONF="__main__", SECRET_KEY="x",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib." + name for name in
                    ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("healthz", lambda request: HttpResponse("ok"))]
"""


def figures(folder: Path, *, rounds: int) -> list[Figure]:
    """Time and memory. Raises RuntimeError where a worker does not answer, or has loaded plotly."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(rounds + 1):
        taken["portal"].append(_start(_PORTAL, "/healthz", folder))
        taken["bare"].append(_start(_BARE, "/healthz", folder))
    # The first of each brought its files into memory.
    ours, bare = (tuple(zip(*taken[name][1:], strict=True)) for name in ("portal", "bare"))
    beside, goal = "a bare django.setup()", "at most 4x"
    return [
        Figure("B14", "A web worker's start", beside, goal, 4, (Size("one worker", 1, ours[0], bare[0]),)),
        Figure("B14", "A web worker's memory", beside, goal, 4, (Size("one worker", 1, ours[1], bare[1]),)),
    ]


def _start(load: str, path: str, folder: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _START.format(load=load, path=path)],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "PORTAL_VAR": str(folder), "PORTAL_SECRET_KEY": "x"},
        check=True,
        capture_output=True,
        text=True,
    )
    status, seconds, memory, unwanted = json.loads(done.stdout)
    if status != "200 OK" or unwanted:
        raise RuntimeError(f"the worker answered {status} and has loaded {unwanted}")
    return seconds, memory
