"""Instants as text: one form everywhere that is hashed, logged or exported."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

from apps.common.refused import BadInput


def instant_text(at: datetime) -> str:
    """`at` (aware) as YYYY-MM-DDTHH:MM:SS.ffffffZ, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """The aware instant that an ISO 8601 text names.

    Raises BadInput where it is no instant or names no zone, or none of UTC's years.
    """
    try:
        at = parse_datetime(text.strip())
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"“{text[:60]}” is not an instant: {error}.") from error
    raise BadInput(f"“{text[:60]}” is not an instant with a zone, such as 2026-11-23T10:44:00Z.")
