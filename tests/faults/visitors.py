"""People at their browsers: signed in, freshly confirmed, and each answer with how long it took."""

import http.client
import http.cookies
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as METHODS_OF,
)
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY as METHODS,
)
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from apps.organization.models import Person
from portal.up.browser import Form, Page, page_of

PATIENCE = 40.0  # seconds for an answer; the portal's own limits are below


@dataclass(frozen=True)
class Answer:
    """What came back; `status` is 0 where nothing did, `text` empty where it did not come whole."""

    status: int
    seconds: float
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def receipt(self) -> str:
        """The key of the receipt that it leads to, "" where it leads elsewhere."""
        path = urllib.parse.urlsplit(self.headers.get("location", "")).path
        return path.strip("/").rpartition("/")[2] if self.status == 302 and "/SIG-" in path else ""


class Visitor:
    """One person's browser at the portal on this port."""

    def __init__(self, port: int, person: Person) -> None:
        self.port, self.person = port, person
        self.cookies: dict[str, str] = {}
        self._session: Any = None
        self.confirm()

    def confirm(self) -> None:
        """Signed in, and confirmed just now: as the portal keeps it after a password. It holds for two minutes."""
        if self._session is None:
            self._session = import_module(settings.SESSION_ENGINE).SessionStore()
            self._session[SESSION_KEY] = str(self.person.pk)
            self._session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            self._session[HASH_SESSION_KEY] = self.person.get_session_auth_hash()
        record = {"method": "password", "at": time.time(), "reauthenticated": True}
        self._session[METHODS_OF], self._session[METHODS] = str(self.person.pk), [record]
        self._session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = self._session.session_key

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def page(self, path: str) -> Page:
        """A page that has to be there."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status, answer.text[:2000])
        return page_of(path, answer.status, answer.text)

    def form(self, path: str, *names: str) -> Form | None:
        """The form of that page with fields of these names; None where no page came."""
        answer = self.get(path)
        return form_of(answer, *names) if answer.status == 200 and answer.text else None

    def post(self, path: str, form: Form, values: Mapping[str, str]) -> Answer:
        """Send a form of that page with `values` over what it holds already."""
        return self._ask("POST", path, urllib.parse.urlencode({**form.fields, **values}))

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        begun = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        status, text, told = 0, "", {}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            # From here on it is answered, whatever becomes of the rest.
            status, told = answer.status, {name.lower(): value for name, value in answer.getheaders()}
            self._keep(answer.headers.get_all("Set-Cookie") or [])
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        return Answer(status, time.monotonic() - begun, text, told)

    def _keep(self, lines: Iterable[str]) -> None:
        for line in lines:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value


def form_of(answer: Answer, *names: str) -> Form:
    """The form with fields of these names."""
    found = page_of("", answer.status, answer.text).form(*names)
    assert found is not None, answer.text
    return found


def at_once(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each call returned, all begun at the same moment; what any raised is raised here."""
    calls = list(calls)
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = calls[number]()
        except BaseException as error:  # raised below
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number], daemon=True) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
