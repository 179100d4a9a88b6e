"""Reading the log: entries and their words, what concerns a key, proofs."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Count, QuerySet

from apps.audit import merkle, statement
from apps.audit.models import Entry, EntryValue, Head, Verification
from apps.audit.sentences import Line, damaged_line, line_of, value_words
from apps.audit.statement import Statement
from apps.common.instants import instant_text
from apps.common.refused import BadInput

PAGE = 50
# Bytes of a body; nearly all have fewer, and few may have 64 KiB.
SHORT = 4_096
# A key as sentences hold it, such as E-12 or a word.
_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Reading:
    """An entry opened: its statement (None: too damaged to read), the personal values left of it, its line."""

    entry: Entry
    statement: Statement | None
    values: dict[str, str]
    line: Line


@dataclass(frozen=True)
class InclusionProof:
    """That an entry is in the tree of `size` entries: fold `path` onto `leaf` and find `root` (RFC 9162)."""

    index: int
    size: int
    leaf: bytes
    path: list[bytes]
    root: bytes

    def check(self) -> None:
        """Raises merkle.ProofError where the proof does not hold."""
        merkle.check_inclusion(leaf=self.leaf, index=self.index, size=self.size, proof=self.path, root=self.root)


def head() -> Head:
    """The log's head as it stands: its origin, size and root."""
    return Head.objects.get()


def entries(
    *,
    subject: str = "",
    person: str = "",
    event: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    without: Collection[str] = (),
) -> QuerySet[Entry]:
    """Entries, the latest first: those that concern `subject`, by the person with key `person`, of one act,
    from `since` up to but without `until`; none that concerns one of the keys `without`.
    """
    found = Entry.objects.order_by("-index")
    if subject:
        found = found.filter(abouts__key=subject)
    if person:
        found = found.filter(person=person)
    if event:
        found = found.filter(event=event)
    if since:
        found = found.filter(at__gte=instant_text(since))
    if until:
        found = found.filter(at__lt=instant_text(until))
    if without:
        found = found.exclude(abouts__key__in=list(without))
    return found


def page_of(found: QuerySet[Entry], *, before: int | None = None, limit: int = PAGE) -> tuple[list[Entry], int | None]:
    """The next `limit` entries older than index `before`, and the index to go on from (None: no more)."""
    if before is not None:
        found = found.filter(index__lt=before)
    rows = list(found[: limit + 1])
    return (rows[:limit], rows[limit - 1].index) if len(rows) > limit else (rows, None)


def entries_about(key: str) -> QuerySet[Entry]:
    """Entries whose subject or about is `key`, the oldest first."""
    return Entry.objects.filter(abouts__key=key).order_by("index")


def entry_for(reference: str) -> Entry:
    """The entry that a row refers to by its own key, such as a receipt's. Raises Entry.DoesNotExist."""
    return Entry.objects.filter(reference=reference).earliest("index")


def readings(rows: Iterable[Entry]) -> list[Reading]:
    """Entries opened, with one query for all their personal values."""
    rows = list(rows)
    values = _values_of(rows)
    return [_reading(row, values[row.index]) for row in rows]


def _values_of(rows: Iterable[Entry]) -> dict[int, dict[str, str]]:
    """By index: the personal values that are left, by name."""
    values: dict[int, dict[str, str]] = defaultdict(dict)
    kept = EntryValue.objects.filter(entry_id__in=[row.index for row in rows], value__isnull=False)
    for index, name, value in kept.values_list("entry_id", "name", "value"):
        values[index][name] = value_words(value)
    return values


def _reading(row: Entry, values: dict[str, str]) -> Reading:
    try:
        said = statement.decode(bytes(row.body))
        return Reading(entry=row, statement=said, values=values, line=_placed(row, line_of(said, values)))
    except (ValueError, TypeError) as error:  # a log that was tampered with can still be looked at
        return Reading(entry=row, statement=None, values=values, line=damaged_line(row, str(error)))


def _placed(row: Entry, line: Line) -> Line:
    """`line` at the row's place, whatever its body says of that. Raises TypeError where a list stands for a text."""
    hash(line)
    return line if line.index == row.index else replace(line, index=row.index)


def lines(rows: Iterable[Entry]) -> list[Line]:
    """Entries as lines to read, in the order given; one query for all their personal values."""
    rows = list(rows)
    values = _values_of(rows)
    return [_line(row, values[row.index]) for row in rows]


def _line(row: Entry, values: dict[str, str]) -> Line:
    body, named = bytes(row.body), tuple(values.items())
    try:
        return _placed(row, _kept_line(body, named) if len(body) <= SHORT else _line_of(body, named))
    except (ValueError, TypeError) as error:
        return damaged_line(row, str(error))


def _line_of(body: bytes, values: tuple[tuple[str, str], ...]) -> Line:
    return line_of(statement.decode(body), dict(values))


# Of the very bytes, so that an entry is opened once however often it is listed. At most some thirty megabytes.
_kept_line = lru_cache(maxsize=5_000)(_line_of)


def life_of(key: str, *, limit: int = 200, hidden: Collection[str] = ()) -> list[Line]:
    """The life of the thing with this key, as lines in the order of time: of its last `limit` entries those that name
    none of the keys `hidden`, and are of none of them.
    """
    latest = list(Entry.objects.filter(abouts__key=key).order_by("-index")[:limit])
    unread = set(hidden)
    return [
        line
        for line in lines(reversed(latest))
        if not unread or unread.isdisjoint({line.subject, *_WORD.findall(line.words)})
    ]


def inclusion_proof(index: int, size: int | None = None) -> InclusionProof:
    """Shows that entry `index` is in the tree of the first `size` entries (None: of all).

    Raises Entry.DoesNotExist where there is no such entry, BadInput where the tree of that size does not
    hold it.
    """
    entry = Entry.objects.get(pk=index)
    now = head()
    size = now.size if size is None else size
    if not index < size <= now.size:
        raise BadInput(f"Entry {index} has no proof in a log of {size} entries.")
    path = merkle.inclusion_proof(index, size, _node_reader(merkle.needed_for_inclusion(index, size)))
    root = bytes(now.root) if size == now.size else root_at(size)
    # Of the body, not the leaf as stored: what is proven is what can be read.
    leaf = merkle.leaf_hash(bytes(entry.body))
    return InclusionProof(index=index, size=size, leaf=leaf, path=path, root=root)


def consistency_proof(old_size: int, new_size: int) -> list[bytes]:
    """Shows that the log of `new_size` entries extends the one of `old_size`. One query."""
    if not 0 < old_size <= new_size <= head().size:
        raise BadInput(f"There is no proof from {old_size} to {new_size} entries.")
    node = _node_reader(merkle.needed_for_consistency(old_size, new_size))
    return merkle.consistency_proof(old_size, new_size, node)


def root_at(size: int) -> bytes:
    """The tree's root when it had `size` entries."""
    if size == 0:
        return merkle.EMPTY_ROOT
    return bytes(Entry.objects.values_list("root", flat=True).get(pk=size - 1))


def _node_reader(needed: Sequence[Sequence[tuple[int, int]]]) -> merkle.NodeReader:
    """Reads perfect subtrees from the rows of the leaves that completed them."""
    completing = {(level, at): ((at + 1) << level) - 1 for places in needed for level, at in places}
    rows = Entry.objects.filter(pk__in=set(completing.values())).values_list("index", "leaf", "nodes")
    kept = {index: (bytes(leaf), bytes(nodes)) for index, leaf, nodes in rows}

    def node(level: int, at: int) -> bytes:
        leaf, nodes = kept[completing[level, at]]
        return nodes[(level - 1) * merkle.HASH_BYTES : level * merkle.HASH_BYTES] if level else leaf

    return node


def counts_by_event(start: int, end: int) -> list[tuple[str, int]]:
    """How many entries of each act there are, from index `start` up to but without `end`."""
    found = Entry.objects.filter(index__gte=start, index__lt=end).order_by().values_list("event")
    return list(found.annotate(count=Count("index")))


@dataclass(frozen=True)
class Named:
    """What entries can be looked for by: every act that the log holds, and everybody who acted, as (key, name as last
    recorded) by name; the key stands in for an erased name.
    """

    events: list[str]
    people: list[tuple[str, str]]


def named() -> Named:
    """One query: a step in the index for each act and each person, however long the log is."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE acted(v) AS ({_different('person', 'acted')}),"  # noqa: S608
            f" act(v) AS ({_different('event', 'act')})"
            " SELECT 'person', v, (SELECT value FROM audit_entry_value WHERE name = 'by_name'"
            ' AND entry_id = (SELECT MAX("index") FROM audit_entry WHERE person = v))'
            " FROM acted WHERE v <> ''"
            " UNION ALL SELECT 'event', v, NULL FROM act WHERE v IS NOT NULL"
        )
        rows: list[tuple[str, str, bytes | None]] = cursor.fetchall()
    people = [(key, value_words(bytes(name)) if name else key) for column, key, name in rows if column == "person"]
    return Named(
        events=sorted(value for column, value, _ in rows if column == "event"),
        people=sorted(people, key=lambda one: one[1].casefold()),
    )


def _different(column: str, step: str) -> str:
    """SQL of the different values of an indexed column, NULL at their end, for a recursive expression named `step`."""
    following = f"SELECT MIN({column}) FROM audit_entry WHERE {column} > {step}.v"  # noqa: S608
    return (
        f"SELECT MIN({column}) FROM audit_entry UNION ALL SELECT ({following}) FROM {step} WHERE {step}.v IS NOT NULL"  # noqa: S608
    )


def verifications() -> QuerySet[Verification]:
    """Walks over the log, the latest first."""
    return Verification.objects.order_by("-pk")
