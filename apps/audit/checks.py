"""Asked by `manage.py check --database default` and after `migrate`: do the triggers stand?"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connections
from django.db.migrations.recorder import MigrationRecorder

from apps.audit.protection import SINCE, missing_triggers


def check_triggers(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """An error for each trigger that should protect the log, or what is signed, and does not stand."""
    if "default" not in (databases or ()):
        return []
    connection = connections["default"]
    if "audit_head" not in connection.introspection.table_names():
        return []  # not migrated yet
    return [
        Error(
            f"The database lacks its trigger {name}: what is written once could be changed.",
            hint="A migration remade a table: let it call apps.audit.protection.protect again.",
            id="audit.E001",
        )
        for name in _due(missing_triggers(connection))
    ]


def _due(missing: Sequence[str]) -> list[str]:
    """Without those that a migration makes which is yet to come."""
    tables = {name: name.rpartition("_")[0] for name in missing}
    if SINCE.keys().isdisjoint(tables.values()):
        return list(missing)
    try:
        applied = set(MigrationRecorder(connections["default"]).applied_migrations())
    except DatabaseError:  # a first migration that was interrupted has granted nothing yet
        applied = set()
    return [name for name, table in tables.items() if table not in SINCE or SINCE[table] in applied]
