"""Every field that the site reads: of which route, what it is for, and a request that says something else in it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.forms.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory

from tests.rights import table
from tests.rights.asking import asked_by, body_of, form_of, request_to, send, undone
from tests.rights.routes import Row, path_of, routes
from tests.rights.world import World, everybody

SECONDS = 2.0
ADDRESSES = dict(routes())
# What the site adds to every form by itself.
_OWN = {"csrfmiddlewaretoken"}
# Texts that name something there is, or are read as something else; all others are people's words.
_NAMES = {
    "username",
    "key",
    "needs",
    "epic",
    "story",
    "zone",
    "login",
    "format",
    "q",
    "revision",
    "window",
    "link",
    "decision_key",
    "error_query",
    "error_label",
}


@dataclass
class Seen:
    """What a request made the site read: fields by name (None: a name that no form declares), and the forms."""

    fields: dict[str, forms.Field | None] = field(default_factory=dict)
    forms: set[type[BaseForm]] = field(default_factory=set)

    def words(self) -> dict[str, int]:
        """Names of the fields for people's words, and how many characters each may have."""
        return {
            name: one.max_length or 10_000
            for name, one in self.fields.items()
            if type(one) is forms.CharField
            and name not in _NAMES
            and not isinstance(one.widget, forms.HiddenInput | forms.PasswordInput)
        }


@contextmanager
def seen() -> Iterator[Seen]:
    """What is read meanwhile."""
    found = Seen()
    cleaned, usual = BaseForm.full_clean, {name: getattr(QueryDict, name) for name in ("get", "getlist", "__getitem__")}

    def noting_form(form: BaseForm) -> None:
        if form.is_bound:
            found.forms.add(type(form))
            found.fields.update({form.add_prefix(name): one for name, one in form.fields.items()})
        cleaned(form)

    def noting(method: str) -> Any:
        def read(query: QueryDict, key: str, *rest: Any) -> Any:
            if key and key not in _OWN:
                found.fields.setdefault(key, None)
            return usual[method](query, key, *rest)

        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseForm, "full_clean", noting_form)
        for name in usual:
            patch.setattr(QueryDict, name, noting(name))
        yield found


def rows(*methods: str) -> list[Row]:
    """The rows of the table of rights that somebody gets an answer to."""
    return [
        row
        for row, cells in table.read().items()
        if row.method in methods and row.thing != "restricted" and who(row, cells)
    ]


def who(row: Row, cells: table.Cells | None = None) -> str:
    """The name of the first who may, strangers first where they sign in; "" where nobody may."""
    told = cells or table.read()[row]
    names = ["anonymous", *everybody()] if row.route.startswith(("account_", "mfa_")) else everybody()
    return next((name for name in names if table.told_of(told, name) in ("ok", "done", "shows")), "")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    location: str
    is_page: bool


@dataclass
class Asking:
    """One row's request by somebody who may, to be said otherwise."""

    world: World
    row: Row
    path: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        self.name = self.name or who(self.row)
        self.path = self.path or path_of(asked_by(self.world, self.name, self.row), self.row, ADDRESSES[self.row.route])

    def form(self) -> Any:
        """What would do the act."""
        return form_of(asked_by(self.world, self.name, self.row), self.row)

    def request(self, changed: dict[str, Any], **headers: str) -> HttpRequest:
        """The request with other fields; to a GET they are its query."""
        form, headers = self.form(), {**self.world.headers(self.name), **headers}
        if self.row.method == "GET" or isinstance(form, bytes):
            path, _, query = self.path.partition("?")
            asked = {**QueryDict(query).dict(), **changed}
            return request_to(f"{path}?{_encoded(asked)}", self.row, form, headers)
        form = {**form, **changed}
        if any(isinstance(value, SimpleUploadedFile) for value in form.values()):
            form = {name: _without_halves(value) for name, value in form.items()}  # the client could not send them
            return request_to(self.path, self.row, form, headers)
        if self.row.is_api:
            return request_to(self.path, self.row, form, headers)
        factory = RequestFactory()
        factory.defaults.update(headers)
        return factory.generic(
            self.row.method, self.path, _encoded(form), content_type="application/x-www-form-urlencoded"
        )

    def answer(self, changed: dict[str, Any], **headers: str) -> Answer:
        """What comes of it, which stays; in time, and without an error of the server's."""
        return answer_to(self.request(changed, **headers), f"{self.row} {self.path} {str(changed)[:300]}")

    def undone(self, changed: dict[str, Any], **headers: str) -> Answer:
        """The same, taken back."""
        with undone():
            return self.answer(changed, **headers)


def answer_to(request: HttpRequest, told: str) -> Answer:
    """What the site answers; `told` says what it was asked, for who reads that it failed."""
    errors: list[str] = []

    def note(**_: Any) -> None:
        errors.append(repr(sys.exc_info()[1]))

    got_request_exception.connect(note)
    began = time.process_time()
    response = send(request)
    body = body_of(response)
    seconds = time.process_time() - began
    got_request_exception.disconnect(note)
    assert (response.status_code < 500, errors) == (True, []), f"{errors} {told}"
    assert seconds < SECONDS, f"{seconds:.1f} s {told}"
    is_page = str(response.headers.get("Content-Type", "")).startswith("text/html")
    return Answer(response.status_code, body, str(response.headers.get("Location", "")), is_page)


def _without_halves(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _encoded(form: dict[str, Any]) -> str:
    """As a form is sent, half characters as bytes that are not UTF-8."""
    pairs = [(name, one) for name, value in form.items() for one in (value if isinstance(value, list) else [value])]
    return "&".join("=".join(quote_plus(str(one), errors="surrogatepass") for one in pair) for pair in pairs)
