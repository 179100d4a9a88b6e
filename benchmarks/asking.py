"""Requests as a web worker gets them: the whole portal in this process, without a network."""

import gc
from collections.abc import Callable, Iterable
from importlib import import_module
from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext

from apps.organization.models import Person


class Browser:
    """Somebody who is signed in, and asks for one address after the other."""

    def __init__(self, person: Person) -> None:
        self._answer = WSGIHandler()
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session.save()
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"
        # A page's form brings a cookie of its own; a browser that has been here has it.
        self.ask("/epics/")
        # As a worker of the web does once it has started.
        gc.collect()
        gc.freeze()

    def ask(self, address: str) -> bytes:
        """What is answered, whole. Raises RuntimeError for anything but 200."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_COOKIE": self._cookie,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.errors": BytesIO(),
        }
        said: list[Any] = []

        def start(line: str, headers: list[tuple[str, str]], *args: Any) -> Callable[[bytes], object]:
            said.extend((line, headers))
            return lambda written: None

        answered = self._answer(environ, start)
        body = b"".join(cast(Iterable[bytes], answered))
        answered.close()
        line, headers = said
        if line != "200 OK":
            raise RuntimeError(f"{address} is answered with {line}")
        for name, value in headers:
            if name == "Set-Cookie" and value.startswith(settings.CSRF_COOKIE_NAME):
                self._cookie += "; " + value.partition(";")[0]
        return body

    def queries(self, address: str) -> int:
        """How many queries this address takes."""
        with CaptureQueriesContext(connection) as asked:
            self.ask(address)
        return len(asked)


def times(count: int, work: Callable[[], object]) -> Callable[[], None]:
    """`work`, so many times."""

    def many() -> None:
        for _ in range(count):
            work()

    return many
