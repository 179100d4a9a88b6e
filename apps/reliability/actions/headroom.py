"""Usage by day, reviews, planned demand, and what comes of all that for the limit.

The trend of a year, of 365 points, is 66,000 slopes: some 15 ms. It is computed in the act that changes something, and
anew each day, since days until a limit pass; pages and lists read what is stored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

from django.db import transaction
from django.utils import timezone

from apps.audit.acts import act, canonical_digest, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.organization import actions as organization
from apps.organization.models import Person, Scope
from apps.organization.queries import today
from apps.reliability import queries, rules
from apps.reliability.actions.locks import lock_resource
from apps.reliability.headroom import MOST, Headroom, HeadroomState, headroom
from apps.reliability.models import DayUsage, HeadroomReview, HeadroomStatus, PlannedDemand, Resource

MAX_DAYS = 4_000
EARLIEST = date(1990, 1, 1)
MAX_NOTE = 4_000
LONGEST_REVIEW = timedelta(days=400)
# Behind every number of days: what does not reach its limit, and what has too few measurements.
NOT_IN_SIGHT, UNMEASURED = 1e6, 2e6


@act
def record_usage(*, resource_key: str, usage: Mapping[date, float], by: Person) -> Resource:
    """Stores what was in use by day of UTC; a day that was there is replaced, so that sending twice changes nothing.

    One entry in the log for all, with its digest. Raises BadInput for days to come, and for what is no number.
    """
    resource = lock_resource(resource_key, by=by)
    seat = rules.check_may_record_usage(resource, by=by)
    _check_usage(usage)
    DayUsage.objects.bulk_create(
        [DayUsage(resource=resource, on=on, value=float(value)) for on, value in sorted(usage.items())],
        update_conflicts=True,
        unique_fields=["resource", "on"],
        update_fields=["value"],
    )
    refresh(resource)
    record(
        "resource.usage_recorded",
        subject=resource.key,
        digest=canonical_digest({on.isoformat(): repr(float(value)) for on, value in usage.items()}),
        by=by,
        seat=seat,
        title=resource.title,
        sentence="sent usage of {days} days of {subject} “{title}”"
        if len(usage) > 1
        else "sent usage of {first} of {subject} “{title}”",
        about=[resource.scope.key],
        facts={"days": len(usage), "first": min(usage), "last": max(usage)},
    )
    return resource


def _check_usage(usage: Mapping[date, float]) -> None:
    if not usage:
        raise BadInput("There is no usage in it.")
    if len(usage) > MAX_DAYS:
        raise BadInput(f"{len(usage):,} days; at most {MAX_DAYS:,} are taken at once.")
    if max(usage) > today():
        raise BadInput(f"{max(usage)} is in the future. Nothing has been measured there yet.")
    if min(usage) < EARLIEST:
        raise BadInput(f"{min(usage)} lies before {EARLIEST.year}.")
    if any(not isfinite(value) or not 0 <= value <= MOST for value in usage.values()):
        raise BadInput("Usage is a number from 0 on, at most 10^18.")


@dataclass(frozen=True)
class Reviewed:
    """What somebody says who looked at the figures; `digest` is that of the figures shown, "" where no page did."""

    note: str
    next_review_on: date
    digest: str = ""


@act
def review_headroom(*, resource_key: str, reviewed: Reviewed, by: Person) -> HeadroomReview:
    """Somebody who answers for it has looked at the figures, says what follows, and when they will look again.

    Raises Refused where the figures are not those that the page showed.
    """
    resource = lock_resource(resource_key, by=by)
    seat = rules.check_may_review_headroom(resource, by=by)
    figures = figures_of(resource)
    if reviewed.digest not in {"", figures_digest(resource)}:
        raise Refused(
            f"{resource.key} has moved on since the page was opened: usage, limit or days are others now. Nothing was "
            "recorded. Look at them, then review."
        )
    note = clean_text(reviewed.note, what="The note", limit=MAX_NOTE).strip()
    if not note:
        raise BadInput("Say what follows from the figures, even if it is that nothing has to be done.")
    if not today() < reviewed.next_review_on <= today() + LONGEST_REVIEW:
        raise BadInput(f"The next review is on a day after today, and by {today() + LONGEST_REVIEW} at the latest.")
    (key,) = organization.take_keys("REV", 1)
    review = HeadroomReview.objects.create(
        key=key,
        resource=resource,
        figures=figures,
        note=note,
        next_review_on=reviewed.next_review_on,
        reviewed_by=by,
    )
    resource.next_review_on = reviewed.next_review_on
    resource.save(update_fields=["next_review_on"])
    record(
        "resource.reviewed",
        subject=resource.key,
        digest=canonical_digest(review.canonical_row()),
        by=by,
        seat=seat,
        title=resource.title,
        sentence="reviewed the headroom of {subject} “{title}”: {reason}",
        about=[resource.scope.key],
        reference=review.key,
        reason=note,
        facts={"next_review_on": reviewed.next_review_on, "state": str(resource.status.state)},
    )
    return review


def figures_of(resource: Resource) -> str:
    """What pages say of usage and limit, as canonical JSON; planned demand counts in the days, and is not named."""
    found = queries.headroom_of(resource)
    told = {
        "as_of": found.now.date().isoformat(),
        "days": None if found.days is None else repr(found.days),
        "level": None if found.level is None else repr(found.level),
        "limit": repr(found.limit),
        "state": found.state.value,
        "words": found.words,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def figures_digest(resource: Resource) -> str:
    """Of what was shown, to come back with the review."""
    return canonical_digest({"figures": figures_of(resource)})


def put_demand(*, resource: Resource, scope: Scope, cause_key: str, on: date, amount: float, why: str) -> PlannedDemand:
    """Demand that somebody above plans; the same `cause_key` takes the place of what it said. A part of their act.

    Raises RuntimeError outside a transaction.
    """
    _check_inside_act("put_demand")
    row, _ = PlannedDemand.objects.update_or_create(
        cause_key=cause_key,
        defaults={"resource": resource, "scope": scope, "on": on, "amount": amount, "why": why},
    )
    refresh(resource)
    return row


def take_demand_back(*, resource: Resource, cause_key: str) -> None:
    """It is planned no longer. A part of the act of whoever planned it; raises RuntimeError outside a transaction."""
    _check_inside_act("take_demand_back")
    PlannedDemand.objects.filter(resource=resource, cause_key=cause_key).delete()
    refresh(resource)


def refresh_headroom() -> int:
    """Every resource in use is computed anew, as the days pass. Returns how many there were."""
    keys = list(Resource.objects.filter(archived_at=None).order_by("pk").values_list("pk", flat=True))
    for pk in keys:
        with transaction.atomic():
            resource = Resource.objects.select_for_update(of=("self",)).select_related("scope").get(pk=pk)
            refresh(resource)
    return len(keys)


def refresh(resource: Resource) -> None:
    """Writes the status anew, from rows; the caller holds the resource's lock."""
    _check_inside_act("refresh")
    now = timezone.now()
    rows = queries.usage_of(resource, on=now.date())
    planned = queries.planned_for(resource)
    steps = queries.steps_of(planned, after=now.date())
    found = headroom(queries.measured(rows), resource.limit, now=now, steps=steps, unit=resource.unit)
    slope = found.slope
    resource.status, _ = HeadroomStatus.objects.update_or_create(
        resource=resource,
        defaults={
            "as_of": now,
            "state": found.state.value,
            "need": _need(found),
            "n": found.n,
            "used_until": rows[-1].on if rows else None,
            "level": found.level,
            "a_day": slope.a_day if slope else None,
            "a_day_low": slope.low if slope else None,
            "a_day_high": slope.high if slope else None,
            "days": found.days,
            "earliest": found.earliest,
            "latest": found.latest,
        },
    )


def _need(found: Headroom) -> float:
    if found.state is HeadroomState.TOO_FEW:
        return UNMEASURED
    return NOT_IN_SIGHT if found.days is None else found.days


def _check_inside_act(name: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{name} is a part of an act: call it inside one")
