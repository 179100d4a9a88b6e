"""The API's root: every room's `api_urlpatterns` below /api/v1/, and a list of where one can go."""

from importlib import import_module

from django.urls import NoReverseMatch, URLPattern, URLResolver, include, path, reverse
from rest_framework.request import Request

from apps.common.endpoints import endpoint, reads
from apps.common.endpoints.pages import api_docs, api_schema

ROOMS = ("organization", "audit", "reliability", "delivery", "specs", "signoff", "integrations", "desk")


@reads(dict[str, str])
def api_root(request: Request) -> dict[str, str]:
    """The collections one can start from, by name."""
    found = {}
    for room, pattern in _patterns():
        try:
            path = reverse(f"{room}-api:{pattern.name}")
        except NoReverseMatch:  # it needs a key: one comes to it from a collection
            continue
        found[f"{room}.{pattern.name}"] = request.build_absolute_uri(path)
    return found


def _patterns() -> list[tuple[str, URLPattern]]:
    return [(room, pattern) for room in ROOMS for pattern in room_patterns(room) if pattern.name]


def room_patterns(room: str) -> list[URLPattern]:
    """The API addresses of one room; none where it has no API."""
    patterns: list[URLPattern] = getattr(import_module(f"apps.{room}.urls"), "api_urlpatterns", [])
    return patterns


urlpatterns: list[URLPattern | URLResolver] = [
    path("", endpoint(get=api_root), name="api_root"),
    path("schema/", api_schema, name="api_schema"),
    path("docs/", api_docs, name="api_docs"),
    *(path("", include((room_patterns(room), f"{room}-api"))) for room in ROOMS),
]
