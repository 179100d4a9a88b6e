"""What failed beside others and passes alone has passed, and is named; what fails twice has failed (`asked_again`)."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ONCE = """
from pathlib import Path

def test_once():
    seen = Path(__file__).with_name("seen")
    first = not seen.exists()
    seen.touch()
    assert not first
"""
TWICE = "def test_twice():\n    assert False\n"
SKIPPED = "import pytest\n\ndef test_skipped():\n    pytest.skip('no such thing here')\n"
MANY = "import pytest\n\n@pytest.mark.parametrize('number', range(6))\ndef test_many(number):\n    assert False\n"


CRASHES = """
import os

def test_crashes():
    if "PYTEST_XDIST_WORKER" in os.environ:
        os._exit(9)

def test_never_run():
    assert False
"""


def ran(folder: Path, *plugins: str, arguments: tuple[str, ...] = (), **files: str) -> tuple[int, str]:
    """Exit code and words of a run of these files."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    asked = ["tests.asked_again", *plugins, "no:cacheprovider", *(["xdist"] if "-n" in arguments else [])]
    command = [sys.executable, "-m", "pytest", "-m", "", *(word for name in asked for word in ("-p", name)), *arguments]
    # Of all that is installed none is needed here, and each run would load it all.
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout


def test_what_passes_alone_is_named_and_fails_nobody(tmp_path: Path) -> None:
    code, words = ran(tmp_path, once=ONCE)
    assert code == 0, words
    assert "PASSED ALONE test_once.py::test_once" in words


def test_what_fails_twice_fails(tmp_path: Path) -> None:
    code, words = ran(tmp_path, once=ONCE, twice=TWICE)
    assert code == 1, words
    assert "ASKED AGAIN test_twice.py::test_twice" in words


def test_many_are_not_asked_again(tmp_path: Path) -> None:
    code, words = ran(tmp_path, many=MANY)
    assert code == 1
    assert "asked again" not in words


def test_a_skipped_test_is_not_forgiven(tmp_path: Path) -> None:
    assert ran(tmp_path, "tests.no_skips", once=ONCE, skipped=SKIPPED)[0] == 1
    assert ran(tmp_path, "tests.no_skips", skipped=SKIPPED)[0] == 1


def test_what_cannot_be_collected_is_not_forgiven(tmp_path: Path) -> None:
    assert ran(tmp_path, once=ONCE, broken="import nothing_of_that_name\n")[0] != 0


def test_where_a_worker_died_nothing_is_forgiven(tmp_path: Path) -> None:
    parallel = ("-n", "2", "--dist", "loadfile")
    assert ran(tmp_path, arguments=parallel, crashes=CRASHES)[0] != 0
    (tmp_path / "test_crashes.py").unlink()
    code, words = ran(tmp_path, arguments=parallel, once=ONCE)
    assert code == 0, words


def test_a_run_that_stopped_early_is_not_forgiven(tmp_path: Path) -> None:
    assert ran(tmp_path, arguments=("-x",), once=ONCE, twice=TWICE)[0] != 0
