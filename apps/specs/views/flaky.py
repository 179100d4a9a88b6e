"""The page of scenarios that change their mind."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.lists import csv_response, csv_url
from apps.common.page import page_or_partial
from apps.organization import queries as organization
from apps.organization.requests import person_of
from apps.specs import queries
from apps.specs.forms import FlakyFilterForm
from apps.specs.queries import FlakyScenario

HEAD = ["Story", "Title", "Epic", "Scenario", "Results", "Flips", "Of", "Torn revision", "Last runs, the oldest first"]


@member
@require_safe
def flaky_list(request: HttpRequest) -> HttpResponseBase:
    """The flakiest scenarios that one may read, by their last results."""
    form = FlakyFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    flaky = queries.flaky_scenarios(organization.hidden_scope_ids(person_of(request)), **asked)
    if request.GET.get("as") == "csv":
        return csv_response("flaky", HEAD, map(_csv_row, flaky))
    context = {
        "flaky": flaky,
        "form": form,
        "filtered": any(asked.values()),
        "most": queries.SHOWN,
        "looked_at": f"{queries.LOOKED_AT:,}",
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "specs/flaky_list.html", "specs/_flaky_list.html", context)


def _csv_row(one: FlakyScenario) -> list[object]:
    story, found = one.pickle.story, one.flakiness
    return [
        story.key, story.title, story.epic.key, one.words, found.n, found.flips, found.pairs, found.torn,
        found.marks_words,
    ]  # fmt: skip
