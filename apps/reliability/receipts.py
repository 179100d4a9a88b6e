"""Whether the log holds what was signed of a case, as its page prints it."""

from dataclasses import dataclass
from hashlib import sha256

from apps.audit import queries as audit
from apps.audit import statement
from apps.audit.merkle import ProofError
from apps.audit.models import Entry
from apps.audit.queries import InclusionProof
from apps.reliability.models import NineCase
from apps.signatures import comparing as signatures
from apps.signatures.models import Signature


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
    same = case.key == said.subject and entry.event == "nine_case.signed"
    digests = {case.digest, signature.digest, said.digest, sha256(case.body.encode()).hexdigest()}
    return [*([] if same else ["what was signed"]), *(["the case"] if len(digests) > 1 else [])]
