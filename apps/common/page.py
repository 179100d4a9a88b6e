"""Same URL, page or partial: what htmx asks for and what a browser without scripts gets have one markup."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def wants_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page; a boosted link asks for all of it."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx) and htmx is not None and not htmx.boosted


def page_or_partial(
    request: HttpRequest, page: str, partial: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Render `partial` where htmx asks for it, else the whole `page`, which includes the partial.

    Messages left by the act ride along with a partial as toasts, out of band. Varies by HX-Request always, so
    that no cache hands the one for the other.
    """
    asked = wants_partial(request)
    response = render(request, partial if asked else page, dict(context), status=status)
    if asked and messages.get_messages(request):
        toasts = render_to_string("components/_toasts_out_of_band.html", {}, request)
        response.content += toasts.encode()
    patch_vary_headers(response, ["HX-Request"])
    return response
