"""Pages of headroom: all resources by need, one with its usage, defining, measuring and reviewing one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import queries as audit
from apps.common.access import member
from apps.common.keyset import place_of, rows_behind
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import BadInput, NotAllowed, refusal
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import actions, queries, rules
from apps.reliability.actions import Reviewed
from apps.reliability.actions.headroom import figures_digest
from apps.reliability.headroom_forms import (
    HeadroomReviewForm,
    ResourceCreateForm,
    ResourceFilterForm,
    ResourceForm,
    UsageForm,
    resource_initial,
)
from apps.reliability.headroom_lines import line_of
from apps.reliability.models import Resource
from apps.reliability.views import usage_figures

ROWS = 50
NO_SEAT = "None of your seats lets you say what has a limit."
ORDER = ("status__need", "pk")
HEAD = ["Key", "Resource", "Of", "Limit", "Unit", "In use", "State", "Reached on", "Measured until", "Next review"]


@member
@require_safe
def resource_list(request: HttpRequest) -> HttpResponseBase:
    """Resources in use, what runs out first before others."""
    person = person_of(request)
    hidden, today = organization.hidden_scope_ids(person), organization.today()
    form = ResourceFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    rows = queries.filtered_resources(hidden, **asked, today=today)
    if request.GET.get("as") == "csv":
        return csv_response("headroom", HEAD, (usage_figures.csv_row(one) for one in rows.iterator()))
    if after := request.GET.get("after", ""):
        place = place_of(queries.resources_outside(hidden), ORDER, key=after)
        rows = rows_behind(rows, ORDER, place) if place else rows.none()
    found = list(rows[: ROWS + 1])
    context = {
        "lines": [line_of(one, today=today) for one in found[:ROWS]],
        "form": form,
        "filtered": any(asked.values()),
        "create_refusal": "" if person.has_perm("reliability.edit_resource") else NO_SEAT,
        "next_url": next_url(request, found[ROWS - 1].key if len(found) > ROWS else ""),
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "reliability/resource_list.html", "reliability/_resource_list.html", context)


@member
@require_safe
def resource_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One resource: usage against its limit, when that is reached, what is planned, and reviews."""
    person = person_of(request)
    hidden = organization.hidden_scope_ids(person)
    resource = get_object_or_404(queries.resources_outside(hidden), key=key)
    context = {
        "resource": resource,
        **usage_figures.figures(resource, hidden=hidden, today=organization.today()),
        "reviews": queries.reviews_of(resource),
        "entries": audit.life_of(resource.key),
        "edit_refusal": refusal(rules.check_may_edit_resource, resource, by=person),
        "usage_refusal": refusal(rules.check_may_record_usage, resource, by=person),
        "review_refusal": refusal(rules.check_may_review_headroom, resource, by=person),
    }
    return render(request, "reliability/resource_detail.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def resource_create(request: HttpRequest) -> HttpResponse:
    """Say what of a service or an epic has a limit."""
    person = person_of(request)
    form = ResourceCreateForm(request.POST or None, initial={"scope": request.GET.get("scope", "")}, by=person)
    if not form.offers:
        raise NotAllowed(NO_SEAT)
    if request.method == "POST" and form.is_valid():
        try:
            scope = form.cleaned_data["scope"]
            resource = actions.create_resource(scope_key=scope, meant=form.meant(), by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{resource.key} is watched. Next, say what is in use.")
            return redirect(resource)
    return render(request, "reliability/resource_create.html", {"form": form}, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def resource_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Another limit, or other words."""
    person = person_of(request)
    resource = get_object_or_404(queries.resources_for(person), key=key)
    rules.check_may_edit_resource(resource, by=person)
    form = ResourceForm(request.POST or None, initial=resource_initial(resource))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_resource(resource_key=key, meant=form.meant(), by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{key} is saved.")
            return redirect(resource)
    return _form_page(request, "reliability/resource_edit.html", resource, form)


@member
@require_POST
def resource_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Watch it no longer."""
    person = person_of(request)
    resource = get_object_or_404(queries.resources_for(person), key=key)
    actions.archive_resource(resource_key=key, by=person)
    messages.success(request, f"{key} is archived.")
    return redirect(resource)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def usage_record(request: HttpRequest, key: str) -> HttpResponse:
    """Say what was in use on a day, or on many by a file."""
    person = person_of(request)
    resource = get_object_or_404(queries.resources_for(person), key=key)
    rules.check_may_record_usage(resource, by=person)
    form = UsageForm(request.POST or None, request.FILES or None, initial={"on": organization.today()})
    if request.method == "POST" and form.is_valid():
        try:
            usage = form.usage()
            actions.record_usage(resource_key=key, usage=usage, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"Usage of {len(usage)} day{'' if len(usage) == 1 else 's'} is stored.")
            return redirect(resource)
    return _form_page(request, "reliability/usage_record.html", resource, form)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def headroom_review(request: HttpRequest, key: str) -> HttpResponse:
    """Say what follows from the figures."""
    person = person_of(request)
    resource = get_object_or_404(queries.resources_for(person), key=key)
    rules.check_may_review_headroom(resource, by=person)
    form = HeadroomReviewForm(request.POST or None, initial={"digest": figures_digest(resource)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_headroom(resource_key=key, reviewed=Reviewed(**form.cleaned_data), by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{key} is reviewed.")
            return redirect(resource)
    return _form_page(request, "reliability/headroom_review.html", resource, form)


def _form_page(request: HttpRequest, page: str, resource: Resource, form: Any) -> HttpResponse:
    context = {"form": form, "resource": resource, "words": queries.headroom_of(resource).words}
    return render(request, page, context, status=400 if form.errors else 200)
