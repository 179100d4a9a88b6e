"""Taking a rule out: who asks for it where, and the same site without it."""

import ast
import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from types import FunctionType
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import apps
from apps.common.access import Member
from apps.common.refused import NotAllowed
from apps.organization import queries as organization
from apps.organization.models.seats import HeldSeat
from tests.cast import in_days

# The seat in which somebody acts who holds none.
IMAGINARY = HeldSeat(0, "PRODUCT_OWNER", 0, "ORG", "Acme Shop", in_days(0))


def functions_of(part: str) -> dict[str, FunctionType]:
    """Public functions of every room's module or package of this name, by room and name."""
    found = {}
    for room in pkgutil.iter_modules(apps.__path__):
        top = f"apps.{room.name}.{part}"
        try:
            module = importlib.import_module(top)
        except ModuleNotFoundError:
            continue
        inner = [f"{top}.{one.name}" for one in pkgutil.iter_modules(getattr(module, "__path__", []))]
        for name in [top, *inner]:
            for function in vars(importlib.import_module(name)).values():
                if isinstance(function, FunctionType) and function.__module__ == name and function.__name__[0] != "_":
                    found[f"{room.name}.{function.__name__}"] = function
    return found


def rules() -> dict[str, FunctionType]:
    """Every rule that says who may: by its name, or because it refuses somebody whatever the thing's state."""
    return {
        name: function
        for name, function in functions_of("rules").items()
        if function.__name__.startswith("check_may_") or "NotAllowed(" in _code(function)
    }


def filters() -> dict[str, FunctionType]:
    """Every query that leaves out what is hidden from the reader."""
    return {
        name: function
        for name, function in functions_of("queries").items()
        if "hidden" in inspect.signature(function).parameters or "hidden_scope_ids(" in _code(function)
    }


def _code(function: FunctionType) -> str:
    """The body without its docstring."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    return "\n".join(ast.unparse(part) for part in body[isinstance(body[0], ast.Expr) :])


@contextmanager
def replaced(function: FunctionType, by: Callable[..., Any]) -> Iterator[None]:
    """Everywhere in the project the one function stands for the other."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("apps."):
                for key, value in list(vars(module).items()):
                    if value is function:
                        patch.setattr(module, key, by)
        yield


def allowing(rule: FunctionType) -> Callable[..., Any]:
    """The rule without what it says of persons: whom it refuses acts in a seat that does not exist."""

    @wraps(rule)
    def allow(*args: Any, **kwargs: Any) -> Any:
        try:
            return rule(*args, **kwargs)
        except NotAllowed:
            return IMAGINARY

    return allow


def seeing_all(query: FunctionType) -> Callable[..., Any]:
    """The query for a reader from whom nothing is hidden."""
    takes_hidden = "hidden" in inspect.signature(query).parameters

    @wraps(query)
    def see_all(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(query).bind(*args, **kwargs)
        if takes_hidden:
            bound.arguments["hidden"] = set()
        with nothing_hidden():
            return query(*bound.args, **bound.kwargs)

    return see_all


@contextmanager
def nothing_hidden() -> Iterator[None]:
    with replaced(organization.hidden_scope_ids, lambda person: set()):  # type: ignore[arg-type]
        yield


def noting(function: FunctionType, note: Callable[[], None], *, when_refused: bool) -> Callable[..., Any]:
    """The same function, which says that it was asked, or that it refused somebody."""

    @wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        if not when_refused:
            note()
        try:
            return function(*args, **kwargs)
        except NotAllowed:
            note()
            raise

    return noted


def patterns(found: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every route of the URLconf."""
    for one in get_resolver().url_patterns if found is None else found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one


def doors() -> set[str]:
    """What views ask before they do anything: rights of pages, and permission classes of the API by name."""
    found = set()
    for pattern in patterns():
        if "." in getattr(pattern.callback, "access", ""):
            found.add(pattern.callback.access)  # type: ignore[attr-defined]
        for operation in getattr(getattr(pattern.callback, "cls", None), "operations", {}).values():
            found.add(operation.may.__name__)
    return found


@contextmanager
def without_door(door: str) -> Iterator[None]:
    """The site with the views that ask this open to every member."""
    with pytest.MonkeyPatch.context() as patch:
        for pattern in patterns():
            view: Any = pattern.callback
            if getattr(view, "access", "") == door:
                patch.setattr(pattern, "callback", view.__wrapped__)
            operations = getattr(getattr(view, "cls", None), "operations", {})
            for method, operation in operations.items():
                if operation.may.__name__ == door:
                    patch.setitem(operations, method, replace(operation, may=Member))
        yield
