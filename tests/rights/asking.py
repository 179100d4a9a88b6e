"""A route asked by somebody: what is answered, and what is left written."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.test import RequestFactory

from tests.rights.bodies import FORMS, Asked, report
from tests.rights.routes import Row, path_of
from tests.rights.world import HUSHED, RELATIONS, SHORT, World

_WRITE = re.compile(r'\s*(INSERT|UPDATE|DELETE)\s+(?:OR IGNORE\s+)?(?:INTO\s+|FROM\s+)?"?(\w+)"?', re.IGNORECASE)
_A_KEY = re.compile(r"(?<![\w-])[A-Z]+-\d+(?![\w-])")
_POINT = re.compile(r'\s*(SAVEPOINT|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT)\s+"?(\w+)"?', re.IGNORECASE)
# Written in passing: sessions, the sign-in package's copies of mail addresses, and when a token was last used.
NO_ACT = {"django_session", "account_emailaddress"}
_TOKEN_USED = 'UPDATE "organization_token" SET "last_used_at"'
# Who may read nothing of what is restricted.
BLIND = {"member", "service", "anonymous", *(f"{at} {role}" for at in RELATIONS[2:] for role in SHORT.values())}


class Written:
    """Which tables were written to, without what was rolled back to a savepoint."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self._points: list[tuple[str, int]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if point := _POINT.match(sql):
            self._at_point(point[1].upper(), point[2])
        elif (write := _WRITE.match(sql)) and not sql.startswith(_TOKEN_USED):
            if write[1].upper() == "INSERT" or context["cursor"].rowcount != 0:
                self.tables.append(write[2])
        return result

    def _at_point(self, word: str, name: str) -> None:
        if word == "SAVEPOINT":
            self._points.append((name, len(self.tables)))
        elif word == "ROLLBACK TO SAVEPOINT":
            del self.tables[dict(self._points)[name] :]


@contextmanager
def undone() -> Iterator[Written]:
    """Whatever is written inside is told of, and taken back at the end."""
    cache.clear()  # requests are counted there
    with transaction.atomic():
        written = Written()
        with connection.execute_wrapper(written):
            yield written
        transaction.set_rollback(True)


class _Site(BaseHandler):
    """The whole site without a server, its middleware loaded once: a client of Django's loads it anew for each."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()


_SITES: list[_Site] = []


def form_of(asked: Asked, row: Row) -> Any:
    """What is sent: fields by name, or the bytes of a report."""
    if row.method == "GET":
        return {}
    if row.route == "specs-api:run_create":
        return report(asked.kit)
    form = FORMS.get(row.form, {})
    return form(asked) if callable(form) else form


def request_to(path: str, row: Row, form: Any, headers: dict[str, str]) -> HttpRequest:
    """The request as a browser or a program would send it."""
    factory = RequestFactory()
    factory.defaults.update(headers)
    if row.method == "GET":
        return factory.get(path)
    if isinstance(form, bytes):
        return factory.generic(row.method, path, form, content_type="application/octet-stream")
    is_file = any(isinstance(value, SimpleUploadedFile) for value in form.values())
    if row.is_api and not is_file:
        return factory.generic(row.method, path, json.dumps(form), content_type="application/json")
    return factory.post(path, form) if row.method == "POST" else factory.generic(row.method, path)


def request_of(asked: Asked, row: Row, address: str) -> HttpRequest:
    """The row's request in the name of who asks: what is sent would do the act."""
    path = path_of(asked, row, address)
    return request_to(path, row, form_of(asked, row), asked.world.headers(asked.name))


def send(request: HttpRequest, *, checks_csrf: bool = False) -> HttpResponseBase:
    """The site's answer."""
    if not _SITES:
        _SITES.append(_Site())
    request._dont_enforce_csrf_checks = not checks_csrf  # type: ignore[attr-defined]
    return _SITES[0].get_response(request)


def body_of(response: HttpResponseBase) -> bytes:
    """The body; of an archive, all its files."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as files:
            body = b"".join(name.encode() + files.read(name) for name in files.namelist())
    return bytes(body)


def outcome(asked: Asked, row: Row, response: HttpResponseBase, written: Written) -> str:
    """What became of a request, in a word of the table.

    `ok`; `shows` for an answer to a GET that tells of what is restricted; `done` for an act that was not refused and
    wrote nothing; `login` or `confirm` where it leads there; else the status. A refusal that wrote, a GET that wrote,
    and an answer that tells of what is restricted to somebody who may not read it say so.
    """
    location = str(response.headers.get("Location", ""))
    tables = sorted(set(written.tables) - NO_ACT)
    refused = response.status_code >= 400
    word = str(response.status_code) if refused else "ok"
    shows = _tells(asked, row, body_of(response).decode("utf-8", "replace"))
    if location.startswith("/accounts/login/"):
        word, refused = "login", True
    elif "reauthenticate" in location and "next=" in location:
        word, refused = "confirm", True
    elif not refused and row.method == "GET":
        word = "shows" if shows else "ok"
    elif not refused and not tables:
        word = "done"
    if (refused or row.method == "GET") and tables:
        word += f" but wrote {' '.join(tables)}"
    if shows and row.method != "GET" and asked.name in BLIND:
        word += " but shows"
    return word


def _tells(asked: Asked, row: Row, body: str) -> bool:
    """Whether an answer tells of what is restricted: by a word, and where nobody may know of it, by any of its keys."""
    if "feature_import" in row.route:
        body = body.replace(asked.kit.initiative.title, "")  # the form shows it again
    if HUSHED in body:
        return True
    if asked.name not in BLIND or row.thing == "restricted":
        return False
    return not asked.world.hidden_keys.isdisjoint(_A_KEY.findall(body))


def asked_by(world: World, name: str, row: Row) -> Asked:
    """Somebody asks of the things that the row is about."""
    return Asked(world, world.kits[row.thing or "open"], name)


def ask(world: World, name: str, row: Row, address: str) -> str:
    """The outcome of one request by one of the world's people."""
    asked = asked_by(world, name, row)
    request = request_of(asked, row, address)
    with undone() as written:
        return outcome(asked, row, send(request), written)
