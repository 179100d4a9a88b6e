"""Pages of SLAs: agreeing on one beside an SLO, changing it, ending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import BadInput, refusal
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.reliability import actions, queries, rules
from apps.reliability.forms import ReasonForm
from apps.reliability.models import SLO
from apps.reliability.sla_forms import SLAForm, agreed_of, sla_initial
from apps.reliability.sla_lines import SLALine


def slas(slo: SLO, *, by: Person) -> dict[str, Any]:
    """What the page of an SLO prints of SLAs, and what `by` may do with them."""
    found = queries.slas_of(slo)
    gaps = queries.gaps_of(found, at=timezone.now())
    standing = next((sla for sla in found if sla.ended_on is None), None)
    return {
        "slas": [SLALine(sla, gaps.get(sla.pk)) for sla in found],
        "sla_agree_refusal": refusal(rules.check_may_agree_sla, slo, by=by),
        # Who may change one beside this SLO may change each.
        "sla_change_refusal": refusal(rules.check_may_change_sla, standing, by=by) if standing else "",
    }


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sla_agree(request: HttpRequest, key: str) -> HttpResponse:
    """Say what was promised outside beside an SLO."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    rules.check_may_agree_sla(slo, by=person)
    form = SLAForm(request.POST or None, initial={"from_on": organization.today()})
    if request.method == "POST" and form.is_valid():
        try:
            sla = actions.agree_sla(slo_key=key, agreed=agreed_of(form.cleaned_data), by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{sla.key} stands beside {key}.")
            return redirect(sla)
    status = 400 if form.errors else 200
    return render(request, "reliability/sla_agree.html", {"form": form, "slo": slo}, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sla_change(request: HttpRequest, key: str) -> HttpResponse:
    """What was agreed anew."""
    person = person_of(request)
    sla = get_object_or_404(queries.slas_for(person), key=key)
    rules.check_may_change_sla(sla, by=person)
    form = SLAForm(request.POST or None, initial=sla_initial(sla))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_sla(sla_key=key, agreed=agreed_of(form.cleaned_data), by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{key} is saved.")
            return redirect(sla)
    status = 400 if form.errors else 200
    return render(request, "reliability/sla_change.html", {"form": form, "sla": sla}, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sla_end(request: HttpRequest, key: str) -> HttpResponse:
    """Promise it no longer."""
    person = person_of(request)
    sla = get_object_or_404(queries.slas_for(person), key=key)
    rules.check_may_change_sla(sla, by=person)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.end_sla(sla_key=key, reason=form.cleaned_data["reason"], by=person)
        messages.success(request, f"{key} has ended.")
        return redirect(sla)
    status = 400 if form.errors else 200
    return render(request, "reliability/sla_end.html", {"form": form, "sla": sla}, status=status)
