"""`manage.py up --check`, whole: it ends 0 where the portal works, and 1 with the reason where it does not."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.up.test_up import tree_of

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
NEEDED = ("apps", "portal", "templates", "static", "manage.py", "pyproject.toml")


def check(folder: Path, temporary: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Its words and its exit code; its state goes below `temporary`."""
    temporary.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", "up", "--check"],
        cwd=folder,
        env={**kept, "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The portal's own files, to break."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in NEEDED:
        source = settings.BASE_DIR / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def test_it_proves_the_portal_and_leaves_nothing(tmp_path: Path) -> None:
    """What is configured for the installation that is here stays out of it."""
    var = tmp_path / "var"
    done = check(settings.BASE_DIR, tmp_path / "tmp", PORTAL_VAR=str(var), PORTAL_ALLOWED_HOSTS="portal.example.org")
    assert done.returncode == 0, done.stdout
    for words in ("signed in", r"pages opened: \d\d", "task went through the worker", r"epic signed: E-\d+", "log ver"):
        assert re.search(words, done.stdout), done.stdout
    assert re.search(r"Proven in \d+ s\.", done.stdout)
    assert not var.exists()
    assert not list((tmp_path / "tmp").glob("triad-*"))
    assert tree_of(tmp_path / "tmp") == {}


def test_a_page_that_breaks_is_named(tmp_path: Path, copy: Path) -> None:
    (copy / "templates" / "signoff" / "epic_detail.html").write_text("{% no_such_tag %}")
    done = check(copy, tmp_path / "tmp")
    assert done.returncode == 1
    assert re.search(r"^up: http://127\.0\.0\.1:\d+/epics/E-\d+/ answered 500", done.stdout, re.MULTILINE), done.stdout
    assert "Proven" not in done.stdout
    assert not list((tmp_path / "tmp").glob("triad-*"))


def test_a_database_that_cannot_be_made_is_named(tmp_path: Path, copy: Path) -> None:
    """A migration is missing that a later one builds upon."""
    (copy / "apps" / "delivery" / "migrations" / "0001_initiatives_epics_stories.py").unlink()
    done = check(copy, tmp_path / "tmp")
    assert done.returncode == 1
    assert "0001_initiatives_epics_stories" in done.stdout
    assert "up: settle" in done.stdout
