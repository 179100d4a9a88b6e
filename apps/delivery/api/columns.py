"""Epics and stories as plain columns: a list of a hundred costs what reading them costs, without model objects.

States are computed from the columns by the functions by which the rows compute theirs.
"""

from typing import Any

from django.db.models import QuerySet

from apps.delivery.models import Epic, Story

EPIC = (
    "key", "title", "initiative__scope__key", "team__scope__key", "promised_for", "story_count",
    "signed_story_count", "passing_story_count", "broken_story_count", "failing_story_count", "created_at", "signed_at",
    "archived_at", "signed_promise", "regressed_at", "drifted_at", "rejected_at",
)  # fmt: skip
STORY = (
    "key", "title", "epic__key", "team__scope__key", "epic__team__scope__key", "points", "scenario_count",
    "version__number", "digest", "path", "signed_at", "signed_digest", "evidence_digest", "evidence_verdict",
    "archived_at", "epic__archived_at",
)  # fmt: skip


def epic_columns(epics: QuerySet[Epic]) -> QuerySet[Any]:
    """Named tuples of EPIC."""
    return epics.values_list(*EPIC, named=True)


def story_columns(stories: QuerySet[Story]) -> QuerySet[Any]:
    """Named tuples of STORY."""
    return stories.values_list(*STORY, named=True)
