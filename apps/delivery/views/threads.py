"""Pages of what an epic rests on: services, SLOs and other epics."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import Refused, refusal
from apps.common.text import clean_text
from apps.delivery import actions, queries, rules
from apps.delivery.forms import DependencyForm, ServiceLinkForm, SLOLinkForm
from apps.organization.requests import person_of
from apps.reliability import showing


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_service_edit(request: HttpRequest, key: str) -> HttpResponse:
    """The services an epic runs on: linked with `service`, taken off with `remove`."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    if request.method == "POST" and (gone := clean_text(request.POST.get("remove", ""), what="The key")):
        actions.unlink_service(epic_key=key, service_key=gone, by=person)
        messages.success(request, f"{gone} is taken off {key}.")
        return redirect(request.path)
    threads = list(queries.services_of(epic))
    linked = {thread.service.scope.key for thread in threads}
    form = ServiceLinkForm(request.POST or None, linked=linked)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.link_service(epic_key=key, service_key=form.cleaned_data["service"], by=person)
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            messages.success(request, f"{form.cleaned_data['service']} is linked to {key}.")
            return redirect(request.path)
    context = {
        "epic": epic,
        "threads": threads,
        "form": form,
        "refusal": refusal(rules.check_may_link_service, epic, by=person),
    }
    return render(request, "delivery/epic_service_edit.html", context, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_slo_edit(request: HttpRequest, key: str) -> HttpResponse:
    """The SLOs an epic promises to keep: linked with `slo`, taken off with `remove`."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    if request.method == "POST" and (gone := clean_text(request.POST.get("remove", ""), what="The key")):
        actions.unlink_slo(epic_key=key, slo_key=gone, by=person)
        messages.success(request, f"{gone} is taken off {key}.")
        return redirect(request.path)
    form = SLOLinkForm(request.POST or None, epic=epic, by=person)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.link_slo(epic_key=key, slo_key=form.cleaned_data["slo"], by=person)
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            messages.success(request, f"{form.cleaned_data['slo']} is linked to {key}.")
            return redirect(request.path)
    now = timezone.now()
    context = {
        "epic": epic,
        "threads": [(thread, showing.shown(thread.slo, at=now)) for thread in queries.slos_of(epic)],
        "form": form,
        "refusal": refusal(rules.check_may_link_slo, epic, by=person),
    }
    return render(request, "delivery/epic_slo_edit.html", context, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_dependency_edit(request: HttpRequest, key: str) -> HttpResponse:
    """What an epic needs and what needs it: added with `needs`, removed with `remove`."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    if request.method == "POST" and (gone := clean_text(request.POST.get("remove", ""), what="The key")):
        actions.remove_dependency(epic_key=key, needs_key=gone, by=person)
        messages.success(request, f"{key} no longer needs {gone}.")
        return redirect(request.path)
    form = DependencyForm(request.POST or None)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        needs, kind = form.cleaned_data["needs"], form.cleaned_data["kind"]
        try:
            actions.add_dependency(epic_key=key, needs_key=needs, kind=kind, by=person)
        except Refused as error:
            form.add_error("needs", error.sentence)
            status = error.status
        else:
            messages.success(request, f"{key} needs {needs}.")
            return redirect(request.path)
    visible = queries.epics_for(person)
    context = {
        "epic": epic,
        "threads": [thread for thread in queries.dependencies_of(epic).filter(needs__in=visible)],
        "dependents": [thread for thread in queries.dependents_of(epic).filter(epic__in=visible)],
        "form": form,
        "refusal": refusal(rules.check_may_edit_dependency, epic, by=person),
    }
    return render(request, "delivery/epic_dependency_edit.html", context, status=status)
