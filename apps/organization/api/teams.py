"""Teams and services."""

from typing import TypedDict

from django.db.models import QuerySet
from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Day,
    Page,
    body_of,
    day,
    filters_of,
    found,
    listed,
    reads,
    reads_list,
    writes,
)
from apps.organization import actions, forms, queries
from apps.organization.mentions import PersonMention, mention
from apps.organization.models import Membership, Service, ServiceDependency, Team
from apps.organization.requests import person_of


class TeamRow(TypedDict):
    """A team, with how many people it has today and how many services it owns."""

    key: str
    title: str
    kind: Team.Kind
    purpose: str
    member_count: int
    service_count: int


def _team_row(team: Team) -> TeamRow:
    return {
        "key": team.scope.key,
        "title": team.scope.title,
        "kind": Team.Kind(team.kind),
        "purpose": team.purpose,
        "member_count": team.member_count,  # type: ignore[attr-defined]
        "service_count": team.service_count,  # type: ignore[attr-defined]
    }


def _team(key: str) -> Team:
    return found(queries.team_list(), scope__key=key)


@reads_list(TeamRow, filters=forms.TeamFilter)
def team_list(request: Request) -> Page[TeamRow]:
    """Teams by name."""
    asked = filters_of(request, forms.TeamFilter)
    rows = queries.team_list(text=asked["q"], kind=asked["kind"])
    order = ("scope__title", "pk")
    return listed(request, rows, _team_row, order=order, key="scope__key", among=Team.objects.all())


class TeamDetail(TeamRow):
    """One team with its page."""

    url: Address


def _team_detail(request: Request, key: str) -> TeamDetail:
    team = _team(key)
    return {**_team_row(team), "url": request.build_absolute_uri(team.get_absolute_url())}


@reads(TeamDetail)
def team_read(request: Request, key: str) -> TeamDetail:
    """One team."""
    return _team_detail(request, key)


@writes(TeamDetail, body=forms.TeamForm, status=201)
def team_create(request: Request) -> TeamDetail:
    """A new team."""
    team = actions.create_team(**body_of(request, forms.TeamForm), by=person_of(request))
    return _team_detail(request, team.scope.key)


@writes(TeamDetail, body=forms.EditTeamForm, partial=True)
def team_edit(request: Request, key: str) -> TeamDetail:
    """New words for a team; what is left out stays."""
    team = _team(key)
    start = {"title": team.scope.title, "kind": team.kind, "purpose": team.purpose}
    actions.edit_team(team=team, **body_of(request, forms.EditTeamForm, start=start), by=person_of(request))
    return _team_detail(request, key)


class MembershipRow(TypedDict):
    """A person works in a team, from and until a day."""

    number: int
    person: PersonMention
    from_on: Day
    until_on: Day | None


def _membership_row(one: Membership) -> MembershipRow:
    return {
        "number": one.pk,
        "person": mention(one.person),
        "from_on": day(one.from_on),
        "until_on": day(one.until_on),
    }


@reads_list(MembershipRow)
def team_member_list(request: Request, key: str) -> Page[MembershipRow]:
    """Who works in a team today or begins later."""
    rows = queries.current_memberships(_team(key))
    return listed(request, rows, _membership_row, order=("person__name", "pk"), key="pk")


class ServiceRow(TypedDict):
    """Something that runs, owned by a team; `users` says in words who depends on it."""

    key: str
    title: str
    team: str
    purpose: str
    users: str
    need_count: int
    dependent_count: int


def _service_row(service: Service) -> ServiceRow:
    return {
        "key": service.scope.key,
        "title": service.scope.title,
        "team": service.team.scope.key,
        "purpose": service.purpose,
        "users": service.users,
        "need_count": service.need_count,  # type: ignore[attr-defined]
        "dependent_count": service.dependent_count,  # type: ignore[attr-defined]
    }


def _service(key: str) -> Service:
    return found(queries.service_list(), scope__key=key)


@reads_list(ServiceRow, filters=forms.ServiceFilter)
def service_list(request: Request) -> Page[ServiceRow]:
    """Services by name, with owner and users."""
    asked = filters_of(request, forms.ServiceFilter)
    rows = queries.service_list(text=asked["q"], team=asked["team"])
    order = ("scope__title", "pk")
    return listed(request, rows, _service_row, order=order, key="scope__key", among=Service.objects.all())


class ServiceDetail(ServiceRow):
    """One service with its page."""

    url: Address


def _service_detail(request: Request, key: str) -> ServiceDetail:
    service = _service(key)
    return {**_service_row(service), "url": request.build_absolute_uri(service.get_absolute_url())}


@reads(ServiceDetail)
def service_read(request: Request, key: str) -> ServiceDetail:
    """One service."""
    return _service_detail(request, key)


@writes(ServiceDetail, body=forms.ServiceForm, status=201)
def service_create(request: Request) -> ServiceDetail:
    """A new service of a team."""
    service = actions.create_service(**body_of(request, forms.ServiceForm), by=person_of(request))
    return _service_detail(request, service.scope.key)


@writes(ServiceDetail, body=forms.EditServiceForm, partial=True)
def service_edit(request: Request, key: str) -> ServiceDetail:
    """New words or a new owner for a service; what is left out stays."""
    service = _service(key)
    start = {
        "title": service.scope.title,
        "team": service.team.scope.key,
        "purpose": service.purpose,
        "users": service.users,
    }
    data = body_of(request, forms.EditServiceForm, start=start)
    actions.edit_service(service=service, **data, by=person_of(request))
    return _service_detail(request, key)


class ServiceDependencyRow(TypedDict):
    """A service needs another: HARD, it fails with it, or SOFT, it degrades."""

    service: str
    needs: str
    kind: ServiceDependency.Kind


def _dependency_row(one: ServiceDependency) -> ServiceDependencyRow:
    return {
        "service": one.service.scope.key,
        "needs": one.needs.scope.key,
        "kind": ServiceDependency.Kind(one.kind),
    }


def _dependencies() -> QuerySet[ServiceDependency]:
    return ServiceDependency.objects.select_related("service__scope", "needs__scope")


@reads_list(ServiceDependencyRow)
def service_dependency_list(request: Request, key: str) -> Page[ServiceDependencyRow]:
    """What a service needs."""
    rows = _dependencies().filter(service=_service(key))
    return listed(request, rows, _dependency_row, key="needs__scope__key")


@reads_list(ServiceDependencyRow)
def service_dependent_list(request: Request, key: str) -> Page[ServiceDependencyRow]:
    """What needs a service."""
    rows = _dependencies().filter(needs=_service(key))
    return listed(request, rows, _dependency_row, key="service__scope__key")


@writes(ServiceDependencyRow, body=forms.DependencyForm, status=201)
def service_dependency_add(request: Request, key: str) -> ServiceDependencyRow:
    """A service needs another. Circles of hard ones are refused."""
    service = _service(key)
    data = body_of(request, forms.DependencyForm)
    needs = data["needs"].service
    made = actions.add_service_dependency(service=service, needs=needs, kind=data["kind"], by=person_of(request))
    return _dependency_row(made)


@writes()
def service_dependency_remove(request: Request, key: str, needs: str) -> None:
    """A service needs another no more."""
    dependency = found(_dependencies().filter(service=_service(key)), needs__scope__key=needs)
    actions.remove_service_dependency(dependency=dependency, by=person_of(request))
