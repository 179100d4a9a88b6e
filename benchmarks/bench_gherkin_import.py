"""B10: a folder of features imported for the first time, and again unchanged, beside parsing alone."""

from functools import partial
from pathlib import Path

from gherkin import Parser

from apps.delivery import actions, feature_files, queries
from apps.organization import actions as organization
from benchmarks import house, suite
from benchmarks.measure import Figure, Size, in_turn

TITLE = "A shop"


def figures(folder: Path, *, quick: bool, rounds: int) -> list[Figure]:
    """The first import over parsing, and the unchanged one over the first."""
    firsts, agains = [], []
    for features in (5, 10) if quick else (20, 200, 2_000):
        files = suite.write(folder / f"features-{features}", features)
        house.begin_anew()
        _parse(files)  # files and code in memory, for both alike
        first, again, parsing = in_turn(
            rounds,
            before=house.begin_anew,
            works=[partial(_import, files, new=True), partial(_import, files, new=False), partial(_parse, files)],
        )
        firsts.append(Size(f"{features:,} features", features, first, parsing))
        agains.append(Size(f"{features:,} features", features, again, first))
    return [
        Figure(
            "B10",
            "Gherkin import, the first",
            "parsing alone by gherkin-official",
            "at most 1.5x",
            1.5,
            tuple(firsts),
        ),
        Figure(
            "B10",
            "Gherkin import, again and unchanged",
            "the first import",
            "at least 50x faster",
            50,
            tuple(agains),
            at_least=True,
        ),
    ]


def _import(folder: Path, *, new: bool) -> None:
    """As `manage.py import_features` does it, from the folder to the last commit."""
    sources, refused = feature_files.folder_sources(folder)
    known = queries.known_texts(queries.initiative_titled(TITLE))
    reading = feature_files.read(sources, title="shop", refused=refused, known=known)
    importer = organization.service_account(username="importer")
    result = actions.import_features(initiative_title=TITLE, files=reading, by=importer)
    if (result.new, result.unchanged) != ((len(sources), 0) if new else (0, len(sources))):
        raise RuntimeError(f"{result.new} stories were new and {result.unchanged} unchanged, of {len(sources)}")


def _parse(folder: Path) -> None:
    for file in sorted(folder.rglob("*.feature")):
        Parser().parse(file.read_text(encoding="utf-8"))
