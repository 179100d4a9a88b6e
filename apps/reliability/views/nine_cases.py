"""Cases for another target: saving one, reading it, and signing it."""

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.access import member
from apps.common.refused import BadInput, Refused, refusal
from apps.organization.requests import person_of
from apps.organization.roles import Role
from apps.reliability import actions, queries, rules, statements
from apps.reliability.actions import CaseSigning
from apps.reliability.forms import CaseSaveForm, CaseSignForm, weighed_of
from apps.reliability.models import NineCase
from apps.reliability.nine_case import title_of
from apps.reliability.nines import USUAL_TARGETS
from apps.reliability.percent import percent
from apps.reliability.price import money
from apps.reliability.receipts import receipt_of
from apps.signatures.confirming import confirmed, form_key


@member
@require_POST
def nine_case_save(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the case that the page showed."""
    person = person_of(request)
    slo = get_object_or_404(queries.slos_for(person), key=key)
    rules.check_may_save_nine_case(slo, by=person)
    form = CaseSaveForm(request.POST)
    weighed = weighed_of(form.cleaned_data) if form.is_valid() else None
    if weighed is None:
        raise BadInput("A case says a target, and what revenue is at risk a year. Open the page again and weigh it.")
    # Drawn here, so that the act does not hold its locks for as long.
    queries.replayed(slo, {*USUAL_TARGETS, slo.share, weighed.target}, at=timezone.now())
    case = actions.save_nine_case(slo_key=key, weighed=weighed, digest=form.cleaned_data["digest"], by=person)
    messages.success(request, f"Saved as {case.key}.")
    return redirect(case)


@member
@require_safe
def nine_case_detail(request: HttpRequest, key: str) -> HttpResponse:
    """What was put in and what came out, who stands for it, and that the log holds just this."""
    person = person_of(request)
    case = get_object_or_404(queries.nine_cases_for(person), key=key)
    receipt = receipt_of(case)
    context = {
        "case": case,
        "title": title_of(case.told),
        **_shown(case),
        "receipt": receipt,
        "role": Role(receipt.signature.seat_role).label if receipt else "",
        "sign_refusal": refusal(rules.check_may_sign_nine_case, case, by=person),
    }
    return render(request, "reliability/nine_case_detail.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def nine_case_sign(request: HttpRequest, key: str) -> HttpResponse:
    """The product owner stands for the case: all of it printed, then the act."""
    person = person_of(request)
    case = get_object_or_404(queries.nine_cases_for(person), key=key)
    if request.method != "POST":
        return _sign_page(request, case, CaseSignForm(initial={"key": form_key()}))
    form = CaseSignForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, case, form, status=400)
    rules.check_may_sign_nine_case(case, by=person)  # before anybody types a password for it
    authentication = confirmed(request, words=f"Stand for the case {key} of {case.slo.key} “{case.slo.title}”")
    try:
        signed = actions.sign_nine_case(
            case_key=key, signing=CaseSigning(**form.cleaned_data), by=person, authentication=authentication
        )
    except Refused as refused:
        return _sign_page(request, case, form, refused=refused, status=refused.status)
    messages.success(request, f"{key} is signed as {signed.signature.key}.")
    return redirect(case)


def _shown(case: NineCase) -> dict[str, Any]:
    """The body with its shares and amounts in words; what stands in it is exact."""
    told = case.told
    currency = told["put_in"]["currency"]
    amounts = {**told["put_in"], "value": told["value_a_year"], "cost": told["cost_a_year"]}
    return {
        "told": told,
        "shares": {name: percent(Fraction(told[name]), 7) for name in ("promised", "target")},
        "achievable": percent(Fraction(told["achievable"]["target"])) if told["achievable"]["target"] else "",
        "amounts": {
            name: money(Fraction(amounts[name]), currency) if amounts[name] is not None else ""
            for name in ("revenue", "one_off", "running", "value", "cost")
        },
        "total": f"{told['rests_on']['total']:,}",
        "bad": f"{told['rests_on']['bad']:,}",
        "errors": [(one, f"{one['bad']:,}") for one in told["errors"]],
        "needs": [(one, percent(Fraction(one["target"]), 7)) for one in told["needs"]],
    }


def _sign_page(
    request: HttpRequest, case: NineCase, form: CaseSignForm, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    may_not = refusal(rules.check_may_sign_nine_case, case, by=person)
    seat = None if may_not else rules.check_may_sign_nine_case(case, by=person)
    context = {
        "case": case,
        "title": title_of(case.told),
        **_shown(case),
        "form": form,
        "refused": refused,
        "may_not": may_not,
        "seat": seat,
        "signer": statements.signer(name=person.name, seat=seat) if seat else "",
        "statement": statements.nine_case_statement(case, name=person.name, seat=seat) if seat else "",
    }
    return render(request, "reliability/nine_case_sign.html", context, status=status)
