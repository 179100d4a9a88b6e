"""What an epic will add to what runs out; reliability is told in the same act."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, record
from apps.common.refused import BadInput, Refused
from apps.delivery import rules
from apps.delivery.actions.locks import lock_epic
from apps.delivery.models import Epic, EpicDemand
from apps.organization import actions as organization
from apps.organization.actions.words import one_line
from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability.actions.headroom import put_demand, take_demand_back
from apps.reliability.actions.locks import lock_resource
from apps.reliability.headroom import MOST
from apps.reliability.models import Resource


@dataclass(frozen=True)
class Planned:
    """So much more (or less) of a resource from a day on."""

    resource_key: str
    on: date
    amount: float
    why: str = ""


@act
def plan_demand(*, epic_key: str, planned: Planned, by: Person) -> EpicDemand:
    """From a day on the epic adds to a resource; said again for the same day, it takes the place of what was said."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_plan_demand(epic, by=by)
    resource = _resource(planned.resource_key, by=by)
    if resource.archived_at:
        raise Refused(f"{resource.key} is archived; nothing is planned for it any more.")
    if planned.on <= today():
        raise BadInput(f"{planned.on} has begun: what is added by then is in the usage. Plan it for a day to come.")
    if not 0 < abs(planned.amount) <= MOST:
        raise BadInput("An epic adds a number other than 0, at most 10^18.")
    why = one_line(planned.why, what="Why", limit=500)
    demand = EpicDemand.objects.filter(epic=epic, resource=resource, on=planned.on).first()
    if demand is None:
        (key,) = organization.take_keys("DEM", 1)
        demand = EpicDemand(key=key, epic=epic, resource=resource, on=planned.on)
    demand.amount, demand.why = float(planned.amount), why
    demand.planned_by, demand.planned_at = by, timezone.now()
    demand.save()
    put_demand(
        resource=resource, scope=epic.scope, cause_key=demand.key, on=demand.on, amount=demand.amount, why=demand.why
    )
    _record("epic.demand_planned", "planned that {subject} adds {amount} to {resource} on {on}", demand, by, seat)
    return demand


@act
def withdraw_demand(*, epic_key: str, demand_key: str, by: Person) -> None:
    """The epic adds nothing to it after all; the log remembers that it did."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_plan_demand(epic, by=by)
    demand = EpicDemand.objects.filter(epic=epic, key=demand_key).select_related("resource__scope", "epic").first()
    if demand is None:
        raise Refused(f"{epic.key} plans no {demand_key[:20]}.")
    _take_back(demand)
    _record("epic.demand_withdrawn", "took back that {subject} adds {amount} to {resource} on {on}", demand, by, seat)


def drop_demands(epic: Epic) -> None:
    """What an archived epic planned is planned no longer. A part of the act that archives it."""
    for demand in EpicDemand.objects.filter(epic=epic).order_by("resource_id", "pk"):
        _take_back(demand)


def _take_back(demand: EpicDemand) -> None:
    resource = Resource.objects.select_for_update(of=("self",)).select_related("scope").get(pk=demand.resource_id)
    take_demand_back(resource=resource, cause_key=demand.key)
    EpicDemand.objects.filter(pk=demand.pk).delete()


def _resource(key: str, *, by: Person) -> Resource:
    try:
        return lock_resource(key, by=by)
    except Resource.DoesNotExist:
        raise Refused(f"There is no resource {key[:20]} that you may read.") from None


def _record(event: str, sentence: str, demand: EpicDemand, by: Person, seat: HeldSeat | None) -> None:
    record(
        event,
        subject=demand.epic.key,
        digest=canonical_digest(demand.canonical_row()),
        by=by,
        seat=seat,
        title=demand.epic.title,
        sentence=sentence,
        about=[demand.resource.key, demand.resource.scope.key],
        facts={
            "demand": demand.key,
            "resource": demand.resource.key,
            "on": demand.on,
            "amount": demand.amount_words,
        },
    )
