"""System checks: every view states who may open it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from apps.common.reviewed_views import REVIEWED

HINT = "Decorate it with @public, @member or @right(…) of apps.common.access, nearest to the outside."
API_HINT = "Give it permission_classes whose members all have `access`, such as apps.common.access.Member."


def every_view_states_its_right(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error for each route of the root URLconf whose view does not say who may open it."""
    return errors_of(get_resolver())


def errors_of(resolver: URLResolver) -> list[CheckMessage]:
    """The errors of one URLconf."""
    found = ((route, pattern, _problem(pattern)) for route, pattern in routes(resolver))
    return [
        Error(f"/{route} ({_name(pattern.callback)}) {problem[0]}", hint=problem[1], id="common.E001")
        for route, pattern, problem in found
        if problem
    ]


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route below `resolver` as text, with its pattern."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route, pattern


def stated_access(pattern: URLPattern) -> str:
    """Who may open the view: "public", "member" or rights; "" where nothing is stated."""
    view = pattern.callback
    if hasattr(view, "cls"):  # REST framework's
        asked = _permission_classes(view)
        return " ".join(dict.fromkeys(getattr(permission, "access", "") for permission in asked or []))
    return getattr(view, "access", "") or REVIEWED.get(pattern.name or "", "")


def _problem(pattern: URLPattern) -> tuple[str, str] | None:
    view = pattern.callback
    if hasattr(view, "cls"):
        asked = _permission_classes(view)
        silent = [getattr(one, "__name__", repr(one)) for one in asked if not getattr(one, "access", "")]
        if not asked or silent:
            return f"states no right: {', '.join(silent) or 'no permission class'}", API_HINT
        return None
    access = stated_access(pattern)
    if not access:
        return "states no right", HINT
    # LoginRequiredMiddleware reads this mark: word and deed must agree.
    needs_sign_in = getattr(view, "login_required", True)
    if (access == "public") == needs_sign_in:
        deed = "asks for signing in" if needs_sign_in else "is open to anybody"
        return f"says “{access}” but {deed}", HINT
    return None


def _permission_classes(view: Callable[..., Any]) -> list[Any]:
    """What a REST framework view asks: its class, or what `as_view` or an extra action was given instead."""
    own: list[Any] = view.cls.permission_classes  # type: ignore[attr-defined]
    given: dict[str, Any] = getattr(view, "initkwargs", {})
    return list(given.get("permission_classes", own))


def _name(view: Callable[..., Any]) -> str:
    kind = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return f"{kind.__module__}.{getattr(kind, '__qualname__', kind)}"
