"""Pages of executions: asking for one, following it, canceling it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.access import member
from apps.common.page import page_or_partial
from apps.common.refused import NotAllowed, Refused, refusal
from apps.delivery import queries as delivery
from apps.organization.requests import person_of
from apps.specs import actions, queries, rules
from apps.specs.forms import ExecutionForm
from apps.specs.views.suites import suite_state


@member
@require_http_methods(["GET", "HEAD", "POST"])
def execution_request(request: HttpRequest, name: str) -> HttpResponse:
    """Have the portal run a suite: all that it covers, one epic (`epic=E-3`), or one story (`story=S-14`)."""
    person = person_of(request)
    suite = suite_state(request, name).suite
    asked = request.method == "POST"
    form = ExecutionForm(request.POST if asked else None, suite=suite, by=person, initial=request.GET.dict())
    if not asked and (sentence := refusal(rules.check_may_request_execution, suite, by=person)):
        raise NotAllowed(sentence)
    status = 400 if form.errors else 200
    if asked and form.is_valid():
        of = form.cleaned_data
        if of["story"]:
            get_object_or_404(delivery.stories_for(person), key=of["story"])
        try:
            execution = actions.request_execution(
                suite_name=name, by=person, epic_key=of["epic"], story_key=of["story"]
            )
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            return redirect(execution)
    return render(request, "specs/execution_request.html", {"form": form, "suite": suite}, status=status)


@member
@require_safe
def execution_detail(request: HttpRequest, key: str) -> HttpResponseBase:
    """How far an execution is, and what came of it."""
    person = person_of(request)
    execution = get_object_or_404(queries.executions_for(person), key=key)
    context = {
        "execution": execution,
        "suite": queries.registered_suites().get(execution.suite),
        "cancel_refusal": refusal(rules.check_may_cancel_execution, execution, by=person),
    }
    page, partial = "specs/execution_detail.html", "specs/_execution_progress.html"
    return page_or_partial(request, page, partial, context)


@member
@require_POST
def execution_cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Stop it."""
    person = person_of(request)
    get_object_or_404(queries.executions_for(person), key=key)
    execution = actions.cancel_execution(key=key, by=person)
    if execution.is_finished:
        messages.success(request, f"{execution.key} was canceled.")
    else:
        messages.success(request, f"{execution.key} is being stopped.")
    return redirect(execution)
