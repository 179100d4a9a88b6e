"""The room's configuration."""

from django.apps import AppConfig

from apps.audit.beside import verify_beside
from apps.audit.protection import never_changed


class ReliabilityConfig(AppConfig):
    name = "apps.reliability"

    def ready(self) -> None:
        never_changed("reliability_policyversion", ("policy_id", "number"))
        never_changed("reliability_policysignature", ("version_id", "column"), ("signature_id",))
        never_changed("reliability_ninecase", ("key",), ("slo_id", "digest"))
        never_changed("reliability_ninecasesignature", ("case_id",), ("signature_id",))
        never_changed("reliability_headroomreview", ("key",))
        never_changed("reliability_decisionproposal", ("decision_id", "number"))
        never_changed("reliability_decisionsignature", ("proposal_id", "column"), ("signature_id",))
        verify_beside(
            "apps.reliability.comparing.check_decisions", since=("reliability", "0003_decisions_policies_freezes")
        )
        verify_beside("apps.reliability.reviewed.check_reviews", since=("reliability", "0009_headroom"))
        verify_beside("apps.reliability.agreed.check_slas", since=("reliability", "0011_slas"))
        verify_beside("apps.reliability.receipts.check_cases", since=("reliability", "0007_nine_cases"))
