"""Files that came in, read into reports: the same for the command, the page and the API. No database.

Everything is read before anything is stored; what cannot be read is refused with the file's name and the place in it.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.common.collecting import collecting_later
from apps.common.refused import BadInput
from apps.specs import manifest
from apps.specs.formats import cucumber_messages, report_format
from apps.specs.manifest import Manifest
from apps.specs.report import NO_ZONE, NotAReport, Report

# Cucumber Messages are read line by line; the other formats, and the manifest, as a whole.
MAX_WHOLE = 8 * 1024 * 1024
MAX_STREAM = 64 * 1024 * 1024
MAX_ALL = 64 * 1024 * 1024
FORMATS = tuple(report_format.READERS)
_CHUNK = 1024 * 1024


class TooLarge(BadInput):
    """More bytes than are taken in."""

    status = 413


@dataclass(frozen=True)
class Incoming:
    """A file, open at its beginning and seekable."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class Taken:
    """What the files say. `digest` is the SHA-256 that tells whether the same came before, asked for in the same way;
    `reports_digest` that of the reports alone.
    """

    reports: tuple[Report, ...]
    manifest: Manifest | None
    format: str
    source: str
    digest: str
    reports_digest: str


@collecting_later()
def take(
    files: Sequence[Incoming],
    *,
    format: str = "",
    manifest_file: Incoming | None = None,
    revision: str = "",
    zone: ZoneInfo = NO_ZONE,
    initiative: str = "",
) -> Taken:
    """The reports in `files`, all of one format, which is looked for in the first where `format` is "".

    `revision`, `zone` and `initiative` (a key) enter the digest alone. Raises BadInput, or TooLarge.
    """
    if not files:
        raise BadInput("Choose at least one file with results.")
    format = _format(files[0], format)
    digests = _digests(files, format)
    reports = tuple(_report(file, format, zone) for file in files)
    if not any(report.cases for report in reports):
        raise BadInput(f"{_names(files)}: there is no test case in it.")
    known = _manifest(manifest_file) if manifest_file else None
    whole = [format, revision, zone.key, initiative, _digest(manifest_file, MAX_WHOLE)[0] if manifest_file else ""]
    digest = hashlib.sha256("\n".join([*whole, *sorted(digests)]).encode()).hexdigest()
    alone = hashlib.sha256("\n".join([format, *sorted(digests)]).encode()).hexdigest()
    return Taken(reports, known, format, _names(files), digest, alone)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name, "" for UTC; raises BadInput."""
    try:
        return ZoneInfo(name.strip() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"“{name[:60]}” is not a time zone such as Europe/Berlin or UTC.") from error


def _format(first: Incoming, format: str) -> str:
    if format:
        if format not in FORMATS:
            raise BadInput(f"“{format[:60]}” is not a format of reports. Known are {', '.join(FORMATS)}.")
        return format
    start = first.stream.read(64 * 1024)
    first.stream.seek(0)
    if found := report_format.detect(start):
        return found
    raise BadInput(f"{first.name}: this does not look like any report known here. Known are {', '.join(FORMATS)}.")


def _digests(files: Sequence[Incoming], format: str) -> list[str]:
    limit = MAX_STREAM if format == cucumber_messages.FORMAT else MAX_WHOLE
    found, total = [], 0
    for file in files:
        digest, size = _digest(file, limit)
        total += size
        if total > MAX_ALL:
            raise TooLarge(f"The files have more than {_mebibytes(MAX_ALL)} together. Import them as several runs.")
        found.append(digest)
    return found


def _digest(file: Incoming, limit: int) -> tuple[str, int]:
    """The SHA-256 of the file, and its size, without more of it in memory than a piece."""
    sha, size = hashlib.sha256(), 0
    while piece := file.stream.read(_CHUNK):
        sha.update(piece)
        size += len(piece)
        if size > limit:
            raise TooLarge(f"{file.name} has more than the {_mebibytes(limit)} that are read of such a file.")
    file.stream.seek(0)
    return sha.hexdigest(), size


def _report(file: Incoming, format: str, zone: ZoneInfo) -> Report:
    try:
        if format == cucumber_messages.FORMAT:
            return cucumber_messages.read_stream(file.stream)
        return report_format.read(file.stream.read(MAX_WHOLE + 1), format, zone=zone)
    except NotAReport as error:
        raise BadInput(f"{file.name}: {error}") from error


def _manifest(file: Incoming) -> Manifest:
    try:
        data = file.stream.read(MAX_WHOLE + 1)
        if len(data) > MAX_WHOLE:
            raise TooLarge(f"{file.name} has more than the {_mebibytes(MAX_WHOLE)} that are read of a manifest.")
        return manifest.read(data)
    except NotAReport as error:
        raise BadInput(f"{file.name}: {error}") from error
    finally:
        file.stream.seek(0)


def _names(files: Sequence[Incoming]) -> str:
    names = [file.name.replace("\\", "/").rpartition("/")[2] for file in files]
    if len(names) <= 3:
        return ", ".join(names)
    return f"{', '.join(names[:2])} and {len(names) - 2} more files"


def _mebibytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MiB"


def of_bytes(name: str, data: bytes) -> Incoming:
    """Bytes at hand as a file."""
    return Incoming(name, io.BytesIO(data))
