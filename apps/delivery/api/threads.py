"""What an epic rests on: services, SLOs and other epics."""

from rest_framework.request import Request

from apps.common.endpoints import Page, body_of, listed, reads_list, writes
from apps.delivery import actions, queries
from apps.delivery.api.epics import readable_epic
from apps.delivery.api.rows import (
    DependencyRow,
    EpicServiceRow,
    EpicSLORow,
    dependency_row,
    epic_service_row,
    epic_slo_row,
)
from apps.delivery.forms import DependencyForm, ServiceLinkForm, SLOLinkForm
from apps.organization.requests import person_of


@reads_list(DependencyRow)
def epic_dependency_list(request: Request, key: str) -> Page[DependencyRow]:
    """What the epic needs, of epics that one may read."""
    epic = readable_epic(request, key)
    rows = queries.dependencies_of(epic).filter(needs__in=queries.epics_for(person_of(request)))
    return listed(request, rows.select_related("epic"), dependency_row, key="needs__key")


@reads_list(DependencyRow)
def epic_dependent_list(request: Request, key: str) -> Page[DependencyRow]:
    """What needs the epic, of epics that one may read."""
    epic = readable_epic(request, key)
    rows = queries.dependents_of(epic).filter(epic__in=queries.epics_for(person_of(request)))
    return listed(request, rows.select_related("needs"), dependency_row, key="epic__key")


@writes(DependencyRow, body=DependencyForm, status=201)
def epic_dependency_add(request: Request, key: str) -> DependencyRow:
    """The epic needs another. Circles are refused."""
    readable_epic(request, key)
    data = body_of(request, DependencyForm)
    thread = actions.add_dependency(epic_key=key, needs_key=data["needs"], kind=data["kind"], by=person_of(request))
    return dependency_row(thread)


@writes()
def epic_dependency_remove(request: Request, key: str, needs: str) -> None:
    """The epic needs the other no longer."""
    readable_epic(request, key)
    readable_epic(request, needs)
    actions.remove_dependency(epic_key=key, needs_key=needs, by=person_of(request))


@reads_list(EpicServiceRow)
def epic_service_list(request: Request, key: str) -> Page[EpicServiceRow]:
    """The services that the epic runs on."""
    rows = queries.services_of(readable_epic(request, key))
    return listed(request, rows, epic_service_row, key="service__scope__key")


@writes(EpicServiceRow, body=ServiceLinkForm, status=201)
def epic_service_add(request: Request, key: str) -> EpicServiceRow:
    """The epic's promise runs on a service."""
    epic = readable_epic(request, key)
    linked = {thread.service.scope.key for thread in queries.services_of(epic)}
    data = body_of(request, ServiceLinkForm, linked=linked)
    return epic_service_row(actions.link_service(epic_key=key, service_key=data["service"], by=person_of(request)))


@writes()
def epic_service_remove(request: Request, key: str, service: str) -> None:
    """The epic's promise runs on the service no longer."""
    readable_epic(request, key)
    actions.unlink_service(epic_key=key, service_key=service, by=person_of(request))


@reads_list(EpicSLORow)
def epic_slo_list(request: Request, key: str) -> Page[EpicSLORow]:
    """The SLOs that the epic promises to keep; where each stands is at /api/v1/slos/{key}/."""
    return listed(request, queries.slos_of(readable_epic(request, key)), epic_slo_row, key="slo__key")


@writes(EpicSLORow, body=SLOLinkForm, status=201)
def epic_slo_add(request: Request, key: str) -> EpicSLORow:
    """The epic promises to keep an SLO; a signed epic drifts."""
    epic, person = readable_epic(request, key), person_of(request)
    data = body_of(request, SLOLinkForm, epic=epic, by=person)
    return epic_slo_row(actions.link_slo(epic_key=key, slo_key=data["slo"], by=person))


@writes()
def epic_slo_remove(request: Request, key: str, slo: str) -> None:
    """The epic promises the SLO no longer; a signed epic drifts."""
    readable_epic(request, key)
    actions.unlink_slo(epic_key=key, slo_key=slo, by=person_of(request))
