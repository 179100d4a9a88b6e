"""Opening a decision, proposing what to decide, and what came of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.audit.canonical import canonical_bytes, plain
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.organization import actions as organization
from apps.organization.actions.words import one_line
from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability import matrix, queries, rules
from apps.reliability.actions.locks import lock_decision, lock_slo
from apps.reliability.matrix import DecisionKind
from apps.reliability.models import SLO, Decision, DecisionProposal

MAX_WORDS = 4_000
# Asked once: a budget that is used up, or left over, is one question until its answer expires.
ASKED_ONCE = (DecisionKind.BROKEN, DecisionKind.SURPLUS)


@act
def open_decision(*, slo_key: str, kind: str, cause_key: str, facts: Mapping[str, Any], by: Person | None) -> Decision:
    """A question for three seats, with the figures of the SLO as they are now, and `facts` of what caused it.

    `by` is None for the portal itself. The same cause opens once, and a kind that is asked once is not asked again
    while an answer holds: what stands is returned then. Raises SLO.DoesNotExist, and BadInput for a kind that is none.
    """
    if kind not in list(DecisionKind):
        raise BadInput(f"“{kind[:40]}” is no kind of decision: {', '.join(DecisionKind)}.")
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_open_decision(slo, by=by)
    cause_key = one_line(cause_key, what="The cause's key", limit=120, needed=True)
    standing = Decision.objects.filter(cause_key=cause_key).first()
    if standing is None and kind in ASKED_ONCE:
        standing = queries.holding(slo, kind)
    if standing is not None:
        nothing_changed()
        return standing
    now = timezone.now()
    policy = queries.version_for(slo.scope)
    terms = queries.terms_of(policy)
    told = plain({**queries.told_standing(slo, at=now), "policy": terms.name, "cause": dict(facts)})
    (key,) = organization.take_keys("D", 1)
    decision = Decision.objects.create(
        key=key,
        slo=slo,
        kind=kind,
        cause_key=cause_key,
        policy=policy,
        facts=canonical_bytes(told).decode(),
        facts_digest=canonical_digest(told),
        opened_by=by,
        opened_at=now,
        due_on=now.date() + timedelta(days=terms.deadline_days),
    )
    _record(
        "decision.opened",
        "opened {subject} on “{title}”, due {due_on}",
        decision,
        by=by,
        seat=seat,
        facts={"left": told["remaining"], "policy": terms.name},
    )
    return decision


@act
def propose_decision(
    *,
    decision_key: str,
    option: str,
    owner: Person,
    expires_on: date,
    by: Person,
    cause: str = "",
    reason: str = "",
    toil: str = "",
    satisfaction: str = "",
) -> DecisionProposal:
    """What to decide, by one of the three seats; three sign it. It takes the place of what was proposed before.

    Raises BadInput for an option that this kind does not have, a cause or reason that is missing, an owner who cannot
    answer for it, and a last day that the policy does not allow.
    """
    decision = lock_decision(decision_key, by=by)
    seat = rules.check_may_propose_decision(decision, by=by)
    kind = DecisionKind(decision.kind)
    choice = next((one for one in matrix.options(kind) if one.option == option), None)
    if choice is None:
        offered = ", ".join(one.option for one in matrix.options(kind))
        raise BadInput(f"“{option[:40]}” is not among what may be decided here: {offered}.")
    reason = clean_text(reason, what="The reason", limit=MAX_WORDS).strip()
    if choice.needs_reason and not reason:
        raise BadInput(f"“{choice.title}” takes a reason, so that it can be judged later.")
    if owner.is_service or not owner.is_active:
        raise BadInput("The owner is a person with an account that is in use.")
    _check_last_day(expires_on, days=queries.terms_of(decision.policy).expiry_days)
    slo_met = bool(decision.told.get("slo_met"))
    proposal = DecisionProposal(
        decision=decision,
        number=decision.proposals.count() + 1,
        option=choice.option,
        cause=_cause(cause, kind),
        owner=owner,
        reason=reason,
        expires_on=expires_on,
        slo_met=slo_met,
        toil=_level(toil, what="Toil"),
        satisfaction=_level(satisfaction, what="Satisfaction"),
        proposed_by=by,
    )
    proposal.recommendation = recommended(slo_met, proposal.toil, proposal.satisfaction)
    proposal.digest = canonical_digest(proposal.canonical_row())
    proposal.save()
    _record(
        "decision.proposed",
        "proposed in {subject}: {option_title}, until {expires_on}",
        decision,
        by=by,
        seat=seat,
        reason=reason,
        facts={
            "option": str(choice.option),
            "option_title": choice.title,
            "owner": owner.key,
            "expires_on": expires_on,
            "proposal": proposal.digest,
            "number": proposal.number,
        },
    )
    return proposal


@act
def note_outcome(*, decision_key: str, words: str, by: Person, link: str = "") -> Decision:
    """What came of a decision, in words and with a link; said again, it takes the place of what was said before."""
    decision = lock_decision(decision_key, by=by)
    seat = rules.check_may_note_outcome(decision, by=by)
    words = clean_text(words, what="What came of it", limit=MAX_WORDS).strip()
    link = one_line(link, what="The link", limit=500)
    if not words:
        raise BadInput("Say what came of it.")
    if link and not link.startswith(("https://", "http://")):
        raise BadInput("The link begins with https:// or http://.")
    previous = canonical_digest(decision.canonical_row())
    decision.outcome, decision.outcome_link, decision.outcome_by = words, link, by
    if canonical_digest(decision.canonical_row()) == previous:
        nothing_changed()
        return decision
    decision.outcome_at = timezone.now()
    decision.save(update_fields=["outcome", "outcome_link", "outcome_by", "outcome_at"])
    said = "noted what came of {subject}: {reason}"
    _record("decision.outcome_noted", said, decision, by=by, seat=seat, reason=words, previous=previous)
    return decision


def recommended(slo_met: bool, toil: str, satisfaction: str) -> str:
    """What the matrix recommends; "" while toil or satisfaction is not known."""
    if not toil or not satisfaction:
        return ""
    return str(matrix.recommend(slo_met, matrix.Level(toil), matrix.Level(satisfaction)).recommendation)


def _check_last_day(expires_on: date, *, days: int) -> None:
    last = today() + timedelta(days=days)
    if not today() < expires_on <= last:
        raise BadInput(f"A decision holds until a day after today, and by the policy until {last} at most.")


def _cause(cause: str, kind: DecisionKind) -> str:
    if kind == DecisionKind.SURPLUS:
        if cause:
            raise BadInput("Nothing used the budget here, so there is no class of causes to name.")
        return ""
    if cause not in list(matrix.Cause):
        raise BadInput("Choose what used the budget: it says whether the policy obliges you.")
    return cause


def _level(level: str, *, what: str) -> str:
    if level and level not in list(matrix.Level):
        raise BadInput(f"{what} is LOW or HIGH, or left open while nobody knows.")
    return level


def _record(
    event: str,
    sentence: str,
    decision: Decision,
    *,
    by: Person | None,
    seat: HeldSeat | None,
    reason: str = "",
    previous: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    slo: SLO = decision.slo
    record(
        event,
        subject=decision.key,
        digest=canonical_digest(decision.canonical_row()),
        previous=previous,
        by=by,
        seat=seat,
        title=slo.title,
        sentence=sentence,
        about=[slo.key, slo.scope.key],
        reason=reason,
        facts={"kind": str(decision.kind), "due_on": decision.due_on, "cause_key": decision.cause_key, **(facts or {})},
    )
