"""Who may sign anything at all; what may be signed by whom is the rule of the room above."""

from datetime import datetime

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows

from apps.common.refused import BadInput, NotAllowed
from apps.organization.models import Person
from apps.signatures import queries
from apps.signatures.reauthentication import Authentication

MAX_COMMENT = 4_000


def check_can_confirm(*, by: Person) -> None:
    """Raises NotAllowed for whoever has no way to confirm who they are."""
    if by.is_service:
        raise NotAllowed("A service account cannot sign. Sign in as a person.")
    if not by.is_active:
        raise NotAllowed("This account is deactivated and cannot sign.")
    if not get_reauthentication_flows(by):
        raise NotAllowed(
            "You have neither a password nor a passkey to confirm who you are, so you cannot sign. "
            "Set a password first."
        )


def check_signing_is_open(*, by: Person, now: datetime, authentication: Authentication | None = None) -> None:
    """Raises NotAllowed for some hours after somebody else changed what `by` signs in with, by mail or by a link.

    Open to who has a code or passkey from before; with `authentication`, only if it is by one of those.
    """
    until = queries.shut_until(by, now=now)
    if until is None:
        return
    factors = queries.older_factors(by)
    known = factors if authentication is None else factors.filter(pk=authentication.factor)
    if known.exists():
        return
    had = "confirm with a code or passkey that you had before" if factors.exists() else "you cannot sign"
    raise NotAllowed(
        f"Your mail address was changed by somebody else, or your password was set by a link after that: until "
        f"{until:%d %b %Y %H:%M} UTC {had}. If you did not expect it, tell an administrator or an auditor."
    )


def check_may_sign(*, by: Person, authentication: Authentication | None, now: datetime) -> Authentication:
    """The authentication, where it is one of the last two minutes and `by` can sign; else raises NotAllowed."""
    check_can_confirm(by=by)
    if authentication is None or not authentication.is_fresh(now):
        raise NotAllowed("Confirm who you are: a signature needs it within the last two minutes.")
    # As stored now: it may have changed since the request began.
    stored = Person.objects.only("credentials_changed_at").get(pk=by.pk)
    check_signing_is_open(by=stored, now=now, authentication=authentication)
    return authentication


def check_idempotency_key(key: str) -> None:
    """Raises BadInput for a key that a page of ours would not have made."""
    if not 16 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise BadInput("The form is incomplete: open the page again and sign from there.")
