"""Is it alive, is it ready; and what is answered when a request goes wrong before any view."""

import sys
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from apps.common import health, unavailable
from apps.common.access import public


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where the portal can do its work, else 503 with the reasons."""
    reasons = health.reasons()
    ready = not any(reasons.values())
    body = {
        "status": "ready" if ready else "not ready",
        "checks": {name: reason or "ok" for name, reason in reasons.items()},
    }
    response = JsonResponse(body, status=200 if ready else 503, headers={} if ready else {"Retry-After": "10"})
    # Asked every few seconds: its answer is the word, and a line for each in the log would bury others.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@public
def closed(request: HttpRequest, key: str = "") -> HttpResponse:
    """A door of a package that this portal does not open."""
    raise Http404


def _problem(status: int, sentence: str, **extra: str) -> HttpResponse:
    body: dict[str, Any] = {"type": "about:blank", "status": status, "detail": sentence, **extra}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _has_answered(request: HttpRequest) -> bool:
    return getattr(request, "view_has_answered", False)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 where the request itself could not be read; 503 where its session could not be kept."""
    if response := unavailable.answer(request, exception, has_answered=_has_answered(request)):
        return response
    if _is_api(request):
        return _problem(400, "The request could not be read.")
    return defaults.bad_request(request, exception)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 where no view said it in a sentence of its own."""
    if _is_api(request):
        return _problem(403, "You may not do this.")
    return defaults.permission_denied(request, exception)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an address that leads nowhere, and for what this person may not know of."""
    if _is_api(request):
        return _problem(404, "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: a mistake of ours; the transaction was rolled back. 503 where the database could not, outside a view."""
    error = sys.exc_info()[1]
    if error and (response := unavailable.answer(request, error, has_answered=_has_answered(request))):
        return response
    if _is_api(request):
        words = "The portal made a mistake; nothing was stored. The operator's log says more."
        return _problem(500, words, request_id=getattr(request, "request_id", ""))
    # Without the request: what broke may break the frame of a page as well.
    return HttpResponse(render_to_string("500.html", {"request_id": getattr(request, "request_id", "")}), status=500)
