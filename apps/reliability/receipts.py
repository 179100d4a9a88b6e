"""Whether the log holds what was signed of a case for another target: as its page prints it, and for verification."""

from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Exists, OuterRef

from apps.audit import queries as audit
from apps.audit import statement
from apps.audit.beside import BadEntry
from apps.audit.merkle import ProofError
from apps.audit.models import Entry
from apps.audit.queries import InclusionProof
from apps.reliability.models import NineCase, NineCaseSignature
from apps.signatures import comparing as signatures
from apps.signatures.comparing import PAGE, REFERENCE
from apps.signatures.models import Signature

RULE = "case"
EVENT = "nine_case.signed"


@dataclass(frozen=True)
class Receipt:
    """A case's signature beside its entry; `error` says why the log does not prove it, "" where it does."""

    signature: Signature
    entry: Entry | None
    proof: InclusionProof | None
    error: str
    erased: list[str]


def receipt_of(case: NineCase) -> Receipt | None:
    """Computed now from stored bytes; None where nobody signed."""
    signed = getattr(case, "signed", None)
    if signed is None:
        return None
    signature: Signature = signed.signature
    entry = Entry.objects.filter(reference=signature.key).order_by("index").first()
    if entry is None:
        return Receipt(signature, None, None, "The log holds no entry of this signature.", [])
    proof = audit.inclusion_proof(entry.index)
    try:
        proof.check()
        found = signatures.compare(signature, entry, entry.personal.all())
        differs = [*found.differs, *_differences(case, signature, entry)]
    except (ProofError, ValueError) as error:
        return Receipt(signature, entry, proof, str(error), [])
    named = ", ".join(differs)
    words = f"This record was changed after signing. Not as entry {entry.index} of the log holds: {named}"
    return Receipt(signature, entry, proof, words if differs else "", found.erased)


def _differences(case: NineCase, signature: Signature, entry: Entry) -> list[str]:
    said = statement.decode(bytes(entry.body))
    same = case.key == said.subject and entry.event == EVENT
    digests = {case.digest, signature.digest, said.digest, sha256(case.body.encode()).hexdigest()}
    return [*([] if same else ["what was signed"]), *(["the case"] if len(digests) > 1 else [])]


def check_cases() -> None:
    """Every signature on a case beside its entry, and every entry of one beside its signature.

    Raises BadEntry for the first that is not what its entry says. Signatures were compared before.
    """
    last = 0
    rows = NineCaseSignature.objects.select_related("signature", "case").order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        last = page[-1].pk
        entries = signatures.entries_of(signed.signature for signed in page)
        for signed in page:
            key = signed.signature.key
            entry = entries.get(key)
            if entry is None:
                raise BadEntry(None, RULE, f"{key} is a signature that no entry tells of")
            if differs := _differences(signed.case, signed.signature, entry):
                raise BadEntry(entry.index, RULE, f"what {key} signed is not as it was: {', '.join(differs)}")
    kept = NineCaseSignature.objects.filter(signature__key=OuterRef("reference"))
    told = Entry.objects.filter(event=EVENT, reference__startswith=REFERENCE)
    lost = told.exclude(Exists(kept)).order_by("index").first()
    if lost is not None:
        raise BadEntry(lost.index, RULE, f"what {lost.reference} signed, of which it tells, is gone")
