"""The step between a signing form and the act: confirming who one is."""

import secrets

from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.utils import timezone

from apps.organization.requests import person_of
from apps.signatures import queries
from apps.signatures import rules as signatures
from apps.signatures.reauthentication import Authentication, fresh_authentication
from apps.signatures.suspending import suspend


def form_key() -> str:
    """A fresh idempotency key for a form: 128 random bits."""
    return secrets.token_hex(16)


def confirmed(request: HttpRequest, *, words: str) -> Authentication:
    """The re-authentication of the last two minutes.

    Without one it raises ImmediateHttpResponse: the post waits, a page that prints `words` asks for password, code or
    passkey, and then just this post goes on by itself. Raises NotAllowed for whoever cannot confirm at all.
    """
    person = person_of(request)
    signatures.check_can_confirm(by=person)
    now = timezone.now()
    signatures.check_signing_is_open(by=person, now=now)
    by_factor = queries.shut_until(person, now=now) is not None
    authentication = fresh_authentication(request)
    if authentication is None or (by_factor and authentication.factor is None):
        raise ImmediateHttpResponse(suspend(request, words=words, by_factor=by_factor))
    return authentication
