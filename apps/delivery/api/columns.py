"""Epics and stories as plain columns: a list of a hundred costs what reading them costs, without model objects.

The states are computed by the database from the same tables by which the pages' lists are filtered.
"""

from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from apps.delivery.models import Epic, Story
from apps.delivery.models.epics import epic_condition
from apps.delivery.models.stories import story_condition
from apps.delivery.states import EpicState, StoryState

EPIC = (
    "key", "title", "initiative__scope__key", "state_name", "team__scope__key", "promised_for", "story_count",
    "signed_story_count", "passing_story_count", "broken_story_count", "failing_story_count", "created_at", "signed_at",
)  # fmt: skip
STORY = (
    "key", "title", "epic__key", "state_name", "is_regressed_now", "team_key", "points", "scenario_count",
    "version__number", "digest", "path", "signed_at", "signed_now",
)  # fmt: skip


def epic_columns(epics: QuerySet[Epic]) -> QuerySet[Any]:
    """Named tuples of EPIC."""
    states = (When(epic_condition(state), then=Value(state.value)) for state in EpicState)
    return epics.annotate(state_name=Case(*states)).values_list(*EPIC, named=True)


def story_columns(stories: QuerySet[Story]) -> QuerySet[Any]:
    """Named tuples of STORY."""
    archived = Q(archived_at__isnull=False) | Q(epic__archived_at__isnull=False)
    states = (When(story_condition(state), then=Value(state.value)) for state in StoryState)
    found = stories.annotate(
        state_name=Case(When(archived, then=Value("ARCHIVED")), *states, default=Value(StoryState.READY.value)),
        is_regressed_now=_holds(story_condition("REGRESSED")),
        signed_now=_holds(story_condition("SIGNED")),
        team_key=Coalesce("team__scope__key", "epic__team__scope__key"),
    )
    return found.values_list(*STORY, named=True)


def _holds(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
