"""Signing what is proposed in a decision, and agreeing to a policy: what is covered, printed in full; then the act."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import Refused, refusal
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.organization.requests import person_of
from apps.organization.roles import Column
from apps.reliability import actions, queries, rules, statements
from apps.reliability.actions import Signing
from apps.reliability.decision_forms import DecisionSigningForm, SigningForm
from apps.reliability.models import Decision, Policy
from apps.reliability.views import decided
from apps.signatures.confirming import confirmed, form_key

Check = Callable[[str], HeldSeat]


@member
@require_http_methods(["GET", "HEAD", "POST"])
def decision_sign(request: HttpRequest, key: str) -> HttpResponse:
    """Agree to what is proposed, or dissent from it, for one of the three columns."""
    person = person_of(request)
    decision = get_object_or_404(queries.decisions_for(person), key=key)
    if request.method != "POST":
        return _decision_page(request, decision, DecisionSigningForm(initial={"key": form_key()}))
    form = DecisionSigningForm(request.POST)
    if not form.is_valid():
        return _decision_page(request, decision, form, status=400)
    data = dict(form.cleaned_data)
    agrees = data.pop("meaning") == statements.AGREE
    # Before anybody types a password for it.
    rules.check_may_sign_decision(decision, queries.latest_proposal(decision), data["column"], by=person)
    does = "Agree to" if agrees else "Dissent from"
    authentication = confirmed(request, words=f"{does} what is proposed in {key} “{decision.slo.title}”")
    try:
        signed = actions.sign_decision(
            decision_key=key, signing=Signing(agrees=agrees, **data), by=person, authentication=authentication
        )
    except Refused as refused:
        return _decision_page(request, decision, form, refused=refused, status=refused.status)
    messages.success(request, f"{key} is signed as {signed.signature.key}.")
    return redirect(decision)


def _decision_page(
    request: HttpRequest,
    decision: Decision,
    form: DecisionSigningForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    person = person_of(request)
    proposal = queries.latest_proposal(decision)
    vacant = queries.vacant_columns(decision.slo.scope, "reliability.sign_decision")
    latest = decided.proposal_shown(proposal, vacant=vacant) if proposal else None
    check: Check = lambda column: rules.check_may_sign_decision(decision, proposal, column, by=person)  # noqa: E731
    asked = _asked(request, person, check, latest.columns if latest else [], decision.slo.scope, "sign_decision")
    seat = asked["seat"]
    sentences = {}
    if seat is not None and proposal is not None:
        sentences = {
            meaning: statements.decision_statement(
                proposal, name=person.name, seat=seat, column=asked["column"], agrees=meaning == statements.AGREE
            )
            for meaning in statements.MEANINGS
        }
    context = {
        "decision": decision,
        "told": decided.told_lines(decision),
        "latest": latest,
        "form": form,
        "refused": refused,
        "statements": sentences,
        **asked,
    }
    return render(request, "reliability/decision_sign.html", context, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def policy_agree(request: HttpRequest, key: str) -> HttpResponse:
    """Agree to the latest version of a policy for one of the three columns."""
    person = person_of(request)
    policy = get_object_or_404(queries.policies_for(person), key=key)
    if request.method != "POST":
        return _policy_page(request, policy, SigningForm(initial={"key": form_key()}))
    form = SigningForm(request.POST)
    if not form.is_valid():
        return _policy_page(request, policy, form, status=400)
    version = queries.policy_versions_of(policy)[0]
    rules.check_may_agree_policy(policy, version, form.cleaned_data["column"], by=person)
    authentication = confirmed(request, words=f"Agree to version {version.number} of {key} “{policy.scope.title}”")
    try:
        signed = actions.agree_policy(
            policy_key=key,
            signing=Signing(agrees=True, **form.cleaned_data),
            by=person,
            authentication=authentication,
        )
    except Refused as refused:
        return _policy_page(request, policy, form, refused=refused, status=refused.status)
    messages.success(request, f"{key} is signed as {signed.signature.key}.")
    return redirect(policy)


def _policy_page(
    request: HttpRequest, policy: Policy, form: SigningForm, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    version = queries.policy_versions_of(policy)[0]
    vacant = queries.vacant_columns(policy.scope, "reliability.edit_policy")
    check: Check = lambda column: rules.check_may_agree_policy(policy, version, column, by=person)  # noqa: E731
    columns = decided.policy_columns(version, vacant=vacant)
    asked = _asked(request, person, check, columns, policy.scope, "edit_policy")
    seat, words = asked["seat"], ""
    if seat is not None:
        words = statements.policy_statement(version, name=person.name, seat=seat, column=asked["column"])
    context = {
        "policy": policy,
        "version": version,
        "terms": queries.terms_of(version),
        "episode_words": decided.share_words(version.episode),
        "surplus_words": decided.share_words(version.surplus),
        "columns": columns,
        "form": form,
        "refused": refused,
        "statement": words,
        **asked,
    }
    return render(request, "reliability/policy_agree.html", context, status=status)


def _asked(
    request: HttpRequest, person: Person, check: Check, columns: list[decided.ColumnShown], scope: Any, right: str
) -> dict[str, Any]:
    """For which column the person is asked to sign: the one chosen, else the first of theirs that is open."""
    seats = queries.deciding_seats(person, f"reliability.{right}", scope)
    mine = decided.may_sign_for(seats, columns)
    wanted = request.POST.get("column") or request.GET.get("column", "")
    column = next((one for one in mine if one == wanted), mine[0] if mine else Column.PRODUCT)
    may_not = refusal(check, column)
    seat = None if may_not else check(column)
    return {
        "column": column,
        "column_words": statements.column_words(column),
        "others": [(one, statements.column_words(one)) for one in mine if one != column],
        "may_not": may_not,
        "seat": seat,
        "signer": statements.signer(name=person.name, seat=seat) if seat else "",
    }
