"""Reading decisions and what was proposed, as a person may."""

from collections.abc import Collection
from datetime import date

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When

from apps.organization import queries as organization
from apps.organization.models import Person
from apps.reliability.models import SLO, Decision, DecisionProposal, DecisionSignature, Freeze
from apps.reliability.queries.definitions import slos_outside

OVERDUE = "OVERDUE"
HOLDING = (Decision.State.OPEN, Decision.State.DECIDED)


def decisions_outside(hidden: Collection[int]) -> QuerySet[Decision]:
    """Decisions on nothing below the scopes `hidden` from the reader; open ones first, the first due before others."""
    rows = Decision.objects.select_related("slo__scope__worked_by", "slo__sli", "policy__policy", "decided__owner")
    if hidden:
        rows = rows.filter(slo__in=slos_outside(hidden).order_by())
    rank = Case(When(state=Decision.State.OPEN, then=Value(0)), default=Value(1))
    return rows.annotate(rank=rank).order_by("rank", "due_on", "pk")


def decisions_for(reader: Person) -> QuerySet[Decision]:
    """Decisions that `reader` may read."""
    return decisions_outside(organization.hidden_scope_ids(reader))


def filtered_decisions(
    hidden: Collection[int], *, text: str = "", state: str = "", kind: str = "", today: date
) -> QuerySet[Decision]:
    """By words, state (or OVERDUE) and kind."""
    rows = decisions_outside(hidden)
    if text:
        rows = rows.filter(Q(key__iexact=text) | Q(slo__key__iexact=text) | Q(slo__title__icontains=text))
    if state == OVERDUE:
        rows = rows.filter(state=Decision.State.OPEN, due_on__lt=today)
    elif state:
        rows = rows.filter(state=state)
    return rows.filter(kind=kind) if kind else rows


def decisions_of(slo: SLO) -> list[Decision]:
    """All on one SLO, the latest first, with their freeze."""
    rows = Decision.objects.filter(slo=slo).select_related("decided", "slo").prefetch_related("freezes")
    return list(rows.order_by("-pk"))


def holding(slo: SLO, kind: str) -> Decision | None:
    """The decision of this kind on the SLO that is open, or decided and not expired; the latest of several."""
    return Decision.objects.filter(slo=slo, kind=kind, state__in=HOLDING).order_by("-pk").first()


def proposals_of(decision: Decision) -> list[DecisionProposal]:
    """The newest first, each with its signatures."""
    signatures = DecisionSignature.objects.select_related("signature__person", "signature__delegated_by")
    rows = decision.proposals.select_related("owner", "proposed_by", "decision__slo")
    return list(rows.prefetch_related(Prefetch("signatures", queryset=signatures)))


def with_proposals(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """With all that was proposed and signed, for the API. Three queries more, however many rows."""
    signatures = DecisionSignature.objects.select_related("signature__person")
    proposals = DecisionProposal.objects.select_related("owner", "proposed_by")
    proposals = proposals.prefetch_related(Prefetch("signatures", queryset=signatures))
    return rows.select_related("slo_version").prefetch_related(Prefetch("proposals", queryset=proposals))


def latest_proposal(decision: Decision) -> DecisionProposal | None:
    """What may be signed; None where nothing is proposed."""
    return decision.proposals.select_related("owner", "decision__slo").order_by("-number").first()


def freeze_of(decision: Decision) -> Freeze | None:
    """The freeze that came of it, lifted or not."""
    return decision.freezes.select_related("scope", "lifted_by").first()


def freezes_outside(hidden: Collection[int]) -> QuerySet[Freeze]:
    """All freezes, the latest first, on nothing below the scopes `hidden` from the reader."""
    rows = Freeze.objects.select_related("scope", "decision__slo", "lifted_by").order_by("-pk")
    return rows.exclude(Q(scope_id__in=hidden) | Q(scope__parent_id__in=hidden)) if hidden else rows


def overdue(*, on: date) -> QuerySet[Decision]:
    """Open decisions whose deadline has passed."""
    return Decision.objects.filter(state=Decision.State.OPEN, due_on__lt=on)
