"""Whatever belongs to a restricted initiative answers who may not read it byte for byte as what does not exist."""

import re
from typing import Any

import pytest
from django.http import HttpResponseBase

from tests.rights.asking import asked_by, body_of, form_of, request_to, send, undone
from tests.rights.bodies import Asked
from tests.rights.routes import Row, path_of, routes, rows_of
from tests.rights.world import World

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

METHODS = ("GET", "POST", "PATCH", "DELETE")
NAMES = ("other TPM", "other PO", "other BA", "team BA", "team SRE", "member", "service")
# The operator's settings name suites, not the initiative: that there is one is no secret, what it covers is.
OPEN = {"specs:suite_detail", "specs-api:suite_detail", "specs-api:suite_execution_list", "specs:execution_request"}
CASES = [
    (row, address)
    for name, address in routes()
    for method in METHODS
    for row in rows_of(name, address, method)
    if row.thing == "restricted" and name not in OPEN and "feature_import_create" not in name
]
# What differs in any two answers.
RANDOM = re.compile(rb'[A-Za-z0-9]{64}|\b[0-9a-f]{32}\b|name="key" value="[^"]*"')
HEADERS_THAT_DIFFER = {"date", "set-cookie", "content-length", "x-request-id"}


def ghosts(asked: Asked) -> dict[str, str]:
    """Keys of the kit, each with one of the same length that nobody has."""
    kit = asked.kit
    keys = [kit.initiative.key, kit.epic.key, kit.needed.key, kit.spare.key, kit.story.key, kit.signed.key, kit.nfr.key]
    keys += [kit.receipt, kit.waiver.key, kit.run.key, kit.execution.key, kit.feature_import.key]
    keys += [str(kit.seat.pk), str(kit.delegation.pk), kit.initiative.title]
    return {key: re.sub(r"\d", "9", key) if re.search(r"\d", key) else key[:-1] + "x" for key in keys}


def said_of_ghosts(said: Any, ghosts: dict[str, str]) -> Any:
    """The same words with keys of ghosts."""
    if isinstance(said, dict):
        return {name: said_of_ghosts(value, ghosts) for name, value in said.items()}
    if isinstance(said, list):
        return [said_of_ghosts(value, ghosts) for value in said]
    if not isinstance(said, str):
        return said
    for key, ghost in ghosts.items():
        said = re.sub(rf"(?<![\w-]){re.escape(key)}(?![\w-])", ghost, said)
    return said


def answered(response: HttpResponseBase, ghosts: dict[str, str]) -> tuple[int, dict[str, str], str]:
    """Status, headers and body without what is random, with keys of ghosts alone."""
    headers = {name.lower(): said_of_ghosts(value, ghosts) for name, value in response.headers.items()}
    body = RANDOM.sub(b"", body_of(response)).decode("utf-8", "replace")
    kept = {name: value for name, value in headers.items() if name not in HEADERS_THAT_DIFFER}
    return response.status_code, kept, said_of_ghosts(body, ghosts)


@pytest.mark.parametrize(("row", "address"), CASES, ids=lambda one: str(one))
def test_the_restricted_answers_as_what_is_not_there(world: World, row: Row, address: str) -> None:
    for name in NAMES:
        if name == "service" and "feature_import" in row.route:
            continue  # a title that nobody has starts an initiative, one that is hidden is refused
        asked = asked_by(world, name, row)
        there, headers = ghosts(asked), world.headers(name)
        path = path_of(asked, row, address)
        with undone():
            hidden = answered(send(request_to(path, row, form_of(asked, row), headers)), there)
        # Another form: the file in the first is read.
        ghostly, path = said_of_ghosts(form_of(asked, row), there), said_of_ghosts(path, there)
        with undone():
            absent = answered(send(request_to(path, row, ghostly, headers)), there)
        assert hidden == absent, name
