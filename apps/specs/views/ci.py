"""The page that tells a team how its CI works with the portal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.refused import refusal
from apps.delivery import queries as delivery
from apps.organization import rules as organization
from apps.organization.requests import person_of
from apps.specs import ci


@member
@require_safe
def ci_guide(request: HttpRequest) -> HttpResponse:
    """Pull, run, push, and ask the gate, in commands of `?tool=` for `?epic=`; the address is the one asked at."""
    tool = ci.tool_named(request.GET.get("tool", "") or ci.TOOLS[0].name)
    if tool is None:
        raise Http404("There is no guide for this tool.")
    person, key = person_of(request), request.GET.get("epic", "")
    epic = get_object_or_404(delivery.epics_for(person), key=key) if key else None
    about = epic.key if epic else ci.EXAMPLE_EPIC
    addresses = ci.Addresses(
        features=request.build_absolute_uri(f"{reverse('specs-api:feature_export')}?epic={about}"),
        runs=request.build_absolute_uri(reverse("specs-api:run_create")),
        gate=request.build_absolute_uri(reverse("signoff-api:epic_gate", args=[about])),
    )
    context = {
        "tool": tool,
        "tools": ci.TOOLS,
        "commands": ci.commands(tool, addresses),
        "addresses": addresses,
        "epic": epic,
        "about": about,
        "epics": delivery.epics_for(person).filter(archived_at=None).order_by("-pk")[:200],
        "token_refusal": refusal(organization.check_may_manage_tokens, person),
    }
    return render(request, "specs/ci_guide.html", context)
