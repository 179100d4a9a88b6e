"""The page of what an epic will add to what runs out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import Refused, refusal
from apps.common.text import clean_text
from apps.delivery import actions, queries, rules
from apps.delivery.demand_forms import DemandForm, planned_of
from apps.organization import queries as organization
from apps.organization.requests import person_of


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_demand_edit(request: HttpRequest, key: str) -> HttpResponse:
    """What an epic adds: planned with `resource`, taken back with `remove`."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    if request.method == "POST" and (gone := clean_text(request.POST.get("remove", ""), what="The key")):
        actions.withdraw_demand(epic_key=key, demand_key=gone, by=person)
        messages.success(request, f"{gone} is taken back.")
        return redirect(request.path)
    form = DemandForm(request.POST or None, by=person, initial={"resource": request.GET.get("resource", "")})
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            demand = actions.plan_demand(epic_key=key, planned=planned_of(form.cleaned_data), by=person)
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            messages.success(request, f"{key} adds {demand.amount_words} to {demand.resource.key}.")
            return redirect(request.path)
    context = {
        "epic": epic,
        "demands": queries.demands_of(epic, hidden=organization.hidden_scope_ids(person)),
        "form": form,
        "refusal": refusal(rules.check_may_plan_demand, epic, by=person),
    }
    return render(request, "delivery/epic_demand_edit.html", context, status=status)
