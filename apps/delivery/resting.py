"""What an epic rests on that makes promises itself, and the highest target that it can promise for that.

An epic cannot be more dependable than what it cannot do without: its target is at most the product of theirs (Google,
The Site Reliability Workbook, appendix A). Like is compared with like, availability with availability; of several SLOs
of one kind on one thing the lowest counts, since nothing says which of them the epic calls for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction

from apps.delivery.models import EpicDependency, EpicService, EpicSLO
from apps.organization.models import Scope
from apps.reliability import budget
from apps.reliability.models import SLO


def slos_below(epic_ids: Collection[int]) -> dict[int, list[SLO]]:
    """By epic: SLOs in force of the services it runs on, and those that the epics which it cannot ship without promise.

    Each with scope, indicator and status; four queries for any number of epics.
    """
    hard = EpicDependency.objects.filter(epic__in=epic_ids, kind=EpicDependency.Kind.HARD)
    return slos_of_ground(
        EpicService.objects.filter(epic__in=epic_ids).values_list("epic_id", "service__scope_id"),
        hard.values_list("epic_id", "needs_id"),
    )


def slos_of_ground(services: Iterable[tuple[int, int]], needs: Iterable[tuple[int, int]]) -> dict[int, list[SLO]]:
    """As `slos_below`, of (epic, scope of a service) and (epic, epic that it needs) read already; two queries."""
    runs_on: dict[int, set[int]] = defaultdict(set)
    for epic, scope in services:
        runs_on[scope].add(epic)
    needed_by: dict[int, set[int]] = defaultdict(set)
    for epic, needed in needs:
        needed_by[needed].add(epic)
    found: dict[int, dict[int, SLO]] = defaultdict(dict)
    slos = SLO.objects.filter(archived_at=None).select_related("scope__parent", "sli", "status")
    for slo in slos.filter(scope__in=runs_on):
        for epic in runs_on[slo.scope_id]:
            found[epic][slo.pk] = slo
    threads = EpicSLO.objects.filter(epic__in=needed_by, slo__archived_at=None)
    for thread in threads.select_related("slo__scope__parent", "slo__sli", "slo__status"):
        for epic in needed_by[thread.epic_id]:
            found[epic][thread.slo_id] = thread.slo
    return {epic: sorted(slos.values(), key=lambda slo: slo.pk) for epic, slos in found.items()}


def ceiling_for(slo: SLO, below: Iterable[SLO]) -> Fraction | None:
    """The highest target that `slo`, of an epic's experience, can have over what lies below it.

    None where nothing below promises anything of its kind, and for SLOs of services and teams, which are the ground.
    """
    if slo.scope.kind != Scope.Kind.EPIC:
        return None
    lowest: dict[int, Fraction] = {}
    for one in below:
        if one.sli.kind == slo.sli.kind and one.scope_id != slo.scope_id:
            lowest[one.scope_id] = min(one.share, lowest.get(one.scope_id, budget.ONE))
    return budget.ceiling(lowest.values()) if lowest else None
