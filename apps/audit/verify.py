"""Walking the whole log: nothing changed, missing, inserted or swapped, and the first bad entry by its index.

Reads a page at a time, so that memory stays flat however long the log is, and while others append. Then what rooms
above keep beside the log is compared with its entries (`beside.py`).
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from django.utils.module_loading import import_string

from apps.audit import beside, raw_rows, statement
from apps.audit.beside import BadEntry
from apps.audit.canonical import NotCanonical
from apps.audit.commitments import commitment
from apps.audit.merkle import CompactRange, leaf_hash
from apps.audit.models import Entry, Verification
from apps.audit.raw_rows import RawEntry, RawHead, RawValue
from apps.common.damaged import without_text

ERASED = "audit.values_erased"


@dataclass(frozen=True)
class Outcome:
    """What a walk found: the index of the first bad entry (None: the head's own row, or one beside the log that has no
    entry), and the rule broken.
    """

    size: int
    root: str
    ok: bool
    first_bad: int | None = None
    rule: str = ""
    words: str = ""
    milliseconds: int = 0


@dataclass
class _Walk:
    """The state carried from entry to entry."""

    origin: str = ""
    size: int = 0
    root: str = ""
    tree: CompactRange = field(default_factory=CompactRange)
    last_at: str = ""
    # size -> roots, as earlier walks found them
    history: dict[int, set[str]] = field(default_factory=dict)
    # index of an erasing entry -> whose values it erased, and how many it says
    erasures: dict[int, tuple[str, int]] = field(default_factory=dict)
    erased: Counter[int] = field(default_factory=Counter)


def verify_log() -> Outcome:
    """Walks every entry, compares its end with the log's head, and then what stands beside it with its entries."""
    started = time.monotonic()
    walk = _Walk()
    bad: BadEntry | None = None
    try:
        _check_log(walk)
        _check_beside()
    except BadEntry as found:
        bad = found
    except DatabaseError as error:
        bad = BadEntry(walk.tree.size, "readable", f"the database cannot read it: {without_text(error)}")
    milliseconds = round((time.monotonic() - started) * 1000)
    if bad is None:
        return Outcome(size=walk.size, root=walk.root, ok=True, milliseconds=milliseconds)
    return Outcome(walk.size, walk.root, False, bad.index, bad.rule, bad.words, milliseconds)


def _check_beside() -> None:
    for check in beside.due_checks():
        try:
            import_string(check)()
        except (ValueError, TypeError, AttributeError) as error:
            raise BadEntry(None, "readable", f"a row holds what cannot be read: {error}") from error


def _check_log(walk: _Walk) -> None:
    lowest, highest = raw_rows.lowest_and_highest()
    # Read after what must lie within it: the head only grows.
    head = raw_rows.read_head()
    if head is None:
        raise BadEntry(None, "head", "the log has no head, or more than one")
    walk.origin, walk.size, walk.root = head.origin, head.size, head.root.hex()
    _check_lowest(lowest)
    walk.history, walk.erasures = _history(), _erasures()
    for row in _entries(walk.size):
        _check_entry(walk, row)
    _check_highest(highest, walk.size)
    _check_erasures(walk)
    _check_head(walk, head)


def _check_lowest(lowest: list[Any]) -> None:
    for index in lowest:
        if index < 0:
            raise BadEntry(index, "inserted", f"index {index} is before the first entry")


def _check_highest(highest: list[Any], size: int) -> None:
    if any(not isinstance(index, int) or index >= size for index in highest):
        raise BadEntry(size, "inserted", f"the head counts {size} entries; there are rows of later ones")


def _history() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for size, root in Verification.objects.filter(ok=True).values_list("size", "root"):
        found.setdefault(size, set()).add(root)
    return found


def _erasures() -> dict[int, tuple[str, int]]:
    found = {}
    for index, body in Entry.objects.filter(event=ERASED).values_list("index", "body"):
        try:
            said = statement.decode(bytes(body))
            found[index] = (said.subject, said.predicate["facts"]["count"])
        except (ValueError, KeyError, TypeError):
            continue  # the walk will name it
    return found


def _entries(size: int) -> Iterator[RawEntry]:
    for start in range(0, size, raw_rows.PAGE):
        end = min(size, start + raw_rows.PAGE)
        expected = start
        for row in raw_rows.read_page(start, end):
            if row.index != expected:
                break
            yield row
            expected += 1
        if expected < end:
            raise BadEntry(expected, "missing", f"there is no entry {expected}")


def _check_entry(walk: _Walk, row: RawEntry) -> None:
    try:
        _check_body(walk, row)
    except NotCanonical as error:
        raise BadEntry(row.index, "canonical", str(error)) from error
    except statement.NotAStatement as error:
        raise BadEntry(row.index, "fields", str(error)) from error
    nodes = walk.tree.append(row.leaf)
    _require(row, "nodes", b"".join(nodes) == row.nodes, "the tree's nodes kept with it are not those of the tree")
    _require(row, "root", walk.tree.root() == row.root, "the tree's root kept with it is not that of the tree")
    known = walk.history.get(walk.tree.size, set())
    words = f"the first {walk.tree.size} entries are not those that were verified before"
    _require(row, "history", known <= {walk.tree.root().hex()}, words)


def _check_body(walk: _Walk, row: RawEntry) -> None:
    _require(row, "type", row.well_typed, "a column holds another type of value")
    _require(row, "leaf", leaf_hash(row.body) == row.leaf, "its leaf is not the hash of its body")
    said = statement.decode(row.body)
    told = said.predicate
    _require(row, "place", told["index"] == row.index, f"it says it is entry {told['index']}")
    _require(row, "origin", told["origin"] == walk.origin, f"it is of the log {told['origin']}")
    _require(row, "time", told["instant"] >= walk.last_at, "it is older than the one before it")
    walk.last_at = told["instant"]
    columns = (told["event"], said.subject, told.get("reference", ""), told["by"] or "", told["instant"])
    _require(row, "columns", columns == row.columns, "its search columns do not say what its body says")
    _require(row, "about", said.keys == row.abouts, "the keys it is found by are not those of its body")
    _check_values(walk, row, said)


def _check_values(walk: _Walk, row: RawEntry, said: statement.Statement) -> None:
    names = sorted(said.commitments)
    _require(row, "values", [value.name for value in row.values] == names, "its personal values are not its own")
    for value in row.values:
        person, digest = said.commitments[value.name]
        _require(row, "values", value.well_typed, f"a column of {value.name} holds another type of value")
        _require(row, "values", value.person == person, f"{value.name} is somebody else's")
        if value.value is None:
            _require(row, "values", _is_erased(walk, row, value), f"{value.name} is gone, and no entry erased it")
            walk.erased[value.erased_in or 0] += 1
            continue
        opens = value.erased_in is None and commitment(value.salt or b"", value.value) == digest
        _require(row, "values", opens, f"{value.name} is not what the entry commits to")


def _is_erased(walk: _Walk, row: RawEntry, value: RawValue) -> bool:
    if value.salt is not None or value.erased_in is None or value.erased_in <= row.index:
        return False
    if value.erased_in >= walk.size:
        return True  # erased by an entry that came while we walk
    return walk.erasures.get(value.erased_in, ("", 0))[0] == value.person


def _check_erasures(walk: _Walk) -> None:
    for index, (person, count) in walk.erasures.items():
        if index < walk.size and walk.erased[index] != count:
            words = f"it says it erased {count} values of {person}; there are {walk.erased[index]}"
            raise BadEntry(index, "values", words)


def _check_head(walk: _Walk, head: RawHead) -> None:
    lost = [size for size in walk.history if size > walk.size]
    if lost:
        words = f"{max(lost)} entries were verified before; now there are {walk.size}"
        raise BadEntry(walk.size, "history", words)
    kept = (head.root, head.range, head.last_at)
    if not head.well_typed or kept != (walk.tree.root(), walk.tree.to_bytes(), walk.last_at):
        raise BadEntry(None, "head", "the head kept beside the log is not that of its entries")


def _require(row: RawEntry, rule: str, holds: bool, words: str) -> None:
    if not holds:
        raise BadEntry(row.index, rule, words)
