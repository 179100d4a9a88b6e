"""Page or partial: one URL, one markup, never the wrong one out of a cache."""

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from apps.common.page import page_or_partial

pytestmark = pytest.mark.urls("apps.common.urls")

HTMX = {"HX-Request": "true"}
PAGE, PARTIAL = "404.html", "errors/_error.html"


def answer(headers: dict[str, str], status: int = 200, said: str = "") -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        if said:
            messages.success(request, said)
        return page_or_partial(request, PAGE, PARTIAL, {"title": "Here", "tone": "info", "state": "x"}, status)

    return HtmxMiddleware(view)(RequestFactory().get("/", headers=headers))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Boosted": "true"}, True),
    ],
)
def test_whole_page_unless_htmx_asks_for_a_part(headers: dict[str, str], whole: bool) -> None:
    response = answer(headers)
    assert (b"<!doctype html>" in response.content) is whole
    assert "HX-Request" in response["Vary"]


def test_status_is_kept() -> None:
    assert answer(HTMX, 409).status_code == 409


def test_messages_ride_along_with_a_part() -> None:
    part = answer(HTMX, said="E-1 <signed>").content.decode()
    assert 'hx-swap-oob="beforeend:#toasts"' in part
    assert "E-1 &lt;signed&gt;" in part
    assert "hx-swap-oob" not in answer({}, said="E-1 signed").content.decode()
    assert "hx-swap-oob" not in answer(HTMX).content.decode()
