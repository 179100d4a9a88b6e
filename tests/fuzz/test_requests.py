"""What stands around a form: headers, cookies, kinds of bodies, doors that open once. Never an error by the server."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import RequestFactory

from apps.organization import actions as organization
from apps.organization.invitations import password_link
from tests.cast import PASSWORD, Cast, in_days
from tests.fuzz.fields import Answer, answer_to
from tests.fuzz.test_text_fields import FAR, HALF, HUGE, LINES, MARK, NUL, TURNED

pytestmark = pytest.mark.django_db

HOSTILE = (NUL, MARK, HUGE, TURNED, LINES, "", *FAR)
# As a server passes headers on: bytes as characters.
ODD = ("\x00", "\xff\xfe", "\\000" * 20, '"', "a" * 100_000, "\x7f;=,", "[", "http://[", "\xd9\xa3")
HEADERS = """
ACCEPT ACCEPT_LANGUAGE AUTHORIZATION COOKIE HOST HX_CURRENT_URL HX_REQUEST HX_TARGET HX_TRIGGER IDEMPOTENCY_KEY
IF_MODIFIED_SINCE IF_NONE_MATCH ORIGIN RANGE REFERER USER_AGENT X_CSRFTOKEN X_FORWARDED_FOR X_FORWARDED_HOST
X_FORWARDED_PROTO X_REQUEST_ID
""".split()
COOKIES = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages", "a")
TYPES = (
    *("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="\xff"'),
    *("application/x-www-form-urlencoded; charset=utf-16", "application/json; charset=nonsense", "text/xml", "a/b;c"),
    "",
)
BODIES = (b"", b"\0", b"\xff" * 1_000, b"[" * 10_000, b"--a\r\n", b"a=%ff&a=%00", b"&" * 2_000, b'{"title":"\\ud800"}')
PATHS = ("/accounts/login/", "/epics/", "/api/v1/epics/", "/api/v1/runs/", "/healthz", "/nowhere/")


@pytest.fixture
def token(cast: Cast) -> str:
    account = organization.add_service_account(username="ci", name="CI", by=cast.adam)
    return organization.create_token(person=account, name="ci", expires_on=in_days(30), by=cast.adam)[1]


def ask(method: str, path: str, body: bytes = b"", type: str = "", **extra: Any) -> Answer:
    request: HttpRequest = RequestFactory().generic(method, path, body, content_type=type, **extra)
    return answer_to(request, f"{method} {path} {type} {body[:60]!r} {str(extra)[:200]}")


@pytest.mark.parametrize("header", HEADERS)
def test_odd_headers(token: str, header: str) -> None:
    for odd in ODD:
        for path in ("/epics/", "/api/v1/epics/"):
            headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}", f"HTTP_{header}": odd}
            ask("GET", path, **headers)


@pytest.mark.parametrize("cookie", COOKIES)
def test_odd_cookies(cookie: str) -> None:
    for odd in (*ODD, '"abcdefgh\\000"', "abcdefgh\x00", '"\\377\\376abcdefgh"'):
        for method in ("GET", "POST"):
            ask(method, "/accounts/login/", HTTP_COOKIE=f"{cookie}={odd}")


@pytest.mark.parametrize("odd", ["-1", "9" * 30, "9" * 5_000, "²", "x"])
def test_odd_lengths(token: str, odd: str) -> None:
    ask("POST", "/api/v1/runs/", b"[]", HTTP_AUTHORIZATION=f"Bearer {token}", CONTENT_LENGTH=odd)


@pytest.mark.parametrize("type", TYPES, ids=range(len(TYPES)))
def test_odd_bodies(token: str, type: str) -> None:
    for body in BODIES:
        for path in PATHS:
            ask("POST", path, body, type, HTTP_AUTHORIZATION=f"Bearer {token}")


def test_odd_names_of_files(token: str) -> None:
    for name in ("a\\x00b.feature", "../../x.zip", "a" * 5_000 + ".zip", "%00.zip", "=1+1.json", "\u202egpj.zip"):
        body = f'--a\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n[]\r\n--a--\r\n'.encode()
        ask("POST", "/api/v1/runs/", body, "multipart/form-data; boundary=a", HTTP_AUTHORIZATION=f"Bearer {token}")


def test_bodies_of_json_may_hold_anything(token: str) -> None:
    values: list[Any] = [*HOSTILE, HALF, 10**30, 1e300, True, None, [], {}, [[]], {"a": {}}, [MARK] * 1_000]
    for wrong in values:
        for body in ({"title": wrong, "initiative": "I-1"}, wrong, {str(wrong)[:200]: 1}):
            answer = ask("POST", "/api/v1/epics/", json.dumps(body).encode(), "application/json",
                         HTTP_AUTHORIZATION=f"Bearer {token}")  # fmt: skip
            assert answer.status in (400, 403, 413)


def test_the_first_page_of_an_installation() -> None:
    good = {"organization": "Acme", "name": "A", "username": "a", "password": PASSWORD, "again": PASSWORD, "key": ""}
    for name in (*good, "email"):
        for wrong in HOSTILE:
            with_wrong = {**good, name: wrong}
            request = RequestFactory().post("/first-run/", with_wrong, SERVER_NAME="localhost")
            answer = answer_to(request, f"first run {name} {wrong[:50]!r}")
            assert b"<fuzz-mark" not in answer.body


def test_the_page_behind_a_link_for_a_password(cast: Cast) -> None:
    path = password_link(cast.maria, "")
    for name in ("password1", "password2"):
        for wrong in HOSTILE:
            request = RequestFactory().post(path, {"password1": PASSWORD, "password2": PASSWORD, name: wrong})
            assert b"<fuzz-mark" not in answer_to(request, f"{name} {wrong[:50]!r}").body
