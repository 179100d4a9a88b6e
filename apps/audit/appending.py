"""Appending entries to the log: the end of every outermost act."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.audit import statement
from apps.audit.canonical import NotCanonical
from apps.audit.merkle import CompactRange, leaf_hash
from apps.audit.pending import Pending
from apps.common.instants import instant_text
from apps.common.refused import Refused

_ENTRY = (
    'INSERT INTO audit_entry ("index", body, leaf, nodes, root, event, subject, reference, person, at) VALUES ',
    "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
)
_ABOUT = ("INSERT INTO audit_entry_about (entry_id, key) VALUES ", "(%s, %s)")
_VALUE = ("INSERT INTO audit_entry_value (entry_id, name, person, salt, value) VALUES ", "(%s, %s, %s, %s, %s)")
_READ_HEAD = "SELECT id, origin, size, range, last_at FROM audit_head"
_MOVE_HEAD = "UPDATE audit_head SET size = %s, root = %s, range = %s, last_at = %s WHERE id = %s"
# Up to so many entries go to PostgreSQL in one message: each takes about a kilobyte.
_FEW = 20


class LockedHead(NamedTuple):
    """The log's head, which nobody else moves until the transaction ends."""

    id: int
    origin: str
    size: int
    range: bytes
    last_at: str


def lock_head() -> LockedHead:
    """The log's head, locked until the transaction ends: nobody else appends meanwhile. RuntimeError without one."""
    # Not by the row's model: that would cost as much as all the rest of an entry.
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_READ_HEAD + lock)
        found = cursor.fetchall()
    if len(found) != 1:
        raise RuntimeError(f"the audit log has {len(found)} heads instead of one")
    return LockedHead(*found[0])


def append_entries(pending: Sequence[Pending]) -> None:
    """Appends entries at the end of the log, taking its head once; called by the outermost act alone.

    Raises Refused, with nothing written, where an entry is larger than the log takes.
    """
    head = lock_head()
    tree = CompactRange.from_bytes(head.size, bytes(head.range))
    # Entries are in the order of their instants, even if the clock was set back since the last one.
    at = max(instant_text(timezone.now()), head.last_at)
    entries = [_row(one, tree, origin=head.origin, at=at) for one in pending]
    inserts: list[tuple[tuple[str, str], list[tuple[Any, ...]]]] = [
        (_ENTRY, entries),
        (_ABOUT, list(chain.from_iterable(map(_about_rows, pending)))),
        (_VALUE, list(chain.from_iterable(map(_value_rows, pending)))),
    ]
    moved = (tree.size, tree.root(), tree.to_bytes(), at, head.id)
    with connection.cursor() as cursor:
        if _takes_many_at_once() and len(pending) <= _FEW:
            _write_at_once(cursor, inserts, moved)
            return
        for (insert, marks), rows in inserts:
            if rows:
                cursor.executemany(insert + marks, rows)
        cursor.execute(_MOVE_HEAD, moved)


def _takes_many_at_once() -> bool:
    # Values that the server itself puts in go with one statement alone.
    return connection.vendor == "postgresql" and not getattr(connection.features, "uses_server_side_binding", False)


def _write_at_once(
    cursor: Any, inserts: Sequence[tuple[tuple[str, str], list[tuple[Any, ...]]]], moved: tuple[Any, ...]
) -> None:
    """One message to the server instead of four, each of which waits for its answer; still statement by statement."""
    statements = [insert + ", ".join([marks] * len(rows)) for (insert, marks), rows in inserts if rows]
    values = chain.from_iterable(row for _, rows in inserts for row in rows)
    cursor.execute("; ".join([*statements, _MOVE_HEAD]), [*values, *moved])


def _row(pending: Pending, tree: CompactRange, *, origin: str, at: str) -> tuple[Any, ...]:
    index = tree.size
    place = {"origin": origin, "index": index, "instant": at, "version": settings.PORTAL_VERSION}
    try:
        body = statement.encode(
            subject=pending.subject, digest=pending.digest, predicate={**pending.predicate, **place}
        )
    except NotCanonical as error:
        raise Refused(f"The audit log cannot write this down ({error}), so nothing was stored.") from error
    if len(body) > statement.MAX_BODY_BYTES:
        raise Refused(
            f"What the audit log would keep of this ({pending.event}, {pending.subject}) has {len(body):,}"
            f" bytes; it takes at most {statement.MAX_BODY_BYTES:,}."
            " Nothing was stored: do it in smaller parts."
        )
    leaf = leaf_hash(body)
    nodes = b"".join(tree.append(leaf))
    pending.index = index
    return (
        index,
        body,
        leaf,
        nodes,
        tree.root(),
        pending.event,
        pending.subject,
        pending.reference,
        pending.person,
        at,
    )


def _about_rows(pending: Pending) -> list[tuple[int | None, str]]:
    return [(pending.index, key) for key in (pending.subject, *pending.predicate["about"])]


def _value_rows(pending: Pending) -> list[tuple[Any, ...]]:
    return [(pending.index, one.name, one.person, one.salt, one.value) for one in pending.personal]
