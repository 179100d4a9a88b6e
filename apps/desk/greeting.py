"""The words above the desk. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def greeting(name: str, time_zone: str, at: datetime) -> str:
    """Such as "Good morning, Maria", by the person's own clock; by UTC where their zone is unknown."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    hour = at.astimezone(zone).hour
    time_of_day = "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {time_of_day}, {name}"


def joined(words: Sequence[str]) -> str:
    """Such as "one, two and three"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
