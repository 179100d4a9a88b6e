"""Page of the price of a nine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.page import page_or_partial
from apps.common.refused import refusal
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import queries, rules
from apps.reliability.forms import NinesForm
from apps.reliability.showing import plain_percent
from apps.reliability.views.nine_figures import asked_of, next_nine, nine_figures


@member
@require_safe
def slo_nines(request: HttpRequest, key: str) -> HttpResponse:
    """What another target would have been: how often met, worth what, and in whose way."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    form = NinesForm(request.GET, usual=plain_percent(next_nine(slo.share)))
    form.is_valid()
    asked = asked_of(slo, form.cleaned_data)
    hidden = organization.hidden_scope_ids(person)
    context = {
        "slo": slo,
        "form": form,
        "save_refusal": refusal(rules.check_may_save_nine_case, slo, by=person),
        "judge_refusal": refusal(rules.check_may_judge_error_class, slo.sli, by=person),
        **nine_figures(slo, asked, form.cleaned_data, hidden=hidden, at=timezone.now()),
    }
    return page_or_partial(request, "reliability/slo_nines.html", "reliability/_slo_nines.html", context)
