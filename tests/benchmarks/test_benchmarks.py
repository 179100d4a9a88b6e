"""Benchmarks run, small, in a folder of their own: how fast they are is for `make bench` to say."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.house import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def test_quickly_they_run_and_leave_nothing_behind(tmp_path: Path) -> None:
    var, temporary = tmp_path / "var", tmp_path / "tmp"
    temporary.mkdir()
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
    assert [line.split()[0] for line in said[:-1]] == ["B10", "B10", "B11", "B11"]
    assert all(re.search(r": 5 features: \S+|: \d+ cases: \S+ %", line) for line in said[:-1])
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
    assert {row[0].strip("| ") for row in rows} == {"B10", "B11"}
    assert {row[6] for row in rows} <= {"met", "missed"}
    assert len(rows) == 10
