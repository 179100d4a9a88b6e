"""The folder in which processes of the web count what they answer, and since when.

Counters begin anew with each start of the web. A file beside them, with a name drawn for that start, tells one life of
theirs from the next, even where the new ones have outgrown the old. Imports nothing that counts: the web sets its
environment first.
"""

import secrets
import shutil
from pathlib import Path

BEGUN = "begun"


def begin(folder: Path) -> None:
    """Counters are at zero, in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    (folder / BEGUN).write_text(secrets.token_hex(16))


def end(folder: Path) -> None:
    """Nobody counts any more; what was counted can still be read."""
    (folder / BEGUN).unlink(missing_ok=True)


def life(folder: Path) -> str:
    """The name of the start since which they count; "" where nobody counts."""
    try:
        return (folder / BEGUN).read_text()[:64]
    except (OSError, ValueError):
        return ""
