"""Pages that list and write stories; the page of one story lives in signoff."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.access import member
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import BadInput, Refused, refusal
from apps.common.text import clean_text
from apps.delivery import actions, queries, rules
from apps.delivery.difference import StoryDifference, difference
from apps.delivery.difference_lines import Shown, difference_lines
from apps.delivery.forms import (
    TEMPLATE_STORY,
    ReasonForm,
    StoryEditForm,
    StoryFilterForm,
    StoryPlanForm,
    StoryTextForm,
)
from apps.delivery.gherkin import Counts, Feature, Problem, counts, parse
from apps.delivery.lines import story_lines
from apps.delivery.models import Story, StoryVersion
from apps.delivery.queries import EditEffect
from apps.organization.requests import person_of

CSV_HEAD = ["Key", "Title", "Epic", "State", "Regressed", "Team", "Points", "Scenarios", "File", "Signed at"]


@member
@require_safe
def story_list(request: HttpRequest) -> HttpResponseBase:
    """Stories that one may read, filtered by state, epic, team and text."""
    person = person_of(request)
    form = StoryFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("text", "state", "epic", "team")}
    rows = queries.filtered_stories(person, **asked)
    if request.GET.get("as") == "csv":
        return csv_response("stories", CSV_HEAD, map(_csv_row, rows.order_by("pk").iterator()))
    sort = form.cleaned_data.get("sort", "")
    page = queries.keyset_page(rows, sorts=queries.STORY_SORTS, sort=sort, after=request.GET.get("after", ""))
    stories, after = queries.page_and_next(story_lines(page))
    context = {
        "stories": stories,
        "form": form,
        "filtered": any(asked.values()),
        "next_url": next_url(request, after),
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "delivery/story_list.html", "delivery/_story_list.html", context)


def _csv_row(story: Story) -> list[object]:
    team = story.team or story.epic.team
    return [
        story.key, story.title, story.epic.key, story.state.value, "yes" if story.is_regressed else "",
        team.scope.title if team else "", story.points, story.scenario_count, story.path,
        story.signed_at.isoformat() if story.signed_at and story.is_signed else "",
    ]  # fmt: skip


@dataclass
class Check:
    """What a text says while it is written: its problems, or what it holds and what saving it would do."""

    text: str = ""
    problems: tuple[Problem, ...] = ()
    feature: Feature | None = None
    counts: Counts = field(default_factory=Counts)
    effect: EditEffect | None = None
    changed: StoryDifference | None = None
    lines: list[Shown] = field(default_factory=list)

    @property
    def quoted(self) -> list[tuple[Problem, str]]:
        """Each problem with the line it is about."""
        written = self.text.split("\n")
        return [(one, written[one.line - 1].strip()[:120] if one.line <= len(written) else "") for one in self.problems]


def _check(text: str, story: Story | None) -> Check:
    """Reads a text as saving it would."""
    try:
        text, feature = actions.read_story(text)
    except actions.NotAStory as error:
        return Check(text=text.replace("\r\n", "\n"), problems=error.problems)
    except BadInput as error:
        return Check(problems=(Problem(1, error.sentence),))
    check = Check(text=text, feature=feature, counts=counts(feature))
    if story and story.version:
        check.effect = queries.edit_effect(story, text=text, digest=feature.digest)
        if check.effect.meaning_changed:
            check.changed = difference(parse(story.version.text), feature)
            check.lines = difference_lines(check.changed)
    return check


@member
@require_POST
def story_check(request: HttpRequest) -> HttpResponse:
    """What is wrong in a text, line by line, or what saving it as the story `story` would do. Writes nothing."""
    person = person_of(request)
    key = clean_text(request.POST.get("story", ""), what="The key")
    story = get_object_or_404(queries.stories_for(person), key=key) if key else None
    check = _check(request.POST.get("text", ""), story)
    context = {"check": check, "story": story}
    return page_or_partial(request, "delivery/story_check.html", "delivery/_story_check.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_create(request: HttpRequest, key: str) -> HttpResponse:
    """Write a new story of an epic."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    rules.check_may_create_story(epic, by=person)
    form = StoryTextForm(request.POST or None, initial={"text": TEMPLATE_STORY})
    check, status = None, 200
    if request.method == "POST" and form.is_valid():
        check = _check(form.cleaned_data["text"], None)
        if "check" not in request.POST:
            try:
                story = actions.create_story(epic_key=key, text=form.cleaned_data["text"], by=person)
            except BadInput as error:
                form.add_error(None, error.sentence)
                status = error.status
            else:
                messages.success(request, f"{story.key} is written.")
                return redirect(story)
    context = {"form": form, "epic": epic, "check": check}
    return render(request, "delivery/story_create.html", context, status=status)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_edit(request: HttpRequest, key: str) -> HttpResponse:
    """The editor: says what a text would do before it is saved, and loses nothing that was typed."""
    person = person_of(request)
    story = get_object_or_404(queries.stories_for(person), key=key)
    rules.check_may_edit_story(story, by=person)
    start = {
        "text": story.version.text if story.version else "",
        "base_version": story.version.number if story.version else 0,
    }
    form = StoryEditForm(request.POST or None, initial=start)
    context: dict[str, object] = {"form": form, "story": story, "check": None}
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        context["check"] = _check(data["text"], story)
        if "check" not in request.POST:
            try:
                edit = actions.edit_story(story_key=key, **data, by=person)
            except rules.ChangedMeanwhile as error:
                status = error.status
                context.update(_meanwhile(story, data["base_version"], error.theirs))
                # What was typed goes on from their version: saving again is a decision made with it in view.
                form = form.based_on(error.theirs.number)
                form.add_error(None, error.sentence)
                context["form"] = form
            except BadInput as error:
                status = error.status
                form.add_error(None, error.sentence)
            else:
                messages.success(request, _edit_words(edit))
                return redirect(story)
    return render(request, "delivery/story_edit.html", context, status=status)


def _meanwhile(story: Story, base: int, theirs: StoryVersion) -> dict[str, object]:
    """What somebody else changed since the version that the editor was opened with."""
    try:
        (_, old), (_, new) = queries.version_features(story, base, theirs.number)
    except StoryVersion.DoesNotExist:
        return {"theirs": theirs}
    return {"theirs": theirs, "their_lines": difference_lines(difference(old, new))}


def _edit_words(edit: actions.StoryEdit) -> str:
    key = edit.story.key
    if not edit.text_changed:
        return f"{key} is as it was."
    if not edit.meaning_changed:
        return f"{key} is saved as version {edit.version}. Its meaning is the same: evidence and signature stay."
    drifted = f" {edit.story.epic.key} drifts." if edit.drifted else ""
    return f"{key} is saved as version {edit.version}. Its meaning changed: run it again.{drifted}"


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Which team takes the story, and how large it is."""
    person = person_of(request)
    story = get_object_or_404(queries.stories_for(person), key=key)
    rules.check_may_edit_story(story, by=person)
    start = {"team": story.team.scope.key if story.team else "", "points": story.points}
    form = StoryPlanForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_story(
                story_key=key,
                team_key=form.cleaned_data["team"],
                points=form.cleaned_data["points"],
                by=person,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{key} is planned.")
            return redirect(story)
    context = {
        "form": form,
        "story": story,
        "archive_refusal": refusal(rules.check_may_archive_story, story, by=person),
    }
    return render(request, "delivery/story_plan.html", context, status=400 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Take a story out of its epic."""
    person = person_of(request)
    story = get_object_or_404(queries.stories_for(person), key=key)
    rules.check_may_archive_story(story, by=person)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.archive_story(story_key=key, reason=form.cleaned_data["reason"], by=person)
        messages.success(request, f"{key} is archived.")
        return redirect(story.epic)
    context = {"form": form, "story": story}
    return render(request, "delivery/story_archive.html", context, status=400 if form.errors else 200)


@member
@require_safe
def story_version_list(request: HttpRequest, key: str) -> HttpResponse:
    """Every text of a story, with its author and reason."""
    story = get_object_or_404(queries.stories_for(person_of(request)), key=key)
    versions = list(queries.versions_of(story).defer("text", "narrative")[:200])
    older = [version.digest for version in versions[1:]] + [""]
    rows = [
        {"version": version, "same_meaning": version.digest == before, "before": version.number - 1}
        for version, before in zip(versions, older, strict=True)
    ]
    context = {
        "story": story,
        "rows": rows,
        "edit_refusal": refusal(rules.check_may_edit_story, story, by=person_of(request)),
    }
    return render(request, "delivery/story_version_list.html", context)


@member
@require_safe
def story_difference(request: HttpRequest, key: str) -> HttpResponse:
    """What one version means that another does not: `?from=1&to=2`, by default the last change."""
    story = get_object_or_404(queries.stories_for(person_of(request)), key=key)
    latest = story.version.number if story.version else 1
    new = _number(request.GET.get("to", ""), latest)
    old = _number(request.GET.get("from", ""), max(1, new - 1))
    try:
        (older, before), (newer, after) = queries.version_features(story, old, new)
    except StoryVersion.DoesNotExist as error:
        raise Http404(str(error)) from error
    changed = difference(before, after)
    context = {
        "story": story,
        "older": older,
        "newer": newer,
        "changed": changed,
        "lines": difference_lines(changed),
        "versions": list(queries.versions_of(story).values_list("number", flat=True)[:200]),
        "text_meta": f"version {newer.number}{', the current one' if newer.number == latest else ''}",
    }
    return render(request, "delivery/story_difference.html", context)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
