"""Benchmarks run, small, in a folder of their own: how fast they are is for `make bench` to say."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.architecture.house import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
# Measured beside packages that `make bench` installs.
PACKAGES = {"B12"}


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for what is temporary, that whoever runs PostgreSQL can reach: pytest's own is shut to others."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.long
def test_quickly_they_run_and_leave_nothing_behind(tmp_path: Path, temporary: Path) -> None:
    var = tmp_path / "var"
    before = PAGE.read_bytes()
    env = {
        **os.environ,
        "PORTAL_VAR": str(var),
        "TMPDIR": str(temporary),
        "DATABASE_URL": f"sqlite:///{var}/no.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", "--quick"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = done.stdout.splitlines()
    assert {line.split()[0] for line in said[:-1]} - PACKAGES == {
        "B1",
        "B2",
        "B4",
        "B5",
        "B6",
        "B7",
        "B8",
        "B10",
        "B11",
        "B13",
        "B14",
    }
    for database in ("SQLite", "PostgreSQL"):
        for what in (
            "List of epics",
            "List of log",
            "Refresh of SLOs",
            "Counts taken in",
            "Deepest page, open epics by title",
            "Log entry with its commit",
        ):
            assert any(f"{what}, {database}" in line for line in said), f"{what}, {database}"
    assert all(re.search(r": \d+(\.\d+)?(x| %)", line) for line in said[:-1])
    assert not var.exists() and list(temporary.iterdir()) == []
    assert PAGE.read_bytes() == before


def test_what_a_work_takes_whatever_its_size() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from benchmarks.measure import Size, fixed\n"
            "sizes = [Size('', 20, (0.2, 0.25, 9.0), ()), Size('', 200, (0.7,), ()), Size('', 2_000, (99.0,), ())]\n"
            "print(round(fixed(sizes), 3), fixed([Size('', 1, (1.0,), ()), Size('', 2, (3.0,), ())]))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["0.2", "0.0"]


def test_the_page_tells_every_goal_with_its_figure() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| B")]
    assert {row[0].strip("| ") for row in rows} == {
        "B1",
        "B2",
        "B4",
        "B5",
        "B6",
        "B7",
        "B8",
        "B10",
        "B11",
        "B12",
        "B13",
        "B14",
    }
    assert {row[6] for row in rows} <= {"met", "missed"}


def test_a_missed_goal_is_said_first_with_where() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from benchmarks.measure import Figure, Size\n"
            "from benchmarks.page import _missed\n"
            "slow = Size('large', 1, (9.0,), (1.0,)), Size('small', 1, (2.0,), (1.0,))\n"
            "grown = Size('small', 1, (1.0,), (1.0,)), Size('large', 1, (1.5,), (1.0,))\n"
            "print(_missed([Figure('B1', 'A', 'b', '8x', 8, slow), Figure('B1', 'C', 'd', '8x', 8, slow[1:]),"
            " Figure('B1', 'E', 'f', '8x', 8, grown, growth_limit=1.2)]))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.splitlines() == [
        "Goals are missed by 2 of 3 measurements; all others are met:",
        "",
        "- B1 A beside b, large",
        "- B1 E beside f, in growth",
    ]
