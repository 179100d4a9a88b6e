"""Each request has an id and leaves one line, without personal data; the id goes wherever its traces go."""

import json
import logging
import re
from typing import Any

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from apps.common.access import public
from apps.common.request_lines import running_id
from portal.logs import logging_config, readable
from portal.urls import handler500  # noqa: F401, Django reads them here
from portal.urls import urlpatterns as portal_urls
from tests.cast import Cast, signed_in


@public
def break_down(request: HttpRequest) -> HttpResponse:
    logging.getLogger("apps.somewhere").warning("about to break")
    raise KeyError("broken")


urlpatterns = [path("breaks/", break_down), path("api/v1/breaks/", break_down), *portal_urls]
pytestmark = pytest.mark.urls(__name__)


class Kept(logging.Handler):
    """The lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        config = logging_config(style="json", level="WARNING")["formatters"]["ours"]
        told = {name: value for name, value in config.items() if name != "()"}
        self.setFormatter(structlog.stdlib.ProcessorFormatter(**told))
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == "triad.requests"]


@pytest.fixture
def kept() -> Any:
    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_one_line_a_request_with_what_an_operator_asks_for(cast: Cast, kept: Kept) -> None:
    answer = signed_in(cast.maria).get("/epics/?q=secret", headers={"X-Request-ID": "from-the-proxy-1"})
    (line,) = kept.requests
    assert answer["X-Request-ID"] == line["request_id"] == "from-the-proxy-1"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/epics/", 200)
    assert line["person"] == cast.maria.key
    assert isinstance(line["ms"], int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["timestamp"])


@pytest.mark.parametrize("sent", ["", "short", "with space inside", "x" * 65, "line\nbreak-forged", "ümlaut-umlaut"])
def test_an_id_that_is_not_well_formed_is_not_taken_over(client: Client, sent: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": sent})
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])


def test_acts_stand_in_the_line_of_their_request(cast: Cast, kept: Kept) -> None:
    cast.seat(cast.vera, "TECHNICAL_PRODUCT_MANAGER", cast.organization)  # type: ignore[arg-type]
    signed_in(cast.vera).post("/initiatives/new/", {"title": "More", "purpose": ""})
    (line,) = kept.requests
    assert line["acts"] == ["initiative.created"]


def test_no_name_and_no_secret_stands_in_a_line(cast: Cast, kept: Kept) -> None:
    browser = signed_in(cast.adam)
    browser.get("/people/maria/")
    browser.get("/accounts/password/reset/key/1-cabc12-deadbeefdeadbeef/")
    browser.get("/wrong/accounts/password/reset/key/1-cabc12-deadbeefdeadbeef/")
    browser.get("/epics/E-12/")
    browser.post("/accounts/login/", {"login": "maria", "password": "hunter2hunter2"})
    written = json.dumps(kept.lines, ensure_ascii=False)
    for word in ("maria", "deadbeef", "hunter2", "Keller"):
        assert word not in written
    assert [line["path"] for line in kept.requests[:4]] == [
        "/people/…/",
        "/accounts/password/reset/key/1-…/",
        "/wrong/accounts",
        "/epics/E-12/",
    ]


def test_probes_and_static_files_leave_no_line(client: Client, kept: Kept) -> None:
    client.get("/healthz")
    client.get("/static/css/base.css")
    assert kept.requests == []


def test_what_broke_is_found_by_the_id_that_its_page_shows(client: Client, kept: Kept) -> None:
    client.raise_request_exception = False
    answer = client.get("/breaks/")
    assert answer.status_code == 500
    number = answer["X-Request-ID"]
    assert number in answer.content.decode()
    lines = [line for line in kept.lines if line.get("request_id") == number]
    assert {line["logger"] for line in lines} == {"apps.somewhere", "django.request", "triad.requests"}
    (trace,) = [line["exception"] for line in lines if line["logger"] == "django.request"]
    assert "KeyError: 'broken'" in trace
    assert client.get("/api/v1/breaks/").json()["request_id"] != number
    assert running_id() != number


def test_an_unknown_page_has_it_in_its_header_alone(client: Client) -> None:
    # So that one that is hidden is like it, to the byte.
    answer = client.get("/nowhere/")
    assert answer["X-Request-ID"] not in answer.content.decode()


def test_styles_are_two_and_people_read_both() -> None:
    with pytest.raises(ValueError, match="neither json nor line"):
        logging_config(style="xml", level="WARNING")
    told = {
        "timestamp": "2026-01-01T00:00:00Z",
        "level": "error",
        "logger": "a",
        "event": "broke",
        "exception": "Trace",
    }
    assert readable(json.dumps(told)) == "2026-01-01T00:00:00Z error a broke\nTrace"
    assert readable("plain words") == "plain words"
    assert readable("[1]") == "[1]"
