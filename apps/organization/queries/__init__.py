"""Reading the organization."""

from apps.organization.queries.people import (
    active_people,
    is_last_administrator,
    open_seats_of,
    people_list,
    readable_seats,
    search_people,
)
from apps.organization.queries.scopes import (
    PlatformGap,
    current_memberships,
    hard_path,
    platform_gaps,
    readable_scope,
    service_list,
    team_list,
)
from apps.organization.queries.seats import (
    has_right,
    held_seats,
    hidden_scope_ids,
    organization_scope,
    seat_for,
    seats_on,
    today,
)
from apps.organization.queries.triad import Cell, Finding, Holder, Triad, conflicts_on, triad

__all__ = [
    "Cell",
    "Finding",
    "Holder",
    "PlatformGap",
    "Triad",
    "active_people",
    "conflicts_on",
    "current_memberships",
    "hard_path",
    "has_right",
    "held_seats",
    "hidden_scope_ids",
    "is_last_administrator",
    "open_seats_of",
    "organization_scope",
    "people_list",
    "platform_gaps",
    "readable_scope",
    "readable_seats",
    "search_people",
    "seat_for",
    "seats_on",
    "service_list",
    "team_list",
    "today",
    "triad",
]
