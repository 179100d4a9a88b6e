"""The organization as a whole, and the triad of one scope."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.page import page_or_partial
from apps.common.refused import refusal
from apps.organization import queries, rules
from apps.organization.views.answering import me, scope_or_404


@member
@require_safe
def organization_detail(request: HttpRequest) -> HttpResponse:
    """Counts, the seats of the organization, what is missing, and the way to everything."""
    reader = me(request)
    root = queries.organization_scope()
    context = {
        "scope": root,
        "triad": queries.triad(root),
        "counts": queries.counts(),
        "gaps": queries.platform_gaps(),
        "initiatives": queries.readable_initiatives(reader),
        "special": queries.special_seats(),
        "grant_refusal": refusal(rules.check_may_hand_out_seats, root, by=reader),
        "people_refusal": refusal(rules.check_may_manage_people, reader),
        "team_refusal": refusal(rules.check_may_manage_teams, reader),
    }
    return render(request, "organization/organization_detail.html", context)


@member
@require_safe
def triad_grid(request: HttpRequest, key: str) -> HttpResponse:
    """Three layers by three columns of one scope, with the seats of the team that works on it."""
    scope = scope_or_404(request, key)
    context = {
        "scope": scope,
        "triad": queries.triad(scope),
        "above": queries.scopes_above(scope),
        "grant_refusal": refusal(rules.check_may_hand_out_seats, scope, by=me(request)),
    }
    return page_or_partial(request, "organization/triad_grid.html", "organization/_triad_panel.html", context)


@member
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Leads to one's own page."""
    return redirect(me(request))
