"""B11: a report of behave imported, every case matched to its scenario, beside behave's own run of them."""

import subprocess
import sys
from functools import partial
from pathlib import Path

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
    return [
        Figure("B11", "Results import", "behave's own run of them", "at most 2 %", 0.02, tuple(sizes)),
    ]


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
            check=True,
            capture_output=True,
        )


def _import(suites: list[Path], cases: int) -> None:
    """As `manage.py import_results` does it, from the files to the last commit."""
    reports = [intake.of_bytes(f"{folder.name}.json", (folder / "report.json").read_bytes()) for folder in suites]
    taken = intake.take(reports, format="behave-json", revision="1")
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
