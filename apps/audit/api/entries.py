"""The log: its head, its entries with their statements and proofs, and what walks over it found."""

from typing import Any, TypedDict, cast

from rest_framework.request import Request

from apps.audit import queries, rules
from apps.audit.forms import EntryFilterForm, criteria_of
from apps.audit.merkle import ProofError
from apps.audit.models import Entry, Verification
from apps.audit.queries import Reading
from apps.common.access import holder
from apps.common.endpoints import (
    Digest,
    Instant,
    Key,
    Page,
    filters_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    writes,
)
from apps.common.refused import BadInput
from apps.common.ringing import ring

VIEWS = holder("audit.view_log")


class HeadRow(TypedDict):
    """The log as it stands: its random name, how many entries it has, and the root of their Merkle tree (RFC 9162)."""

    origin: str
    size: int
    root: Digest


@reads(HeadRow, may=VIEWS)
def head_read(request: Request) -> HeadRow:
    """The log's head."""
    head = queries.head()
    return {"origin": head.origin, "size": head.size, "root": bytes(head.root).hex()}


class EntryRow(TypedDict):
    """One act of the log, as a line to read. `by_key` is empty where the portal itself acted."""

    index: int
    at: Instant
    event: str
    subject: Key
    title: str
    by: str
    by_key: str
    seat: str
    words: str
    reference: str
    leaf: Digest
    is_demo: bool


def _row(reading: Reading) -> EntryRow:
    entry, line = reading.entry, reading.line
    return {
        "index": entry.index,
        "at": entry.at,
        "event": entry.event,
        "subject": entry.subject,
        "title": line.title,
        "by": line.by,
        "by_key": line.by_key,
        "seat": line.seat,
        "words": line.words,
        "reference": entry.reference,
        "leaf": bytes(entry.leaf).hex(),
        "is_demo": line.demo,
    }


@reads_list(EntryRow, filters=EntryFilterForm, may=VIEWS)
def entry_list(request: Request) -> Page[EntryRow]:
    """The log, the latest first, by subject, person, act and day (UTC)."""
    asked = criteria_of(filters_of(request, EntryFilterForm))
    rows = queries.entries(**asked)
    among = Entry.objects.all()
    return listed(request, rows, _row, order=("-index",), key="index", among=among, opened=queries.readings)


class EntryDetail(EntryRow):
    """One entry with its statement, the very text that is hashed, and the proof that it is in the log of `size`."""

    statement: str
    values: dict[str, str]
    size: int
    path: list[Digest]
    root: Digest
    proof_error: str


@reads(EntryDetail, may=VIEWS, asks={"size": "Prove that it is in the log of so many entries; without it, of all."})
def entry_read(request: Request, index: int) -> EntryDetail:
    """One entry: what it says, the personal values left of it, and its proof. Fold `path` onto `leaf`, find `root`."""
    entry = found(Entry.objects.all(), pk=index)
    (reading,) = queries.readings([entry])
    proof = queries.inclusion_proof(index, _size(request))
    try:
        proof.check()
        problem = ""
    except ProofError as error:
        problem = str(error)
    return {
        **_row(reading),
        "statement": bytes(entry.body).decode("utf-8", "backslashreplace"),
        "values": reading.values,
        "size": proof.size,
        "path": [step.hex() for step in proof.path],
        "root": proof.root.hex(),
        "proof_error": problem,
    }


def _size(request: Request) -> int | None:
    text = request.query_params.get("size", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadInput("“size” is a number of entries.")
    return int(text)


class VerificationRow(TypedDict):
    """What one walk over the whole log found: good, or the first bad entry and the rule it breaks."""

    number: int
    at: Instant
    size: int
    root: str
    ok: bool
    first_bad: int | None
    rule: str
    words: str
    guarded: bool
    milliseconds: int


def _verification_row(one: Verification) -> VerificationRow:
    return {
        "number": one.pk,
        "at": instant(one.at),
        "size": one.size,
        "root": one.root,
        "ok": one.ok,
        "first_bad": one.first_bad,
        "rule": one.rule,
        "words": one.words,
        "guarded": one.guarded,
        "milliseconds": one.milliseconds,
    }


@reads_list(VerificationRow, may=VIEWS)
def verification_list(request: Request) -> Page[VerificationRow]:
    """Walks over the log, the latest first."""
    return listed(request, queries.verifications(), _verification_row, order=("-pk",), key="pk")


@reads(VerificationRow, may=VIEWS)
def verification_read(request: Request, pk: int) -> VerificationRow:
    """What one walk found."""
    return _verification_row(found(Verification.objects.all(), pk=pk))


@writes()
def log_verify(request: Request) -> Any:
    """Have a worker verify the whole log now; the list of verifications shows what it finds."""
    rules.check_may_verify_log(by=cast(rules.Member, request.user))
    ring("audit.verify_log")
