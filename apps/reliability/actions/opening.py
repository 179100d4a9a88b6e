"""Opening what the counts ask for: no act itself, each decision that it opens is one."""

from collections.abc import Collection

from django.utils import timezone

from apps.reliability import queries
from apps.reliability.actions.decisions import open_decision


def judge_decisions(*, slis: Collection[int] | None = None) -> int:
    """Opens a decision for each budget that is used up, costly episode and surplus that no decision answers yet.

    Of all SLOs in force, or of those on `slis` (primary keys). Returns how many causes there were.
    """
    due = list(queries.due_decisions(at=timezone.now(), slis=slis))
    for one in due:
        open_decision(slo_key=one.slo.key, kind=one.kind, cause_key=one.cause_key, facts=one.facts, by=None)
    return len(due)
