"""Epics and stories as lines of a list: values, read as columns, that are drawn once (`{% drawn %}`)."""

from typing import NamedTuple

from django.db.models import QuerySet

from apps.delivery.models import Epic, Story
from apps.delivery.models.epics import epic_state
from apps.delivery.models.stories import is_regressed, story_state


class EpicLine(NamedTuple):
    """One epic; `note` is its initiative, where the list shows it, and its team."""

    key: str
    title: str
    note: str
    state: str
    stories: int
    signed: int
    passing: int
    broken: int
    failing: int
    promised_for: str

    @property
    def waiting(self) -> str:
        """Such as "1 failing, 2 broken, 3 to sign"."""
        counts = ((self.failing, "failing"), (self.broken, "broken"), (self.passing, "to sign"))
        return ", ".join(f"{count} {words}" for count, words in counts if count)


class StoryLine(NamedTuple):
    """One story of a list over many epics."""

    key: str
    title: str
    path: str
    state: str
    regressed: bool
    epic: str
    scenarios: int
    team: str


EPIC = (
    "key", "title", "promised_for", "initiative__scope__title", "team__scope__title",
    "story_count", "signed_story_count", "passing_story_count", "broken_story_count", "failing_story_count",
    "archived_at", "signed_promise", "regressed_at", "drifted_at", "rejected_at",
)  # fmt: skip
STORY = (
    "key", "title", "path", "epic__key", "team__scope__title", "epic__team__scope__title", "scenario_count",
    "archived_at", "digest", "signed_digest", "evidence_digest", "evidence_verdict",
)  # fmt: skip


def epic_lines(epics: QuerySet[Epic], *, with_initiative: bool = True) -> list[EpicLine]:
    """`epics` in their order; one query."""
    return [
        EpicLine(
            row.key,
            row.title,
            " · ".join(
                text
                for text in (row.initiative__scope__title if with_initiative else "", row.team__scope__title)
                if text
            ),
            epic_state(row),
            row.story_count,
            row.signed_story_count,
            row.passing_story_count,
            row.broken_story_count,
            row.failing_story_count,
            row.promised_for,
        )
        for row in epics.values_list(*EPIC, named=True)
    ]


def story_lines(stories: QuerySet[Story]) -> list[StoryLine]:
    """`stories` in their order, each with its own team or else its epic's; one query."""
    return [
        StoryLine(
            row.key,
            row.title,
            row.path,
            "ARCHIVED" if row.archived_at else str(story_state(row)),
            not row.archived_at and is_regressed(row),
            row.epic__key,
            row.scenario_count,
            row.team__scope__title or row.epic__team__scope__title or "",
        )
        for row in stories.values_list(*STORY, named=True)
    ]
