"""Judging what it takes to be rid of a class of errors."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import BadInput
from apps.organization.requests import person_of
from apps.reliability import actions, queries, rules
from apps.reliability.forms import JudgeForm


@member
@require_http_methods(["GET", "HEAD", "POST"])
def error_class_judge(request: HttpRequest, key: str) -> HttpResponse:
    """Cheap, or a redesign, in the words of who would do it."""
    person = person_of(request)
    sli = get_object_or_404(queries.slis_for(person), key=key)
    rules.check_may_judge_error_class(sli, by=person)
    name = (request.POST if request.method == "POST" else request.GET).get("name", "")
    if request.method != "POST" and not queries.counts_error_class(sli, name):
        raise Http404
    judged = queries.judgments_of(sli).get(name)
    start = {"name": name, **({"effort": judged.effort, "why": judged.why} if judged else {})}
    form = JudgeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.judge_error_class(sli_key=key, **form.cleaned_data, by=person)
        except BadInput as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"The errors “{name}” are judged.")
            return redirect(sli)
    status = 400 if form.errors else 200
    context = {"form": form, "sli": sli, "name": name, "judged": judged}
    return render(request, "reliability/error_class_judge.html", context, status=status)
