"""`manage.py up` with a suite that runs: stopped soon, nobody left, and gone on with after the next start."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.specs.evidence import CART, behave_json
from tests.specs.kits import READABLE, alive, bubblewrap  # noqa: F401, a fixture
from tests.up.test_up import Up, environment_for, start, tree_of, var, wait_for  # noqa: F401, fixtures

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
# People, and one story that a suite covers; its first text is a change, which the portal runs by itself.
PREPARE = "from tests.cast import make_cast; from tests.specs.evidence import make_story; make_story(make_cast())"
SCRIPT = """
import os, sys, time
print("  Scenario: one", flush=True)
while not os.path.exists(os.path.join(sys.argv[3], "go")):
    time.sleep(0.02)
with open("features/good") as good, open(sys.argv[1], "w") as report:
    report.write(good.read())
"""


def suite_file(folder: Path, mark: str) -> Path:
    """A file of the operator's with one suite, which waits for a file to be seen from inside its sandbox."""
    steps, seen = folder / "steps", folder / "seen"
    steps.mkdir()
    seen.mkdir()
    (steps / "script.py").write_text(SCRIPT)
    (steps / "good").write_bytes(behave_json(CART))
    body = {
        "folder": str(steps),
        "command": [sys.executable, "{features}/script.py", "{report}", mark, str(seen)],
        "covers": ["I-1"],
        "readable": [*READABLE, str(seen)],
        "on_change": True,
    }
    file = folder / "suites.toml"
    file.write_text("[shop]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in body.items()))
    return file


def executions(var: Path) -> list[tuple[str, str, int, int]]:  # noqa: F811
    """Key, state, attempts and scenarios begun of each, as the database has them."""
    with closing(sqlite3.connect(f"file:{var}/portal.sqlite3?mode=ro", uri=True, timeout=20)) as connection:
        return connection.execute(
            "SELECT key, state, attempts, scenarios_begun FROM specs_execution ORDER BY id"
        ).fetchall()


@pytest.fixture
def running(start, var: Path, tmp_path: Path) -> tuple[Up, str, dict[str, str]]:  # noqa: F811
    """`up` with a suite that runs: what marks its processes, and the environment that names it."""
    mark = f"mark-{uuid.uuid4().hex}"
    suites = {"PORTAL_SUITES": str(suite_file(tmp_path, mark))}
    up = start(**suites)
    up.address()
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", PREPARE],
        cwd=settings.BASE_DIR,
        env={**environment_for(var), **suites},
        check=True,
    )
    wait_for(lambda: executions(var) == [("EX-1", "RUNNING", 1, 1)])
    assert alive(mark)
    return up, mark, suites


@pytest.mark.usefixtures("bubblewrap")
def test_a_running_suite_does_not_hold_up_ctrl_c_and_goes_on_after_the_next_start(
    start,  # noqa: F811
    var: Path,  # noqa: F811
    tmp_path: Path,
    running,
) -> None:
    first, mark, suites = running
    begun = time.monotonic()
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == 0
    assert time.monotonic() - begun < 9  # the patience with a worker is 10: nobody was waited for
    assert (tree_of(var), alive(mark)) == ({}, [])

    second = start(**suites)
    second.address()
    wait_for(lambda: executions(var) == [("EX-1", "RUNNING", 2, 1)])
    (tmp_path / "seen" / "go").touch()
    wait_for(lambda: executions(var) == [("EX-1", "DONE", 2, 1)])
    second.process.send_signal(signal.SIGINT)
    assert second.ended() == 0
    assert (tree_of(var), alive(mark)) == ({}, [])
    assert not list((var / "executions").iterdir())


@pytest.mark.usefixtures("bubblewrap")
def test_kill_9_of_up_ends_a_running_suite_too(var: Path, running) -> None:  # noqa: F811
    first, mark, _ = running
    first.process.kill()
    first.ended()
    wait_for(lambda: not tree_of(var) and not alive(mark), seconds=15)
