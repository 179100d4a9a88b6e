"""The page of one epic, and signing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit import queries as audit
from apps.common.access import member
from apps.common.refused import Refused, refusal
from apps.delivery import queries as delivery
from apps.delivery import rules as delivery_rules
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import queries as reliability
from apps.reliability.headroom_lines import line_of
from apps.signatures.confirming import confirmed, form_key
from apps.signoff import queries, reading, rules, statements
from apps.signoff.actions import sign_off_epic
from apps.signoff.dossier import seal, unseal
from apps.signoff.forms import EpicSignOffForm
from apps.signoff.models import EpicSignOff
from apps.signoff.moved import Moved
from apps.signoff.signing import read_signing
from apps.specs import queries as specs
from apps.specs import rules as specs_rules

STORIES_SHOWN = 50
BECAME: dict[str, str] = {
    EpicSignOff.Meaning.ACCEPT: "accepted",
    EpicSignOff.Meaning.ACCEPT_WITH_EXCEPTIONS: "accepted with exceptions",
    EpicSignOff.Meaning.REJECT: "rejected",
}


@member
@require_safe
def epic_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One page that gathers the evidence, and one button at its end."""
    person = person_of(request)
    epic = get_object_or_404(delivery.epics_for(person), key=key)
    now = timezone.now()
    dossier, gate, facts = queries.current_dossier(epic, at=now)
    acceptance = queries.latest_acceptance(epic)
    stories = list(delivery.stories_of(epic).select_related("version__author", "signed_by")[: STORIES_SHOWN + 1])
    failures = specs.failures_of([story.pk for story in stories[:STORIES_SHOWN] if story.is_regressed])
    readable = delivery.epics_for(person)
    rejected = queries.rejected_since(epic)
    services, hidden = list(delivery.services_of(epic)), organization.hidden_scope_ids(person)
    used = [epic.scope_id, *(thread.service.scope_id for thread in services)]
    context = {
        "epic": epic,
        "state": reading.epic_state(epic, promise=dossier.promise, rejected=rejected),
        "rejected": rejected,
        "gate": gate,
        "facts": facts,
        "dossier": dossier,
        "acceptance": acceptance,
        "changed": queries.changed_since(acceptance, dossier.leaves),
        "differences": reading.story_differences(acceptance, dossier.leaves, limit=5),
        "stories": [(story, failures.get(story.pk)) for story in stories[:STORIES_SHOWN]],
        "more_stories": len(stories) > STORIES_SHOWN,
        "contract": reading.contract(facts, hidden=hidden, at=now),
        "resources": [line_of(one, today=now.date()) for one in reliability.resources_on(used, hidden=hidden)],
        "demands": delivery.demands_of(epic, hidden=hidden),
        "unlinked": delivery.linkable_slos(epic, by=person).filter(scope=epic.scope),
        "slo_refusal": refusal(delivery_rules.check_may_link_slo, epic, by=person),
        "nfrs": reading.nfr_rows(facts, at=now),
        "waivers": queries.waivers_of(epic),
        "sign_offs": queries.epic_sign_offs(epic)[:10],
        "seats": reading.signing_seats(facts),
        "services": services,
        "dependencies": list(delivery.dependencies_of(epic).filter(needs__in=readable)),
        "dependents": list(delivery.dependents_of(epic).filter(epic__in=readable)),
        "comments": list(delivery.comments_of(epic)),
        "latest": specs.latest_run_of(epic),
        "entries": audit.life_of(epic.key, limit=8, hidden=organization.hidden_keys(person))[::-1],
        "offers": specs_rules.offers(epic, by=person),
        "sign_refusal": refusal(rules.check_may_sign_off_epic, epic=epic, by=person),
        "edit_refusal": refusal(delivery_rules.check_may_edit_epic, epic, by=person),
        "waiver_refusal": refusal(rules.check_may_ask_waiver, epic=epic, by=person),
        "at": now,
    }
    return render(request, "signoff/epic_detail.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_sign_off(request: HttpRequest, key: str) -> HttpResponse:
    """What the signature covers, printed in full; then the act."""
    person = person_of(request)
    epic = get_object_or_404(delivery.epics_for(person), key=key)
    if request.method != "POST":
        form = EpicSignOffForm(initial={"key": form_key()})
        return _sign_off_page(request, epic.key, form)
    form = EpicSignOffForm(request.POST)
    if not form.is_valid():
        return _sign_off_page(request, epic.key, form, status=400)
    shown = unseal(form.cleaned_data["dossier"], person_key=person.key)
    rules.check_may_sign_off_epic(epic=epic, by=person)  # before anybody types a password for it
    meaning = EpicSignOff.Meaning(form.cleaned_data["meaning"])
    authentication = confirmed(request, words=f"{meaning.label}: {epic.key} “{epic.title}”")
    try:
        sign_off = sign_off_epic(
            epic_key=epic.key,
            shown=shown,
            meaning=meaning.value,
            by=person,
            authentication=authentication,
            comment=form.cleaned_data["comment"],
            key=form.cleaned_data["key"],
            signer=form.cleaned_data["signer"],
        )
    except Moved as moved:
        return render(request, "signoff/epic_moved.html", {"epic": epic, "moved": moved, "form": form}, status=409)
    except Refused as refused:
        return _sign_off_page(request, epic.key, form, refused=refused, status=refused.status)
    messages.success(request, f"{epic.key} is {BECAME[sign_off.meaning]}: signed as {sign_off.signature.key}.")
    return redirect("signoff:receipt_detail", sign_off.signature.key)


def _sign_off_page(
    request: HttpRequest, key: str, form: EpicSignOffForm, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    epic = get_object_or_404(delivery.epics_for(person), key=key)
    now = timezone.now()
    signing = read_signing(epic, at=now)
    dossier, gate = signing.shown, signing.gate
    may_not = refusal(rules.check_may_sign_off_epic, epic=epic, by=person) or signing.altered
    seat = reading.signing_seat(epic, by=person)
    acceptance = queries.latest_acceptance(epic)
    sentences = {
        meaning: statements.epic_statement(
            epic=epic,
            name=person.name,
            seat=seat,
            meaning=meaning,
            dossier=dossier.digest,
            exceptions=len(gate.waived),
        )
        for meaning in EpicSignOff.Meaning.values
        if seat is not None
    }
    refusals = {
        meaning: refusal(rules.check_gate_allows, epic=epic, gate=gate, meaning=meaning)
        for meaning in EpicSignOff.Meaning.values
    }
    form.explain(refusals)
    if not form.is_bound:
        # What the gate allows is chosen already; a rejection never is.
        allowed = [meaning for meaning in refusals if not refusals[meaning] and meaning != EpicSignOff.Meaning.REJECT]
        form.initial["meaning"] = allowed[0] if allowed else None
    context = {
        "epic": epic,
        "form": form,
        "sealed": seal(dossier.body, person_key=person.key),
        "dossier": dossier,
        "gate": gate,
        "seat": seat,
        "signer": statements.signer(name=person.name, seat=seat) if seat else "",
        "statements": sentences,
        "meanings": EpicSignOff.Meaning,
        "refused": refused,
        "may_not": may_not,
        "accept_refusal": refusals[EpicSignOff.Meaning.ACCEPT],
        "exceptions_refusal": refusals[EpicSignOff.Meaning.ACCEPT_WITH_EXCEPTIONS],
        "stories": signing.stories,
        "nfrs": signing.nfrs,
        "slos": [(slo, queries.slo_title(slo)) for slo in signing.slos],
        "waivers": signing.waivers,
        "acceptance": acceptance,
        "changed": queries.changed_since(acceptance, dossier.leaves),
        "rejected": queries.rejected_since(epic),
        "differences": reading.story_differences(acceptance, dossier.leaves, limit=20),
        "at": now,
    }
    return render(request, "signoff/epic_sign_off.html", context, status=status)


@member
@require_safe
def epic_life(request: HttpRequest, key: str) -> HttpResponse:
    """The epic's life as the log tells it, but for what it says of epics that the reader may not read."""
    person = person_of(request)
    epic = get_object_or_404(delivery.epics_for(person), key=key)
    entries = audit.life_of(epic.key, hidden=organization.hidden_keys(person))
    return render(request, "signoff/epic_life.html", {"epic": epic, "entries": entries})
