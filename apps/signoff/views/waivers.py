"""Asking for waivers, and deciding on them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.audit import queries as audit
from apps.common.access import member
from apps.common.refused import BadInput, Refused, refusal
from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.signoff import actions, rules
from apps.signoff.criteria import title_of
from apps.signoff.forms import RefuseWaiverForm, WaiverForm
from apps.signoff.models import Waiver


@member
@require_http_methods(["GET", "HEAD", "POST"])
def waiver_ask(request: HttpRequest, key: str) -> HttpResponse:
    """Asks that one criterion of an epic may be unmet for a while."""
    person = person_of(request)
    epic = get_object_or_404(delivery.epics_for(person), key=key)
    form = WaiverForm(
        request.POST or None,
        initial={"criterion": request.GET.get("criterion", ""), "owner": person.pk},
        nfrs=list(delivery.active_nfrs(epic)),
        people=organization.active_people(),
    )
    context = {"epic": epic, "form": form, "may_not": refusal(rules.check_may_ask_waiver, epic=epic, by=person)}
    if request.method != "POST":
        return render(request, "signoff/waiver_ask.html", context)
    if not form.is_valid():
        return render(request, "signoff/waiver_ask.html", context, status=400)
    criterion, _, subject = form.cleaned_data["criterion"].partition(":")
    try:
        waiver = actions.ask_waiver(
            epic_key=epic.key,
            criterion=criterion,
            subject=subject,
            reason=form.cleaned_data["reason"],
            owner=form.cleaned_data["owner"],
            until_on=form.cleaned_data["until_on"],
            by=person,
        )
    except BadInput as refused:
        form.add_error(None, refused.sentence)
        return render(request, "signoff/waiver_ask.html", context, status=refused.status)
    messages.success(request, f"{waiver.key} is asked for. The product owner and the SRE lead decide.")
    return redirect("signoff:waiver_detail", waiver.key)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def waiver_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One waiver: what it allows, who said yes, and the acts on it."""
    person = person_of(request)
    waiver = get_object_or_404(
        Waiver.objects.select_related("owner", "asked_by", "delegated_by", "epic").filter(
            epic__in=delivery.epics_for(person)
        ),
        key=key,
    )
    form = RefuseWaiverForm(request.POST if request.POST.get("act") == "refuse" else None)
    refused: Refused | None = None
    if request.method == "POST" and (request.POST.get("act") != "refuse" or form.is_valid()):
        try:
            done = _decide(request, waiver.key, reason=form.cleaned_data["reason"] if form.is_bound else "")
        except Refused as error:
            refused = error
        else:
            messages.success(request, f"{done.key}: {done.get_state_display().lower()}.")
            return redirect("signoff:waiver_detail", waiver.key)
    waiver.epic = delivery.epics_for(person).get(pk=waiver.epic_id)
    refused_to_decide = refusal(rules.check_may_grant_waiver, waiver=waiver, by=person)
    context = {
        "waiver": waiver,
        "epic": waiver.epic,
        "title": title_of(waiver.criterion),
        "grants": list(waiver.grants.select_related("granted_by", "delegated_by")),
        "form": form,
        "refused": refused,
        "decide_refusal": refused_to_decide,
        "grant_refusal": refused_to_decide or refusal(rules.check_grant_seat, waiver=waiver, by=person),
        "withdraw_refusal": refusal(rules.check_may_withdraw_waiver, waiver=waiver, by=person),
        "entries": audit.life_of(waiver.key),
    }
    status = refused.status if refused else 400 if form.is_bound else 200
    return render(request, "signoff/waiver_detail.html", context, status=status)


def _decide(request: HttpRequest, key: str, *, reason: str) -> Waiver:
    person = person_of(request)
    match request.POST.get("act"):
        case "grant":
            return actions.grant_waiver(waiver_key=key, by=person)
        case "refuse":
            return actions.refuse_waiver(waiver_key=key, reason=reason, by=person)
        case "withdraw":
            return actions.withdraw_waiver(waiver_key=key, by=person)
    raise BadInput("Choose what to do with the waiver.")
