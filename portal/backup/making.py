"""Making a backup while everything goes on: the database as of one instant, verified, under its final name at last."""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from apps.audit import queries as audit
from apps.audit.verify import Outcome, verify_log
from portal.backup import postgresql, sqlite
from portal.backup.manifest import NAME, Manifest, digest_of, see_on_disk, write
from portal.owner import as_owner

SECRET = "secret_key"  # noqa: S105, the name of a file
PART = ".{name}.part-{mark}"


class NotMade(Exception):
    """There is no backup; the words say why."""


def make(folder: Path | None, *, with_secret: bool = False) -> tuple[Path, Outcome]:
    """Write a backup to `folder`, a new one of its own in PORTAL_BACKUPS if None. Returns where, and what a walk over
    the log in it found. Raises NotMade, or OSError, with nothing left behind.
    """
    now = datetime.now(UTC)
    folder = folder or Path(settings.BACKUPS) / f"triad-{now:%Y%m%dT%H%M%SZ}"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotMade(f"{folder} is there already")
    with _private(), _under_another_name(folder) as part:
        if connection.vendor == "sqlite":
            manifest, outcome = _of_sqlite(part)
        else:
            manifest, outcome = _of_postgresql(part)
        if with_secret:
            (part / SECRET).write_text(settings.SECRET_KEY + "\n")
        files = {path.name: digest_of(path) for path in sorted(part.iterdir())}
        write(part, replace(manifest, made_at=f"{now:%Y-%m-%dT%H:%M:%SZ}", files=files))
    return folder, outcome


def forget_broken_off() -> None:
    """Remove what is left in PORTAL_BACKUPS of backups whose makers have ended; one under way is held by its own."""
    for part in Path(settings.BACKUPS).glob(PART.format(name="triad-*", mark="*")):
        with contextlib.suppress(OSError), _held(part):
            shutil.rmtree(part)


def forget_but(keep: int) -> list[Path]:
    """Remove all backups in PORTAL_BACKUPS but the newest `keep`, and returns them; those made elsewhere stay."""
    made = sorted(path.parent for path in Path(settings.BACKUPS).glob(f"triad-*/{NAME}"))
    old = made[:-keep]
    for folder in old:
        shutil.rmtree(folder)
    return old


def _of_sqlite(part: Path) -> tuple[Manifest, Outcome]:
    copy = part / sqlite.FILE
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    # What is verified and described is the copy: the original has moved on.
    with sqlite.read_only(connections, copy):
        return _described()


def _of_postgresql(part: Path) -> tuple[Manifest, Outcome]:
    with as_owner(), postgresql.snapshot(connection) as name:
        postgresql.dump(connection, part / postgresql.FILE, snapshot=name)
        return _described()


def _described() -> tuple[Manifest, Outcome]:
    """What the default connection shows, and whether its log is good."""
    head = audit.head()
    outcome = verify_log()
    manifest = Manifest(
        version=settings.PORTAL_VERSION,
        made_at="",
        database=connection.vendor,
        server=".".join(map(str, connection.get_database_version())),
        origin=head.origin,
        size=head.size,
        root=bytes(head.root).hex(),
        verified=outcome.ok,
        migrations=sorted(
            f"{app}.{name}" for app, name in MigrationRecorder(connections["default"]).applied_migrations()
        ),
    )
    return manifest, outcome


@contextmanager
def _private() -> Iterator[None]:
    """Whatever is made meanwhile, by programs that we start too, is for this user alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _under_another_name(folder: Path) -> Iterator[Path]:
    """A folder that is named `folder` once all is in it, and is gone if anything fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(PART.format(name=folder.name, mark=secrets.token_hex(4)))
    with _ended_in_order():
        try:
            part.mkdir()
            with _held(part):
                yield part
                part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    see_on_disk(folder.parent)


@contextmanager
def _held(part: Path) -> Iterator[None]:
    """Locks the folder; its maker's end unlocks it, whatever that is. Raises OSError where somebody else holds it."""
    descriptor = os.open(part, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Meanwhile TERM and HUP, which by themselves end Python on the spot, raise as Ctrl-C does, so that all is tidied.

    `up` passes on as TERM that it was asked to stop.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    usual = []
    if threading.current_thread() is threading.main_thread():  # others may not
        usual = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_DFL]
    for number in usual:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)
