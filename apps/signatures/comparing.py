"""Signatures beside their entries in the log: what a receipt prints is believed only where the entry says it too."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from django.db.models import Exists, OuterRef, QuerySet

from apps.audit import statement
from apps.audit.beside import BadEntry
from apps.audit.canonical import plain, plain_bytes
from apps.audit.commitments import commitment
from apps.audit.models import Entry, EntryValue
from apps.common.damaged import damaged_of, without_text
from apps.common.instants import instant_text
from apps.signatures.models import Signature

RULE = "signature"
PAGE = 200
REFERENCE = "SIG-"


@dataclass(frozen=True)
class Comparison:
    """What of a signature is not as its entry says, and what cannot be compared since it was erased; in words."""

    differs: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)


def compare(signature: Signature, entry: Entry, values: Iterable[EntryValue]) -> Comparison:
    """Every column of the signature with the entry; `values` are the personal values kept beside the entry.

    Raises ValueError where the entry cannot be read.
    """
    said = statement.decode(bytes(entry.body))
    salts = {value.name: value.salt for value in values}
    personal = {
        "name": ("printed_name", signature.printed_name),
        "statement": ("statement", signature.statement),
        "words": ("reason", signature.comment),
    }
    differs = [words for words, (row, logged) in _columns(signature, said).items() if row != logged]
    erased = []
    for words, (name, value) in personal.items():
        committed = said.commitments.get(name)
        if committed is None:
            differs += [words] if value else []
        elif (salt := salts.get(name)) is None:
            erased.append(words)
        elif commitment(bytes(salt), plain_bytes(plain(value))) != committed[1]:
            differs.append(words)
    return Comparison(differs, erased)


def _columns(signature: Signature, said: statement.Statement) -> dict[str, tuple[Any, Any]]:
    """By words for the reader: what the row says, and what the entry does."""
    told, facts = said.predicate, said.predicate.get("facts", {})
    delegated = {"delegated_by": signature.delegated_by.key} if signature.delegated_by else {}
    seat = {"role": signature.seat_role, "scope": signature.seat_scope, "since": signature.seat_since.isoformat()}
    method = {"method": signature.authenticated_with, "instant": instant_text(signature.authenticated_at)}
    at = instant_text(signature.signed_at)
    return {
        "signer": (signature.person.key, told["by"]),
        "seat": (seat | delegated, told.get("seat")),
        "what was signed": ((signature.subject, signature.subject_title), (said.subject, told["title"])),
        # A dossier where one was shown, else the thing's own.
        "digest": (signature.digest, facts.get("dossier", said.digest)),
        "meaning": (signature.meaning, told.get("meaning")),
        "confirmation": (method, told.get("authenticated")),
        "form": (signature.idempotency_key, told.get("key")),
        # Entries older than the fact have their own instant, a moment later.
        "instant": (at, facts.get("signed_at", min(at, told["instant"]))),
    }


def check_signatures() -> None:
    """Every signature beside its entry, and every entry of one beside its signature.

    Raises BadEntry for the first that is not what its entry says, or that lacks the other.
    """
    for signatures in _pages():
        entries = entries_of(signatures)
        values = values_of(entries.values())
        for signature in signatures:
            entry = entries.get(signature.key)
            if entry is None:
                raise BadEntry(None, RULE, f"{signature.key} is a signature that no entry tells of")
            if not signature.is_readable:
                raise BadEntry(entry.index, RULE, f"{signature.key} cannot be read: it was changed after signing")
            if differs := compare(signature, entry, values.get(entry.index, [])).differs:
                raise BadEntry(entry.index, RULE, f"{signature.key} is not as it was signed: {', '.join(differs)}")
    kept = Signature.objects.filter(key=OuterRef("reference"))
    lost = Entry.objects.filter(reference__startswith=REFERENCE).exclude(Exists(kept)).order_by("index").first()
    if lost is not None:
        raise BadEntry(lost.index, RULE, f"{lost.reference}, of which it tells, is gone")


def _pages() -> Iterator[list[Signature]]:
    last = 0
    rows = Signature.objects.select_related("person", "delegated_by").order_by("pk")
    while page := _read(rows.filter(pk__gt=last)[:PAGE]):
        yield page
        last = page[-1].pk


def _read(rows: QuerySet[Signature]) -> list[Signature]:
    """The rows; raises BadEntry with the name of the first that the database cannot read."""
    try:
        return list(rows)
    except (DatabaseError, UnicodeDecodeError) as error:  # of a text; of an instant
        for key in rows.values_list("key", flat=True):
            try:
                Signature.objects.get(key=key)
            except (DatabaseError, UnicodeDecodeError) as why:
                if isinstance(why, DatabaseError) and not damaged_of(why):
                    raise  # such as one that is locked: no fault of the row
                entry = Entry.objects.filter(reference=key).order_by("index").first()
                raise BadEntry(
                    entry.index if entry else None, RULE, f"{key} cannot be read: {without_text(error)}"
                ) from error
        raise


def entries_of(signatures: Iterable[Signature]) -> dict[str, Entry]:
    """The entry of each signature, by the signature's key. One query."""
    found = Entry.objects.filter(reference__in=[signature.key for signature in signatures]).order_by("-index")
    return {entry.reference: entry for entry in found}


def values_of(entries: Iterable[Entry]) -> Mapping[int, list[EntryValue]]:
    """The personal values kept beside entries, by the entry's index. One query."""
    found: dict[int, list[EntryValue]] = {}
    for value in EntryValue.objects.filter(entry__in=[entry.index for entry in entries]):
        found.setdefault(value.entry_id, []).append(value)
    return found
