"""Pages of decisions: all of them, one with what is proposed, lifting its freeze, what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit import queries as audit
from apps.common.access import member
from apps.common.keyset import place_of, rows_behind
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import BadInput, refusal
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.reliability import actions, matrix, queries, rules
from apps.reliability.decision_forms import DecisionFilterForm, LiftForm, OutcomeForm, ProposalForm
from apps.reliability.matrix import DecisionKind
from apps.reliability.models import Decision
from apps.reliability.views import decided

ROWS = 50
ORDER = ("rank", "due_on", "pk")
HEAD = [
    "Key",
    "Decision on",
    "SLO",
    "Of",
    "Cause",
    "Opened",
    "Due",
    "State",
    "Decided",
    "Owner",
    "Holds until",
    "What came of it",
]


@member
@require_safe
def decision_list(request: HttpRequest) -> HttpResponseBase:
    """All decisions, open ones first, the first due before others."""
    hidden = organization.hidden_scope_ids(person_of(request))
    form = DecisionFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    today = organization.today()
    rows = queries.filtered_decisions(hidden, **asked, today=today)
    if request.GET.get("as") == "csv":
        return csv_response("decisions", HEAD, (_csv_row(decided.line_of(one, today=today)) for one in rows.iterator()))
    if after := request.GET.get("after", ""):
        place = place_of(queries.decisions_outside(hidden), ORDER, key=after)
        rows = rows_behind(rows, ORDER, place) if place else rows.none()
    found = list(rows[: ROWS + 1])
    context = {
        "lines": [decided.line_of(one, today=today) for one in found[:ROWS]],
        "form": form,
        "filtered": any(asked.values()),
        "next_url": next_url(request, found[ROWS - 1].key if len(found) > ROWS else ""),
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "reliability/decision_list.html", "reliability/_decision_list.html", context)


def _csv_row(line: decided.Line) -> list[object]:
    one = line.decision
    return [
        one.key,
        one.slo.title,
        one.slo.key,
        one.slo.scope.key,
        one.get_kind_display(),
        one.opened_at.isoformat(),
        one.due_on,
        "Overdue" if line.is_overdue else one.get_state_display(),
        line.choice.title if line.choice else "",
        one.decided.owner.name if one.decided else "",
        one.expires_on or "",
        one.outcome,
    ]


@member
@require_http_methods(["GET", "HEAD", "POST"])
def decision_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One decision: the figures, what may be decided, what is proposed, who signed; and proposing."""
    person = person_of(request)
    decision = get_object_or_404(queries.decisions_for(person), key=key)
    form = ProposalForm(request.POST or None, initial={"owner": person.pk}, decision=decision)
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose_decision(decision_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"It is proposed in {key}. Three seats sign it now.")
            return redirect(decision)
    context = _context(request, decision, form)
    return render(request, "reliability/decision_detail.html", context, status=400 if form.errors else 200)


def _context(request: HttpRequest, decision: Decision, form: ProposalForm) -> dict[str, Any]:
    person = person_of(request)
    vacant = queries.vacant_columns(decision.slo.scope, "reliability.sign_decision")
    proposals = [decided.proposal_shown(one, vacant=vacant) for one in queries.proposals_of(decision)]
    terms = queries.terms_of(decision.policy)
    freeze = queries.freeze_of(decision)
    columns = proposals[0].columns if proposals else []
    asked = decided.first_asked(
        queries.deciding_seats(person, "reliability.sign_decision", decision.slo.scope), columns
    )
    latest = proposals[0].proposal if proposals else None
    own = decided.own_signature(person, columns)
    sign_refusal = ""
    if latest and not own and decision.state == Decision.State.OPEN:
        sign_refusal = refusal(rules.check_may_sign_decision, decision, latest, asked, by=person)
    return {
        "decision": decision,
        "line": decided.line_of(decision, today=organization.today()),
        "kind_words": matrix.KIND_WORDS[DecisionKind(decision.kind)],
        "follows": decided.what_follows(decision, terms.obliges[DecisionKind(decision.kind)]),
        "told": decided.told_lines(decision),
        "terms": terms,
        "proposals": proposals,
        "latest": proposals[0] if proposals else None,
        "former": proposals[1:],
        "options": matrix.options(DecisionKind(decision.kind)),
        "form": form,
        "freeze": freeze,
        "is_frozen": bool(freeze and not freeze.lifted_at and freeze.until_on >= organization.today()),
        "own_signature": own,
        "sign_refusal": sign_refusal,
        "propose_refusal": refusal(rules.check_may_propose_decision, decision, by=person),
        "outcome_refusal": refusal(rules.check_may_note_outcome, decision, by=person),
        "lift_refusal": refusal(rules.check_may_lift_freeze, decision, freeze, by=person),
        "entries": audit.life_of(decision.key),
    }


@member
@require_http_methods(["GET", "HEAD", "POST"])
def decision_outcome(request: HttpRequest, key: str) -> HttpResponse:
    """Note what came of it, with a link."""
    person = person_of(request)
    decision = get_object_or_404(queries.decisions_for(person), key=key)
    rules.check_may_note_outcome(decision, by=person)
    form = OutcomeForm(request.POST or None, initial={"words": decision.outcome, "link": decision.outcome_link})
    if request.method == "POST" and form.is_valid():
        try:
            actions.note_outcome(decision_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"What came of {key} is noted.")
            return redirect(decision)
    status = 400 if form.errors else 200
    return render(request, "reliability/decision_outcome.html", {"form": form, "decision": decision}, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def freeze_lift(request: HttpRequest, key: str) -> HttpResponse:
    """Let changes be released again before the freeze ends."""
    person = person_of(request)
    decision = get_object_or_404(queries.decisions_for(person), key=key)
    freeze = queries.freeze_of(decision)
    rules.check_may_lift_freeze(decision, freeze, by=person)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.lift_freeze(decision_key=key, reason=form.cleaned_data["reason"], by=person)
        messages.success(request, f"The freeze of {key} is lifted.")
        return redirect(decision)
    context = {"form": form, "decision": decision, "freeze": freeze}
    return render(request, "reliability/freeze_lift.html", context, status=400 if form.errors else 200)
