"""Writing stories: every edit is a version, and what it does to signatures happens in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import rules
from apps.delivery.actions.columns import drift, recount
from apps.delivery.actions.epics import find_team
from apps.delivery.actions.initiatives import clean_line
from apps.delivery.actions.locks import lock_epic, lock_story
from apps.delivery.actions.texts import NewText, read_story, text_sha256, write_texts
from apps.delivery.models import Story
from apps.organization import actions as organization
from apps.organization.models import Person

MAX_POINTS = 100


@dataclass(frozen=True)
class StoryEdit:
    """What an edit did. `version` is the current one; `drifted` whether it made the signed epic drift."""

    story: Story
    version: int
    text_changed: bool
    meaning_changed: bool
    drifted: bool


@act
def create_story(
    *, epic_key: str, text: str, by: Person, reason: str = "", team_key: str = "", points: int | None = None
) -> Story:
    """A new story of an epic; its title is the feature's name. Without scenarios it is a draft."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_create_story(epic, by=by)
    text, feature = read_story(text)
    at = timezone.now()
    (key,) = organization.take_keys("S", 1)
    story = Story.objects.create(
        key=key, epic=epic, title=feature.name[:500], team=find_team(team_key), points=_points(points)
    )
    write_texts(
        texts=[NewText(story, 1, text, text_sha256(text), feature)],
        author=by,
        seat=seat,
        reason=_reason(reason),
        at=at,
        written_at=at,
    )
    drifted = drift(epic, at=at)
    recount(epic, at=at)
    record_text("story.created", story, by=by, seat=seat, reason=reason, facts={"drifted": drifted})
    return story


@act
def edit_story(*, story_key: str, text: str, by: Person, base_version: int, reason: str = "") -> StoryEdit:
    """A new version of the story's text, unless the text is the same.

    The same meaning keeps evidence and signature; another meaning breaks the story until the new text has passed,
    and its signed epic drifts, all in one transaction. Raises ChangedMeanwhile where somebody else wrote a version
    after `base_version`, NotAStory for a text that cannot be one.
    """
    story = lock_story(story_key, by=by)
    seat = rules.check_may_edit_story(story, by=by)
    text, feature = read_story(text)
    current = story.version
    number = current.number if current else 0
    if current and text_sha256(text) == current.text_sha256:
        nothing_changed()
        return StoryEdit(story, number, text_changed=False, meaning_changed=False, drifted=False)
    rules.check_unchanged_since(story, base_version)
    at, previous = timezone.now(), story.digest
    write_texts(
        texts=[NewText(story, number + 1, text, text_sha256(text), feature)],
        author=by,
        seat=seat,
        reason=_reason(reason),
        at=at,
        written_at=at,
    )
    meaning_changed = story.digest != previous
    drifted = meaning_changed and drift(story.epic, at=at)
    if meaning_changed:
        recount(story.epic, at=at)
    facts = {"meaning_changed": meaning_changed, "drifted": drifted}
    record_text("story.edited", story, by=by, seat=seat, previous=previous, reason=reason, facts=facts)
    return StoryEdit(story, number + 1, True, meaning_changed, drifted)


@act
def plan_story(*, story_key: str, team_key: str, points: int | None, by: Person) -> Story:
    """Which team takes the story, and how large it is. No part of what is signed."""
    story = lock_story(story_key, by=by)
    seat = rules.check_may_edit_story(story, by=by)
    previous = plan_digest(story)
    story.team, story.points = find_team(team_key), _points(points)
    if plan_digest(story) == previous:
        nothing_changed()
        return story
    story.save(update_fields=["team", "points"])
    record(
        "story.planned",
        subject=story.key,
        digest=plan_digest(story),
        previous=previous,
        by=by,
        seat=seat,
        title=story.title,
        sentence="planned {subject} “{title}” for {team}",
        about=[story.epic.key],
        facts={"team": story.team.scope.key if story.team else "no team", "points": story.points},
    )
    return story


@act
def archive_story(*, story_key: str, reason: str, by: Person) -> Story:
    """Takes the story out of its epic, which drifts if it was signed; the story stays readable."""
    story = lock_story(story_key, by=by)
    seat = rules.check_may_archive_story(story, by=by)
    at = timezone.now()
    story.archived_at = at
    story.save(update_fields=["archived_at"])
    drifted = drift(story.epic, at=at)
    recount(story.epic, at=at)
    reason = clean_line(reason, what="The reason", limit=500)
    record_text("story.archived", story, by=by, seat=seat, reason=reason, facts={"drifted": drifted})
    return story


_SENTENCES = {
    "story.created": "wrote {subject} “{title}”",
    "story.edited": "edited {subject} “{title}”",
    "story.archived": "archived {subject} “{title}”",
    "story.restored": "brought {subject} “{title}” back",
}


def record_text(
    event: str,
    story: Story,
    *,
    by: Person,
    seat: HeldSeat | None,
    previous: str = "",
    reason: str = "",
    facts: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> None:
    """One entry about a story's text: its meaning is the subject's digest, the exact text's digest a fact."""
    version = story.version
    assert version is not None  # noqa: S101 - a story is never without a text once it is written
    said = _SENTENCES[event]
    if event == "story.edited":
        changed = (facts or {}).get("meaning_changed")
        said += ", which changes its meaning" if changed else ", its meaning unchanged"
    record(
        event,
        subject=story.key,
        digest=story.digest,
        previous=previous,
        by=by,
        seat=seat,
        title=story.title,
        sentence=said,
        about=[story.epic.key],
        reason=reason,
        facts={"version": version.number, "text_sha256": version.text_sha256, **(facts or {})}
        | ({"text_at": at} if at else {}),
    )


def plan_digest(story: Story) -> str:
    """Of who delivers the story, and how large it is."""
    team = story.team.scope.key if story.team else ""
    return canonical_digest({"key": story.key, "team": team, "points": story.points})


def _reason(text: str) -> str:
    return clean_text(text, what="The reason", limit=500).strip()


def _points(points: int | None) -> int | None:
    if points is not None and not 0 <= points <= MAX_POINTS:
        raise BadInput(f"Points are a number from 0 to {MAX_POINTS}, or none.")
    return points
