"""The database is locked, full or gone: 503 in words, and what they say of what was sent is true."""

import html
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from apps.audit.models import Entry
from apps.common import done, unavailable
from apps.common.access import public
from apps.delivery.models import Initiative
from apps.organization.models import Token
from portal.urls import handler400, handler500  # noqa: F401, Django reads them here
from portal.urls import urlpatterns as portal_urls
from tests.audit.logbook import sign
from tests.cast import Cast, PersonFactory, SeatFactory, make_cast
from tests.committed_db import CommittedDatabase


@public
def write_to_a_full_disk(request: HttpRequest) -> HttpResponse:
    with open("/dev/full", "w") as file:  # the kernel's own: ENOSPC for every byte
        file.write("x")
    return HttpResponse("written")


@public
def act_and_then_fail(request: HttpRequest) -> HttpResponse:
    sign(subject="S-1", facts={})
    raise OperationalError("server closed the connection unexpectedly")


@public
def act_and_keep_it_in_mind(request: HttpRequest) -> HttpResponse:
    request.session["done"] = True
    connection.cursor().execute("PRAGMA busy_timeout = 50")
    return HttpResponse("answered")


@public
def make_a_mistake(request: HttpRequest) -> HttpResponse:
    connection.cursor().execute("SELECT * FROM no_such_table")
    return HttpResponse("")


urlpatterns = [
    path("full/", write_to_a_full_disk),
    path("acts/", act_and_then_fail),
    path("minds/", act_and_keep_it_in_mind),
    path("mistake/", make_a_mistake),
    *portal_urls,
]
pytestmark = pytest.mark.urls(__name__)


HOLD = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_by_another_process(path: str) -> Iterator[None]:
    """Another process holds the write lock, longer than we wait for it."""
    command = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin and holder.stdout
        assert holder.stdout.readline() == "locked\n"
        connection.cursor().execute("PRAGMA busy_timeout = 100")
        try:
            yield
        finally:
            holder.stdin.close()
            holder.wait(60)
            connection.cursor().execute("PRAGMA busy_timeout = 20000")


@contextmanager
def no_room() -> Iterator[None]:
    """The database may not grow by another page."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page is free inside either
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1000000")


@pytest.fixture
def cast(committed_db: CommittedDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def browser(cast: Cast) -> Client:
    """Vera, who may start initiatives."""
    SeatFactory.create(person=cast.vera, role="TECHNICAL_PRODUCT_MANAGER")
    client = Client(raise_request_exception=False)
    client.force_login(cast.vera, backend="django.contrib.auth.backends.ModelBackend")
    return client


def start_initiative(browser: Client, title: str = "More room", **headers: str) -> Any:
    return browser.post("/initiatives/new/", {"title": title, "purpose": "x" * 9000}, headers=headers)


def assert_says(answer: Any, *words: str) -> None:
    """503 with when to ask again, and these words."""
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    for said in words:
        assert said in html.unescape(answer.content.decode())


def test_locked_for_longer_than_one_waits_is_a_503_and_nothing_is_stored(
    browser: Client, committed_db: CommittedDatabase
) -> None:
    before = Initiative.objects.count(), Entry.objects.count()
    with locked_by_another_process(committed_db.name):
        answer = start_initiative(browser)
        part = start_initiative(browser, **{"HX-Request": "true"})
        assert browser.get("/epics/").status_code == 200
    assert_says(answer, "<h1", unavailable.BUSY.sentence, unavailable.NOTHING_STORED)
    assert part.content.decode().startswith('<p role="alert" data-refused')
    assert (Initiative.objects.count(), Entry.objects.count()) == before
    assert start_initiative(browser).status_code == 302


def test_without_room_pages_are_read_and_acts_are_refused_in_words(browser: Client) -> None:
    before = Initiative.objects.count(), Entry.objects.count()
    with no_room():
        answer = start_initiative(browser)
        for page in ("/", "/epics/", "/initiatives/", "/organization/"):
            assert browser.get(page).status_code == 200, page
    assert_says(answer, unavailable.FULL.sentence, unavailable.NOTHING_STORED)
    assert (Initiative.objects.count(), Entry.objects.count()) == before
    assert start_initiative(browser).status_code == 302


def test_the_api_says_it_as_a_problem_and_goes_on_being_read(cast: Cast, committed_db: CommittedDatabase) -> None:
    machine = PersonFactory.create(username="ci", is_service=True)
    Token.objects.create(person=machine, name="ci", secret_hash=Token.hash_of("secret"), created_by=cast.adam)
    client = Client(raise_request_exception=False, headers={"Authorization": "Bearer secret"})
    with locked_by_another_process(committed_db.name):
        # Its use cannot be noted; it reads nevertheless.
        assert client.get("/api/v1/").status_code == 200
        answer = client.post(
            "/api/v1/runs/?format=junit", b"<testsuite><testcase name='a'/></testsuite>", content_type="text/xml"
        )
    assert_says(answer)
    assert answer["Content-Type"] == "application/problem+json"
    assert unavailable.NOTHING_STORED in json.loads(answer.content)["detail"]
    client.get("/api/v1/")
    assert Token.objects.get().last_used_at is not None


def test_gone_is_a_503_for_people_and_for_probes(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/portal.sqlite3")
    assert_says(browser.get("/epics/"), unavailable.AWAY.sentence)
    probe = Client().get("/readyz")
    assert_says(probe)
    assert probe.json()["checks"]["database"] == "does not answer (OperationalError)"
    assert Client().get("/healthz").status_code == 200


def test_a_full_disk_under_a_file_is_said_as_well(client: Client) -> None:
    client.raise_request_exception = False
    assert_says(client.get("/full/"), unavailable.FULL.sentence)


def test_what_was_recorded_before_the_failure_is_not_called_lost(browser: Client) -> None:
    before = Entry.objects.count()
    answer = browser.post("/acts/")
    assert_says(answer, unavailable.STORED)
    assert unavailable.NOTHING_STORED not in answer.content.decode()
    assert Entry.objects.count() == before + 1
    assert unavailable.NOTHING_STORED in browser.post("/full/").content.decode()  # of another request


def test_where_only_the_session_could_not_be_kept_nobody_claims_to_know(
    browser: Client, committed_db: CommittedDatabase
) -> None:
    with locked_by_another_process(committed_db.name):
        answer = browser.post("/minds/")
    assert_says(answer, unavailable.NOT_KNOWN)


def test_an_answer_to_commit_that_never_came_is_not_known() -> None:
    class Broken:
        def commit(self) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    wrapper = SQLite({**connection.settings_dict})
    wrapper.connection = Broken()
    done.begin()
    with pytest.raises(OperationalError) as raised:
        wrapper._commit()  # type: ignore[attr-defined]
    answer = unavailable.answer(RequestFactory().post("/"), raised.value)
    assert answer is not None
    assert unavailable.NOT_KNOWN in answer.content.decode()


def test_a_mistake_of_ours_stays_a_500(browser: Client) -> None:
    answer = browser.get("/mistake/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (psycopg.errors.DiskFull, unavailable.FULL),
        (psycopg.errors.AdminShutdown, unavailable.AWAY),
        (psycopg.errors.CannotConnectNow, unavailable.AWAY),
        (psycopg.errors.TooManyConnections, unavailable.AWAY),
        (psycopg.errors.ReadOnlySqlTransaction, unavailable.AWAY),
        (psycopg.errors.DeadlockDetected, unavailable.BUSY),
        (psycopg.errors.SerializationFailure, unavailable.BUSY),
        (psycopg.errors.LockNotAvailable, unavailable.BUSY),
        (psycopg.OperationalError, unavailable.AWAY),  # could not connect: it has no code
        (psycopg.errors.UniqueViolation, None),
        (psycopg.errors.UndefinedTable, None),
        (psycopg.errors.DivisionByZero, None),
    ],
)
def test_what_postgresql_says_is_told_apart(kind: type[psycopg.Error], reason: unavailable.Reason | None) -> None:
    error = (OperationalError if kind is psycopg.OperationalError else DatabaseError)("said")
    error.__cause__ = kind("said")
    assert unavailable.reason_of(error) is reason
