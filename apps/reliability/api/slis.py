"""Indicators, and counts of them."""

from typing import Any, TypedDict

from rest_framework.request import Request

from apps.common.access import Member
from apps.common.endpoints import (
    Address,
    Instant,
    Key,
    Page,
    body_of,
    filters_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    writes,
)
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import actions, pushed, queries
from apps.reliability.forms import SLICreateForm, SLIFilterForm, SLIForm
from apps.reliability.models import SLI


class SLIRow(TypedDict):
    """What is measured of a service or an epic; `counts_until` is the end of its newest count."""

    key: Key
    url: Address
    title: str
    of: Key
    kind: SLI.Kind
    good_means: str
    source: SLI.Source
    good_query: str
    total_query: str
    is_mean_of_ratios: bool
    counted_at: Instant | None
    counts_until: Instant | None
    archived_at: Instant | None


def _row(request: Request, sli: SLI) -> SLIRow:
    return {
        "key": sli.key,
        "url": request.build_absolute_uri(sli.get_absolute_url()),
        "title": sli.title,
        "of": sli.scope.key,
        "kind": SLI.Kind(sli.kind),
        "good_means": sli.good_means,
        "source": SLI.Source(sli.source),
        "good_query": sli.good_query,
        "total_query": sli.total_query,
        "is_mean_of_ratios": sli.is_mean_of_ratios,
        "counted_at": instant(sli.counted_at),
        "counts_until": instant(sli.counts_until),
        "archived_at": instant(sli.archived_at),
    }


def readable_sli(request: Request, key: str) -> SLI:
    """The SLI, or 404."""
    return found(queries.slis_for(person_of(request)), key=key)


@reads_list(SLIRow, filters=SLIFilterForm)
def sli_list(request: Request) -> Page[SLIRow]:
    """SLIs that one may read, without archived ones."""
    hidden = organization.hidden_scope_ids(person_of(request))
    rows = queries.filtered_slis(hidden, **filters_of(request, SLIFilterForm))
    return listed(request, rows, lambda sli: _row(request, sli), order=("pk",), among=queries.slis_outside(hidden))


@reads(SLIRow)
def sli_read(request: Request, key: str) -> SLIRow:
    """One SLI."""
    return _row(request, readable_sli(request, key))


@writes(SLIRow, body=SLICreateForm, status=201)
def sli_create(request: Request) -> SLIRow:
    """Define what is measured of a service, an epic or a team."""
    person = person_of(request)
    data = body_of(request, SLICreateForm, by=person)
    sli = actions.create_sli(scope_key=data.pop("scope"), **data, by=person)
    return _row(request, readable_sli(request, sli.key))


@writes(SLIRow, body=SLIForm, partial=True)
def sli_edit(request: Request, key: str) -> SLIRow:
    """Change a definition; what is left out stays, and so do counts."""
    sli = readable_sli(request, key)
    start = {name: getattr(sli, name) for name in SLIForm.base_fields}
    data = body_of(request, SLIForm, start=start)
    actions.edit_sli(sli_key=key, **data, by=person_of(request))
    return _row(request, readable_sli(request, key))


@writes(SLIRow)
def sli_archive(request: Request, key: str) -> SLIRow:
    """Measure it no longer."""
    readable_sli(request, key)
    actions.archive_sli(sli_key=key, by=person_of(request))
    return _row(request, readable_sli(request, key))


class CountsTaken(TypedDict):
    """How many counts were stored, and up to when the SLI is counted now."""

    sli: Key
    counts: int
    good: int
    total: int
    counts_until: Instant | None


@writes(CountsTaken, may=Member, takes={"application/json": {"schema": pushed.SCHEMA}})
def counts_record(request: Request, key: str) -> CountsTaken:
    """Send counts. A span that was counted before is counted anew by what comes, so sending twice changes nothing.

    By five minutes for the last 14 days, by the hour or the day for older ones; hours and days are summed from what is
    finer. A span that was counted by one grain takes no other.
    """
    readable_sli(request, key)
    body: Any = request.data
    batch = pushed.read(body)
    (sli,) = actions.record_counts(batches={key: batch}, by=person_of(request))
    return {
        "sli": sli.key,
        "counts": len(batch.buckets),
        "good": batch.good,
        "total": batch.total,
        "counts_until": instant(sli.counts_until),
    }


class DayRow(TypedDict):
    """A day of UTC, from `at` on."""

    at: Instant
    good: int
    total: int


@reads(list[DayRow])
def day_list(request: Request, key: str) -> list[DayRow]:
    """Good and total by day of the last 400 days, the oldest first; days without counts are not there."""
    days = queries.last_days(readable_sli(request, key), 400)
    return [{"at": instant(day.at), "good": day.good, "total": day.total} for day in reversed(days)]
