"""Pages of initiatives."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import member
from apps.common.refused import BadInput, refusal
from apps.delivery import actions, queries, rules
from apps.delivery.forms import InitiativeForm
from apps.delivery.lines import epic_lines
from apps.organization.requests import person_of


@member
@require_safe
def initiative_list(request: HttpRequest) -> HttpResponse:
    """Initiatives that one may read, each with how many epics it has and how many are signed."""
    person = person_of(request)
    context = {
        "initiatives": list(queries.with_counts(queries.initiatives_for(person))),
        "create_refusal": refusal(rules.check_may_create_initiative, by=person),
    }
    return render(request, "delivery/initiative_list.html", context)


@member
@require_safe
def initiative_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One initiative: its purpose, its epics with state and counters."""
    person = person_of(request)
    initiative = get_object_or_404(queries.with_counts(queries.initiatives_for(person)), scope__key=key)
    context = {
        "initiative": initiative,
        "epics": epic_lines(queries.epics_in(initiative), with_initiative=False),
        "edit_refusal": refusal(rules.check_may_edit_initiative, initiative, by=person),
        "epic_refusal": refusal(rules.check_may_create_epic, initiative, by=person),
        "import_refusal": refusal(rules.check_may_import_features, initiative, by=person),
    }
    return render(request, "delivery/initiative_detail.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def initiative_create(request: HttpRequest) -> HttpResponse:
    """Start an initiative."""
    person = person_of(request)
    rules.check_may_create_initiative(by=person)
    form = InitiativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            initiative = actions.create_initiative(**form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{initiative.key} is started. Now write its epics, or import features.")
            return redirect(initiative)
    return render(request, "delivery/initiative_create.html", {"form": form}, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def initiative_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change title, purpose, and who may read it."""
    person = person_of(request)
    initiative = get_object_or_404(queries.initiatives_for(person), scope__key=key)
    rules.check_may_edit_initiative(initiative, by=person)
    start = {
        "title": initiative.title,
        "purpose": initiative.purpose,
        "restricted": initiative.scope.restricted,
    }
    form = InitiativeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_initiative(initiative_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{initiative.key} is saved.")
            return redirect(initiative)
    context = {"form": form, "initiative": initiative}
    return render(request, "delivery/initiative_edit.html", context, status=400 if form.errors else 200)
