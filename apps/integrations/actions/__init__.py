"""The acts of this room, and the work of its workers."""

from apps.integrations.actions.backfilling import Filled, backfill
from apps.integrations.actions.fetching import fetch_source
from apps.integrations.actions.measuring import Chosen, measure_sli, measure_slis, stop_measuring_sli
from apps.integrations.actions.own_counting import count_own_requests

__all__ = [
    "Chosen",
    "Filled",
    "backfill",
    "count_own_requests",
    "fetch_source",
    "measure_sli",
    "measure_slis",
    "stop_measuring_sli",
]
