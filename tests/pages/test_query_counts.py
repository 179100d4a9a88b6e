"""Every page asks the database as often for twenty rows as for one, and exactly as often as `counts.py` says.

The shelf is made once, every page measured, nineteen more of everything added, every page measured again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from pytest_django.plugin import DjangoDbBlocker

from apps.organization.models import Person
from tests.browser.routes import ELSEWHERE, PAGES
from tests.cast import PASSWORD, signed_in
from tests.committed_db import own_database
from tests.pages.counts import COUNTS, SAME_ROWS
from tests.pages.shelf import Shelf, grow, make_shelf, suites

NOON = "2026-11-23T12:00:00Z"
FIRST_RUN = "organization:first_run"
VISITS = [(route, visit) for route, visits in COUNTS.items() for visit in visits if route != FIRST_RUN]


@dataclass
class Measured:
    """Of each visit: what was answered by which route, queries, and bytes."""

    answer: dict[str, tuple[str, int]] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def measured(
    migrated_template: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Measured, Measured]]:
    """All pages at one row and at twenty, at an instant that stands still: what was confirmed stays fresh."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch, own_database(migrated_template, django_db_blocker, folder):
        patch.setattr(settings, "SUITES", suites(1))
        patch.setattr(settings, "TRUSTED_SUITES", frozenset())
        with time_machine.travel(NOON, tick=False):
            shelf = make_shelf()
            one = measure(shelf)
            patch.setattr(settings, "SUITES", suites(20))
            grow(shelf, 19)
            yield one, measure(shelf)


def measure(shelf: Shelf) -> Measured:
    """Each page on its second opening; what opening it wrote is taken back."""
    found = Measured()
    clients: dict[str, Client] = {}
    for route, visit in VISITS:
        name, _, address = visit.partition(" ")
        client = clients.get(name) or clients.setdefault(name, visitor(shelf, name))
        path = address.format(**shelf.latest)
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            patch.setattr(settings, "PORTAL_DEMO", route == "organization:demo_sign_in")
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(path)
            transaction.set_rollback(True)
        found.answer[visit] = resolve(path.partition("?")[0]).view_name, response.status_code
        found.queries[visit] = len(captured)
        found.size[visit] = len(response.content)
    return found


def visitor(shelf: Shelf, name: str) -> Client:
    """A browser of "-", nobody; of "ben.", who gave a password and no code yet; or of who confirmed just now."""
    if name == "-":
        return Client()
    if name.endswith("."):
        client = Client()
        client.post("/accounts/login/", {"login": name.removesuffix("."), "password": PASSWORD})
        return client
    return confirmed(shelf.cast.people[name])


def confirmed(person: Person) -> Client:
    """Signed in, and asked for the password again just now."""
    client = signed_in(person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.mark.parametrize(("route", "visit"), VISITS, ids=[visit for _, visit in VISITS])
def test_as_many_queries_at_one_row_as_at_twenty(measured: tuple[Measured, Measured], route: str, visit: str) -> None:
    one, twenty = measured
    assert one.answer[visit] == twenty.answer[visit] == (route, 200)
    assert (one.queries[visit], twenty.queries[visit]) == (COUNTS[route][visit], COUNTS[route][visit])


def test_pages_that_list_show_more(measured: tuple[Measured, Measured]) -> None:
    """A page that looks the same at twenty rows says nothing about them: either it lists none, or the shelf is poor."""
    one, twenty = measured
    grown = {route for route, visit in VISITS if twenty.size[visit] - one.size[visit] > 10 * 19}
    # Its picture of a secret is another one each time.
    assert {route for route, _ in VISITS} - grown - {"mfa_activate_totp"} == SAME_ROWS


@pytest.mark.django_db
def test_the_page_that_is_there_while_nobody_is() -> None:
    ((visit, queries),) = COUNTS[FIRST_RUN].items()
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(visit.partition(" ")[2]).status_code == 200
    assert len(captured) == queries


def test_every_page_has_its_count() -> None:
    assert set(COUNTS) == set(PAGES) | set(ELSEWHERE)
    assert [route for route, visits in COUNTS.items() if not visits] == []
