"""The page that takes SLOs from a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.common.access import right
from apps.common.refused import Refused
from apps.organization.requests import person_of
from apps.reliability import actions, intake
from apps.reliability.import_forms import SLOImportForm


@right("reliability.edit_slo")
@require_http_methods(["GET", "HEAD", "POST"])
def slo_import(request: HttpRequest) -> HttpResponse:
    """All of a file, or nothing and everything that needs mending."""
    person = person_of(request)
    form = SLOImportForm(request.POST or None, request.FILES or None, by=person)
    context: dict[str, object] = {}
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.data_sent()
        try:
            taken = intake.take([("", data)], period_days=form.cleaned_data["days"])
            scope = form.cleaned_data["scope"]
            context = {"done": actions.import_slos(taken=taken, by=person, scope_key=scope), "taken": taken}
            form = SLOImportForm(by=person)
        except Refused as error:
            problems = error.problems if isinstance(error, intake.SLOsRefused) else []
            context, status = {"problems": problems, "sentence": error.sentence}, error.status
            # A file cannot be put back into its field; its lines can, into the other one.
            typed = {**form.cleaned_data, "file": None, "text": data.decode("utf-8", "replace")}
            form = SLOImportForm(initial=typed, by=person)
    return render(request, "reliability/slo_import.html", {**context, "form": form}, status=status)
