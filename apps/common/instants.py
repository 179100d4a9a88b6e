"""Instants as text: one form everywhere that is hashed, logged or exported, and others that people read."""

from datetime import UTC, date, datetime

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


def exact_words(at: datetime) -> str:
    """`at` to the second, in UTC, as people write it."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y %H:%M:%S} UTC"


def day_words(on: date, today: date) -> str:
    """A day without its year where it is this one."""
    return f"{on.day} {on:%b}" if on.year == today.year else f"{on.day} {on:%b %Y}"


def ago_words(at: datetime, now: datetime) -> str:
    """How long ago `at` was, or in how long it will be: minutes, hours, days up to 13, then the date (UTC)."""
    seconds = (now - at).total_seconds()
    distance = abs(seconds)
    if distance < 45:
        return "just now" if seconds >= 0 else "in a moment"
    if distance < 3_570:
        words = f"{max(1, round(distance / 60))} min"
    elif distance < 84_600:
        words = f"{max(1, round(distance / 3_600))} h"
    elif distance < 13.5 * 86_400:
        words = f"{max(1, round(distance / 86_400))} d"
    else:
        return day_words(at.astimezone(UTC).date(), now.astimezone(UTC).date())
    return f"{words} ago" if seconds > 0 else f"in {words}"
