"""States of a criterion's verdict, and which is worse: data, no code."""

from django.db.models import TextChoices


class VerdictState(TextChoices):
    """What the gate says of one criterion. UNKNOWN never counts as met."""

    MET = "MET", "Met"
    WAIVED = "WAIVED", "Waived"
    UNKNOWN = "UNKNOWN", "Unknown"
    UNMET = "UNMET", "Not met"


# From best to worst; a signature is refused when a criterion moved to the right since the page was shown.
WORSE = [VerdictState.MET, VerdictState.WAIVED, VerdictState.UNKNOWN, VerdictState.UNMET]


class GateState(TextChoices):
    """What the gate allows."""

    READY = "READY", "Ready to sign"
    READY_WITH_EXCEPTIONS = "READY_WITH_EXCEPTIONS", "Ready, with exceptions"
    BLOCKED = "BLOCKED", "Blocked"
