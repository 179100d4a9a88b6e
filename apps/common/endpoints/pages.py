"""The API's own documentation: its schema as a file, and as a page that looks like the rest of the portal.

The page is made on the server from the schema: it needs no script and no style of its own, so it holds under the
content security policy and without the network.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiYamlRenderer

from apps.common.access import member, public
from apps.common.endpoints.openapi import schema

ROOMS = {
    "delivery": "Initiatives, epics, stories",
    "specs": "Evidence",
    "signoff": "Sign-off",
    "reliability": "Reliability",
    "integrations": "Measurements by Prometheus",
    "organization": "Organization",
    "audit": "Audit",
    "desk": "Desk",
}


@dataclass(frozen=True)
class Named:
    """A parameter, or a field of a body or an answer."""

    name: str
    kind: str
    words: str
    required: bool


@dataclass(frozen=True)
class Table:
    """Parameters, a body or an answer; `is_explained` where any of the rows has words."""

    title: str
    rows: list[Named]

    @property
    def is_explained(self) -> bool:
        return any(row.words for row in self.rows)


@dataclass(frozen=True)
class Described:
    """One operation, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    who: str
    tables: list[Table]
    example: str
    statuses: list[tuple[str, str]]


@public
@require_safe
def api_schema(request: HttpRequest) -> HttpResponse:
    """The schema as YAML, the same as docs/openapi.yaml."""
    return HttpResponse(schema_text(), content_type="application/yaml; charset=utf-8")


def schema_text() -> bytes:
    """What stands in docs/openapi.yaml."""
    text: bytes = OpenApiYamlRenderer().render(schema(), renderer_context={})
    return text


@member
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """What may be asked, room by room (`?room=delivery`)."""
    room = request.GET.get("room", "delivery")
    if room not in ROOMS:
        raise Http404("There is no such room.")
    context = {
        "rooms": ROOMS.items(),
        "room": room,
        "title": ROOMS[room],
        "operations": list(_operations(room)),
    }
    return render(request, "api/api_docs.html", context)


def _operations(room: str) -> Iterator[Described]:
    for path, operations in schema()["paths"].items():
        for method, operation in operations.items():
            if room in operation["tags"]:
                yield _described(path, method, operation)


def _described(path: str, method: str, operation: dict[str, Any]) -> Described:
    answer: dict[str, Any] = next((one for status, one in operation["responses"].items() if status.startswith("2")), {})
    shape = _shape(answer)
    row = _resolved(shape.get("properties", {}).get("results", {}).get("items", shape))
    tables = (
        Table("Parameters", [_parameter(_resolved(one)) for one in operation.get("parameters", [])]),
        Table("Body", _fields(_shape(operation.get("requestBody", {})))),
        Table("Answer" if row is shape else "Each row", _fields({**row, "required": []})),
    )
    return Described(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=operation.get("description", ""),
        who=_who(operation["security"]),
        tables=[table for table in tables if table.rows],
        example=json.dumps(row["example"], indent=2, ensure_ascii=False) if "example" in row else "",
        statuses=[(status, _resolved(one)["description"]) for status, one in operation["responses"].items()],
    )


def _shape(said: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = said.get("content", {})
    # Of several media types the form says most.
    kind = "multipart/form-data" if "multipart/form-data" in content else next(iter(content), "")
    return _resolved(content[kind]["schema"]) if kind else {}


def _resolved(shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in shape:
        return shape
    found: Any = schema()
    for name in shape["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    resolved: dict[str, Any] = found
    return resolved


def _parameter(one: dict[str, Any]) -> Named:
    return Named(one["name"], _kind(one["schema"]), one.get("description", ""), one.get("required", False))


def _fields(shape: dict[str, Any]) -> list[Named]:
    required = shape.get("required", [])
    return [
        Named(name, _kind(one), one.get("description", ""), name in required)
        for name, one in shape.get("properties", {}).items()
    ]


def _kind(shape: dict[str, Any]) -> str:
    """Such as “text or null”, “one of OPEN, SIGNED”, “list of SeatRow”."""
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if "enum" in shape:
        return "one of " + ", ".join(str(one) for one in shape["enum"] if one not in ("", None))
    if "anyOf" in shape:
        return " or ".join(_kind(one) for one in shape["anyOf"])
    kinds = shape.get("type", "anything")
    return " or ".join(_word(kind, shape) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _word(kind: str, shape: dict[str, Any]) -> str:
    if kind == "array":
        return f"list of {_kind(shape['items'])}"
    if kind == "string":
        return {"date-time": "instant", "date": "day", "uri": "address", "binary": "file"}.get(
            shape.get("format", ""), "text"
        )
    return {"integer": "whole number", "boolean": "true or false"}.get(kind, kind)


def _who(security: list[dict[str, Any]]) -> str:
    return "Tokens and people" if any("bearer" in one for one in security) else "People in a session"
