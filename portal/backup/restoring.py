"""Restoring a backup: nothing is touched before its files have proven to be what was written."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from apps.audit import queries as audit
from apps.audit.verify import verify_log
from portal.backup import postgresql, sqlite
from portal.backup.making import SECRET
from portal.backup.manifest import Manifest, read
from portal.owner import as_owner, grant
from portal.up import places


class NotRestored(Exception):
    """Nothing was changed; the words say why."""


@dataclass(frozen=True)
class Restored:
    """What there is now: what the manifest said, how many migrations are missing, and what does not fit ("" if all
    does). `aside` is where the database that was there before is kept.
    """

    manifest: Manifest
    missing: int
    problem: str
    aside: Path | None = None


def restore(folder: Path, *, replace: bool) -> Restored:
    """Bring a backup back. Raises NotRestored or NotABackup, with nothing changed."""
    manifest = read(folder)
    _check_fits(manifest)
    aside = None
    if connection.vendor == "sqlite":
        aside = _put_file(folder, replace=replace)
    else:
        _put_dump(folder, replace=replace)
    _put_secret(folder, manifest)
    connections["default"].close()
    missing = _missing_migrations()
    return Restored(manifest, missing, _problem(manifest), aside)


def _check_fits(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        words = f"the backup is of {manifest.database}, and DATABASE_URL names a database of {connection.vendor}"
        raise NotRestored(words)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        words = f"version {manifest.version} made the backup, which is newer than this one ({unknown[0]} is not known)"
        raise NotRestored(f"{words}: restore it with that version")


def _put_file(folder: Path, *, replace: bool) -> Path | None:
    target = Path(connection.settings_dict["NAME"])
    if not replace and _holds_something(target):
        raise NotRestored(f"{target} holds something: to put the backup in its place, say --replace")
    aside = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    connections["default"].close()
    try:
        return aside if sqlite.put(folder / sqlite.FILE, target, aside) else None
    except sqlite.InUse as error:
        raise NotRestored(str(error)) from error


def _holds_something(database: Path) -> bool:
    try:
        return not places.is_new(database)
    except sqlite3.DatabaseError:  # damaged, and somebody's all the same
        return True


def _put_dump(folder: Path, *, replace: bool) -> None:
    connections["default"].close()
    with as_owner() as role:
        _restore_dump(folder, replace=replace)
        grant(role)


def _restore_dump(folder: Path, *, replace: bool) -> None:
    if not replace and connection.introspection.table_names():
        raise NotRestored("the database holds something: to put the backup in its place, say --replace")
    if others := postgresql.other_sessions(connection):
        raise NotRestored(f"{others} others are connected to the database: stop web, workers and beat first")
    connections["default"].close()
    try:
        postgresql.restore(connections["default"], folder / postgresql.FILE, replace=replace)
    except postgresql.ToolFailed as error:
        raise NotRestored(str(error)) from error


def _put_secret(folder: Path, manifest: Manifest) -> None:
    """The secret key of the backup, where it holds one and there is none yet."""
    if SECRET in manifest.files:
        places.secret_file(Path(settings.VAR) / SECRET, make=(folder / SECRET).read_text().strip())


def _missing_migrations() -> int:
    executor = MigrationExecutor(connections["default"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _problem(manifest: Manifest) -> str:
    found = verify_log()
    if not found.ok:
        where = "the log's head" if found.first_bad is None else f"entry {found.first_bad}"
        return f"the log is bad at {where}, rule “{found.rule}”: {found.words}"
    told = (audit.head().origin, found.size, found.root)
    if told != (manifest.origin, manifest.size, manifest.root):
        words = f"the log has {found.size} entries and root {found.root}"
        return f"{words}; the manifest says {manifest.size} and {manifest.root}"
    return ""
