"""The schema of one operation (OpenAPI 3.1), from what is declared: rows, forms, permissions, docstrings."""

import inspect
import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from apps.common.access import SignedIn
from apps.common.endpoints.operations import Operation
from apps.common.endpoints.schema_fields import described_field
from apps.common.endpoints.schema_types import described
from apps.common.problems import Problem

PROBLEM = "application/problem+json"
# What each status means, for the reader of the schema.
MEANS = {
    400: "What was sent cannot be read; `detail` says where, `errors` by field.",
    401: "Nobody is signed in, or the token is unknown, expired or revoked.",
    403: "This person or token may not do it, whatever the state; or the CSRF token is missing.",
    404: "There is no such thing, or none that you may read: the answer is the same.",
    406: "The answer does not come in the media type asked for.",
    409: "Refused: the thing does not allow it now; `detail` is the sentence.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "The Idempotency-Key was used for another request, or is none.",
    429: "Too many requests; `Retry-After` says in how many seconds to come back.",
}
AFTER = {
    "name": "after",
    "in": "query",
    "description": "The last row of the page before; “next” has it.",
    "schema": {"type": "string", "maxLength": 200},
}
LIMIT = {
    "name": "limit",
    "in": "query",
    "description": "Rows of one page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
}
_CONVERTERS = {"int": {"type": "integer", "minimum": 0}}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "8 to 200 printable characters, new for each act. Sent again with the same request within 24 hours, "
    "the first answer comes back and nothing is done twice.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[!-~]{8,200}$"},
}


class OperationSchema(AutoSchema):
    """Reads `Endpoint.operations` and nothing else."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation: Operation = self.view.operations[method]  # type: ignore[attr-defined]
        words = inspect.cleandoc(operation.handler.__doc__ or "")
        summary, _, rest = words.partition("\n")
        found: dict[str, Any] = {
            "operationId": operation_id(path, method),
            "summary": summary.rstrip("."),
            "description": rest.strip(),
            "tags": [_room(operation)],
            "parameters": [*_path_parameters(path), *_query(operation), *_shared_parameters(operation, registry)],
            "security": _security(operation),
            "responses": _responses(operation, path, registry),
        }
        if operation.takes:
            found["requestBody"] = {"content": operation.takes, "required": True}
        elif operation.body:
            shape = _object(operation)
            found["requestBody"] = {"content": {"application/json": {"schema": shape}}, "required": True}
        return {name: value for name, value in found.items() if value not in ("", [])}


def operation_id(path: str, method: str) -> str:
    """Such as "get_epics_key_stories" for GET /api/v1/epics/{key}/stories/."""
    words = re.findall(r"[a-z_]+", re.sub(r"^\W*api/v1/", "", path).replace("-", "_"))
    return "_".join([method.lower(), *words]) if words else f"{method.lower()}_root"


def _room(operation: Operation) -> str:
    module = operation.handler.__module__.split(".")
    return module[1] if module[0] == "apps" and module[1] != "common" else "api"


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    numbers = {"pk", "index", "number"}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _CONVERTERS["int"] if name in numbers else {"type": "string"},
        }
        for name in names
    ]


def _query(operation: Operation) -> list[dict[str, Any]]:
    found = []
    for name, field in (operation.filters.base_fields if operation.filters else {}).items():
        shape = described_field(field, in_query=True)
        words = " ".join(str(one) for one in (field.label, field.help_text) if one)
        found.append({"name": name, "in": "query", "description": words, "schema": shape, "required": field.required})
    found += [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in operation.asks.items()
    ]
    return [{key: value for key, value in one.items() if value not in ("", False)} for one in found]


def _shared_parameters(operation: Operation, registry: ComponentRegistry) -> list[dict[str, Any]]:
    named = {"After": AFTER, "Limit": LIMIT} if operation.many else {}
    named |= {"IdempotencyKey": KEY} if operation.writes else {}
    return [_shared(ResolvedComponent.PARAMETER, name, shape, registry) for name, shape in named.items()]


def _shared(kind: str, name: str, shape: dict[str, Any], registry: ComponentRegistry) -> dict[str, Any]:
    """What many operations have alike, said once."""
    registry.register_on_missing(ResolvedComponent(name=name, type=kind, object=name, schema=shape))
    return {"$ref": f"#/components/{kind}/{name}"}


def _object(operation: Operation) -> dict[str, Any]:
    fields = operation.body.base_fields if operation.body else {}
    required = [name for name, field in fields.items() if field.required and not operation.partial]
    shape: dict[str, Any] = {
        "type": "object",
        "properties": {name: described_field(field, in_query=False) for name, field in fields.items()},
        "additionalProperties": False,
    }
    return {**shape, "required": required} if required else shape


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if issubclass(operation.may, SignedIn):
        return [{"session": [], "csrf": []} if operation.writes else {"session": []}]
    return [{"bearer": []}, {"session": [], "csrf": []} if operation.writes else {"session": []}]


def _responses(operation: Operation, path: str, registry: ComponentRegistry) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done." if operation.writes else "As asked."}
    if operation.answer is not None:
        shape = described(operation.answer, registry)
        if operation.many:
            shape = _page(shape)
        answer["content"] = {"application/json": {"schema": shape}}
    if operation.gives:
        answer["content"] = {one: {"schema": _given(one)} for one in operation.gives}
    found: dict[str, Any] = {str(status): answer for status in (operation.status, *operation.also)}
    if not operation.writes:
        found["200"] = {**answer, "headers": {"ETag": {"schema": {"type": "string"}}}}
        unchanged = {"description": "As it was when `If-None-Match` was given."}
        found["304"] = _shared(ResolvedComponent.RESPONSE, "Unchanged", unchanged, registry)
    for status in _refusals(operation, path):
        found[str(status)] = _problem(status, registry)
    return dict(sorted(found.items()))


def _given(media_type: str) -> dict[str, Any]:
    """Of what comes as bytes; YAML holds whatever it holds."""
    return {"description": "YAML."} if media_type == "text/yaml" else {"type": "string", "format": "binary"}


def _problem(status: int, registry: ComponentRegistry) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "description": MEANS[status],
        "content": {PROBLEM: {"schema": described(Problem, registry)}},
    }
    if status == 429:
        shape["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return _shared(ResolvedComponent.RESPONSE, f"Problem{status}", shape, registry)


def _refusals(operation: Operation, path: str) -> list[int]:
    found = {400, 401, 403, 406, 429, *operation.refuses}
    if "{" in path:
        found.add(404)
    if operation.writes:
        found |= {404, 409, 413, 415, 422}
    return sorted(found)


def _page(row: dict[str, Any]) -> dict[str, Any]:
    following = {"type": ["string", "null"], "format": "uri", "description": "The address of the next page."}
    return {
        "type": "object",
        "properties": {"results": {"type": "array", "items": row}, "next": following},
        "required": ["results", "next"],
        "additionalProperties": False,
    }
