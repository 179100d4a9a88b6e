"""What is fetched of an SLI, from where, how far: a page, and the window that pages of reliability have into it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.access import member
from apps.common.page import page_or_partial, wants_partial
from apps.common.refused import BadInput, refusal
from apps.integrations import actions, queries, rules
from apps.integrations.forms import MeasureForm
from apps.organization.requests import person_of
from apps.reliability import queries as reliability
from apps.reliability.models import SLI

PAGE, PARTIAL = "integrations/sli_measure.html", "integrations/_sli_measurement.html"


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sli_measure(request: HttpRequest, key: str) -> HttpResponseBase:
    """Which source measures the SLI and how that goes; saying which one does."""
    person = person_of(request)
    sli = get_object_or_404(reliability.slis_for(person), key=key)
    row = queries.measurement_of(sli)
    start = {name: getattr(row, name) for name in MeasureForm.base_fields} if row else {}
    form = MeasureForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.measure_sli(sli_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{key} is measured by {form.cleaned_data['source']} from now on.")
            return redirect("integrations:sli_measure", key=key)
    context = {
        "sli": sli,
        "measurement": row,
        "own_reading": queries.own_reading() if sli.source == SLI.Source.PORTAL else None,
        "form": form,
        "refusal": refusal(rules.check_may_measure_sli, sli, by=person),
        "is_page": not wants_partial(request),
    }
    return page_or_partial(request, PAGE, PARTIAL, context, status=400 if form.errors else 200)


@member
@require_POST
def sli_measure_stop(request: HttpRequest, key: str) -> HttpResponse:
    """Nothing more is fetched."""
    person = person_of(request)
    sli = get_object_or_404(reliability.slis_for(person), key=key)
    actions.stop_measuring_sli(sli_key=key, by=person)
    messages.success(request, f"Nothing more is fetched of {key}; its counts stay.")
    return redirect(sli)
