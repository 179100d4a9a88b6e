"""Reading one signature: what was signed, whether it still holds, and whether the log holds just this."""

from dataclasses import dataclass

from apps.audit import queries as audit
from apps.audit.merkle import ProofError
from apps.audit.models import Entry
from apps.audit.queries import InclusionProof
from apps.common.refused import Damaged
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Story
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.rights import RIGHTS
from apps.reliability import comparing as reliability
from apps.reliability.comparing import Signed
from apps.reliability.models import Decision, DecisionSignature, Policy, PolicySignature
from apps.reliability.queries import decisions_for, policies_for
from apps.reliability.statements import MEANINGS
from apps.signatures import queries as signatures
from apps.signatures.models import Signature
from apps.signoff import queries
from apps.signoff.comparing import Comparison, compare, dossier_of
from apps.signoff.dossier import Shown
from apps.signoff.models import EpicSignOff, StorySignOff

Thing = Epic | Story | Decision | Policy


@dataclass(frozen=True)
class Receipt:
    """A signature with what it is on; `proof_error` says why the log does not prove it, "" where it does.

    `differs` names what was changed after signing, `erased` what can no longer be compared; `dossier` is None where
    the stored one is not the one signed.
    """

    signature: Signature
    thing: Thing
    epic_sign_off: EpicSignOff | None
    story_sign_off: StorySignOff | None
    dossier: Shown | None
    holds: str
    entry: Entry | None
    proof: InclusionProof | None
    proof_error: str
    differs: list[str]
    erased: list[str]
    signed: Signed | None = None

    @property
    def meaning(self) -> str:
        """What the signature means, in words."""
        if sign_off := self.epic_sign_off or self.story_sign_off:
            return sign_off.get_meaning_display()
        return MEANINGS.get(self.signature.meaning, self.signature.meaning)


def receipt_of(key: str, *, reader: Person) -> Receipt:
    """Read by whoever may read what was signed. Raises Signature.DoesNotExist, the same for unknown and hidden; Damaged
    where the row cannot be read.
    """
    try:
        signature = signatures.signature_called(key)
    except Damaged:
        if not _is_on_something_read(key, reader):
            raise Signature.DoesNotExist from None
        raise
    epic_sign_off = (
        EpicSignOff.objects.filter(signature=signature).select_related("epic", "dossier", "signature").first()
    )
    story_sign_off = (
        StorySignOff.objects.filter(signature=signature).select_related("story", "version", "signature").first()
    )
    signed = None if epic_sign_off or story_sign_off else reliability.signed_with(signature.pk)
    thing: Thing | None = None
    if epic_sign_off is not None:
        thing = delivery.epics_for(reader).filter(pk=epic_sign_off.epic_id).first()
    elif story_sign_off is not None:
        thing = delivery.stories_for(reader).filter(pk=story_sign_off.story_id).first()
    elif isinstance(signed, DecisionSignature):
        thing = decisions_for(reader).filter(pk=signed.proposal.decision_id).first()
    elif signed is not None:
        thing = policies_for(reader).filter(pk=signed.version.policy_id).first()
    if thing is None:
        raise Signature.DoesNotExist
    entry = Entry.objects.filter(reference=signature.key).order_by("index").first()
    proof = audit.inclusion_proof(entry.index) if entry else None
    error = _proof_error(proof)
    # An entry that is not proven proves nothing of the rows either.
    found = Comparison()
    if entry and not error and (sign_off := epic_sign_off or story_sign_off):
        found = compare(sign_off, entry)
    elif entry and not error and signed:
        found = reliability.compare(signed, entry)
    return Receipt(
        signature=signature,
        thing=thing,
        epic_sign_off=epic_sign_off,
        story_sign_off=story_sign_off,
        dossier=dossier_of(epic_sign_off) if epic_sign_off and "dossier" not in found.differs else None,
        holds=_decision_holds(signed) if signed else _still_holds(thing, epic_sign_off, story_sign_off),
        entry=entry,
        proof=proof,
        proof_error=error or _difference(found, entry),
        differs=found.differs,
        erased=found.erased,
        signed=signed,
    )


def _is_on_something_read(key: str, reader: Person) -> bool:
    """Whether what the signature is on may be read, by the threads to its row alone."""
    of = {"signature__key": key}
    read = (
        delivery.epics_for(reader).filter(pk__in=EpicSignOff.objects.filter(**of).values("epic")),
        delivery.stories_for(reader).filter(pk__in=StorySignOff.objects.filter(**of).values("story")),
        decisions_for(reader).filter(pk__in=DecisionSignature.objects.filter(**of).values("proposal__decision")),
        policies_for(reader).filter(pk__in=PolicySignature.objects.filter(**of).values("version__policy")),
    )
    return any(things.exists() for things in read)


def told_of(thing: Thing) -> list[Person]:
    """Whom the signature concerns."""
    if isinstance(thing, Epic | Story):
        return queries.told_of(thing)
    is_decision = isinstance(thing, Decision)
    right = "reliability.sign_decision" if is_decision else "reliability.edit_policy"
    scope = thing.slo.scope if isinstance(thing, Decision) else thing.scope
    people = {seat.person for seat in organization.seats_on([scope], roles=RIGHTS[right])}
    return sorted(people, key=lambda person: person.name)


def _difference(found: Comparison, entry: Entry | None) -> str:
    if not found.differs or entry is None:
        return ""
    return f"This record was changed after signing. Not as entry {entry.index} of the log holds: " + ", ".join(
        found.differs
    )


def _proof_error(proof: InclusionProof | None) -> str:
    """Computed now from stored bytes."""
    if proof is None:
        return "The log holds no entry of this signature."
    try:
        proof.check()
    except ProofError as error:
        return str(error)
    return ""


def _decision_holds(signed: Signed) -> str:
    """Whether what was signed of a decision or a policy is still so, in words."""
    if isinstance(signed, DecisionSignature):
        decision = signed.proposal.decision
        if decision.state == Decision.State.OPEN:
            last = decision.proposals.order_by("-number").values_list("number", flat=True).first()
            return "not decided yet" if signed.proposal.number == last else "replaced by another proposal"
        if decision.decided_id != signed.proposal_id:
            return "replaced by another proposal"
        return f"{decision.get_state_display().lower()}, holding until {decision.expires_on}"
    version = signed.version
    if version.policy.in_force_id == version.pk:
        return "in force"
    later = version.policy.in_force is not None and version.policy.in_force.number > version.number
    return "replaced by a later version" if later else "not in force until all three agree"


def _still_holds(thing: Thing, epic: EpicSignOff | None, story: StorySignOff | None) -> str:
    """Whether what was signed is still so, in words."""
    if isinstance(thing, Epic) and epic is not None:
        if epic.meaning == EpicSignOff.Meaning.REJECT:
            return "a rejection; what was accepted before holds no longer"
        if thing.signed_promise != epic.promise:
            return "no longer the latest: another promise was signed, or it was rejected since"
        if queries.current_promise(thing) != epic.promise:
            return "drifted: the promise has changed since and waits to be signed again"
        if rejected := queries.rejected_since(thing):
            named = ", ".join(story.key for story in rejected)
            return f"drifted: {named}, on which it rests, was rejected since"
        regressed = f", but a story fails since {thing.regressed_at:%d %b %Y %H:%M} UTC" if thing.regressed_at else ""
        return f"valid, nothing of the promise has changed{regressed}"
    if isinstance(thing, Story) and story is not None:
        if story.meaning == StorySignOff.Meaning.REJECT:
            return "a rejection"
        if not thing.signed_digest:
            return "no longer: the story was rejected since"
        return (
            "valid, the text means the same"
            if thing.digest == story.digest
            else "no longer: the text has changed since"
        )
    return "unknown"
