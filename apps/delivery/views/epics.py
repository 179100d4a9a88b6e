"""Pages that list and write epics; the page of one epic lives in signoff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import member
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import Refused, refusal
from apps.delivery import actions, queries, rules
from apps.delivery.forms import EpicCreateForm, EpicFilterForm, EpicForm, ReasonForm
from apps.delivery.lines import epic_lines
from apps.delivery.models import Epic
from apps.organization import queries as organization
from apps.organization.requests import person_of

CSV_HEAD = [
    "Key", "Title", "Initiative", "State", "Team", "Promised for",
    "Stories", "Signed", "Passing", "Broken", "Failing",
]  # fmt: skip


@member
@require_safe
def epic_list(request: HttpRequest) -> HttpResponseBase:
    """Epics that one may read, with state and counters, filtered and sorted."""
    person = person_of(request)
    hidden = organization.hidden_scope_ids(person)  # once for the list and for what it is filtered by
    initiatives = queries.initiative_choices(hidden)
    form = EpicFilterForm(request.GET, initiatives=initiatives)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("text", "initiative", "state", "service")}
    rows = queries.filtered_epics(hidden, **asked)
    if request.GET.get("as") == "csv":
        return csv_response("epics", CSV_HEAD, map(_csv_row, rows.order_by("pk").iterator()))
    sort = form.cleaned_data.get("sort", "")
    page = queries.keyset_page(rows, sorts=queries.EPIC_SORTS, sort=sort, after=request.GET.get("after", ""))
    epics, after = queries.page_and_next(epic_lines(page))
    context = {
        "epics": epics,
        "form": form,
        "filtered": any(asked.values()),
        "next_url": next_url(request, after),
        "csv_url": csv_url(request),
        "may_create": person.has_perm("delivery.edit_epic"),
        "has_initiatives": bool(initiatives),
    }
    return page_or_partial(request, "delivery/epic_list.html", "delivery/_epic_list.html", context)


def _csv_row(epic: Epic) -> list[object]:
    team = epic.team.scope.title if epic.team else ""
    return [
        epic.key, epic.title, epic.initiative.key, epic.state, team, epic.promised_for,
        epic.story_count, epic.signed_story_count, epic.passing_story_count,
        epic.broken_story_count, epic.failing_story_count,
    ]  # fmt: skip


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_create(request: HttpRequest) -> HttpResponse:
    """Write a new epic of an initiative (`?initiative=I-1` chooses it)."""
    person = person_of(request)
    form = EpicCreateForm(request.POST or None, by=person, initial={"initiative": request.GET.get("initiative", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            epic = actions.create_epic(
                initiative_key=data["initiative"],
                title=data["title"],
                summary=data["summary"],
                team_key=data["team"],
                promised_for=data["promised_for"],
                by=person,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
            return render(request, "delivery/epic_create.html", {"form": form}, status=error.status)
        messages.success(request, f"{epic.key} is written. Now add its stories.")
        return redirect(epic)
    return render(request, "delivery/epic_create.html", {"form": form}, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change title, summary, team and quarter."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    rules.check_may_edit_epic(epic, by=person)
    start = {
        "title": epic.title,
        "summary": epic.summary,
        "team": epic.team.scope.key if epic.team else "",
        "promised_for": epic.promised_for,
    }
    form = EpicForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.edit_epic(
                epic_key=key,
                title=data["title"],
                summary=data["summary"],
                team_key=data["team"],
                promised_for=data["promised_for"],
                by=person,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{epic.key} is saved.")
            return redirect(epic)
    context = {
        "form": form,
        "epic": epic,
        "archive_refusal": refusal(rules.check_may_archive_epic, epic, by=person),
    }
    return render(request, "delivery/epic_edit.html", context, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Take an epic with its stories out of the lists."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    rules.check_may_archive_epic(epic, by=person)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.archive_epic(epic_key=key, reason=form.cleaned_data["reason"], by=person)
        messages.success(request, f"{epic.key} is archived.")
        return redirect(reverse("delivery:epic_list"))
    context = {"form": form, "epic": epic}
    return render(request, "delivery/epic_archive.html", context, status=400 if form.errors else 200)
