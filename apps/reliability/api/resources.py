"""What has a limit, what of it is in use, and when the limit is reached."""

from typing import Any, TypedDict

from rest_framework.request import Request

from apps.common.access import Member
from apps.common.endpoints import (
    Address,
    Day,
    Instant,
    Key,
    Page,
    body_of,
    day,
    filters_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    writes,
)
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.reliability import actions, queries, usage
from apps.reliability.actions import Reviewed
from apps.reliability.headroom import HeadroomState
from apps.reliability.headroom_forms import (
    HeadroomReviewForm,
    ResourceCreateForm,
    ResourceFilterForm,
    ResourceForm,
    meant_of,
    resource_initial,
)
from apps.reliability.models import HeadroomReview, Resource


class ResourceRow(TypedDict):
    """Something with a limit, and where its usage stands as of an instant, in `unit`.

    `level` is what the trend says is in use; `growth` is by the day, from `growth_low` to `growth_high` (95 %). The
    limit is reached in `days`, from `days_low` to `days_high`; null is not within ten years, or that nothing is said.
    """

    key: Key
    url: Address
    title: str
    of: Key
    unit: str
    limit: float
    measure: Resource.Measure
    state: HeadroomState
    words: str
    level: float | None
    growth: float | None
    growth_low: float | None
    growth_high: float | None
    days: float | None
    days_low: float | None
    days_high: float | None
    reached_on: Day | None
    measurements: int
    measured_until: Day | None
    as_of: Instant
    next_review_on: Day | None
    archived_at: Instant | None


def _row(request: Request, resource: Resource) -> ResourceRow:
    told, status = queries.headroom_of(resource), resource.status
    return {
        "key": resource.key,
        "url": request.build_absolute_uri(resource.get_absolute_url()),
        "title": resource.title,
        "of": resource.scope.key,
        "unit": resource.unit,
        "limit": resource.limit,
        "measure": Resource.Measure(resource.measure),
        "state": told.state,
        "words": told.words,
        "level": told.level,
        "growth": status.a_day,
        "growth_low": status.a_day_low,
        "growth_high": status.a_day_high,
        "days": told.days,
        "days_low": told.earliest,
        "days_high": told.latest,
        "reached_on": day(told.on),
        "measurements": told.n,
        "measured_until": day(status.used_until),
        "as_of": instant(status.as_of),
        "next_review_on": day(resource.next_review_on),
        "archived_at": instant(resource.archived_at),
    }


def readable_resource(request: Request, key: str) -> Resource:
    """The resource, or 404."""
    return found(queries.resources_for(person_of(request)), key=key)


@reads_list(ResourceRow, filters=ResourceFilterForm)
def resource_list(request: Request) -> Page[ResourceRow]:
    """Resources in use that one may read, what runs out first before others."""
    hidden = organization.hidden_scope_ids(person_of(request))
    rows = queries.filtered_resources(hidden, **filters_of(request, ResourceFilterForm), today=organization.today())
    order = ("status__need", "pk")
    among = queries.resources_outside(hidden)
    return listed(request, rows, lambda one: _row(request, one), order=order, among=among)


@reads(ResourceRow)
def resource_read(request: Request, key: str) -> ResourceRow:
    """One resource."""
    return _row(request, readable_resource(request, key))


@writes(ResourceRow, body=ResourceCreateForm, status=201)
def resource_create(request: Request) -> ResourceRow:
    """Say what of a service, an epic or a team has a limit."""
    person = person_of(request)
    data = body_of(request, ResourceCreateForm, by=person)
    resource = actions.create_resource(scope_key=data["scope"], meant=meant_of(data), by=person)
    return _row(request, readable_resource(request, resource.key))


@writes(ResourceRow, body=ResourceForm, partial=True)
def resource_edit(request: Request, key: str) -> ResourceRow:
    """Another limit, or other words; what is left out stays, and so does usage."""
    resource = readable_resource(request, key)
    data = body_of(request, ResourceForm, start=resource_initial(resource))
    actions.edit_resource(resource_key=key, meant=meant_of(data), by=person_of(request))
    return _row(request, readable_resource(request, key))


@writes(ResourceRow)
def resource_archive(request: Request, key: str) -> ResourceRow:
    """Watch it no longer; usage and reviews stay."""
    readable_resource(request, key)
    actions.archive_resource(resource_key=key, by=person_of(request))
    return _row(request, readable_resource(request, key))


@writes(ResourceRow, may=Member, takes={"application/json": {"schema": usage.SCHEMA}})
def usage_record(request: Request, key: str) -> ResourceRow:
    """Send usage. A day that was measured before is replaced by what comes, so sending twice changes nothing.

    Of several values of one day of UTC the highest counts.
    """
    readable_resource(request, key)
    body: Any = request.data
    actions.record_usage(resource_key=key, usage=usage.read(body), by=person_of(request))
    return _row(request, readable_resource(request, key))


class UsageRow(TypedDict):
    """What was in use on a day of UTC."""

    on: Day
    value: float


@reads(list[UsageRow])
def usage_list(request: Request, key: str) -> list[UsageRow]:
    """Usage by day of the last 365 days, the oldest first; days without a measurement are not there."""
    rows = queries.usage_of(readable_resource(request, key), on=organization.today())
    return [{"on": day(row.on), "value": row.value} for row in rows]


class PlannedDemandRow(TypedDict):
    """So much more (or less) from a day on, for an epic."""

    on: Day
    amount: float
    why: str
    of: Key


@reads(list[PlannedDemandRow])
def planned_demand_list(request: Request, key: str) -> list[PlannedDemandRow]:
    """Planned demand, the first day first, of epics that one may read."""
    hidden = organization.hidden_scope_ids(person_of(request))
    rows = queries.planned_for(found(queries.resources_outside(hidden), key=key), hidden=hidden)
    return [{"on": day(row.on), "amount": row.amount, "why": row.why, "of": row.scope.key} for row in rows]


class HeadroomReviewRow(TypedDict):
    """What somebody said who looked at the figures; `words` are what the page said of them then."""

    key: Key
    words: str
    note: str
    next_review_on: Day
    reviewed_by: PersonMention
    reviewed_at: Instant


def _review_row(review: HeadroomReview) -> HeadroomReviewRow:
    return {
        "key": review.key,
        "words": review.words,
        "note": review.note,
        "next_review_on": day(review.next_review_on),
        "reviewed_by": mention(review.reviewed_by),
        "reviewed_at": instant(review.reviewed_at),
    }


@reads(list[HeadroomReviewRow])
def headroom_review_list(request: Request, key: str) -> list[HeadroomReviewRow]:
    """Reviews of a resource, the latest first."""
    return [_review_row(review) for review in queries.reviews_of(readable_resource(request, key))]


@writes(HeadroomReviewRow, body=HeadroomReviewForm, status=201)
def headroom_review(request: Request, key: str) -> HeadroomReviewRow:
    """Say what follows from the figures, and when they are looked at again."""
    readable_resource(request, key)
    data = body_of(request, HeadroomReviewForm)
    return _review_row(actions.review_headroom(resource_key=key, reviewed=Reviewed(**data), by=person_of(request)))
