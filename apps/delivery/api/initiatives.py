"""Initiatives."""

from rest_framework.request import Request

from apps.common.endpoints import Page, body_of, found, listed, reads, reads_list, writes
from apps.delivery import actions, queries
from apps.delivery.api.rows import InitiativeRow, initiative_row
from apps.delivery.forms import InitiativeForm
from apps.delivery.models import Initiative
from apps.organization.requests import person_of


def _initiative(request: Request, key: str) -> Initiative:
    return found(queries.with_counts(queries.initiatives_for(person_of(request))), scope__key=key)


@reads_list(InitiativeRow)
def initiative_list(request: Request) -> Page[InitiativeRow]:
    """Initiatives that one may read, by title."""
    rows = queries.with_counts(queries.initiatives_for(person_of(request)))
    return listed(request, rows, initiative_row, order=("scope__title", "pk"), key="scope__key")


@reads(InitiativeRow)
def initiative_detail(request: Request, key: str) -> InitiativeRow:
    """One initiative."""
    return initiative_row(_initiative(request, key))


@writes(InitiativeRow, body=InitiativeForm, status=201)
def initiative_create(request: Request) -> InitiativeRow:
    """Start an initiative."""
    data = body_of(request, InitiativeForm)
    initiative = actions.create_initiative(**data, by=person_of(request))
    return initiative_row(_initiative(request, initiative.key))


@writes(InitiativeRow, body=InitiativeForm, partial=True)
def initiative_edit(request: Request, key: str) -> InitiativeRow:
    """Change title, purpose, and who may read it; what is left out stays."""
    initiative = _initiative(request, key)
    start = {"title": initiative.title, "purpose": initiative.purpose, "restricted": initiative.scope.restricted}
    data = body_of(request, InitiativeForm, start=start)
    actions.edit_initiative(initiative_key=key, **data, by=person_of(request))
    return initiative_row(_initiative(request, key))
