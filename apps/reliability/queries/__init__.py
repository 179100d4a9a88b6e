"""Reading of this room."""

from apps.reliability.queries.definitions import (
    filtered_slis,
    filtered_slos,
    scopes_to_measure,
    sli_for,
    slis_for,
    slis_outside,
    slo_for,
    slos_for,
    slos_on,
    slos_outside,
    tally,
    versions_of,
)
from apps.reliability.queries.detail import burn_down_of, burned_by_class
from apps.reliability.queries.freezes import active_freezes
from apps.reliability.queries.history import history_of
from apps.reliability.queries.nines import (
    Needed,
    Replayed,
    counts_error_class,
    days_of_window,
    efforts_of,
    errors_by_class,
    judgments_of,
    needed_by,
    replayed,
)
from apps.reliability.queries.standings import shown_now, stand_all, standings
from apps.reliability.queries.sums import days_between, hours_between, last_days, sums_between

__all__ = [
    "Needed",
    "Replayed",
    "active_freezes",
    "burn_down_of",
    "burned_by_class",
    "counts_error_class",
    "days_between",
    "days_of_window",
    "efforts_of",
    "errors_by_class",
    "filtered_slis",
    "filtered_slos",
    "history_of",
    "hours_between",
    "judgments_of",
    "last_days",
    "needed_by",
    "replayed",
    "scopes_to_measure",
    "shown_now",
    "sli_for",
    "slis_for",
    "slis_outside",
    "slo_for",
    "slos_for",
    "slos_on",
    "slos_outside",
    "stand_all",
    "standings",
    "sums_between",
    "tally",
    "versions_of",
]
