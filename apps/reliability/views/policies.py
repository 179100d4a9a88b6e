"""Pages of error-budget policies: all of them, one with its versions, writing and changing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit import queries as audit
from apps.common.access import member, right
from apps.common.refused import BadInput, refusal
from apps.organization.requests import person_of
from apps.reliability import actions, queries, rules
from apps.reliability.decision_forms import PolicyCreateForm, PolicyForm, policy_initial
from apps.reliability.terms import DEFAULT
from apps.reliability.views import decided

NO_SEAT = "None of your seats lets you write a policy."


@member
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """All policies, and the terms that hold where there is none."""
    person = person_of(request)
    context = {
        "policies": [(policy, queries.terms_of(policy.in_force)) for policy in queries.policies_for(person)],
        "default": DEFAULT,
        "default_episode": decided.share_words(DEFAULT.episode),
        "default_surplus": decided.share_words(DEFAULT.surplus),
        "create_refusal": "" if person.has_perm("reliability.edit_policy") else NO_SEAT,
    }
    return render(request, "reliability/policy_list.html", context)


@right("reliability.edit_policy")
@require_http_methods(["GET", "HEAD", "POST"])
def policy_create(request: HttpRequest) -> HttpResponse:
    """Write the first version of a scope's policy."""
    person = person_of(request)
    initial = {**policy_initial(None), "scope": request.GET.get("scope", "")}
    form = PolicyCreateForm(request.POST or None, initial=initial, by=person)
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.write_policy(scope_key=form.cleaned_data["scope"], wanted=form.wanted, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{version.policy.key} is written. It holds once three seats agree.")
            return redirect(version.policy)
    return render(request, "reliability/policy_create.html", {"form": form}, status=400 if form.errors else 200)


@member
@require_safe
def policy_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One policy: what holds, what is to be agreed, and all versions."""
    person = person_of(request)
    policy = get_object_or_404(queries.policies_for(person), key=key)
    versions = queries.policy_versions_of(policy)
    vacant = queries.vacant_columns(policy.scope, "reliability.edit_policy")
    columns = [decided.policy_columns(version, vacant=vacant) for version in versions]
    seats = queries.deciding_seats(person, "reliability.edit_policy", policy.scope)
    asked, own = decided.first_asked(seats, columns[0]), decided.own_signature(person, columns[0])
    waits, agree_refusal = policy.in_force_id != versions[0].pk, ""
    if waits and not own:
        agree_refusal = refusal(rules.check_may_agree_policy, policy, versions[0], asked, by=person)
    context = {
        "policy": policy,
        "versions": [
            (version, decided.share_words(version.episode), decided.share_words(version.surplus), shown)
            for version, shown in zip(versions, columns, strict=True)
        ],
        "waits": waits,
        "own_signature": own,
        "agree_refusal": agree_refusal,
        "change_refusal": refusal(rules.check_may_write_policy, policy.scope, by=person),
        "entries": audit.life_of(policy.key),
    }
    return render(request, "reliability/policy_detail.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def policy_change(request: HttpRequest, key: str) -> HttpResponse:
    """Write another version, to be agreed anew."""
    person = person_of(request)
    policy = get_object_or_404(queries.policies_for(person), key=key)
    rules.check_may_write_policy(policy.scope, by=person)
    form = PolicyForm(request.POST or None, initial=policy_initial(queries.policy_versions_of(policy)[0]))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_policy(policy_key=key, wanted=form.wanted, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{key} has a new version. It holds once three seats agree.")
            return redirect(policy)
    status = 400 if form.errors else 200
    return render(request, "reliability/policy_change.html", {"form": form, "policy": policy}, status=status)
