"""Reading resources, their usage and what is planned, as a person may."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from apps.organization import queries as organization
from apps.organization.models import Person
from apps.reliability.headroom import Headroom, HeadroomState, Slope, Step, Usage
from apps.reliability.models import DayUsage, HeadroomReview, HeadroomStatus, PlannedDemand, Resource

OVERDUE_REVIEW = "OVERDUE"
# The trend is that of so many days: what was a year ago no longer says how fast it grows.
TREND_DAYS = 365


def resources_outside(hidden: Collection[int]) -> QuerySet[Resource]:
    """Resources of nothing below the scopes `hidden` from the reader, each with its status."""
    found = Resource.objects.select_related("scope", "status", "written_by").order_by("pk")
    return found.exclude(Q(scope_id__in=hidden) | Q(scope__parent_id__in=hidden)) if hidden else found


def resources_for(reader: Person) -> QuerySet[Resource]:
    """Resources that `reader` may read, archived ones too."""
    return resources_outside(organization.hidden_scope_ids(reader))


def filtered_resources(
    hidden: Collection[int], *, text: str = "", state: str = "", scope: str = "", today: date
) -> QuerySet[Resource]:
    """Resources in use, what runs out first before others: by words, state (or OVERDUE) and what uses them."""
    found = resources_outside(hidden).filter(archived_at=None).order_by("status__need", "pk")
    if text:
        found = found.filter(Q(title__icontains=text) | Q(key__iexact=text) | Q(scope__title__icontains=text))
    if state == OVERDUE_REVIEW:
        found = found.filter(next_review_on__lt=today)
    elif state:
        found = found.filter(status__state=state)
    return found.filter(scope__key__iexact=scope) if scope else found


def usage_of(resource: Resource, *, on: date, days: int = TREND_DAYS) -> list[DayUsage]:
    """Of the last `days` days up to `on`, the oldest first."""
    rows = DayUsage.objects.filter(resource=resource, on__gt=on - timedelta(days=days), on__lte=on)
    return list(rows.order_by("on"))


def measured(rows: Collection[DayUsage]) -> list[Usage]:
    """As the trend takes them: each day's at its beginning."""
    return [Usage(datetime.combine(row.on, time(), UTC), row.value) for row in rows]


def planned_for(resource: Resource, *, hidden: Collection[int] = ()) -> list[PlannedDemand]:
    """Planned demand, the first day first; but for what is planned below the scopes `hidden`."""
    rows = PlannedDemand.objects.filter(resource=resource).select_related("scope")
    return list(rows.exclude(Q(scope_id__in=hidden) | Q(scope__parent_id__in=hidden)) if hidden else rows)


def steps_of(planned: Collection[PlannedDemand], *, after: date) -> tuple[Step, ...]:
    """Those that are still to come."""
    return tuple(Step(one.on, one.amount, one.why) for one in planned if one.on > after)


def headroom_of(resource: Resource, planned: Collection[PlannedDemand] = ()) -> Headroom:
    """As it was computed last; its words name what is `planned`."""
    status: HeadroomStatus = resource.status
    slope = None
    if status.a_day is not None and status.a_day_low is not None and status.a_day_high is not None:
        slope = Slope(status.a_day, status.a_day_low, status.a_day_high)
    return Headroom(
        HeadroomState(status.state),
        status.as_of,
        resource.limit,
        status.n,
        resource.unit,
        steps_of(planned, after=status.as_of.date()),
        status.level,
        slope,
        status.days,
        status.earliest,
        status.latest,
    )


def reviews_of(resource: Resource) -> list[HeadroomReview]:
    """The latest first."""
    return list(resource.reviews.select_related("reviewed_by", "resource"))


def resources_on(scope_ids: Collection[int], *, hidden: Collection[int]) -> list[Resource]:
    """Resources in use of these scopes, what runs out first before others. One query."""
    found = resources_outside(hidden).filter(archived_at=None, scope_id__in=scope_ids)
    return list(found.order_by("status__need", "pk"))
