"""The acts of this room."""

from apps.reliability.actions.counts import record_counts
from apps.reliability.actions.error_classes import judge_error_class
from apps.reliability.actions.refreshing import refresh_slos
from apps.reliability.actions.slis import archive_sli, create_sli, edit_sli
from apps.reliability.actions.slos import archive_slo, change_slo, create_slo

__all__ = [
    "archive_sli",
    "archive_slo",
    "change_slo",
    "create_sli",
    "create_slo",
    "edit_sli",
    "judge_error_class",
    "record_counts",
    "refresh_slos",
]
