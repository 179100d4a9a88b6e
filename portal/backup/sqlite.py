"""The file of SQLite: looked at without touching it, and put in the place of another."""

import contextlib
import copy
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db.utils import ConnectionHandler

from portal.backup.manifest import see_on_disk

FILE = "portal.sqlite3"
BESIDE = ("-wal", "-shm")


class InUse(Exception):
    """Somebody else has the database open."""


@contextmanager
def read_only(connections: ConnectionHandler, path: Path) -> Iterator[None]:
    """Meanwhile the `default` connection of this thread leads to the file `path`, which it cannot change."""
    usual = connections["default"]
    own = connections.create_connection("default")
    own.settings_dict = copy.deepcopy(own.settings_dict)
    # `immutable`: no journal or lock is made beside it, so it stays the file that was written.
    own.settings_dict["NAME"] = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    own.settings_dict["OPTIONS"].pop("init_command", None)
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = usual


def put(source: Path, target: Path, aside: Path) -> bool:
    """A copy of `source` takes the place of `target`, which is kept at `aside`. Whether there was one.

    Raises InUse, with nothing changed, where another process has `target` open.
    """
    _take_alone(target)
    new = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(source, new)
    new.chmod(0o600)
    see_on_disk(new)
    existed = target.exists()
    if existed:
        os.link(target, aside)
    for suffix in BESIDE:  # of a damaged file, whose journal could not be written into it
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{target}{suffix}", f"{aside}{suffix}")
    os.replace(new, target)
    see_on_disk(target.parent)
    return existed


def _take_alone(path: Path) -> None:
    """Write the journal into the file and do away with it, which nobody can while others have it open."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as line:
            line.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(f"another process has {path} open: stop web, workers and beat first") from error
    except sqlite3.DatabaseError:
        pass  # too damaged to be opened: that is why it is replaced
