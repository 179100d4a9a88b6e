"""The left navigation and the frame."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import include, path

from apps.common.context import frame
from apps.common.navigation import ENTRIES, navigation


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


desk = ([path("", page, name="desk_detail"), path("search/", page, name="search")], "desk")
delivery = ([path("epics/", page, name="epic_list")], "delivery")
urlpatterns = [path("", include(desk)), path("", include(delivery))]

pytestmark = pytest.mark.urls(__name__)


def test_only_rooms_that_are_there_are_shown() -> None:
    assert [entry.label for entry in navigation("/")] == ["Desk", "Epics"]


@pytest.mark.parametrize(
    ("at", "current"),
    [("/", "Desk"), ("/epics/", "Epics"), ("/epics/E-12/sign-off/", "Epics"), ("/waivers/W-1/", "Epics")],
)
def test_where_one_is_is_marked(at: str, current: str) -> None:
    assert [entry.label for entry in navigation(at) if entry.current] == [current]


def test_shortcuts_are_told_apart() -> None:
    keys = [entry.keys for entry in ENTRIES]
    assert len(set(keys)) == len(keys)


def test_frame_needs_no_database_and_says_nothing_of_rooms_not_there() -> None:
    assert frame(RequestFactory().get("/"))["inbox_url"] == ""


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
def test_demo_data_is_said_on_every_page(demo: bool, shown: bool) -> None:
    with override_settings(PORTAL_DEMO=demo):
        html = render_to_string("base.html", {}, RequestFactory().get("/"))
    assert ("Demo data" in html) is shown


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "500", "503"])
def test_error_pages_need_no_request_and_say_that_nothing_was_lost(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert any(words in html for words in ("Nothing was", "nothing was", "not recorded"))
    assert "<h1" in html
