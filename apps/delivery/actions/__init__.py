"""Writing delivery: one function an act; and the columns that upper rooms set within theirs."""

from apps.delivery.actions.columns import (
    Evidence,
    record_epic_acceptance,
    record_epic_drift,
    record_epic_rejection,
    record_evidence,
    record_evidences,
    record_story_signature,
    record_story_signatures,
    revoke_story_signature,
)
from apps.delivery.actions.epics import archive_epic, create_epic, edit_epic
from apps.delivery.actions.initiatives import create_initiative, edit_initiative
from apps.delivery.actions.locks import lock_epic, lock_epics, lock_initiative, lock_stories, lock_story
from apps.delivery.actions.stories import (
    StoryEdit,
    archive_story,
    create_story,
    edit_story,
    plan_story,
)
from apps.delivery.actions.texts import NotAStory

__all__ = [
    "Evidence",
    "NotAStory",
    "StoryEdit",
    "archive_epic",
    "archive_story",
    "create_epic",
    "create_initiative",
    "create_story",
    "edit_epic",
    "edit_initiative",
    "edit_story",
    "lock_epic",
    "lock_epics",
    "lock_initiative",
    "lock_stories",
    "lock_story",
    "plan_story",
    "record_epic_acceptance",
    "record_epic_drift",
    "record_epic_rejection",
    "record_evidence",
    "record_evidences",
    "record_story_signature",
    "record_story_signatures",
    "revoke_story_signature",
]
