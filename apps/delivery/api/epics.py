"""Epics."""

from rest_framework.request import Request

from apps.common.endpoints import Page, body_of, filters_of, found, listed, reads, reads_list, sorted_by, writes
from apps.delivery import actions, queries
from apps.delivery.api import columns
from apps.delivery.api.rows import EpicDetail, EpicRow, epic_detail, epic_row
from apps.delivery.forms import EpicCreateForm, EpicFilterForm, EpicForm, ReasonForm
from apps.delivery.models import Epic
from apps.organization import queries as organization
from apps.organization.requests import person_of


def readable_epic(request: Request, key: str) -> Epic:
    """The epic, or 404."""
    return found(queries.epics_for(person_of(request)), key=key)


def _detail(request: Request, key: str) -> EpicDetail:
    epic = readable_epic(request, key)
    (row,) = columns.epic_columns(Epic.objects.filter(pk=epic.pk))
    return epic_detail(epic_row(row), epic, request.build_absolute_uri(epic.get_absolute_url()))


@reads_list(EpicRow, filters=EpicFilterForm)
def epic_list(request: Request) -> Page[EpicRow]:
    """Epics that one may read, without archived ones unless asked for by their state."""
    hidden = organization.hidden_scope_ids(person_of(request))
    initiatives = queries.initiative_choices(hidden)
    asked = filters_of(request, EpicFilterForm, initiatives=initiatives)
    order = sorted_by(asked.pop("sort"), queries.EPIC_SORTS)
    rows = columns.epic_columns(queries.filtered_epics(hidden, **asked))
    return listed(request, rows, epic_row, order=order, among=queries.epics_outside(hidden))


@reads(EpicDetail)
def epic_read(request: Request, key: str) -> EpicDetail:
    """One epic."""
    return _detail(request, key)


@writes(EpicDetail, body=EpicCreateForm, status=201)
def epic_create(request: Request) -> EpicDetail:
    """Write a new epic of an initiative."""
    person = person_of(request)
    data = body_of(request, EpicCreateForm, by=person)
    epic = actions.create_epic(
        initiative_key=data["initiative"],
        title=data["title"],
        summary=data["summary"],
        team_key=data["team"],
        promised_for=data["promised_for"],
        by=person,
    )
    return _detail(request, epic.key)


@writes(EpicDetail, body=EpicForm, partial=True)
def epic_edit(request: Request, key: str) -> EpicDetail:
    """Change title, summary, team and quarter; what is left out stays. None of it is part of what is signed."""
    epic = readable_epic(request, key)
    start = {
        "title": epic.title,
        "summary": epic.summary,
        "team": epic.team.scope.key if epic.team else "",
        "promised_for": epic.promised_for,
    }
    data = body_of(request, EpicForm, start=start)
    actions.edit_epic(
        epic_key=key,
        title=data["title"],
        summary=data["summary"],
        team_key=data["team"],
        promised_for=data["promised_for"],
        by=person_of(request),
    )
    return _detail(request, key)


@writes(EpicDetail, body=ReasonForm)
def epic_archive(request: Request, key: str) -> EpicDetail:
    """Take an epic with its stories out of the lists."""
    readable_epic(request, key)
    data = body_of(request, ReasonForm)
    actions.archive_epic(epic_key=key, reason=data["reason"], by=person_of(request))
    return _detail(request, key)
