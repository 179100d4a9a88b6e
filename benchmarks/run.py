"""`make bench`: runs the benchmarks and writes docs/benchmarks.md; `--quick` runs them small, and writes nothing.

`python -m benchmarks.run [--quick] [--rounds N] [--only B11]`.
"""

import argparse
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import FOLDER, bench_gherkin_import, bench_results_import
from benchmarks.measure import Figure, fixed

BENCHMARKS = {"B10": bench_gherkin_import.figures, "B11": bench_results_import.figures}
PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
PACKAGES = ("django", "gherkin-official", "behave")


def main(arguments: Sequence[str]) -> int:
    """0 when all ran, whether or not their goals were met."""
    asked = _parsed(arguments)
    found: list[Figure] = []
    began = time.perf_counter()
    for number, figures in BENCHMARKS.items():
        if asked.only in ("", number):
            measured = figures(FOLDER / number, quick=asked.quick, rounds=asked.rounds)
            _print(measured)
            found += measured
    print(f"{time.perf_counter() - began:.0f} s")
    if not asked.quick and not asked.only:
        PAGE.write_text(_page(found, rounds=asked.rounds))
        print(f"Written to {PAGE.name}.")
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed beside peers, as ratios.")
    parser.add_argument("--quick", action="store_true", help="small sizes, once: that they run, not how fast")
    parser.add_argument("--rounds", type=int, default=0, help="how often each runs; default 5, quick 1")
    parser.add_argument("--only", choices=sorted(BENCHMARKS), default="")
    asked = parser.parse_args(arguments)
    asked.rounds = asked.rounds or (1 if asked.quick else 5)
    return asked


def _print(figures: Sequence[Figure]) -> None:
    for one in figures:
        shown = ", ".join(f"{size.label}: {one.shown(size)}" for size in one.sizes)
        print(
            f"{one.number} {one.what}, beside {one.beside}: {shown}; goal {one.goal}; growth {one.growth:.2f}",
            flush=True,
        )


def _page(figures: Sequence[Figure], *, rounds: int) -> str:
    rows = [
        f"| {one.number} | {one.what} | {one.beside} | {size.label} | {one.goal} | {one.shown(size)} |"
        f" {_met(one, place)} | {_growth(one, place)} |"
        for one in figures
        for place, size in enumerate(one.sizes)
    ]
    first, again = (1_000 * fixed(one.sizes) for one in figures if one.number == "B10")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"""# Benchmarks

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores ({platform.machine()}), load
{os.getloadavg()[0]:.1f} at the end. Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}.

Each runs beside its peer, in turn, {rounds} times; a figure is the ratio of medians, since times drift on shared
machines. Growth is the time for each unit at the largest size over that at the smallest: 1 is linear. The portal is a
private one in a temporary folder, with every commit waiting for the disk as in an installation.

| | what | beside it | size | goal | figure | | growth |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

- B10: the import begins at the folder and ends with the commit; the peer parses the same files, and keeps nothing. From
  20 and 200 features follows what an import costs whatever the number of files: {first:.0f} ms the first time, for the
  statements that make the initiative, its epics and their keys; {again:.0f} ms when nothing changed, for who imports,
  whether they may, and what is known. Of few files that is most of the time. Of many, an unchanged import is
  mostly opening and reading each file, since neither its date nor its size says that its text is the same.
- B11, the portal's own stories: what a product's steps do, they do: each drives an instance of the portal.
- B11, steps that do nothing: five of them a scenario, all matched by digest and passed; behave runs as a command, in
  parts of 3,000 scenarios, since a report may have 8 MiB, and the import takes all parts as one run. Reading that JSON
  alone takes 3 % of such a run: the goal is for steps that do something ([ADR 18](adr/0018-what-b11-stands-beside.md)).
"""


def _met(one: Figure, place: int) -> str:
    alone = Figure(one.number, "", "", "", one.limit, one.sizes[place : place + 1], one.at_least)
    return "met" if alone.is_met else "missed"


def _growth(one: Figure, place: int) -> str:
    return f"{one.growth:.2f}" if place == len(one.sizes) - 1 else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
