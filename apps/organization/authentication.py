"""Tokens at the API's door, and at doors that are not theirs."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.organization import actions
from apps.organization.models import Person, Token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <secret>`; the secret is looked up by its hash."""

    def authenticate(self, request: Request) -> tuple[Person, Token] | None:
        kind, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        now = timezone.now()
        token = Token.objects.select_related("person").filter(secret_hash=Token.hash_of(secret.strip())).first()
        if token is None or not token.is_valid_at(now) or not token.person.is_active:
            raise AuthenticationFailed("This token is unknown, expired or revoked. Ask an administrator for one.")
        actions.note_token_use(token, at=now)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenAtPageMiddleware:
    """Answers 403 where a token is shown at a page, which takes a person's session: programs do not follow to sign-in.

    Stands before the CSRF check, whose refusal would tell a program nothing. Whoever is signed in is let through: a
    proxy before the portal may add a token of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # REST framework's views and public ones need no sign-in by Django.
        is_page = getattr(view, "login_required", True)
        kind = request.headers.get("Authorization", "").partition(" ")[0]
        if not is_page or kind.lower() != "bearer" or request.user.is_authenticated:
            return None
        words = "A token opens the API below /api/v1/ only. This is a page: sign in as a person."
        return JsonResponse(
            {"type": "about:blank", "status": 403, "detail": words},
            status=403,
            content_type="application/problem+json",
        )
