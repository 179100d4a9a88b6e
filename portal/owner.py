"""The role that owns the tables, where the portal itself runs as another: `DATABASE_OWNER_URL`, on PostgreSQL.

Whoever owns a table may take its triggers off. So one role migrates and grants, and the portal's own role, that of
`DATABASE_URL`, gets of the log and of what is signed no more than adding to it takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, connections

from apps.audit.protection import NEVER_CHANGED, NEVER_REMOVED, TRIGGERS

# The head grows, and a personal value is erased: their triggers look at each change.
_MOVES = set(NEVER_REMOVED) - set(NEVER_CHANGED)


@contextmanager
def as_owner() -> Iterator[str]:
    """The `default` connection is the owner's inside; yields the portal's own role, "" where no owner is named."""
    if not settings.DATABASE_OWNER:
        yield ""
        return
    usual, kept = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**kept, **settings.DATABASE_OWNER}
    del connections["default"]
    try:
        yield kept["USER"]
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        connections["default"] = usual


def grant(role: str) -> None:
    """As the owner: the portal's `role` may use every table, and only add to what is written once.

    Where owner and portal are one role there is nothing to grant.
    """
    if not role or role == settings.DATABASE_OWNER["USER"]:
        return
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        for table in connection.introspection.table_names(cursor):
            rights = ", ".join(_rights(table))
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"REVOKE ALL ON {quoted} FROM {name}")
            cursor.execute(f"GRANT {rights} ON {quoted} TO {name}")


def _rights(table: str) -> list[str]:
    """No more than what its triggers let through."""
    guarded = TRIGGERS["postgresql"]
    rights = ["SELECT", "INSERT"]
    if f"{table}_update" not in guarded or table in _MOVES:
        rights.append("UPDATE")
    if f"{table}_delete" not in guarded:
        rights.append("DELETE")
    return rights
