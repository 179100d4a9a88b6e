"""Pages of SLOs: all of them by need, one, setting and changing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import member
from apps.common.keyset import place_of, rows_behind
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import BadInput, refusal
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import actions, queries, rules, showing
from apps.reliability.forms import ReasonForm, SLOChangeForm, SLOFilterForm, SLOForm, slo_initial
from apps.reliability.lines import slo_lines
from apps.reliability.views.decided import line_of
from apps.reliability.views.figures import figures
from apps.reliability.views.history import history
from apps.reliability.views.slas import slas

ROWS = 50
ORDER = ("status__need", "pk")
HEAD = ["Key", "SLO", "Of", "Target", "Window", "SLI", "Good", "Total", "Budget left", "State", "As of"]


@member
@require_safe
def slo_list(request: HttpRequest) -> HttpResponseBase:
    """The overview: SLOs by need, what is out of budget first."""
    person = person_of(request)
    hidden = organization.hidden_scope_ids(person)
    form = SLOFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    rows = queries.filtered_slos(hidden, **asked)
    if request.GET.get("as") == "csv":
        return csv_response(
            "slos", HEAD, (showing.csv_row(showing.shown(slo, at=timezone.now())) for slo in rows.iterator())
        )
    if after := request.GET.get("after", ""):
        place = place_of(queries.slos_outside(hidden), ORDER, key=after)
        rows = rows_behind(rows, ORDER, place) if place else rows.none()
    slos, tally = slo_lines(rows[: ROWS + 1], at=timezone.now()), queries.tally(hidden)
    context = {
        "slos": slos[:ROWS],
        "tally": tally,
        "less_than_half": sum(tally.get(state, 0) for state in ("LOW", "HALF")),
        "half_or_more": sum(tally.get(state, 0) for state in ("FAIR", "AMPLE", "NO_BUDGET")),
        "create_refusal": "" if person.has_perm("reliability.edit_slo") else rules.NO_SEAT,
        "form": form,
        "filtered": any(asked.values()),
        "next_url": next_url(request, slos[ROWS - 1].key if len(slos) > ROWS else ""),
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "reliability/slo_list.html", "reliability/_slo_list.html", context)


@member
@require_safe
def slo_detail(request: HttpRequest, key: str) -> HttpResponse:
    """Where one SLO stands, what burned its budget, and all that was ever agreed of it."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    context = {
        "slo": slo,
        **figures(slo, at=timezone.now()),
        "history": history(slo),
        **slas(slo, by=person),
        "badge_address": request.build_absolute_uri(path) if (path := queries.badge_path(slo)) else "",
        "badge_refusal": refusal(rules.check_may_share_badge, slo, by=person),
        "decisions": [line_of(one, today=organization.today()) for one in queries.decisions_of(slo)],
        "change_refusal": refusal(rules.check_may_change_slo, slo, by=person),
    }
    return page_or_partial(request, "reliability/slo_detail.html", "reliability/_slo_status.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def slo_create(request: HttpRequest, key: str) -> HttpResponse:
    """Promise something of an indicator."""
    person = person_of(request)
    sli = get_object_or_404(queries.slis_for(person), key=key)
    rules.check_may_create_slo(sli, by=person)
    form = SLOForm(request.POST or None, initial={"title": sli.title})
    if request.method == "POST" and form.is_valid():
        try:
            slo = actions.create_slo(sli_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{slo.key} is promised from today on.")
            return redirect(slo)
    status = 400 if form.errors else 200
    return render(request, "reliability/slo_create.html", {"form": form, "sli": sli}, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def slo_change(request: HttpRequest, key: str) -> HttpResponse:
    """Another target or window, as a new version with its reason."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    rules.check_may_change_slo(slo, by=person)
    initial = {**slo_initial(slo), "decision_key": request.GET.get("decision", "")}
    form = SLOChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_slo(slo_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{slo.key} has a new version.")
            return redirect(slo)
    status = 400 if form.errors else 200
    return render(request, "reliability/slo_change.html", {"form": form, "slo": slo}, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def slo_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Promise it no longer."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    rules.check_may_change_slo(slo, by=person)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.archive_slo(slo_key=key, reason=form.cleaned_data["reason"], by=person)
        messages.success(request, f"{slo.key} is archived.")
        return redirect(slo)
    status = 400 if form.errors else 200
    return render(request, "reliability/slo_archive.html", {"form": form, "slo": slo}, status=status)
