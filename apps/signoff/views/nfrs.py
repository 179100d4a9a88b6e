"""Attesting an NFR."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import Refused, refusal
from apps.delivery import queries as delivery
from apps.delivery.models import NFR
from apps.organization.queries import today
from apps.organization.requests import person_of
from apps.signoff import rules
from apps.signoff.actions import attest_nfr
from apps.signoff.forms import AttestForm
from apps.signoff.models import NFRAttestation
from apps.signoff.stored import check_as_written


@member
@require_http_methods(["GET", "HEAD", "POST"])
def nfr_attest(request: HttpRequest, key: str) -> HttpResponse:
    """What is required, in full; whether it is met, how one knows, and until when that is good."""
    person = person_of(request)
    nfr = get_object_or_404(NFR.objects.select_related("epic").filter(epic__in=delivery.epics_for(person)), key=key)
    nfr.epic = delivery.epics_for(person).get(pk=nfr.epic_id)
    form = AttestForm(request.POST or None, initial={"digest": nfr.digest, "until_on": today() + timedelta(days=90)})
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            attestation = attest_nfr(nfr_key=nfr.key, by=person, **form.cleaned_data)
        except Refused as error:
            refused = error
        else:
            messages.success(request, f"{nfr.key} is attested: {attestation.get_verdict_display().lower()}.")
            return redirect("signoff:epic_detail", nfr.epic.key)
    context = {
        "nfr": nfr,
        "epic": nfr.epic,
        "form": form,
        "refused": refused,
        "may_not": refusal(rules.check_may_attest_nfr, nfr=nfr, by=person) or refusal(check_as_written, nfrs=[nfr]),
        "attestations": list(NFRAttestation.objects.filter(nfr=nfr).select_related("attested_by")[:20]),
    }
    status = refused.status if refused else 400 if form.is_bound else 200
    return render(request, "signoff/nfr_attest.html", context, status=status)
