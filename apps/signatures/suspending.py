"""Forms that wait until their sender has confirmed who they are.

allauth keeps one such form a session and goes on with it whichever page was confirmed: with two tabs open, the second
form would be signed by who confirmed the first. Here each has a name of its own; its confirming page carries the name,
says what waits under it, and only that goes on.
"""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve

# The latest few: an epic's dossier, and so its form, may be large.
KEPT = 4
_NAME = "form"
_RESUME = "apps.signatures.suspending.resume"


def suspend(request: HttpRequest, *, words: str, by_factor: bool = False) -> HttpResponse:
    """Keeps the post of `request`, and leads to the page that confirms it and prints `words`, what is about to happen.

    `by_factor` leads to the page for a code or passkey instead of the password's.
    """
    name = secrets.token_urlsafe(12)
    kept = {**_waiting(request), name: {"request": serialize_request(request), "words": words}}
    _keep(request, dict(list(kept.items())[-KEPT:]))
    methods = get_adapter().get_reauthentication_methods(request.user)
    chosen = [method for method in methods if method["id"] != "reauthenticate"] if by_factor else methods
    after = urlencode({REDIRECT_FIELD_NAME: f"{request.path}?{urlencode({_NAME: name})}"})
    return HttpResponseRedirect(f"{chosen[0]['url']}?{after}")


def resume(request: HttpRequest, state: dict[str, Any]) -> HttpResponse | None:
    """Goes on with the form that the confirmed page names; allauth calls it. None where it named none."""
    waiting: dict[str, Any] = state["waiting"]
    name = _name(request)
    form = waiting.pop(name, None)
    if waiting:
        _keep(request, waiting)
    if form is None:
        if name:
            messages.warning(
                request, "Nothing was signed: that form is no longer kept. Look at the page again, then sign."
            )
        return None
    sent = deserialize_request(form["request"], request)
    found = resolve(sent.path_info)
    response: HttpResponse = found.func(sent, *found.args, **found.kwargs)
    return response


def waiting_words(request: HttpRequest) -> str:
    """What is about to happen once this page is confirmed; "" where no form waits for it."""
    return str(_waiting(request).get(_name(request), {}).get("words", ""))


def _waiting(request: HttpRequest) -> dict[str, Any]:
    state = request.session.get(STATE_SESSION_KEY) or {}
    return dict(state["state"]["waiting"]) if state.get("callback") == _RESUME else {}


def _keep(request: HttpRequest, waiting: dict[str, Any]) -> None:
    request.session[STATE_SESSION_KEY] = {"callback": _RESUME, "state": {"waiting": waiting}}


def _name(request: HttpRequest) -> str:
    after = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""
    return parse_qs(urlsplit(after).query).get(_NAME, [""])[0]
