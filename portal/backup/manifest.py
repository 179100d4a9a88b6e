"""What stands beside a backup: version, instant, size and root of the log, SHA-256 of each file. No Django."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from apps.common import strict_json

NAME = "manifest.json"
FORMAT = 1
# Of what is no text.
_TYPES = {"size": int, "verified": bool, "migrations": list, "files": dict, "format": int}


class NotABackup(Exception):
    """The folder is no backup, or not the one that was made; the words say why."""


@dataclass(frozen=True)
class Manifest:
    """`database` is the kind, such as sqlite; `migrations` what was applied; `verified` whether the log was good."""

    version: str
    made_at: str
    database: str
    server: str
    origin: str
    size: int
    root: str
    verified: bool
    migrations: list[str]
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, and see that the disk has all of the folder."""
    path = folder / NAME
    path.write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n")
    for name in (*manifest.files, NAME):
        see_on_disk(folder / name)
    see_on_disk(folder)


def read(folder: Path) -> Manifest:
    """The manifest in `folder`, once every file has proven to be the one it names. Raises NotABackup."""
    try:
        found = Manifest(**strict_json.parse((folder / NAME).read_bytes()))
        _check_types(found)
    except (OSError, ValueError, TypeError) as error:
        raise NotABackup(f"{folder} holds no backup: its {NAME} cannot be read ({error})") from error
    if found.format != FORMAT:
        raise NotABackup(f"{folder / NAME} has format {found.format}; this version reads {FORMAT}")
    for name, digest in found.files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise NotABackup(f"{path} is missing")
        if digest_of(path) != digest:
            raise NotABackup(f"{path} is not the file that was written: its SHA-256 is not that of the manifest")
    return found


def _check_types(found: Manifest) -> None:
    for name, given in asdict(found).items():
        if type(given) is not _TYPES.get(name, str):
            raise TypeError(f"{name} is not what it should be")
    if not all(isinstance(one, str) and "\0" not in one for one in [*found.files, *found.files.values()]):
        raise TypeError("files are not names with digests")
    if not all(isinstance(one, str) for one in found.migrations):
        raise TypeError("migrations are not names")


def digest_of(path: Path) -> str:
    """SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def see_on_disk(path: Path) -> None:
    """Wait until the disk has this file, or the names in this folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
