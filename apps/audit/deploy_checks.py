"""Asked by `manage.py check --deploy`: is what was signed as safe as this installation can keep it?

Other than most checks, these ask the database: what its settings say of durability is not in ours.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection

_PRAGMA_FULL = 2  # as SQLite names synchronous=FULL; EXTRA, 3, is more


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """What an installation that others rely on should not have: a demo, one role for all, writes that may be lost."""
    found = list(_demo())
    try:
        return found + (_postgresql() if connection.vendor == "postgresql" else _sqlite())
    except DatabaseError as error:
        words = f"The database could not be asked ({type(error).__name__}), so nothing is known of its durability."
        return [*found, Warning(words, hint="Start it, and check again.", id="audit.W004")]


def _demo() -> list[CheckMessage]:
    if not (settings.VAR / "demo_password").exists() and not settings.PORTAL_DEMO:
        return []
    return [
        Warning(
            "This is the demo: everybody in it has the same password.",
            hint="Begin with another PORTAL_VAR and `manage.py up --empty`.",
            id="audit.W001",
        )
    ]


def _sqlite() -> list[CheckMessage]:
    synchronous, journal = _asked("PRAGMA synchronous"), _asked("PRAGMA journal_mode")
    if int(synchronous) >= _PRAGMA_FULL and journal == "wal":
        return []
    return [_not_durable(f"synchronous={synchronous}, journal_mode={journal}")]


def _postgresql() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if _asked(f"SHOW {name}") == "off"]
    if off:
        found.append(_not_durable(", ".join(f"{name}=off" for name in off)))
    if _asked("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        found.append(
            Error(
                "The portal's role is a superuser of PostgreSQL: it could take the guards off the log.",
                hint="Give DATABASE_URL a role of its own, and DATABASE_OWNER_URL the one that owns the tables.",
                id="audit.E002",
            )
        )
    elif _asked(
        "SELECT pg_has_role(current_user, tableowner, 'MEMBER') FROM pg_tables WHERE tablename = 'audit_entry'"
    ):
        found.append(
            Error(
                "The portal's role owns the log's tables: it could take their guards off.",
                hint="Name the owner in DATABASE_OWNER_URL, and let DATABASE_URL name another role; then migrate.",
                id="audit.E003",
            )
        )
    return found


def _not_durable(words: str) -> CheckMessage:
    return Error(
        f"A power cut may lose what was answered as signed: {words}.",
        hint="Let the database wait for the disk.",
        id="audit.E004",
    )


def _asked(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
        return row[0] if row else None
