"""Stories, their texts and what changed between them."""

from typing import Literal, TypedDict, cast

from django.http import Http404
from rest_framework.request import Request

from apps.common.endpoints import Page, body_of, filters_of, found, listed, reads, reads_list, sorted_by, writes
from apps.common.refused import BadInput
from apps.delivery import actions, queries
from apps.delivery.api import columns
from apps.delivery.api.epics import readable_epic
from apps.delivery.api.rows import (
    StoryDetail,
    StoryRow,
    VersionDetail,
    VersionRow,
    story_detail,
    story_row,
    version_row,
)
from apps.delivery.difference import difference
from apps.delivery.difference_lines import difference_lines
from apps.delivery.forms import ReasonForm, StoryEditForm, StoryFilterForm, StoryPlanForm, StoryTextForm
from apps.delivery.models import Story, StoryVersion
from apps.organization.requests import person_of


def readable_story(request: Request, key: str) -> Story:
    """The story, or 404."""
    return found(queries.stories_for(person_of(request)).select_related("signed_by"), key=key)


def _detail(request: Request, key: str) -> StoryDetail:
    story = readable_story(request, key)
    (row,) = columns.story_columns(Story.objects.filter(pk=story.pk))
    return story_detail(story_row(row), story, request.build_absolute_uri(story.get_absolute_url()))


@reads_list(StoryRow, filters=StoryFilterForm)
def story_list(request: Request) -> Page[StoryRow]:
    """Stories that one may read, without their texts, and without archived ones unless asked for."""
    person = person_of(request)
    asked = filters_of(request, StoryFilterForm)
    order = sorted_by(asked.pop("sort"), queries.STORY_SORTS)
    rows = columns.story_columns(queries.filtered_stories(person, **asked))
    return listed(request, rows, story_row, order=order, among=queries.stories_for(person))


@reads_list(StoryRow)
def epic_story_list(request: Request, key: str) -> Page[StoryRow]:
    """The stories of one epic that are not archived."""
    epic, person = readable_epic(request, key), person_of(request)
    of_epic = queries.stories_for(person).filter(epic=epic)
    rows = columns.story_columns(of_epic.filter(archived_at=None))
    return listed(request, rows, story_row, among=of_epic)


@reads(StoryDetail)
def story_read(request: Request, key: str) -> StoryDetail:
    """One story with its text."""
    return _detail(request, key)


@writes(StoryDetail, body=StoryTextForm, status=201)
def story_create(request: Request, key: str) -> StoryDetail:
    """Write a new story of an epic; what is wrong in its text is said with the line."""
    readable_epic(request, key)
    data = body_of(request, StoryTextForm)
    story = actions.create_story(epic_key=key, text=data["text"], by=person_of(request))
    return _detail(request, story.key)


@writes(StoryDetail, body=StoryPlanForm, partial=True)
def story_plan(request: Request, key: str) -> StoryDetail:
    """Which team takes the story, and how large it is; what is left out stays."""
    story = readable_story(request, key)
    start = {"team": story.team.scope.key if story.team else "", "points": story.points}
    data = body_of(request, StoryPlanForm, start=start)
    actions.plan_story(story_key=key, team_key=data["team"], points=data["points"], by=person_of(request))
    return _detail(request, key)


@writes(StoryDetail, body=ReasonForm)
def story_archive(request: Request, key: str) -> StoryDetail:
    """Take a story out of its epic."""
    readable_story(request, key)
    data = body_of(request, ReasonForm)
    actions.archive_story(story_key=key, reason=data["reason"], by=person_of(request))
    return _detail(request, key)


@reads_list(VersionRow)
def story_version_list(request: Request, key: str) -> Page[VersionRow]:
    """Every text of a story, the newest first, without the texts."""
    rows = queries.versions_of(readable_story(request, key)).defer("text", "narrative")
    return listed(request, rows, version_row, order=("-number",), key="number")


@reads(VersionDetail)
def story_version_read(request: Request, key: str, number: int) -> VersionDetail:
    """One text of a story."""
    version = found(queries.versions_of(readable_story(request, key)), number=number)
    return {**version_row(version), "text": version.text}


@writes(StoryDetail, body=StoryEditForm, status=201)
def story_edit(request: Request, key: str) -> StoryDetail:
    """A new text of the story. 409 where somebody else wrote one after `base_version`; nothing is lost then.

    The same meaning keeps evidence and signature; another one breaks the story until it has run again.
    """
    readable_story(request, key)
    data = body_of(request, StoryEditForm)
    actions.edit_story(story_key=key, **data, by=person_of(request))
    return _detail(request, key)


class DifferenceLine(TypedDict):
    """A line that is gone, came or was kept; or the heading of what follows (`place`)."""

    kind: Literal["gone", "came", "kept", "place"]
    text: str


class StoryDifferenceRow(TypedDict):
    """What one text means that another does not: empty exactly where the digests are equal."""

    older: VersionRow
    newer: VersionRow
    words: str
    lines: list[DifferenceLine]


_FROM_TO = {"from": "The number of the older text; without it the one before.", "to": "Of the newer; else the latest."}


@reads(StoryDifferenceRow, asks=_FROM_TO)
def story_difference(request: Request, key: str) -> StoryDifferenceRow:
    """What changed in a story's meaning between two of its texts."""
    story = readable_story(request, key)
    latest = story.version.number if story.version else 1
    new = _number(request, "to", latest)
    old = _number(request, "from", max(1, new - 1))
    try:
        (older, before), (newer, after) = queries.version_features(story, old, new)
    except StoryVersion.DoesNotExist as error:
        raise Http404(str(error)) from error
    changed = difference(before, after)
    lines = [
        DifferenceLine(kind=cast(Literal["gone", "came", "kept", "place"], line.kind), text=line.text)
        for line in difference_lines(changed)
    ]
    return {"older": version_row(older), "newer": version_row(newer), "words": changed.words, "lines": lines}


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(f"“{name}” is the number of a version, such as {otherwise}.")
    return int(text)
