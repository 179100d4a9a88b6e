"""Pages of SLIs: all of them, one with its counts, defining and changing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.access import member
from apps.common.lists import next_url
from apps.common.page import page_or_partial
from apps.common.refused import BadInput, NotAllowed, refusal
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import actions, queries, rules, showing
from apps.reliability.forms import SLICreateForm, SLIFilterForm, SLIForm

ROWS = 50
DAYS_SHOWN = 30


@member
@require_safe
def sli_list(request: HttpRequest) -> HttpResponseBase:
    """All indicators, with when counts last came."""
    person = person_of(request)
    hidden = organization.hidden_scope_ids(person)
    form = SLIFilterForm(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("text", "")
    rows = queries.filtered_slis(hidden, text=text)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 16:
        rows = rows.filter(pk__gt=int(after))
    slis = list(rows[: ROWS + 1])
    context = {
        "slis": slis[:ROWS],
        "form": form,
        "filtered": bool(text),
        "create_refusal": "" if person.has_perm("reliability.edit_slo") else rules.NO_SEAT,
        "next_url": next_url(request, slis[ROWS - 1].pk if len(slis) > ROWS else ""),
    }
    return page_or_partial(request, "reliability/sli_list.html", "reliability/_sli_list.html", context)


@member
@require_safe
def sli_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One indicator: what is good, who promises what of it, its counts of the last days."""
    person = person_of(request)
    sli = get_object_or_404(queries.slis_for(person).select_related("written_by"), key=key)
    context = {
        "sli": sli,
        "slos": [showing.shown(slo, at=timezone.now()) for slo in queries.slos_on(sli)],
        "days": queries.last_days(sli, DAYS_SHOWN),
        "edit_refusal": refusal(rules.check_may_edit_sli, sli, by=person),
        "slo_refusal": refusal(rules.check_may_create_slo, sli, by=person),
        "archive_refusal": refusal(rules.check_may_archive_sli, sli, by=person),
    }
    return render(request, "reliability/sli_detail.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sli_create(request: HttpRequest) -> HttpResponse:
    """Define what is measured of a service or an epic."""
    person = person_of(request)
    form = SLICreateForm(request.POST or None, initial={"scope": request.GET.get("scope", "")}, by=person)
    if not form.offers:
        raise NotAllowed(rules.NO_SEAT)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            sli = actions.create_sli(scope_key=data.pop("scope"), **data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{sli.key} is defined. Next, promise something of it.")
            return redirect("reliability:slo_create", key=sli.key)
    return render(request, "reliability/sli_create.html", {"form": form}, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sli_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is measured; what was counted stays."""
    person = person_of(request)
    sli = get_object_or_404(queries.slis_for(person), key=key)
    rules.check_may_edit_sli(sli, by=person)
    form = SLIForm(request.POST or None, initial={name: getattr(sli, name) for name in SLIForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_sli(sli_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{sli.key} is saved.")
            return redirect(sli)
    status = 400 if form.errors else 200
    return render(request, "reliability/sli_edit.html", {"form": form, "sli": sli}, status=status)


@member
@require_POST
def sli_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Measure it no longer."""
    person = person_of(request)
    sli = get_object_or_404(queries.slis_for(person), key=key)
    actions.archive_sli(sli_key=key, by=person)
    messages.success(request, f"{sli.key} is archived.")
    return redirect(sli)
