"""The API's pattern, alike in every room: what may be asked, who may, what comes back.

A room's `api` holds plain functions, each decorated with what it is (`reads_list`, `reads`, `writes`), and its
`api/addresses.py` ties them to addresses: `path("epics/", endpoint(get=epics.epic_list, post=epics.epic_create), …)`.
Rows are TypedDicts: what a function returns, what mypy checks and what the schema says are one declaration. Filters
and bodies are the forms of the room's pages.
"""

from apps.common.endpoints.asked import body_of, filters_of
from apps.common.endpoints.endpoint import answered_once, endpoint
from apps.common.endpoints.found import found
from apps.common.endpoints.listing import Page, listed, sorted_by, whole
from apps.common.endpoints.operations import Operation, on_its_page, reads, reads_list, writes
from apps.common.endpoints.types import Address, Day, Digest, Instant, Key, day, instant

__all__ = [
    "Address",
    "Day",
    "Digest",
    "Instant",
    "Key",
    "Operation",
    "Page",
    "answered_once",
    "body_of",
    "day",
    "endpoint",
    "filters_of",
    "found",
    "instant",
    "listed",
    "on_its_page",
    "reads",
    "reads_list",
    "sorted_by",
    "whole",
    "writes",
]
