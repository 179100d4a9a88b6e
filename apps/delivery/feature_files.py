"""Feature files out of a folder or a ZIP: found, bounded, read and parsed. No database.

Only ``*.feature``; links are not followed; nothing is read before its size is known to be small, and never more of
it than that; names that lead elsewhere or cannot be stored are refused. A file that cannot be a story is refused
with its line and the reason, the others are read nevertheless.
"""

import codecs
import hashlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path, PurePosixPath

from apps.common.collecting import collecting_later
from apps.delivery import gherkin

SUFFIX = ".feature"
MAX_FILES = 10_000
MAX_ENTRIES = 50_000
MAX_ARCHIVE_BYTES = 8 * 1024 * 1024
MAX_TOTAL_BYTES = 128 * 1024 * 1024
MAX_PATH = 500
# The folder itself, as a directory that holds features.
ROOT = "."

# Most paths: letters, digits and such, no part that begins with a dot
_USUAL_PATH = re.compile(r"\w[\w .+-]*(?:/\w[\w .+-]*)*", re.ASCII)
_ZIP_ENTRY = b"PK\x01\x02"
# Unpacked piece by piece; of bzip2 and LZMA, Python unpacks at once what may be a million times as much.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class NotReadable(ValueError):
    """The folder or archive as a whole cannot be read; the message says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken: its line, from 1, and the reason."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was found: its path below the folder, and how to read it where it has at most so many bytes.

    `size` is what an archive says of it; a folder's files tell theirs when they are opened, once.
    """

    path: str
    size: int
    read: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class FeatureFile:
    """A file that was read; `data` is its text in UTF-8 without mark, `sha256` of it, `counts` of what it says.

    `feature` is None where it holds none (accepted, but no story), and where its text is known: it was read before.
    """

    path: str
    data: bytes
    sha256: str
    feature: gherkin.Feature | None
    counts: gherkin.Counts
    is_known: bool = False

    @property
    def text(self) -> str:
        """The text as it is stored."""
        return self.data.decode()

    @property
    def directory(self) -> str:
        """The directory that holds it; ROOT for the folder itself."""
        if "./" in self.path:
            return str(PurePosixPath(self.path).parent)
        return self.path.rpartition("/")[0] or ROOT

    @property
    def is_story(self) -> bool:
        """Whether it holds a feature."""
        return self.is_known or self.feature is not None

    def read(self) -> gherkin.Feature:
        """What the text says; raises ValueError where it holds no feature."""
        found = self.feature or gherkin.parse(self.text)
        if found is None:
            raise ValueError(f"{self.path} holds no feature")
        return found


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """The texts of an initiative's stories in work, by path and digest: how much each holds.

    `log_size` is how many entries the log had before they were looked up: while it has no more, nothing changed.
    """

    initiative_id: int | None = None
    log_size: int = 0
    texts: Mapping[tuple[str, str], gherkin.Counts] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What came of reading: files in order of their paths, refusals, how much there was."""

    title: str
    files: list[FeatureFile] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    counts: gherkin.Counts = field(default_factory=gherkin.Counts)
    known: KnownTexts = field(default_factory=KnownTexts)

    @property
    def total(self) -> int:
        """Files that were found, refused ones too."""
        return len(self.files) + len({refusal.file for refusal in self.refused})


@collecting_later()
def folder_sources(folder: Path) -> tuple[list[Source], list[Refusal]]:
    """The feature files below `folder`, by path. Raises NotReadable where it is none, or holds too many."""
    if not folder.is_dir():
        raise NotReadable(f"There is no folder {folder}.")
    sources: list[Source] = []
    refused: list[Refusal] = []
    for path, file in _files_below(folder):
        if reason := _path_problem(path):
            refused.append(Refusal(_shown(path), 1, reason))
        else:
            sources.append(Source(path, 0, partial(_read_file, file)))
    return _bounded(sources), refused


def _files_below(folder: Path) -> Iterator[tuple[str, str]]:
    """Regular files by path; what cannot be listed is passed over, as are links and everything that is no file."""
    waiting = [(str(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        try:
            entries = list(os.scandir(place))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{prefix}{entry.name}/"))
            elif entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False):
                yield prefix + entry.name, entry.path


def archive_sources(data: bytes, *, name: str) -> tuple[list[Source], list[Refusal]]:
    """The feature files in a ZIP, by path; a single top folder named as the ZIP itself is left out of the paths.

    Raises NotReadable where it is no ZIP, or too large, or holds too much.
    """
    if len(data) > MAX_ARCHIVE_BYTES:
        raise NotReadable(f"The archive is larger than {MAX_ARCHIVE_BYTES // 1024 // 1024} MiB.")
    if data.count(_ZIP_ENTRY) > MAX_ENTRIES:  # before each of them becomes an object
        raise NotReadable(f"The archive holds more than {MAX_ENTRIES:,} entries.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise NotReadable("The file is not a ZIP archive that can be read.") from error
    found: dict[str, zipfile.ZipInfo] = {}
    refused: list[Refusal] = []
    for info in archive.infolist():
        path = info.filename
        if not path.endswith(SUFFIX) or _is_link(info) or _is_by_a_mac(path):
            continue
        if reason := _path_problem(path) or ("It stands twice in the archive." if path in found else ""):
            refused.append(Refusal(_shown(path), 1, reason))
        elif info.flag_bits & 0x1:
            refused.append(Refusal(path, 1, "It is encrypted. Send an archive without a password."))
        elif info.compress_type not in _PACKINGS:
            refused.append(Refusal(path, 1, "It is packed in an unusual way. Pack the folder as an ordinary ZIP."))
        else:
            found[path] = info
    top = _top_folder(found, name)
    sources = [
        Source(path.removeprefix(top), info.file_size, _entry_reader(archive, info)) for path, info in found.items()
    ]
    return _bounded(sources), refused


@collecting_later()
def read(
    sources: Iterable[Source],
    *,
    title: str,
    refused: Iterable[Refusal] = (),
    known: KnownTexts | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> Reading:
    """Read all and parse what is not `known`; `progress` hears after each file how many are done.

    Raises NotReadable where the files are too large in all.
    """
    reading = Reading(title=title, refused=list(refused), known=known or KnownTexts())
    total = 0
    for count, source in enumerate(sources, start=1):
        try:
            file = _read_one(source, reading.known)
        except gherkin.NotGherkin as error:
            reading.refused += [Refusal(source.path, found.line, found.words) for found in error.problems[:1]]
        else:
            reading.files.append(file)
            total += len(file.data)
            if total > MAX_TOTAL_BYTES:
                raise _too_large_in_all()
        progress(count)
    reading.counts = gherkin.Counts.total(file.counts for file in reading.files)
    reading.refused.sort(key=lambda refusal: (refusal.file, refusal.line))
    return reading


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of files by name, for single files that were uploaded."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return packed.getvalue()


def directory_title(directory: str, root_title: str) -> str:
    """What the epic of a directory is called: its path in words, the folder's own name for the root."""
    parts = [root_title] if directory == ROOT else directory.split("/")
    words = [" ".join(re.sub(r"[-_.]+", " ", part).split()) for part in parts]
    title = " / ".join(word[:1].upper() + word[1:] for word in words if word) or "Features"
    return title if len(title) <= 200 else "… " + title[-198:]


def _read_one(source: Source, known: KnownTexts) -> FeatureFile:
    if source.size > gherkin.MAX_BYTES:
        raise _too_large()
    try:
        data = source.read(gherkin.MAX_BYTES)
    except gherkin.NotGherkin:
        raise
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise _refusal(1, "The file cannot be read; it may be damaged.") from error
    except Exception as error:  # zlib.error, lzma.LZMAError: whatever a broken archive makes its decoder say
        raise _refusal(1, "The file cannot be unpacked; the archive is damaged.") from error
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    sha256 = hashlib.sha256(data).hexdigest()
    if counts := known.texts.get((source.path, sha256)):
        return FeatureFile(source.path, data, sha256, None, counts, is_known=True)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(line, "The line is not UTF-8. Save the file as UTF-8.") from error
    feature = gherkin.parse(text)
    return FeatureFile(source.path, data, sha256, feature, gherkin.counts(feature))


def _too_large() -> gherkin.NotGherkin:
    return _refusal(1, "The file is larger than 100 KiB. Divide it into several stories.")


def _too_large_in_all() -> NotReadable:
    return NotReadable(f"The feature files are larger than {MAX_TOTAL_BYTES // 1024 // 1024} MiB in all.")


def _refusal(line: int, words: str) -> gherkin.NotGherkin:
    return gherkin.NotGherkin([gherkin.Problem(line, words)])


def _bounded(sources: list[Source]) -> list[Source]:
    if len(sources) > MAX_FILES:
        raise NotReadable(f"There are more than {MAX_FILES:,} feature files. Import them in parts.")
    if sum(min(source.size, gherkin.MAX_BYTES) for source in sources) > MAX_TOTAL_BYTES:
        raise _too_large_in_all()
    return sorted(sources, key=attrgetter("path"))


def _path_problem(path: str) -> str:
    """Why a path cannot be a story's, or ""."""
    if len(path) <= MAX_PATH and _USUAL_PATH.fullmatch(path):
        return ""
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or ".." in parts or "" in parts or ":" in parts[0]:
        return "Its name leads out of the folder."
    if len(path) > MAX_PATH:
        return f"Its path is longer than {MAX_PATH} characters."
    if not path.isprintable() or path != path.encode("utf-8", "replace").decode():
        return "Its name holds characters that cannot be shown. Rename it."
    return ""


def _shown(path: str) -> str:
    readable = path.encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() else "�" for one in readable)[:MAX_PATH]


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _is_by_a_mac(path: str) -> bool:
    """Files that a Mac adds beside those it packs."""
    return path.startswith("__MACOSX/") or PurePosixPath(path).name.startswith("._")


def _top_folder(paths: Iterable[str], name: str) -> str:
    top = f"{PurePosixPath(name).stem}/"
    return top if paths and all(path.startswith(top) for path in paths) else ""


def _read_file(file: str, most: int) -> bytes:
    # Without following a link that took the file's place since it was found
    opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        size = os.fstat(opened).st_size
        if size > most:
            raise _too_large()
        data = os.read(opened, size)
        while len(data) < size and (piece := os.read(opened, size - len(data))):
            data += piece
        return data
    finally:
        os.close(opened)


def _entry_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read_entry(most: int) -> bytes:
        with archive.open(info) as opened:
            data = opened.read(most + 1)
        if len(data) > most:
            raise _too_large()
        return data

    return read_entry
