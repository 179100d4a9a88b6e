"""Who signed what, and the receipts; who attested a requirement."""

from typing import Any, Literal, TypedDict

from django.http import Http404
from rest_framework.request import Request

from apps.audit import queries as audit
from apps.audit.queries import InclusionProof
from apps.common.endpoints import (
    Address,
    Day,
    Digest,
    Instant,
    Key,
    Page,
    day,
    found,
    instant,
    listed,
    on_its_page,
    reads,
    reads_list,
)
from apps.delivery import queries as delivery
from apps.delivery.models import NFR, Epic, Story
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff.models import EpicSignOff, NFRAttestation, StorySignOff
from apps.signoff.receipts import receipt_of

Meaning = Literal["ACCEPT", "ACCEPT_WITH_EXCEPTIONS", "REJECT"]
ReceiptMeaning = Literal["ACCEPT", "ACCEPT_WITH_EXCEPTIONS", "REJECT", "AGREE", "DISSENT"]


def readable_epic(request: Request, key: str) -> Epic:
    """The epic, or 404."""
    return found(delivery.epics_for(person_of(request)), key=key)


def readable_story(request: Request, key: str) -> Story:
    """The story, or 404."""
    return found(delivery.stories_for(person_of(request)), key=key)


class SignOffRow(TypedDict):
    """A signature on an epic or a story: `digest` is the promise, or the story's meaning, that it covers."""

    signature: Key
    subject: Key
    meaning: Meaning
    digest: Digest
    signed_by: PersonMention
    seat_role: Role
    seat_scope: Key
    comment: str
    signed_at: Instant


def _row(sign_off: EpicSignOff | StorySignOff) -> SignOffRow:
    signature = sign_off.signature
    return {
        "signature": signature.key,
        "subject": signature.subject,
        "meaning": sign_off.meaning,  # type: ignore[typeddict-item]  # a choice of the column
        "digest": sign_off.promise if isinstance(sign_off, EpicSignOff) else sign_off.digest,
        "signed_by": mention(signature.person),
        "seat_role": Role(signature.seat_role),
        "seat_scope": signature.seat_scope,
        "comment": signature.comment,
        "signed_at": instant(signature.signed_at),
    }


@reads_list(SignOffRow)
def epic_sign_off_list(request: Request, key: str) -> Page[SignOffRow]:
    """Every sign-off of an epic, the latest first."""
    rows = EpicSignOff.objects.filter(epic=readable_epic(request, key)).select_related("signature__person")
    return listed(request, rows, _row, order=("-number",), key="signature__key")


@reads_list(SignOffRow)
def story_sign_off_list(request: Request, key: str) -> Page[SignOffRow]:
    """Every sign-off of a story, the latest first."""
    rows = StorySignOff.objects.filter(story=readable_story(request, key)).select_related("signature__person")
    return listed(request, rows, _row, order=("-number",), key="signature__key")


class ProofRow(TypedDict):
    """That an entry is in the log of `size` entries (RFC 9162): fold `path` onto `leaf` and find `root`, all as hex."""

    index: int
    size: int
    leaf: Digest
    path: list[Digest]
    root: Digest
    origin: str


def _proof_row(proof: InclusionProof) -> ProofRow:
    return {
        "index": proof.index,
        "size": proof.size,
        "leaf": proof.leaf.hex(),
        "path": [step.hex() for step in proof.path],
        "root": proof.root.hex(),
        "origin": audit.head().origin,
    }


class ReceiptRow(TypedDict):
    """One signature. `statement` is what was printed above the button, `dossier` what an epic's signer saw.

    `differs` names what was changed after signing, `erased` what can no longer be compared with the log.
    """

    key: Key
    subject: Key
    subject_title: str
    meaning: ReceiptMeaning
    digest: Digest
    statement: str
    comment: str
    printed_name: str
    signed_by: PersonMention
    delegated_by: PersonMention | None
    seat_role: Role
    seat_scope: Key
    seat_since: Day
    authenticated_with: str
    authenticated_at: Instant
    signed_at: Instant
    holds: str
    url: Address
    dossier: str | None
    proof: ProofRow | None
    proof_error: str
    differs: list[str]
    erased: list[str]


@reads(ReceiptRow)
def receipt_read(request: Request, key: str) -> ReceiptRow:
    """One signature, whether it still holds, and the proof that the log holds it."""
    try:
        receipt = receipt_of(key, reader=person_of(request))
    except (Signature.DoesNotExist, ValueError) as error:
        raise Http404("There is no such receipt that you may read.") from error
    signature = receipt.signature
    return {
        "key": signature.key,
        "subject": signature.subject,
        "subject_title": signature.subject_title,
        "meaning": signature.meaning,  # type: ignore[typeddict-item]  # a choice of the sign-off's column
        "digest": signature.digest,
        "statement": signature.statement,
        "comment": signature.comment,
        "printed_name": signature.printed_name,
        "signed_by": mention(signature.person),
        "delegated_by": mention(signature.delegated_by),
        "seat_role": Role(signature.seat_role),
        "seat_scope": signature.seat_scope,
        "seat_since": day(signature.seat_since),
        "authenticated_with": signature.authenticated_with,
        "authenticated_at": instant(signature.authenticated_at),
        "signed_at": instant(signature.signed_at),
        "holds": receipt.holds,
        "url": request.build_absolute_uri(signature.get_absolute_url()),
        "dossier": receipt.dossier.body.decode() if receipt.dossier else None,
        "proof": _proof_row(receipt.proof) if receipt.proof else None,
        "proof_error": receipt.proof_error,
        "differs": receipt.differs,
        "erased": receipt.erased,
    }


class AttestationRow(TypedDict):
    """The SRE lead's word that a requirement, as defined by `nfr_digest`, is met or not, until a last day."""

    number: int
    nfr: Key
    nfr_digest: Digest
    verdict: NFRAttestation.Verdict
    words: str
    until_on: Day
    attested_by: PersonMention
    attested_at: Instant


def _attestation_row(one: NFRAttestation) -> AttestationRow:
    return {
        "number": one.pk,
        "nfr": one.nfr.key,
        "nfr_digest": one.nfr_digest,
        "verdict": NFRAttestation.Verdict(one.verdict),
        "words": one.words,
        "until_on": day(one.until_on),
        "attested_by": mention(one.attested_by),
        "attested_at": instant(one.attested_at),
    }


def readable_nfr(request: Request, key: str) -> NFR:
    """The requirement, or 404."""
    return found(delivery.nfrs_for(person_of(request)), key=key)


@reads_list(AttestationRow)
def attestation_list(request: Request, key: str) -> Page[AttestationRow]:
    """What was attested of a requirement, the latest first."""
    rows = NFRAttestation.objects.filter(nfr=readable_nfr(request, key)).select_related("nfr", "attested_by")
    return listed(request, rows, _attestation_row, order=("-pk",), key="pk")


_CONFIRMS = (
    "the signer reads there what the signature covers and confirms who they are. Neither a token nor a program signs."
)
epic_sign_off: Any = on_its_page(readable_epic, f"An epic is signed on its page, /epics/…/sign-off/: {_CONFIRMS}")
story_sign_off: Any = on_its_page(readable_story, f"A story is signed on its page, /stories/…/sign-off/: {_CONFIRMS}")
nfr_attest: Any = on_its_page(
    readable_nfr, "A requirement is attested on its page, /nfrs/…/attest/, by an SRE lead in person."
)
