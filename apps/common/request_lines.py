"""Each request has an id, which goes wherever its traces go; and leaves one line in the log, without personal data."""

import logging
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject

from apps.common import done, measures

logger = logging.getLogger("triad.requests")

# Of a proxy or a caller, so that its log and ours can be read together; anything else is not taken over.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
# What in an address may stand in a log: keys such as E-12, and numbers. Names and one-time secrets may not.
_A_KEY = re.compile(r"[A-Z]{1,10}-\d{1,12}|\d{1,12}")
# Asked every few seconds, they would bury the rest.
_PROBES = frozenset({"common:healthz", "common:readyz", "metrics"})


class RequestLineMiddleware:
    """Outermost: gives the request its id, measures it, and writes its line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        done.begin()
        asked = request.headers.get("X-Request-ID", "")
        request.request_id = asked if _WELL_FORMED.fullmatch(asked) else uuid.uuid4().hex  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        begun = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        measures.count_request(request, status=response.status_code, seconds=seconds)
        _write_line(request, response, seconds)
        return response


def running_id() -> str:
    """The id of the request that runs, or that rang for the task that runs; "" where there is none."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _write_line(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    is_quiet = measures.route_of(request) in _PROBES or request.path.startswith("/static/")
    told = {
        "method": request.method,
        "path": shown_path(request),
        "status": response.status_code,
        "ms": round(seconds * 1000),
        "person": _person(request),
        "acts": done.events(),
    }
    level = logging.DEBUG if is_quiet and response.status_code < 500 else logging.INFO
    logger.log(level, "request", extra={name: value for name, value in told.items() if value not in ("", [])})


def shown_path(request: HttpRequest) -> str:
    """The path without what may name a person or be a secret, and without its query."""
    match = request.resolver_match
    path = request.path
    if match is None:  # an address that leads nowhere may hold anything
        return "/".join(path.split("/")[:3])[:100]
    given = [str(value) for value in (*match.args, *match.kwargs.values())]
    for value in sorted(given, key=len, reverse=True):
        if value and not _A_KEY.fullmatch(value):
            path = path.replace(value, "…")
    return path


def _person(request: HttpRequest) -> str:
    """The key of who asks, where anything needed to know: a lazy user is not looked up for it."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject):
        user = request.__dict__.get("_cached_user")
    return str(getattr(user, "key", "") or "") if getattr(user, "is_authenticated", False) else ""
