"""What was signed and fails now; and what one story went through."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apps.common.access import member
from apps.common.instants import parse_instant
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import BadInput
from apps.delivery import queries as delivery
from apps.delivery.models import Story
from apps.organization.requests import person_of
from apps.signoff import history, regressions
from apps.signoff.forms import RegressionFilterForm
from apps.signoff.history import Moment
from apps.signoff.regressions import Regression

HEAD = [
    "Story", "Title", "Epic", "Epic state", "Team", "Fails since", "First failing run", "First failing revision",
    "Last good run", "Last good revision", "Scenario", "Step", "Failing scenarios", "Signed by",
]  # fmt: skip
HISTORY_HEAD = ["At", "What", "By", "Revision", "Cases", "Passed", "Failed", "Stale", "Words"]
CHUNK = 500


@member
@require_safe
def regression_list(request: HttpRequest) -> HttpResponseBase:
    """Signed stories that fail now and that one may read: since when, where it began, whom it concerns."""
    form = RegressionFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("text", "epic", "team")}
    rows = delivery.filtered_stories(person_of(request), state="REGRESSED", **asked).select_related("signed_by")
    if request.GET.get("as") == "csv":
        return csv_response("regressions", HEAD, map(_csv_row, _in_chunks(list(rows.order_by("pk")))))
    sort = form.cleaned_data.get("sort", "")
    page = delivery.keyset_page(rows, sorts=delivery.STORY_SORTS, sort=sort, after=request.GET.get("after", ""))
    stories, after = delivery.page_and_next(list(page))
    context = {
        "regressions": regressions.regressions_of(stories),
        "form": form,
        "filtered": any(asked.values()),
        "next_url": next_url(request, after),
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "signoff/regression_list.html", "signoff/_regression_list.html", context)


def _in_chunks(stories: list[Story]) -> Iterator[Regression]:
    for start in range(0, len(stories), CHUNK):
        yield from regressions.regressions_of(stories[start : start + CHUNK])


def _csv_row(one: Regression) -> list[object]:
    story, failure = one.story, one.failure
    good = failure.good if failure else None
    return [
        story.key, story.title, story.epic.key, story.epic.state, one.team,
        failure.at.isoformat() if failure else "",
        failure.run.key if failure else "", failure.run.revision if failure else "",
        good.run.key if good else "", good.run.revision if good else "",
        failure.scenario if failure else "", failure.step if failure else "", failure.failing if failure else "",
        ", ".join(person.name for person in one.signers),
    ]  # fmt: skip


@member
@require_safe
def story_history(request: HttpRequest, key: str) -> HttpResponseBase:
    """A story's texts, runs, signatures and regressions on one time line, the newest first."""
    story = get_object_or_404(delivery.stories_for(person_of(request)), key=key)
    if request.GET.get("as") == "csv":
        return csv_response(f"{story.key}-history", HISTORY_HEAD, map(_moment_row, _whole(story)))
    before = _instant(request.GET.get("after", ""))
    found = history.story_history(story, before=before)
    context = {
        "story": story,
        "epic": story.epic,
        "history": found,
        "lanes": len(history.LANES),
        "is_part": before is not None,
        "csv_url": csv_url(request),
        "next_url": next_url(request, found.before.isoformat() if found.before else ""),
    }
    return page_or_partial(request, "signoff/story_history.html", "signoff/_story_history.html", context)


def _whole(story: Story) -> Iterator[Moment]:
    """All moments of the story, read part by part."""
    before = None
    while True:
        part = history.story_history(story, before=before)
        yield from part.moments
        before = part.before
        if before is None:
            return


def _moment_row(one: Moment) -> list[object]:
    at, run = one.at.isoformat(), one.run
    if run:
        return [at, one.mark.words, "", run.revision, run.cases, run.passed, run.failed, run.stale, ""]
    if one.version:
        return [at, one.mark.words, one.version.author.name, *[""] * 5, one.version.reason]
    who = one.sign_off.signature.printed_name if one.sign_off else "The portal"
    return [at, one.mark.words, who, *[""] * 5, one.line]


def _instant(text: str) -> datetime | None:
    """An instant with its zone from an address; None where there is none."""
    if not text:
        return None
    try:
        return parse_instant(text)
    except BadInput as error:
        raise BadInput("This address names no instant to go on from. Open the history again.") from error
