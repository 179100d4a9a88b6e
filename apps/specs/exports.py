"""Stories as a folder that a team's CI can run, with the manifest that leads its results back. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from apps.delivery import gherkin, meaning
from apps.specs import manifest
from apps.specs.manifest import Entry, Manifest

_FORBIDDEN = set('<>:"|?*\\')
_IN_MEMORY = 1024 * 1024
# What a file holds besides its text: the manifest in it, and how digests are made.
_RECIPES = (manifest.RECIPE, meaning.SCENARIO_RECIPE, meaning.RUN_RECIPE, "triad/export/1")


class Text(NamedTuple):
    """A story's current text, where it came from, and where it belongs."""

    story: str
    epic: str
    initiative: str
    path: str
    text: str


class File(NamedTuple):
    """A file to write."""

    path: str
    text: str


def exported(texts: Iterable[Text]) -> tuple[list[File], Manifest]:
    """The files of `texts`, each at its own path, and their manifest.

    Stories without a file, or whose path is not safe or taken, stand at `<epic>/<story>.feature`, with a number where
    that is taken too; where there are several initiatives, each has a folder of its key.
    """
    texts = list(texts)
    several = len({text.initiative for text in texts}) > 1
    taken: set[str] = set()
    files: list[File] = []
    entries: list[Entry] = []
    for text in texts:
        folder = f"{text.initiative}/" if several else ""
        path = folder + text.path
        if not _is_safe(text.path) or path.casefold() in taken:
            own = _own_paths(f"{folder}{text.epic}/{text.story}")
            path = next(free for free in own if free.casefold() not in taken)
        taken.add(path.casefold())
        files.append(File(path, text.text))
        entries += _entries(text, path)
    return files, Manifest(entries)


def _own_paths(stem: str) -> Iterator[str]:
    """Of a story without a path; another's own path may stand at the first."""
    return (f"{stem}{f'-{number}' if number > 1 else ''}.feature" for number in count(1))


def digest_of(texts: Sequence[Text]) -> str:
    """SHA-256 of all that the export of `texts` is made from: the same texts are the same files."""
    written = json.dumps([*_RECIPES, *texts], ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def archive(files: Iterable[File], listing: bytes) -> IO[bytes]:
    """A ZIP of the files and their manifest, open at its beginning, kept on disk where it is large.

    The same content is the same bytes: the entries are dated 1 January 1980, as far back as the format goes.
    """
    kept = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with ZipFile(kept, "w", ZIP_DEFLATED) as made:
        for path, data in [*((file.path, file.text.encode()) for file in files), (manifest.FILE_NAME, listing)]:
            entry = ZipInfo(path)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            made.writestr(entry, data)
    kept.seek(0)
    return kept


def _entries(text: Text, path: str) -> Iterator[Entry]:
    feature = gherkin.parse(text.text)
    for scenario in feature.scenarios if feature else ():
        for pickle in scenario.pickles:
            yield Entry(
                path=path,
                line=pickle.line,
                story=text.story,
                feature=feature.name if feature else "",
                scenario=pickle.name,
                row=pickle.row,
                place=pickle.place if pickle.row else None,
                scenario_digest=scenario.digest,
                run_digest=pickle.run_digest,
            )


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return (
        path.endswith(".feature")
        and len(path) <= 500
        and all(part not in ("", ".", "..") and part == part.strip() and len(part.encode()) <= 200 for part in parts)
        and not any(sign in _FORBIDDEN or not sign.isprintable() for sign in path)
    )
