"""The acts of this room."""

from apps.reliability.actions.badges import share_badge, withdraw_badge
from apps.reliability.actions.counts import record_counts
from apps.reliability.actions.deciding import Signing, expire_decision, expire_decisions, lift_freeze, sign_decision
from apps.reliability.actions.decisions import note_outcome, open_decision, propose_decision
from apps.reliability.actions.error_classes import judge_error_class
from apps.reliability.actions.headroom import Reviewed, record_usage, refresh_headroom, review_headroom
from apps.reliability.actions.importing import ImportedSLOs, import_slos
from apps.reliability.actions.nine_cases import CaseSigning, save_nine_case, sign_nine_case
from apps.reliability.actions.opening import judge_decisions
from apps.reliability.actions.policies import agree_policy, change_policy, write_policy
from apps.reliability.actions.refreshing import refresh_slos
from apps.reliability.actions.resources import Meant, archive_resource, create_resource, edit_resource
from apps.reliability.actions.slas import Agreed, agree_sla, change_sla, end_sla
from apps.reliability.actions.slis import archive_sli, create_sli, edit_sli
from apps.reliability.actions.slos import archive_slo, change_slo, create_slo

__all__ = [
    "Agreed",
    "CaseSigning",
    "ImportedSLOs",
    "Meant",
    "Reviewed",
    "Signing",
    "agree_policy",
    "agree_sla",
    "archive_resource",
    "archive_sli",
    "archive_slo",
    "change_policy",
    "change_sla",
    "change_slo",
    "create_resource",
    "create_sli",
    "create_slo",
    "edit_resource",
    "edit_sli",
    "end_sla",
    "expire_decision",
    "expire_decisions",
    "import_slos",
    "judge_decisions",
    "judge_error_class",
    "lift_freeze",
    "note_outcome",
    "open_decision",
    "propose_decision",
    "record_counts",
    "record_usage",
    "refresh_headroom",
    "refresh_slos",
    "review_headroom",
    "save_nine_case",
    "share_badge",
    "sign_decision",
    "sign_nine_case",
    "withdraw_badge",
    "write_policy",
]
