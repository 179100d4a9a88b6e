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
from apps.delivery.actions.comments import comment_on_epic, comment_on_story, write_comment
from apps.delivery.actions.demands import Planned, plan_demand, withdraw_demand
from apps.delivery.actions.epics import archive_epic, create_epic, edit_epic
from apps.delivery.actions.feature_imports import ask_feature_import, due_feature_imports, run_feature_import
from apps.delivery.actions.imports import ImportRefused, ImportResult, count_reading, import_features
from apps.delivery.actions.initiatives import create_initiative, edit_initiative
from apps.delivery.actions.locks import lock_epic, lock_epics, lock_initiative, lock_stories, lock_story
from apps.delivery.actions.nfrs import archive_nfr, create_nfr, edit_nfr
from apps.delivery.actions.stories import StoryEdit, archive_story, create_story, edit_story, plan_story
from apps.delivery.actions.texts import NotAStory, read_story
from apps.delivery.actions.threads import (
    add_dependency,
    link_service,
    link_slo,
    remove_dependency,
    unlink_service,
    unlink_slo,
)

__all__ = [
    "Evidence",
    "ImportRefused",
    "ImportResult",
    "NotAStory",
    "Planned",
    "StoryEdit",
    "add_dependency",
    "archive_epic",
    "archive_nfr",
    "archive_story",
    "ask_feature_import",
    "comment_on_epic",
    "comment_on_story",
    "count_reading",
    "create_epic",
    "create_initiative",
    "create_nfr",
    "create_story",
    "due_feature_imports",
    "edit_epic",
    "edit_initiative",
    "edit_nfr",
    "edit_story",
    "import_features",
    "link_service",
    "link_slo",
    "lock_epic",
    "lock_epics",
    "lock_initiative",
    "lock_stories",
    "lock_story",
    "plan_demand",
    "plan_story",
    "read_story",
    "record_epic_acceptance",
    "record_epic_drift",
    "record_epic_rejection",
    "record_evidence",
    "record_evidences",
    "record_story_signature",
    "record_story_signatures",
    "remove_dependency",
    "revoke_story_signature",
    "run_feature_import",
    "unlink_service",
    "unlink_slo",
    "withdraw_demand",
    "write_comment",
]
