"""The page of one service: what is promised of it, what it has left, and what runs on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.refused import refusal
from apps.delivery import queries
from apps.delivery.lines import epic_lines
from apps.organization import queries as organization
from apps.organization import rules as organization_rules
from apps.organization.forms import DependencyForm
from apps.organization.models import Service
from apps.organization.requests import person_of
from apps.reliability import queries as reliability
from apps.reliability import rules as reliability_rules
from apps.reliability import showing
from apps.reliability.headroom_lines import line_of

SHOWN = 50


@member
@require_safe
def service_detail(request: HttpRequest, key: str) -> HttpResponse:
    """What a service is for, who owns and who uses it, how dependable it is, what it needs and what needs it."""
    person, now = person_of(request), timezone.now()
    service = get_object_or_404(Service.objects.select_related("scope", "team__scope"), scope__key=key)
    hidden = organization.hidden_scope_ids(person)
    slos = list(reliability.slos_by_need(service.scope)[: SHOWN + 1])
    epics = epic_lines(queries.epics_on(service, hidden)[: SHOWN + 1])
    context = {
        "service": service,
        "scope": service.scope,
        "freezes": reliability.active_freezes([service.scope_id], on=now.date()),
        "slos": [showing.shown(slo, at=now) for slo in slos[:SHOWN]],
        "more_slos": len(slos) > SHOWN,
        "resources": [
            line_of(one, today=now.date()) for one in reliability.resources_on([service.scope_id], hidden=hidden)
        ],
        "epics": epics[:SHOWN],
        "more_epics": len(epics) > SHOWN,
        "needs": organization.dependencies_of(service),
        "needed_by": organization.dependents_of(service),
        "triad": organization.triad(service.scope),
        "form": DependencyForm(),
        "sli_refusal": refusal(reliability_rules.check_may_create_sli, service.scope, by=person),
        "resource_refusal": refusal(reliability_rules.check_may_create_resource, service.scope, by=person),
        "edit_refusal": refusal(organization_rules.check_may_manage_service, service, by=person),
        "grant_refusal": refusal(organization_rules.check_may_hand_out_seats, service.scope, by=person),
    }
    return render(request, "delivery/service_detail.html", context)
