"""Three seats sign what is proposed; a freeze that comes of it; how both end."""

from dataclasses import dataclass

from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability import matrix, queries, rules, statements
from apps.reliability.actions.locks import lock_decision
from apps.reliability.models import Decision, DecisionProposal, DecisionSignature, Freeze
from apps.signatures import actions as signatures
from apps.signatures import queries as signature_queries
from apps.signatures.actions import Statement
from apps.signatures.reauthentication import Authentication

COLUMNS = 3
ENOUGH = 2  # of three: docs/adr/0029-two-of-three-decide.md
MAX_WORDS = 4_000


@dataclass(frozen=True)
class Signing:
    """What a signer's page showed and how they answer: the proposal's digest, the column, and who signs as printed.

    `signer` is None where no page printed one. `key` is the form's, so that sent twice it signs once.
    """

    digest: str
    column: str
    agrees: bool
    comment: str
    key: str
    signer: str | None = None


@act
def sign_decision(
    *, decision_key: str, signing: Signing, by: Person, authentication: Authentication | None
) -> DecisionSignature:
    """One of three columns agrees to the proposal shown, or dissents from it in words.

    Once all three have signed and at least two agree, it is decided; where it stops changes, the SLO's scope is frozen
    until it expires. A form sent again returns what it did the first time. Raises Refused where another proposal, or
    another signer, is there than was shown, BadInput for a dissent without words, and what `rules` say.
    """
    decision = lock_decision(decision_key, by=by)
    meaning = statements.AGREE if signing.agrees else statements.DISSENT
    earlier = signature_queries.signature_with_key(person=by, idempotency_key=signing.key)
    if earlier is not None and (earlier.subject, earlier.meaning, earlier.digest) == (
        decision.key,
        meaning,
        signing.digest,
    ):
        nothing_changed()
        return DecisionSignature.objects.select_related("signature", "proposal").get(signature=earlier)
    proposal = queries.latest_proposal(decision)
    seat = rules.check_may_sign_decision(decision, proposal, signing.column, by=by)
    if proposal is None or proposal.digest != signing.digest:
        raise Refused(
            f"Something else is proposed in {decision.key} than the page showed. Nothing was recorded. Read it as it "
            "is now, then sign."
        )
    if canonical_digest(proposal.canonical_row()) != proposal.digest:
        raise Refused(
            f"What is stored of {decision.key} is not what was proposed. Nothing was signed: tell an auditor."
        )
    if signing.signer not in {None, statements.signer(name=by.name, seat=seat)}:
        raise Refused(
            "Your name or your seat is not the one that the page showed. Nothing was recorded. Read the sentence as it "
            "is now, then sign."
        )
    if not signing.agrees and not signing.comment.strip():
        raise BadInput("A dissent needs words: they are kept with the decision.")
    words = statements.decision_statement(
        proposal, name=by.name, seat=seat, column=signing.column, agrees=signing.agrees
    )
    signature = signatures.sign(
        statement=Statement(decision.key, decision.slo.title, proposal.digest, meaning, words),
        by=by,
        seat=seat,
        authentication=authentication,
        comment=signing.comment,
        key=signing.key,
    )
    signed = DecisionSignature.objects.create(
        proposal=proposal, column=signing.column, agrees=signing.agrees, signature=signature
    )
    record(
        "decision.signed" if signing.agrees else "decision.dissented",
        subject=decision.key,
        digest=proposal.digest,
        by=by,
        seat=seat,
        title=decision.slo.title,
        sentence="agreed to {subject} “{title}”" if signing.agrees else "dissented from {subject} “{title}”: {reason}",
        about=[decision.slo.key, decision.slo.scope.key],
        reference=signature.key,
        meaning=meaning,
        key=signing.key,
        authenticated=(signature.authenticated_with, signature.authenticated_at),
        reason=signature.comment,
        personal={"printed_name": by.name, "statement": words},
        facts={"column": signing.column, "number": proposal.number, "signed_at": signature.signed_at},
    )
    answers = list(proposal.signatures.values_list("agrees", flat=True))
    if len(answers) == COLUMNS and sum(answers) >= ENOUGH:
        _decide(decision, proposal, agreed=sum(answers))
    return signed


@act
def lift_freeze(*, decision_key: str, reason: str, by: Person) -> Freeze:
    """Changes may be released again before the freeze's last day; why is kept."""
    decision = lock_decision(decision_key, by=by)
    freeze = queries.freeze_of(decision)
    seat = rules.check_may_lift_freeze(decision, freeze, by=by)
    reason = clean_text(reason, what="The reason", limit=MAX_WORDS).strip()
    if not reason or freeze is None:
        raise BadInput("Say why changes may be released again.")
    freeze.lifted_at, freeze.lifted_by, freeze.lift_reason = timezone.now(), by, reason
    freeze.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    record(
        "freeze.lifted",
        subject=decision.key,
        digest=canonical_digest(freeze.canonical_row()),
        by=by,
        seat=seat,
        title=decision.slo.title,
        sentence="lifted the freeze of {scope} by {subject}: {reason}",
        about=[decision.slo.key, freeze.scope.key],
        reason=reason,
        facts={"scope": freeze.scope.key, "until_on": freeze.until_on},
    )
    return freeze


def expire_decisions() -> int:
    """Every decision whose last day has passed holds no longer. Returns how many there were."""
    keys = list(
        Decision.objects.filter(state=Decision.State.DECIDED, expires_on__lt=today())
        .order_by("pk")
        .values_list("key", flat=True)
    )
    for key in keys:
        expire_decision(decision_key=key)
    return len(keys)


@act
def expire_decision(*, decision_key: str) -> Decision:
    """The portal itself ends a decision after its last day, and with it the freeze that came of it."""
    decision = lock_decision(decision_key, by=None)
    if decision.state != Decision.State.DECIDED or decision.expires_on is None or decision.expires_on >= today():
        nothing_changed()
        return decision
    decision.state = Decision.State.EXPIRED
    decision.save(update_fields=["state"])
    freeze = queries.freeze_of(decision)
    record(
        "decision.expired",
        subject=decision.key,
        digest=canonical_digest(decision.canonical_row()),
        by=None,
        title=decision.slo.title,
        sentence="ended {subject} “{title}”, which held until {expires_on}",
        about=[decision.slo.key, decision.slo.scope.key],
        facts={
            "expires_on": decision.expires_on,
            "ended_freeze": bool(freeze and not freeze.lifted_at),
        },
    )
    return decision


def _decide(decision: Decision, proposal: DecisionProposal, *, agreed: int) -> None:
    choice = matrix.choice_of(proposal.option)
    decision.state, decision.decided = Decision.State.DECIDED, proposal
    decision.decided_at, decision.expires_on = timezone.now(), proposal.expires_on
    decision.save(update_fields=["state", "decided", "decided_at", "expires_on"])
    if choice.freezes:
        Freeze.objects.create(
            scope=decision.slo.scope,
            decision=decision,
            reason=proposal.reason or choice.words,
            until_on=proposal.expires_on,
        )
    record(
        "decision.decided",
        subject=decision.key,
        digest=canonical_digest(decision.canonical_row()),
        by=None,
        title=decision.slo.title,
        sentence="took {subject} “{title}” as decided: {option_title}, until {expires_on}",
        about=[decision.slo.key, decision.slo.scope.key],
        facts={
            "option": proposal.option,
            "option_title": choice.title,
            "owner": proposal.owner.key,
            "expires_on": proposal.expires_on,
            "agreed": agreed,
            "dissented": COLUMNS - agreed,
            "freezes": decision.slo.scope.key if choice.freezes else "",
        },
    )
