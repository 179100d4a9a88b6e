"""Decisions, what is proposed in them, and freezes."""

from typing import Any, TypedDict

from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Day,
    Instant,
    Key,
    Page,
    body_of,
    day,
    filters_of,
    found,
    instant,
    listed,
    on_its_page,
    reads,
    reads_list,
    writes,
)
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.organization.roles import Column
from apps.reliability import actions, queries
from apps.reliability.decision_forms import DecisionFilterForm, LiftForm, OutcomeForm, ProposalBody
from apps.reliability.models import Decision, DecisionProposal, DecisionSignature, Freeze


class DecisionSignatureRow(TypedDict):
    """One of the three columns agreed, or dissented in these words."""

    column: Column
    agrees: bool
    signed_by: PersonMention
    words: str
    receipt: Key
    signed_at: Instant


class ProposalRow(TypedDict):
    """What is proposed; `recommendation` is null while toil or satisfaction is not known."""

    number: int
    option: str
    cause: str | None
    reason: str
    owner: PersonMention
    expires_on: Day
    slo_met: bool
    toil: str | None
    satisfaction: str | None
    recommendation: str | None
    digest: str
    proposed_by: PersonMention
    proposed_at: Instant
    signatures: list[DecisionSignatureRow]


class DecisionRow(TypedDict):
    """A question for three seats. `facts` are the figures at opening, shares of 1 as text."""

    key: Key
    url: Address
    slo: Key
    of: Key
    kind: str
    cause_key: str
    state: str
    is_overdue: bool
    policy: str
    facts: dict[str, Any]
    facts_digest: str
    opened_at: Instant
    due_on: Day
    decided_at: Instant | None
    expires_on: Day | None
    outcome: str | None
    outcome_link: str | None
    slo_version: int | None
    proposals: list[ProposalRow]


class FreezeRow(TypedDict):
    """Nothing is released on a scope until a last day; urgent fixes and security fixes are exempt."""

    decision: Key
    of: Key
    reason: str
    from_at: Instant
    until_on: Day
    is_active: bool
    lifted_at: Instant | None
    lift_reason: str | None


def _signature_row(signed: DecisionSignature) -> DecisionSignatureRow:
    return {
        "column": Column(signed.column),
        "agrees": signed.agrees,
        "signed_by": mention(signed.signature.person),
        "words": signed.signature.comment,
        "receipt": signed.signature.key,
        "signed_at": instant(signed.signature.signed_at),
    }


def _proposal_row(proposal: DecisionProposal) -> ProposalRow:
    return {
        "number": proposal.number,
        "option": proposal.option,
        "cause": proposal.cause or None,
        "reason": proposal.reason,
        "owner": mention(proposal.owner),
        "expires_on": day(proposal.expires_on),
        "slo_met": proposal.slo_met,
        "toil": proposal.toil or None,
        "satisfaction": proposal.satisfaction or None,
        "recommendation": proposal.recommendation or None,
        "digest": proposal.digest,
        "proposed_by": mention(proposal.proposed_by),
        "proposed_at": instant(proposal.proposed_at),
        "signatures": [_signature_row(one) for one in proposal.signatures.all()],
    }


def _row(request: Request, decision: Decision) -> DecisionRow:
    return {
        "key": decision.key,
        "url": request.build_absolute_uri(decision.get_absolute_url()),
        "slo": decision.slo.key,
        "of": decision.slo.scope.key,
        "kind": decision.kind,
        "cause_key": decision.cause_key,
        "state": decision.state,
        "is_overdue": decision.state == Decision.State.OPEN and decision.due_on < organization.today(),
        "policy": queries.terms_of(decision.policy).name,
        "facts": decision.told,
        "facts_digest": decision.facts_digest,
        "opened_at": instant(decision.opened_at),
        "due_on": day(decision.due_on),
        "decided_at": instant(decision.decided_at),
        "expires_on": day(decision.expires_on),
        "outcome": decision.outcome or None,
        "outcome_link": decision.outcome_link or None,
        "slo_version": decision.slo_version.number if decision.slo_version else None,
        "proposals": [_proposal_row(one) for one in decision.proposals.all()],
    }


def readable_decision(request: Request, key: str) -> Decision:
    """The decision, or 404."""
    return found(queries.with_proposals(queries.decisions_for(person_of(request))), key=key)


@reads_list(DecisionRow, filters=DecisionFilterForm)
def decision_list(request: Request) -> Page[DecisionRow]:
    """Decisions that one may read: open ones first, the first due before others."""
    hidden = organization.hidden_scope_ids(person_of(request))
    asked = filters_of(request, DecisionFilterForm)
    rows = queries.with_proposals(queries.filtered_decisions(hidden, **asked, today=organization.today()))
    order = ("rank", "due_on", "pk")
    among = queries.decisions_outside(hidden)
    return listed(request, rows, lambda decision: _row(request, decision), order=order, among=among)


@reads(DecisionRow)
def decision_read(request: Request, key: str) -> DecisionRow:
    """One decision, with all that was proposed and who signed it."""
    return _row(request, readable_decision(request, key))


@writes(DecisionRow, body=ProposalBody, status=201)
def decision_propose(request: Request, key: str) -> DecisionRow:
    """Propose what to decide, in place of what was proposed before. Three seats sign it, on its page."""
    decision = readable_decision(request, key)
    actions.propose_decision(
        decision_key=key, **body_of(request, ProposalBody, decision=decision), by=person_of(request)
    )
    return _row(request, readable_decision(request, key))


decision_sign: Any = on_its_page(
    readable_decision,
    "A decision is signed on its page, /decisions/…/sign/: whoever signs confirms there who they are.",
)


@writes(DecisionRow, body=OutcomeForm)
def decision_outcome(request: Request, key: str) -> DecisionRow:
    """Note what came of a decision, with a link."""
    readable_decision(request, key)
    actions.note_outcome(decision_key=key, **body_of(request, OutcomeForm), by=person_of(request))
    return _row(request, readable_decision(request, key))


def _freeze_row(freeze: Freeze) -> FreezeRow:
    return {
        "decision": freeze.decision.key,
        "of": freeze.scope.key,
        "reason": freeze.reason,
        "from_at": instant(freeze.from_at),
        "until_on": day(freeze.until_on),
        "is_active": freeze.lifted_at is None and freeze.until_on >= organization.today(),
        "lifted_at": instant(freeze.lifted_at),
        "lift_reason": freeze.lift_reason or None,
    }


@reads_list(FreezeRow)
def freeze_list(request: Request) -> Page[FreezeRow]:
    """All freezes of what one may read, the latest first."""
    rows = queries.freezes_outside(organization.hidden_scope_ids(person_of(request)))
    return listed(request, rows, _freeze_row, order=("-pk",), key="pk")


@writes(FreezeRow, body=LiftForm)
def freeze_lift(request: Request, key: str) -> FreezeRow:
    """Let changes be released again before the freeze of this decision ends."""
    readable_decision(request, key)
    data = body_of(request, LiftForm)
    return _freeze_row(actions.lift_freeze(decision_key=key, reason=data["reason"], by=person_of(request)))
