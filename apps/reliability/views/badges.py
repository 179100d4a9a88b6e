"""The badge of an SLO, for whoever has its address; giving it one and taking it away."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from apps.common.access import member, public
from apps.organization.requests import person_of
from apps.reliability import actions, queries, showing
from apps.reliability.badge import badge_of, picture

KEPT_SECONDS = 300


@public
@require_safe
def slo_badge(request: HttpRequest, key: str) -> HttpResponse:
    """The picture. No cookie is read or set, and pages elsewhere may show it."""
    slo = queries.slo_of_badge(key, request.GET.get("token", ""))
    if slo is None:
        raise Http404
    # The door asked who is there. The picture is the same for all, and what caches keep must not end a session.
    request.COOKIES, request.session.accessed = {}, False
    now = timezone.now()
    body = picture(badge_of(showing.shown(slo, at=now), at=now)).encode()
    response = HttpResponse(body, content_type="image/svg+xml")
    response["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response


@member
@require_POST
def slo_badge_share(request: HttpRequest, key: str) -> HttpResponse:
    """A new address for the badge."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    actions.share_badge(slo_key=key, by=person)
    messages.success(request, f"The badge of {key} has a new address. Whoever has it sees where the SLO stands.")
    return redirect(slo)


@member
@require_POST
def slo_badge_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """The address shows nothing more."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    actions.withdraw_badge(slo_key=key, by=person)
    messages.success(request, f"The badge of {key} is withdrawn; its address shows nothing more.")
    return redirect(slo)
