"""Signatures on decisions and policies beside their entries: what was proposed, or written, is what was signed."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from apps.audit import statement
from apps.audit.acts import canonical_digest
from apps.audit.beside import BadEntry
from apps.audit.models import Entry
from apps.reliability import statements
from apps.reliability.models import DecisionProposal, DecisionSignature, PolicySignature, PolicyVersion
from apps.signatures import comparing as signatures
from apps.signatures.comparing import PAGE, REFERENCE, Comparison

RULE = "decision"
EVENTS: dict[type[Model], tuple[str, str]] = {
    DecisionSignature: ("decision.signed", "decision.dissented"),
    PolicySignature: ("policy.signed", "policy.agreed"),
}

Signed = DecisionSignature | PolicySignature
M = TypeVar("M", bound=Model)


def signed_with(signature_pk: int) -> Signed | None:
    """What the signature stands on; None where it is on nothing of this room."""
    return _decisions().filter(signature=signature_pk).first() or _policies().filter(signature=signature_pk).first()


def compare(signed: Signed, entry: Entry) -> Comparison:
    """Signature and what was signed with their entry: what differs, and what was erased and cannot be compared."""
    try:
        found = signatures.compare(signed.signature, entry, entry.personal.all())
        return Comparison(list(dict.fromkeys([*found.differs, *differences(signed, entry)])), found.erased)
    except ValueError as error:
        return Comparison([f"something that cannot be read ({error})"])


def differences(signed: Signed, entry: Entry) -> list[str]:
    """What of it is not as its entry says, in words. Raises ValueError where the entry cannot be read."""
    said = statement.decode(bytes(entry.body))
    facts = said.predicate.get("facts", {})
    signature = signed.signature
    if isinstance(signed, DecisionSignature):
        text: DecisionProposal | PolicyVersion = signed.proposal
        subject = signed.proposal.decision.key
        meaning = statements.AGREE if signed.agrees else statements.DISSENT
    else:
        text, subject, meaning = signed.version, signed.version.policy.key, statements.AGREE
    holds = {
        "what was signed": subject == said.subject and entry.event in EVENTS[type(signed)],
        "meaning": meaning == signature.meaning == said.predicate.get("meaning"),
        "column": signed.column == facts.get("column"),
        "digest": text.digest == signature.digest == said.digest,
        "text": canonical_digest(text.canonical_row()) == text.digest and text.number == facts.get("number"),
    }
    return [words for words, as_signed in holds.items() if not as_signed]


def check_decisions() -> None:
    """Every signature on a decision or policy beside its entry, and every entry of one beside its signature.

    Raises BadEntry for the first that is not what its entry says. Signatures were compared before.
    """
    for page in _pages():
        entries = signatures.entries_of(signed.signature for signed in page)
        for signed in page:
            key = signed.signature.key
            entry = entries.get(key)
            if entry is None:
                raise BadEntry(None, RULE, f"{key} is a signature that no entry tells of")
            if differs := differences(signed, entry):
                raise BadEntry(entry.index, RULE, f"what {key} signed is not as it was: {', '.join(differs)}")
    for model, events in EVENTS.items():
        kept = model._default_manager.filter(signature__key=OuterRef("reference"))
        told = Entry.objects.filter(event__in=events, reference__startswith=REFERENCE)
        lost = told.exclude(Exists(kept)).order_by("index").first()
        if lost is not None:
            raise BadEntry(lost.index, RULE, f"what {lost.reference} signed, of which it tells, is gone")


def _decisions() -> QuerySet[DecisionSignature]:
    return DecisionSignature.objects.select_related("signature", "proposal__decision__slo", "proposal__owner")


def _policies() -> QuerySet[PolicySignature]:
    return PolicySignature.objects.select_related("signature", "version__policy__scope")


def _pages() -> Iterator[Sequence[Signed]]:
    yield from _pages_of(_decisions())
    yield from _pages_of(_policies())


def _pages_of(rows: QuerySet[M]) -> Iterator[list[M]]:
    last = 0
    while page := list(rows.order_by("pk").filter(pk__gt=last)[:PAGE]):
        yield page
        last = page[-1].pk
