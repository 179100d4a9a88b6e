"""Middleware: the content security policy; requests with what cannot be stored; the way to sign-in; refusals, and what
the database could not do, as pages.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render

from apps.common import unavailable
from apps.common.damaged import damaged_of
from apps.common.refused import Refused

ONLY_FORMS = "This address takes nothing but what its form sends. Go to the page that has the form."


class ContentSecurityPolicyMiddleware:
    """Sends `settings.SECURE_CSP` with every answer, what no page needs, and that other sites embed none of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class NulMiddleware:
    """Answers 404 where a key in an address holds a NUL, and 400 where a page's query does; forgets a cookie with one.

    Nothing stored has one, and PostgreSQL takes none to look for. Forms say it of their fields, and the API of a query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\x00" not in value}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> None:
        if any("\x00" in str(key) for key in (*args, *kwargs.values())):
            raise Http404
        is_page = not hasattr(view, "cls")
        if is_page and any("\x00" in word for name, values in request.GET.lists() for word in (name, *values)):
            raise BadRequest("A query holds a NUL character.")


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads whoever is not signed in to sign-in, and from there back: to the page of a form that was sent too late.

    The address that the form names may take nothing but forms.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        came = urlsplit(request.headers.get("Referer", ""))
        back = came._replace(scheme="", netloc="", fragment="").geturl() if came.netloc == request.get_host() else ""
        return redirect_to_login(back or "/", self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class RefusedMiddleware:
    """Answers a refusal that no view caught with its status and its sentence, and 503 where the database could not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        request.view_has_answered = True  # type: ignore[attr-defined]
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET" and not response.content:
            page = render(request, "refused.html", {"refused": Refused(ONLY_FORMS)}, status=response.status_code)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refused = exception if isinstance(exception, Refused) else damaged_of(exception)
        if refused is not None:
            return render(request, "refused.html", {"refused": refused}, status=refused.status)
        return unavailable.answer(request, exception)
