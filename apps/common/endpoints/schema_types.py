"""The schema of a row, from its TypedDict; and an example of it."""

from enum import Enum
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from apps.common.endpoints.types import Shape

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
# What a name usually holds, so that examples read as answers do.
EXAMPLES: dict[str, Any] = {
    "title": "Pay with one click",
    "name": "Maria Keller",
    "username": "maria",
    "state": "OPEN",
    "detail": "E-12 is not signed yet: two stories wait for an analyst.",
    "status": 409,
    "type": "about:blank",
    "event": "epic.signed_off",
    "team": "checkout",
    "service": "payments",
    "epic": "E-12",
    "story": "S-340",
    "run": "R-7",
    "initiative": "I-1",
    "revision": "4f2c1d9",
    "suite": "portal",
}


def described(kind: Any, registry: ComponentRegistry) -> dict[str, Any]:
    """The schema of a type; a TypedDict becomes a component, named as its class."""
    if is_typeddict(kind):
        return _component(kind, registry)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        shape = next((one for one in args[1:] if isinstance(one, Shape)), Shape(""))
        more = {"format": shape.format, "pattern": shape.pattern}
        return described(args[0], registry) | {name: value for name, value in more.items() if value}
    if origin in (Union, UnionType):
        return _either([one for one in args if one is not NoneType], NoneType in args, registry)
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is list:
        return {"type": "array", "items": described(args[0], registry)}
    if origin is dict:
        return {"type": "object", "additionalProperties": described(args[1], registry)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [one.value for one in kind]}
    return {"type": _PLAIN[kind]} if kind in _PLAIN else {}


def _either(kinds: list[Any], or_null: bool, registry: ComponentRegistry) -> dict[str, Any]:
    found = [described(one, registry) for one in kinds]
    if not or_null:
        return {"anyOf": found}
    if len(found) == 1 and isinstance(found[0].get("type"), str) and "enum" not in found[0]:
        return {**found[0], "type": [found[0]["type"], "null"]}
    return {"anyOf": [*found, {"type": "null"}]}


def _component(kind: Any, registry: ComponentRegistry) -> dict[str, Any]:
    name = kind.__name__
    component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=kind)
    if component not in registry:
        registry.register(component)  # before its fields, which may name it again
        hints = get_type_hints(kind, include_extras=True)
        component.schema = {
            "type": "object",
            "description": (kind.__doc__ or "").strip(),
            "properties": {field: described(_bare(hint), registry) for field, hint in hints.items()},
            "required": sorted(kind.__required_keys__, key=list(hints).index),
            "additionalProperties": False,
            "example": example(kind),
        }
    elif registry[component].object is not kind:
        raise TypeError(f"two rows of the API are called {name}: {kind.__module__}, {registry[component].object}")
    return {"$ref": f"#/components/schemas/{name}"}


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint


def example(kind: Any, name: str = "") -> Any:
    """A value of a type, such as an answer may hold."""
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        return {field: example(_bare(hint), field) for field, hint in hints.items()}
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return args[1].example
    if origin in (Union, UnionType):
        return example(args[0], name)
    if origin is Literal:
        return args[0]
    if origin is list:
        return [example(args[0], name)]
    if origin is dict:
        return {"passed": example(args[1], "")}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    known = EXAMPLES.get(name)
    if known is not None and type(known) is kind:
        return known
    return {str: "…", int: 3, float: 0.5, bool: True}.get(kind)
