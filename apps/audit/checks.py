"""Asked by `manage.py check --database default` and after `migrate`: do the triggers stand?"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from apps.audit.protection import missing_triggers


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
        for name in missing_triggers(connection)
    ]
