"""Reading what waits for a person, what they were told, and what they look for."""

from apps.desk.queries.desks import Desk, read_desk
from apps.desk.queries.inbox import InboxLine, inbox, inbox_lines, unread_count
from apps.desk.queries.searching import Group, exact_url, search

__all__ = [
    "Desk",
    "Group",
    "InboxLine",
    "exact_url",
    "inbox",
    "inbox_lines",
    "read_desk",
    "search",
    "unread_count",
]
