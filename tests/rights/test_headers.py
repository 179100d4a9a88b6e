"""What every answer says to browsers, whatever it is: page, error, file, the API's, a health check's."""

from collections.abc import Mapping

import pytest
from django.conf import settings
from django.http import HttpResponseBase

from tests.common.test_guards import POLICY
from tests.rights.asking import asked_by, request_of, request_to, send, undone
from tests.rights.routes import Row, routes, rows_of
from tests.rights.world import World

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": settings.PERMISSIONS_POLICY,
}
# The same for everybody.
IMPERSONAL = {"common:healthz", "common:readyz", "api_schema", "metrics"}
ROWS = [(row, address) for name, address in routes() for row in rows_of(name, address, "GET")]
ERRORS = [
    ("administrator", "/nowhere/", 404),
    ("anonymous", "/accounts/signup/", 404),
    ("member", "/people/new/", 403),
    ("member", "/epics/E-999/", 404),
    ("anonymous", "/epics/", 302),
    ("administrator", "/api/v1/nowhere/", 404),
    ("anonymous", "/api/v1/", 401),
    ("member", "/api/v1/epics/?odd=1", 400),
    ("member", "/audit/verify/", 403),
    ("anonymous", "/static/css/portal.css", 200),
    ("anonymous", "/static/nowhere.css", 404),
    ("anonymous", "/healthz/", 404),
]


def see(response: HttpResponseBase, *, is_static: bool = False) -> None:
    headers: Mapping[str, str] = response.headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    # A style in a frame is nothing to click on, and the policy forbids the frame.
    exact = {name: value for name, value in EXACT.items() if not (is_static and name == "X-Frame-Options")}
    assert {name: headers.get(name) for name in exact} == exact
    for cookie in response.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", ""), cookie


def varies_by(response: HttpResponseBase) -> set[str]:
    return {name.strip().lower() for name in response.headers.get("Vary", "").split(",")}


@pytest.mark.parametrize(("row", "address"), ROWS, ids=lambda one: str(one))
def test_every_route(world: World, row: Row, address: str) -> None:
    for name in ("administrator", "anonymous"):
        with undone():
            response = send(request_of(asked_by(world, name, row), row, address))
        see(response)
        if name == "administrator" and response.status_code == 200:
            # What depends on who asks is kept for nobody else.
            assert "cookie" in varies_by(response) or row.route in IMPERSONAL, row
            assert "public" not in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize(("name", "path", "status"), ERRORS, ids=str)
def test_errors_and_files(world: World, name: str, path: str, status: int) -> None:
    with undone():
        response = send(request_to(path, Row("", "GET"), {}, world.headers(name)))
    assert response.status_code == status
    see(response, is_static=path.startswith("/static/") and status == 200)


def test_a_mistake_of_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError

    monkeypatch.setattr("apps.delivery.queries.filtered_epics", fail)
    for path in ("/epics/", "/api/v1/epics/"):
        with undone():
            response = send(request_to(path, Row("", "GET"), {}, world.headers("administrator")))
        assert response.status_code == 500
        see(response)


def test_lists_that_come_whole_or_in_part_say_so_to_caches(world: World) -> None:
    for path in ("/epics/", "/stories/", "/runs/", "/people/", "/audit/", "/inbox/"):
        with undone():
            response = send(request_to(path, Row("", "GET"), {}, world.headers("administrator")))
        assert {"hx-request", "cookie"} <= varies_by(response), path
