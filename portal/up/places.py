"""What stands where below PORTAL_VAR. No Django: the settings read it too."""

import hashlib
import os
import re
import secrets
import sqlite3
import stat
import tempfile
from contextlib import closing
from pathlib import Path

# A unix socket's path has at most 108 bytes with its closing NUL; an address is no place for odd characters.
_FITS = re.compile(r"[A-Za-z0-9._/-]{1,100}")


def socket_path(var: Path) -> Path:
    """Where the embedded broker listens: below `var`, or in a short folder of its own if too long.

    TMPDIR may be as long as `var`, below which it may stand; /tmp is short everywhere.
    """
    known = f"triad-{os.getuid()}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:12]}"
    for folder in (var / "run", Path(tempfile.gettempdir()) / known):
        path = folder / "valkey.sock"
        if _FITS.fullmatch(str(path)):
            return path
    return Path("/tmp") / known / "valkey.sock"  # noqa: S108 (`make_folders` refuses somebody else's)


def make_folders(var: Path) -> None:
    """The folders of an installation, closed to other users.

    Raises PermissionError where somebody else owns the folder that the socket would stand in.
    """
    for folder in (var, var / "run", var / "log", var / "static", socket_path(var).parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = os.stat(socket_path(var).parent, follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{socket_path(var).parent} belongs to somebody else")


def is_new(database: Path) -> bool:
    """Whether there is no table yet: a command that only looked leaves an empty file behind."""
    if not database.exists():
        return True
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()


def secret_file(path: Path, make: str = "") -> str:
    """The secret that `path` holds; written with `make`, or 50 random characters, where there is none yet."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = make or secrets.token_urlsafe(50)[:50]
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")
    return secret
