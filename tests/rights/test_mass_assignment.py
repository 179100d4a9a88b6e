"""A form changes what it asks for: fields of the same names as columns, sent along, change nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.forms.forms import BaseForm

from tests.rights import table
from tests.rights.asking import asked_by, form_of, request_to, send, undone
from tests.rights.routes import Row, path_of, routes
from tests.rights.world import World, everybody

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

ADDRESSES = dict(routes())
ROWS = [
    row
    for row in table.read()
    if row.method in ("POST", "PATCH") and row.thing != "restricted" and "ok" in str(table.read()[row].values())
]
ROOMS = ("organization", "signatures", "delivery", "specs", "signoff", "desk", "reliability")
# Tried on every form, besides the name of every column there is.
WELL_KNOWN = {"is_staff": "1", "is_superuser": "1", "groups": "1", "user_permissions": "1", "pk": "1", "_state": "1"}
VALUES = {"state": "SIGNED", "signed_promise": "a" * 64, "role": "ADMINISTRATOR", "verdict": "PASSED"}
# Made of chance, or of the entry's own bytes.
CHANCE = {"secret_hash", "prefix", "password", "session_key", "session_data", "salt", "body", "leaf", "nodes", "root"}
CHANCE |= {"range", "idempotency_key", "archive", "nonce"}


def columns() -> dict[str, str]:
    """The name of every column of every room, with a value that would do harm."""
    named = [model._meta.concrete_fields for room in ROOMS for model in apps.get_app_config(room).get_models()]
    names = {name for fields in named for field in fields for name in (field.name, field.attname)}
    return {**WELL_KNOWN, **{name: VALUES.get(name, "1") for name in names}}


@contextmanager
def fields_read() -> Iterator[set[str]]:
    """Names of the fields that bound forms declare meanwhile."""
    names: set[str] = set()
    usual = BaseForm.full_clean

    def noting(form: BaseForm) -> None:
        names.update(form.fields)
        usual(form)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseForm, "full_clean", noting)
        yield names


def rows_of_tables(names: set[str]) -> dict[str, list[dict[str, Any]]]:
    """All rows of these tables, without what is made of chance."""
    models: dict[str, type[Model]] = {model._meta.db_table: model for model in apps.get_models()}
    return {
        name: [
            {column: value for column, value in row.items() if column not in CHANCE}
            for row in models[name]._default_manager.order_by("pk").values()
        ]
        for name in sorted(names & set(models))
    }


def sent(world: World, name: str, row: Row, extra: dict[str, str]) -> tuple[int, set[str], dict[str, Any], set[str]]:
    """Status, tables written, their rows then, and the fields that the forms declare."""
    asked = asked_by(world, name, row)
    path, form = path_of(asked, row, ADDRESSES[row.route]), form_of(asked, row)
    if isinstance(form, dict):
        form = {**{key: value for key, value in extra.items() if key not in form}, **form}
    with fields_read() as declared, undone() as written:
        status = send(request_to(path, row, form, world.headers(name))).status_code
        tables = set(written.tables)
        return status, tables, rows_of_tables(tables), declared


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_columns_sent_along_change_nothing(world: World, row: Row) -> None:
    name = next(name for name in everybody() if table.told_of(table.read()[row], name) == "ok")
    status, tables, rows, declared = sent(world, name, row, {})
    assert status < 400
    extra = {key: value for key, value in columns().items() if key not in declared}
    assert len(extra) > 100
    again, tables_again, rows_again, _ = sent(world, name, row, extra)
    if row.is_api and again == 400:
        assert tables_again <= {"account_emailaddress"}  # the API says which field it does not know
    else:
        assert (again, tables_again, rows_again) == (status, tables, rows)


def test_the_api_names_the_field_that_it_does_not_know(world: World) -> None:
    asked = asked_by(world, "own PO", Row("delivery-api:epic_detail", "PATCH"))
    path = f"/api/v1/epics/{asked.kit.epic.key}/"
    row = Row("delivery-api:epic_detail", "PATCH")
    with undone() as written:
        answer = send(request_to(path, row, {"title": "A", "signed_promise": "a" * 64}, world.headers("own PO")))
        assert (answer.status_code, b"signed_promise" in answer.content) == (400, True)  # type: ignore[attr-defined]
    assert written.tables == []


def test_a_difference_would_be_seen(world: World) -> None:
    """What is compared tells an act from the same act with another word."""
    row = Row("delivery:epic_edit", "POST", "", "open")
    asked = asked_by(world, "own PO", row)
    seen = []
    for title in ("One", "Another"):
        form = {**form_of(asked, row), "title": title}
        with undone() as written:
            send(request_to(path_of(asked, row, ADDRESSES[row.route]), row, form, world.headers("own PO")))
            seen.append(rows_of_tables(set(written.tables)))
    assert seen[0] != seen[1]
    assert "delivery_epic" in seen[0]


def test_files_are_sent_anew(world: World) -> None:
    """A form with a file gives another file each time: one that was read has no bytes left."""
    asked = asked_by(world, "own PO", Row("specs:run_import", "POST", "", "open"))
    files = [form_of(asked, Row("specs:run_import", "POST"))["reports"] for _ in range(2)]
    assert isinstance(files[0], SimpleUploadedFile)
    assert files[0] is not files[1]
