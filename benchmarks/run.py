"""`make bench`: runs the benchmarks and writes docs/benchmarks.md.

`python -m benchmarks.run [--quick | --full] [--rounds N] [--only B11]`: `--quick` runs them small and writes nothing,
`--full` adds the sizes that take long to fill.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    FOLDER,
    bench_api,
    bench_append,
    bench_charts,
    bench_counts,
    bench_gherkin_import,
    bench_lists,
    bench_readers,
    bench_refresh,
    bench_results_import,
    bench_worker,
)
from benchmarks.measure import Figure
from benchmarks.page import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
QUICK, USUAL, FULL = "quick", "usual", "full"
EPICS = {QUICK: (60, 120), USUAL: (1_000, 10_000), FULL: (1_000, 10_000, 100_000)}
ENTRIES = {QUICK: (100, 200), USUAL: (1_000, 10_000, 100_000), FULL: (1_000, 10_000, 100_000)}
SLOS = {QUICK: (20, 40), USUAL: (1_000, 10_000), FULL: (1_000, 10_000, 100_000)}
POINTS = {QUICK: (24,), USUAL: (24, 240, 2_400), FULL: (24, 240, 2_400)}
COUNTS = {QUICK: (100, 200), USUAL: (10_000, 100_000), FULL: (10_000, 100_000, 1_000_000)}

# Of one round: one alone is too short for a clock.
REQUESTS = {QUICK: 2, USUAL: 20, FULL: 20}


def _lists(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_lists.figures(sizes=EPICS[scale], rounds=rounds, requests=REQUESTS[scale])


def _charts(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_charts.figures(sizes=POINTS[scale], rounds=rounds)


def _refresh(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_refresh.figures(sizes=SLOS[scale], rounds=rounds)


def _counts(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_counts.figures(sizes=COUNTS[scale], rounds=rounds)


def _readers(folder: Path, scale: str, rounds: int) -> list[Figure]:
    readers, requests = ((1, 2), 4) if scale == QUICK else ((1, 4, 16), 320)
    return bench_readers.figures(slos=SLOS[scale][0], readers=readers, requests=requests, rounds=rounds)


def _append(folder: Path, scale: str, rounds: int) -> list[Figure]:
    writers, commits = ((1, 2), 10) if scale == QUICK else ((1, 4, 16), 192)
    return bench_append.figures(sizes=ENTRIES[scale], writers=writers, commits=commits, rounds=rounds)


def _gherkin(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_gherkin_import.figures(folder, quick=scale == QUICK, rounds=rounds)


def _results(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_results_import.figures(folder, quick=scale == QUICK, rounds=rounds)


def _api(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_api.figures(sizes=EPICS[scale], rounds=rounds, requests=REQUESTS[scale])


def _worker(folder: Path, scale: str, rounds: int) -> list[Figure]:
    return bench_worker.figures(folder, rounds=rounds)


BENCHMARKS: dict[str, Callable[[Path, str, int], list[Figure]]] = {
    "B1": _lists,  # with B2: the same pages of the same rows
    "B4": _charts,
    "B5": _refresh,  # with B6: late counts of the same SLOs
    "B7": _counts,
    "B8": _append,
    "B10": _gherkin,
    "B11": _results,
    "B12": _api,
    "B13": _readers,
    "B14": _worker,
}


def main(arguments: Sequence[str]) -> int:
    """0 when all ran, whether or not their goals were met."""
    asked = _parsed(arguments)
    found: list[Figure] = []
    began = time.perf_counter()
    for number, figures in BENCHMARKS.items():
        if asked.only in ("", number):
            measured = figures(FOLDER / number, asked.scale, asked.rounds)
            _print(measured)
            found += measured
    seconds = time.perf_counter() - began
    print(f"{seconds:.0f} s")
    if asked.scale != QUICK and not asked.only:
        PAGE.write_text(page(found, rounds=asked.rounds, seconds=seconds))
        print(f"Written to {PAGE.name}.")
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed beside peers, as ratios.")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", dest="scale", action="store_const", const=QUICK, default=USUAL,
                       help="small sizes, once: that they run, not how fast")  # fmt: skip
    sizes.add_argument("--full", dest="scale", action="store_const", const=FULL,
                       help="with 100,000 epics and SLOs and a million counts, which take long to write")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=0, help="how often each runs; default 5, quick 1")
    parser.add_argument("--only", choices=sorted(BENCHMARKS), default="")
    asked = parser.parse_args(arguments)
    asked.rounds = asked.rounds or (1 if asked.scale == QUICK else 5)
    return asked


def _print(figures: Sequence[Figure]) -> None:
    for one in figures:
        shown = ", ".join(f"{size.label}: {one.shown(size)}" for size in one.sizes)
        print(
            f"{one.number} {one.what}, beside {one.beside}: {shown}; goal {one.goal}; growth {one.growth:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
