"""An act takes the token of a form, or a program's own: a page elsewhere posts nothing in a person's name."""

import pytest

from tests.rights import table
from tests.rights.asking import NO_ACT, asked_by, request_of, send, undone
from tests.rights.routes import Row, routes
from tests.rights.world import World, everybody

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

ADDRESSES = dict(routes())
ACTS = [row for row in table.read() if row.method != "GET" and row.thing != "restricted"]


def doers(row: Row) -> list[str]:
    """Those whom the table lets do it."""
    return [name for name in everybody() if table.told_of(table.read()[row], name) in ("ok", "done")]


@pytest.mark.parametrize("row", ACTS, ids=str)
def test_who_may_do_it_may_not_without_the_token_of_a_form(world: World, row: Row) -> None:
    for name in [name for name in doers(row) if name != "service"][:1] or ["anonymous"]:
        request = request_of(asked_by(world, name, row), row, ADDRESSES[row.route])
        with undone() as written:
            status = send(request, checks_csrf=True).status_code
        closed = {"404"} if "404" in table.read()[row].values() else set()
        assert str(status) in {"403", "401"} | closed, name
        assert set(written.tables) <= NO_ACT - {"account_emailaddress"}


def test_a_program_needs_none(world: World) -> None:
    rows = [row for row in ACTS if row.is_api and "service" in doers(row)]
    assert {row.route for row in rows} >= {"specs-api:run_create", "delivery-api:feature_import_list"}
    for row in rows:
        request = request_of(asked_by(world, "service", row), row, ADDRESSES[row.route])
        with undone() as written:
            assert send(request, checks_csrf=True).status_code < 300
        assert set(written.tables) - NO_ACT
