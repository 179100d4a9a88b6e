"""Appending entries to the log: the end of every outermost act."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.audit import statement
from apps.audit.canonical import NotCanonical
from apps.audit.merkle import CompactRange, leaf_hash
from apps.audit.models import Head
from apps.audit.pending import Pending
from apps.common.instants import instant_text
from apps.common.refused import Refused

_INSERT_ENTRY = (
    'INSERT INTO audit_entry ("index", body, leaf, nodes, root, event, subject, reference, person, at)'
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_INSERT_ABOUT = "INSERT INTO audit_entry_about (entry_id, key) VALUES (%s, %s)"
_MOVE_HEAD = "UPDATE audit_head SET size = %s, root = %s, range = %s, last_at = %s WHERE id = %s"
_INSERT_VALUE = "INSERT INTO audit_entry_value (entry_id, name, person, salt, value) VALUES (%s, %s, %s, %s, %s)"


def lock_head() -> Head:
    """The log's head, locked until the transaction ends: nobody else appends meanwhile."""
    return Head.objects.select_for_update().get()


def append_entries(pending: Sequence[Pending]) -> None:
    """Appends entries at the end of the log, taking its head once; called by the outermost act alone.

    Raises Refused, with nothing written, where an entry is larger than the log takes.
    """
    head = lock_head()
    tree = CompactRange.from_bytes(head.size, bytes(head.range))
    # Entries are in the order of their instants, even if the clock was set back since the last one.
    at = max(instant_text(timezone.now()), head.last_at)
    rows = [_row(one, tree, origin=head.origin, at=at) for one in pending]
    with connection.cursor() as cursor:
        # Rows without objects: an entry costs a third of what bulk_create takes.
        cursor.executemany(_INSERT_ENTRY, rows)
        cursor.executemany(_INSERT_ABOUT, list(chain.from_iterable(map(_about_rows, pending))))
        values = list(chain.from_iterable(map(_value_rows, pending)))
        if values:
            cursor.executemany(_INSERT_VALUE, values)
        cursor.execute(_MOVE_HEAD, [tree.size, tree.root(), tree.to_bytes(), at, head.pk])


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
