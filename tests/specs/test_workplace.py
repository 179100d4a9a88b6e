"""The folder of one execution: what goes in, under which names, and that nothing of it stays."""

import os
import tempfile
from pathlib import Path

import pytest

from apps.specs.exports import Text
from apps.specs.running import workplace
from apps.specs.running.suites import Suite
from apps.specs.running.workplace import NoWorkplace, named_by_digest
from tests.specs.evidence import CART

NOBODY = 65534


def suite(folder: Path) -> Suite:
    return Suite(name="shop", title="Shop", folder=folder, command=("true", "{report}"), covers=("I-1",))


def texts(*digests: str) -> list[Text]:
    return named_by_digest([(Text("S-1", "E-1", "I-1", "../../x.feature", CART), digest) for digest in digests])


def test_files_are_named_by_digest(tmp_path: Path) -> None:
    steps = tmp_path / "shop"
    (steps / "steps").mkdir(parents=True)
    for name in ("environment.py", "steps/cart.py", "old.feature", "steps/old.feature"):
        (steps / name).write_text("x")
    for left_out in (".git", "__pycache__", "node_modules", ".venv"):
        (steps / left_out).mkdir()
        (steps / left_out / "x").write_text("x")
    with workplace.workplace(tmp_path / "w", suite(steps), texts("aa", "bb", "aa"), is_sandboxed=False) as place:
        found = {str(path.relative_to(place.path)) for path in place.path.rglob("*") if path.is_file()}
        assert found == {
            "features/environment.py",
            "features/steps/cart.py",
            "features/aa.feature",
            "features/aa-2.feature",
            "features/bb.feature",
        }
        assert (place.path / "features" / "aa.feature").read_text() == CART
        assert {entry.path for entry in place.manifest.entries} == {"aa.feature", "aa-2.feature", "bb.feature"}
        assert place.path.stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "w").exists()


def test_what_an_earlier_attempt_left_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "w" / "reports").mkdir(parents=True)
    (tmp_path / "w" / "reports" / "report").write_text("old")
    with workplace.workplace(tmp_path / "w", suite(tmp_path / "shop"), texts("aa"), is_sandboxed=False) as place:
        assert place.reports() == []


def test_a_folder_of_steps_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    with (tmp_path / "shop" / "film").open("wb") as file:
        file.truncate(workplace.MAX_STEPS_BYTES + 1)
    with pytest.raises(NoWorkplace, match="holds more than 64 MiB: register the folder of its steps alone"):
        with workplace.workplace(tmp_path / "w", suite(tmp_path / "shop"), texts("aa"), is_sandboxed=False):
            pass
    assert not (tmp_path / "w").exists()


def test_what_a_suite_closed_to_its_owner_is_removed() -> None:
    """By somebody who is not root, whom nothing is closed to."""
    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            (folder / "w" / "a" / "b").mkdir(parents=True)
            (folder / "w" / "a" / "b" / "c").touch()
            for closed in ("w/a/b", "w/a"):
                (folder / closed).chmod(0)
            workplace.remove(folder / "w")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir(mode=0o500)
    (tmp_path / "kept" / "x").touch()
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "link").symlink_to(tmp_path / "kept")
    workplace.remove(tmp_path / "w")
    assert not (tmp_path / "w").exists()
    assert (tmp_path / "kept" / "x").exists()
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o500
