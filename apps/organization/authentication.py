"""Tokens at the API's door."""

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
