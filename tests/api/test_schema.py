"""The schema: as the file says, whole, and with examples that are true to it."""

import re
from collections.abc import Iterator
from typing import Any, TypedDict

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.plumbing import ComponentRegistry
from jsonschema import Draft202012Validator

from apps.common.checks import routes
from apps.common.endpoints.openapi import schema
from apps.common.endpoints.pages import ROOMS, schema_text
from apps.common.endpoints.schema_types import described
from tests.api.asking import pipeline_of, problem, send
from tests.cast import Cast, signed_in

FILE = settings.BASE_DIR / "docs" / "openapi.yaml"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, found in schema()["paths"].items():
        for method, operation in found.items():
            yield method, path, operation


def test_the_file_is_what_the_code_says() -> None:
    assert yaml.safe_load(FILE.read_text()) == yaml.safe_load(schema_text()), "run `make schema`"


def test_every_address_of_the_api_is_in_it() -> None:
    names = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") for route, _ in routes(get_resolver())}
    ours = {name for name in names if name.startswith("/api/v1/")} - {"/api/v1/schema/", "/api/v1/docs/"}
    assert set(schema()["paths"]) == ours


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names) > 90


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in operations()])
def test_an_operation_says_who_may_what_it_means_and_how_it_refuses(method: str, path: str) -> None:
    operation = schema()["paths"][path][method]
    assert operation["summary"]
    assert operation["security"]
    assert operation["tags"][0] in {*ROOMS, "api"}
    answers = set(operation["responses"])
    assert answers >= {"400", "401", "403", "429"}
    assert ("404" in answers) >= ("{" in path)
    if method == "get":
        assert "304" in answers
    else:
        assert answers >= {"409", "413", "415", "422"}
        assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]


def test_examples_are_true_to_their_rows() -> None:
    document = schema()
    rows = document["components"]["schemas"]
    assert len(rows) > 50
    for name, shape in rows.items():
        validator = Draft202012Validator({**shape, "components": document["components"]})
        assert [error.message for error in validator.iter_errors(shape["example"])] == [], name


def test_two_rows_of_one_name_are_refused() -> None:
    def row(text: str) -> Any:
        class EpicRow(TypedDict):
            """One of two."""

            text: str

        return EpicRow

    registry = ComponentRegistry()
    described(row("a"), registry)
    with pytest.raises(TypeError, match="two rows of the API are called EpicRow"):
        described(row("b"), registry)


# --- who asks


@pytest.mark.django_db
def test_a_token_does_nothing_that_the_schema_keeps_for_people(cast: Cast) -> None:
    """Whatever it asks for, and whether or not the thing exists: 403, in words."""
    pipeline = pipeline_of(cast)
    kept = [
        (method, path)
        for method, path, operation in operations()
        if not any("bearer" in one for one in operation["security"])
    ]
    assert len(kept) > 35
    for method, path in kept:
        asked = re.sub(r"{(index|pk|number)}", "1", path).replace("{", "").replace("}", "")
        answer = send(pipeline, asked.removeprefix("/api/v1/"), method=method)
        assert "token" in problem(answer, 403).lower(), path


@pytest.mark.django_db
def test_nothing_is_open_to_strangers(client: Client) -> None:
    for method, path, _ in operations():
        asked = re.sub(r"{(index|pk|number)}", "1", path).replace("{", "").replace("}", "")
        assert client.generic(method.upper(), asked).status_code == 401, (method, path)


# --- the page and the file


@pytest.mark.django_db
@pytest.mark.parametrize("room", ROOMS)
def test_the_page_shows_every_operation_of_a_room(cast: Cast, room: str) -> None:
    page = signed_in(cast.sam).get(f"/api/v1/docs/?room={room}").content.decode()
    for method, path, operation in operations():
        if room in operation["tags"]:
            assert f"<code>{method.upper()} {path}</code>" in page
    assert "<script>" not in page
    assert "style=" not in page


@pytest.mark.django_db
def test_the_schema_is_for_anybody(client: Client) -> None:
    answer = client.get("/api/v1/schema/")
    assert (answer.status_code, answer.content) == (200, schema_text())
    assert client.get("/api/v1/docs/").status_code == 302
