"""Stories as a folder that a team's CI can run, with the manifest that leads its results back. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from apps.delivery import gherkin
from apps.specs.manifest import Entry, Manifest

_FORBIDDEN = set('<>:"|?*\\')


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

    Stories without a file, or whose path is not safe or taken, stand at `<epic>/<story>.feature`; where there are
    several initiatives, each has a folder of its key.
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
            path = f"{folder}{text.epic}/{text.story}.feature"
        taken.add(path.casefold())
        files.append(File(path, text.text))
        entries += _entries(text, path)
    return files, Manifest(entries)


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
