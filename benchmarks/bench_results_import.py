"""B11: a report of behave imported, every case matched to its scenario, beside behave's own run of them.

Twice: of the portal's own stories, whose steps do work as steps of a product do; and of steps that do nothing, which no
product has, at three sizes: the worst case, and how the import grows.
"""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from django.conf import settings

from apps.delivery import actions as delivery
from apps.delivery import feature_files
from apps.organization import actions as organization
from apps.specs import actions, intake
from apps.specs.models import Run
from benchmarks import house, suite
from benchmarks.measure import Figure, Size, in_turn

# behave runs at most so many features at once: a report may have 8 MiB, and 600 features of these make five.
PART = 600


def figures(folder: Path, *, quick: bool, rounds: int) -> list[Figure]:
    """The import over the run."""
    return [_own(folder / "own", quick=quick, rounds=rounds), _bare(folder, quick=quick, rounds=rounds)]


def _own(folder: Path, *, quick: bool, rounds: int) -> Figure:
    shutil.copytree(settings.OWN_STORIES, folder, ignore=shutil.ignore_patterns("*.feature", "__pycache__"))
    for number, story in enumerate(sorted(settings.OWN_STORIES.rglob("*.feature"))[: 1 if quick else None]):
        shutil.copyfile(story, folder / f"{number}.feature")
    _run([folder])
    cases = len(intake.take([_report(folder)], format="behave-json").reports[0].cases)
    run, ours = in_turn(
        rounds, before=partial(_stories, [folder]), works=[partial(_run, [folder]), partial(_import, [folder], cases)]
    )
    size = Size(f"{cases:,} cases", cases, ours, run)
    what = "Results import, the portal's own stories"
    return Figure("B11", what, "behave's own run of them", "at most 2 %", 0.02, (size,))


def _bare(folder: Path, *, quick: bool, rounds: int) -> Figure:
    sizes = []
    for cases in (25, 50) if quick else (300, 3_000, 30_000):
        suites = _suites(folder / f"cases-{cases}", cases // suite.SCENARIOS)
        _run(suites[:1])  # programs and files in memory
        run, ours = in_turn(
            rounds,
            before=partial(_stories, suites),
            works=[partial(_run, suites), partial(_import, suites, cases)],
        )
        sizes.append(Size(f"{cases:,} cases", cases, ours, run))
    what = "Results import, steps that do nothing"
    return Figure("B11", what, "behave's own run of them", "at most 2 %", 0.02, tuple(sizes))


def _suites(folder: Path, features: int) -> list[Path]:
    starts = range(0, features, PART)
    return [suite.write(folder / f"suite-{start}", min(PART, features - start), first=start) for start in starts]


def _stories(suites: list[Path]) -> None:
    """A fresh portal that holds the stories."""
    importer = house.begin_anew()
    for folder in suites:
        sources, refused = feature_files.folder_sources(folder)
        reading = feature_files.read(sources, title="shop", refused=refused)
        delivery.import_features(initiative_title=folder.name, files=reading, by=importer)


def _run(suites: list[Path]) -> None:
    for folder in suites:
        subprocess.run(
            [sys.executable, "-m", "behave", "--format", "json", "--outfile", "report.json", "--no-summary", "."],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR)},
            check=True,
            capture_output=True,
        )


def _report(folder: Path) -> intake.Incoming:
    return intake.of_bytes(f"{folder.name}.json", (folder / "report.json").read_bytes())


def _import(suites: list[Path], cases: int) -> None:
    """As `manage.py import_results` does it, from the files to the last commit."""
    taken = intake.take([_report(folder) for folder in suites], format="behave-json", revision="1")
    imported = actions.import_results(
        reports=taken.reports,
        format=taken.format,
        source=taken.source,
        revision="1",
        channel=Run.Channel.COMMAND,
        by=organization.service_account(username="importer"),
        digest=taken.digest,
    )
    counts = imported.run.counts
    if (counts["passed"], counts["unknown"], counts["stale"]) != (cases, 0, 0):
        raise RuntimeError(f"not all of {cases} cases were matched and passed: {counts}")
