"""How lately a person confirmed who they are.

Our own reading of the session's records, failing closed: the package's own check answers yes for a person with neither
password nor second factor, and takes a fresh sign-in for a confirmation. Here only a record of a re-authentication of
this very person counts, and only for two minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

MAX_AGE = timedelta(minutes=2)
# The clocks of two web machines may differ a little; a record from further ahead is not believed.
MAX_AHEAD = timedelta(seconds=5)


@dataclass(frozen=True)
class Authentication:
    """That somebody confirmed who they are: with what, and when (aware, UTC).

    `factor` is the primary key of the code app or passkey used; None for a password.
    """

    method: str
    at: datetime
    factor: int | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Not older than two minutes, and not from the future."""
        return -MAX_AHEAD <= now - self.at <= MAX_AGE


def latest_authentication(request: HttpRequest) -> Authentication | None:
    """The session's last re-authentication by its person, fresh or not; None for tokens and without a session."""
    if not hasattr(request, "session") or not request.user.is_authenticated:
        return None
    found = [
        authentication
        for record in get_authentication_records(request, request.user)
        if (authentication := _read(record)) is not None
    ]
    return max(found, key=lambda authentication: authentication.at, default=None)


def fresh_authentication(request: HttpRequest) -> Authentication | None:
    """A re-authentication of at most two minutes ago, or None."""
    latest = latest_authentication(request)
    return latest if latest is not None and latest.is_fresh(timezone.now()) else None


def _read(record: Any) -> Authentication | None:
    if not isinstance(record, Mapping) or record.get("reauthenticated") is not True:
        return None
    at = record.get("at")
    if isinstance(at, bool) or not isinstance(at, int | float):
        return None
    method = str(record.get("type") or record.get("method") or "")
    factor = record.get("id")
    used = factor if record.get("method") == "mfa" and isinstance(factor, int) else None
    try:
        return Authentication(method, datetime.fromtimestamp(at, tz=UTC), used) if method else None
    except (OverflowError, ValueError, OSError):
        return None
