"""The step between a signing form and the act: confirming who one is."""

import secrets

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

from apps.organization.requests import person_of
from apps.signatures import rules as signatures
from apps.signatures.reauthentication import Authentication, fresh_authentication


def form_key() -> str:
    """A fresh idempotency key for a form: 128 random bits."""
    return secrets.token_hex(16)


def confirmed(request: HttpRequest) -> Authentication:
    """The re-authentication of the last two minutes.

    Without one it raises ReauthenticationRequired: the post is suspended, a page asks for password, code or passkey,
    and then the post goes on by itself. Raises NotAllowed for whoever cannot confirm at all.
    """
    person = person_of(request)
    signatures.check_can_confirm(by=person)
    authentication = fresh_authentication(request)
    if authentication is None:
        raise ReauthenticationRequired
    return authentication
