"""Every address that reads: it answers, with an ETag, as the schema says, by a token and by people in a session."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apps.common.endpoints.openapi import schema
from tests.api.conftest import Demo

# What stands in an address, by the name of its parameter and what stands before it.
KEYS = {
    "initiatives": "I-1",
    "epics": "E-3",
    "stories": "S-3",
    "nfrs": "NFR-4",
    "waivers": "W-1",
    "receipts": "SIG-15",
    "runs": "R-1",
    "executions": "EX-1",
    "imports": "IMP-1",
    "suites": "portal",
    "scopes": "I-1",
    "people": "maria",
    "teams": "checkout",
    "services": "payments",
    "entries": "3",
    "verifications": "1",
    "versions": "1",
    "dependencies": "E-1",
    "inbox": "1",
    "slis": "SLI-2",
    "resources": "RES-1",
    "demand": "DEM-1",
    "slos": "SLO-2",
    "slas": "SLA-1",
    "decisions": "D-3",
    "policies": "POL-1",
    "nine-cases": "CASE-1",
}

# Whoever sends counts has no queries, and so no rules for Prometheus; the demo has saved no case.
REFUSED = {"/api/v1/slos/{key}/rules/": {409}, "/api/v1/nine-cases/{key}/": {404}}


def reading() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in schema()["paths"].items():
        if "get" in operations:
            yield path, operations["get"]


def filled(path: str) -> str:
    if "/tokens/" in path:
        return path.format(username="robot")
    parts = path.strip("/").split("/")
    return "/" + "/".join(KEYS[parts[at - 1]] if part.startswith("{") else part for at, part in enumerate(parts)) + "/"


@pytest.mark.parametrize("path", [path for path, _ in reading()])
def test_it_answers_as_the_schema_says(demo: Demo, path: str) -> None:
    asked = filled(path)
    seen = set()
    for who, client in (("token", demo.pipeline), *((name, demo.browser(name)) for name in ("vera", "adam"))):
        answer = client.get(asked)
        assert answer.status_code in (200, 403, 404, *REFUSED.get(path, ())), (who, answer.content)
        seen.add(answer.status_code)
        if answer.status_code == 200 and answer.headers["Content-Type"] == "application/json":
            see_conforms(path, answer.json())
            again = client.get(asked, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
        elif answer.status_code != 200:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
    assert 200 in seen or seen == REFUSED.get(path)


def see_conforms(path: str, body: Any) -> None:
    document = schema()
    shape = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**shape, "components": document["components"]})
    assert [error.message for error in validator.iter_errors(body)] == [], json.dumps(body)[:2000]
