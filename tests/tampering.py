"""What whoever owns the database could do to it."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from apps.audit.protection import missing_triggers


def drop_trigger(name: str) -> None:
    """Takes a trigger off; its name is its table's and what it refuses."""
    connection.check_constraints()  # else PostgreSQL waits with that for rows it has yet to check
    on_table = f" ON {name.rpartition('_')[0]}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on_table}")


def rewrite(rows: QuerySet[Any], **columns: object) -> None:
    """Changes rows that are never changed."""
    trigger = f"{rows.model._meta.db_table}_update"
    if trigger not in missing_triggers(connection):
        drop_trigger(trigger)
    rows.update(**columns)
