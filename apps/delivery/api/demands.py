"""What an epic will add to what runs out."""

from typing import TypedDict

from rest_framework.request import Request

from apps.common.endpoints import Day, Instant, Key, body_of, day, instant, reads, writes
from apps.delivery import actions, queries
from apps.delivery.api.epics import readable_epic
from apps.delivery.demand_forms import DemandForm, planned_of
from apps.delivery.models import EpicDemand
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of


class EpicDemandRow(TypedDict):
    """So much more (or less) of a resource, in its unit, from a day on."""

    key: Key
    epic: Key
    resource: Key
    on: Day
    amount: float
    why: str
    planned_by: PersonMention
    planned_at: Instant


def _row(demand: EpicDemand) -> EpicDemandRow:
    return {
        "key": demand.key,
        "epic": demand.epic.key,
        "resource": demand.resource.key,
        "on": day(demand.on),
        "amount": demand.amount,
        "why": demand.why,
        "planned_by": mention(demand.planned_by),
        "planned_at": instant(demand.planned_at),
    }


@reads(list[EpicDemandRow])
def epic_demand_list(request: Request, key: str) -> list[EpicDemandRow]:
    """What the epic adds to resources that one may read, the first day first."""
    epic = readable_epic(request, key)
    hidden = organization.hidden_scope_ids(person_of(request))
    return [_row(demand) for demand in queries.demands_of(epic, hidden=hidden)]


@writes(EpicDemandRow, body=DemandForm, status=201)
def epic_demand_add(request: Request, key: str) -> EpicDemandRow:
    """From a day on the epic adds to a resource; said again for the same day, it takes the place of what was said."""
    readable_epic(request, key)
    person = person_of(request)
    data = body_of(request, DemandForm, by=person)
    return _row(actions.plan_demand(epic_key=key, planned=planned_of(data), by=person))


@writes()
def epic_demand_remove(request: Request, key: str, demand: str) -> None:
    """The epic adds nothing to it after all."""
    readable_epic(request, key)
    actions.withdraw_demand(epic_key=key, demand_key=demand, by=person_of(request))
