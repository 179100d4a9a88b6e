"""Pages of suites that the portal runs itself: all of them, and one with its executions."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.lists import next_url
from apps.common.page import page_or_partial
from apps.common.refused import refusal
from apps.organization.requests import person_of
from apps.specs import queries, rules
from apps.specs.queries import SuiteState

ROWS = 50


@member
@require_safe
def suite_list(request: HttpRequest) -> HttpResponse:
    """The registered suites, whether the sandbox holds, and how each went last."""
    context = {
        "states": queries.suite_states(person_of(request)),
        "tests": queries.sandbox_tests(),
    }
    return render(request, "specs/suite_list.html", context)


@member
@require_safe
def suite_detail(request: HttpRequest, name: str) -> HttpResponseBase:
    """What the settings say of a suite, and its executions, the newest first."""
    person = person_of(request)
    state = suite_state(request, name)
    # What one execution wrote may be 256 KiB.
    rows = queries.executions_for(person).filter(suite=name).defer("output")
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    executions = list(rows[: ROWS + 1])
    context = {
        "state": state,
        "suite": state.suite,
        "executions": executions[:ROWS],
        "next_url": next_url(request, executions[ROWS - 1].pk if len(executions) > ROWS else ""),
        "request_refusal": refusal(rules.check_may_request_execution, state.suite, by=person),
    }
    return page_or_partial(request, "specs/suite_detail.html", "specs/_execution_list.html", context)


def suite_state(request: HttpRequest, name: str) -> SuiteState:
    """The suite as who asks may see it, or 404."""
    for state in queries.suite_states(person_of(request)):
        if state.suite.name == name:
            return state
    raise Http404(f"No suite is registered as {name}.")
