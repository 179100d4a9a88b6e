"""Pages that write the non-functional requirements of an epic."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import BadInput
from apps.delivery import actions, queries, rules
from apps.delivery.forms import NFRForm, ReasonForm, nfr_initial
from apps.organization.requests import person_of


@member
@require_http_methods(["GET", "HEAD", "POST"])
def nfr_create(request: HttpRequest, key: str) -> HttpResponse:
    """Add a requirement to an epic."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    rules.check_may_create_nfr(epic, by=person)
    form = NFRForm(request.POST or None, epic=epic, by=person)
    if request.method == "POST" and form.is_valid():
        try:
            nfr = actions.create_nfr(epic_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{nfr.key} is written. {nfr.judged_by}.")
            return redirect(epic)
    return render(request, "delivery/nfr_create.html", {"form": form, "epic": epic}, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def nfr_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what a requirement says."""
    person = person_of(request)
    nfr = get_object_or_404(queries.nfrs_for(person), key=key)
    rules.check_may_edit_nfr(nfr, by=person)
    form = NFRForm(request.POST or None, initial=nfr_initial(nfr), epic=nfr.epic, by=person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_nfr(nfr_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{nfr.key} is saved.")
            return redirect(nfr.epic)
    context = {"form": form, "nfr": nfr, "epic": nfr.epic, "reason_form": ReasonForm()}
    return render(request, "delivery/nfr_edit.html", context, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def nfr_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Take a requirement back."""
    person = person_of(request)
    nfr = get_object_or_404(queries.nfrs_for(person), key=key)
    rules.check_may_edit_nfr(nfr, by=person)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.archive_nfr(nfr_key=key, reason=form.cleaned_data["reason"], by=person)
        messages.success(request, f"{nfr.key} is archived.")
        return redirect(nfr.epic)
    context = {"form": form, "nfr": nfr, "epic": nfr.epic}
    return render(request, "delivery/nfr_archive.html", context, status=400 if form.errors else 200)
