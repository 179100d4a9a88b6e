"""The steps of an upgrade: check, back up, migrate, verify; each said as it is done."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from apps.audit import queries as audit
from apps.audit.verify import Outcome, verify_log
from portal.backup import making

Say = Callable[[str], None]


class Stopped(Exception):
    """The upgrade ended early; `has_changed` tells whether the database is still as it was."""

    def __init__(self, words: str, *, has_changed: bool) -> None:
        super().__init__(words)
        self.has_changed = has_changed


@dataclass(frozen=True)
class Plan:
    """What there is to do: migrations that are missing, and whether there is anything to keep."""

    missing: list[str]
    is_empty: bool


def plan() -> Plan:
    """Looks, and changes nothing."""
    executor = MigrationExecutor(connections["default"])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Plan([f"{one.app_label}.{one.name}" for one, _ in missing], is_empty=_is_empty())


def _is_empty() -> bool:
    """Whether nothing ever happened in it: a first migration that was interrupted has left nothing to keep."""
    if "audit_head" not in connection.introspection.table_names():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM audit_head WHERE size > 0")
        return cursor.fetchone() == (0,)


def upgrade(folder: Path | None, say: Say) -> None:
    """Raises Stopped, or what the check raises, where a step fails."""
    call_command("check", databases=["default"])
    say("Checked.")
    found = plan()
    if found.missing and found.is_empty:
        _migrate("there was nothing in it before")
        say(f"Applied {len(found.missing)} migrations to an empty database.")
    elif found.missing:
        keep_and_migrate(folder, found, say)
    else:
        say("Nothing to migrate.")
    _require_good(verify_log(), has_changed=bool(found.missing))
    say(f"Verified: {audit.head().size} entries.")


def keep_and_migrate(folder: Path | None, found: Plan, say: Say) -> None:
    """Back up, verified, then migrate. Raises Stopped, or what a backup raises, where it cannot."""
    kept, outcome = making.make(folder)
    if not outcome.ok:
        shutil.rmtree(kept)  # whoever tries again and again would fill the disk
    _require_good(outcome, has_changed=False)
    say(f"Backed up to {kept}.")
    way_back = f"as it was it stands in {kept}: manage.py restore {kept} --replace, with the version before"
    _migrate(way_back)
    say(f"Applied {len(found.missing)} migrations: {', '.join(found.missing)}.")
    # A migration has nothing to seek in the log's past.
    if audit.root_at(outcome.size).hex() != outcome.root:
        raise Stopped(f"the log is no longer the one that was backed up; {way_back}", has_changed=True)


def _migrate(way_back: str) -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Exception as error:
        words = f"a migration failed: {error}. The database may be half upgraded; {way_back}"
        raise Stopped(words, has_changed=True) from error


def _require_good(outcome: Outcome, *, has_changed: bool) -> None:
    if not outcome.ok:
        raise Stopped(f"the log is bad, rule “{outcome.rule}”: {outcome.words}", has_changed=has_changed)
