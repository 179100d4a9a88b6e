"""Files: short ones, said in a sentence, and nothing in them that belongs to one machine."""

import ast
import re

import pytest

from tests.architecture.house import ROOT, Module, floors, modules, tracked_files

MAX_LINES = 450
# Said in parts, else this file would hold what it forbids.
INDEX_HOSTS = re.compile(r"\b(?:pypi|files\.python" + r"hosted|registry\.np" + r"mjs)\.org\b", re.IGNORECASE)
LOCAL_PATHS = re.compile(
    r"/(?:ho" + r"me|Us" + r"ers)/[a-z]|/ro" + r"ot/|/wor" + r"k/(?:main|shared)|/bash" + r"_jobs\b"
)
TEXTS = {".py", ".toml", ".txt", ".md", ".html", ".css", ".js", ".yml", ".yaml", ".feature", ".cfg", ".sh", ""}


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_file_says_what_it_holds_and_is_not_long(module: Module) -> None:
    assert len(module.path.read_text().splitlines()) <= MAX_LINES, "are there two things in it?"
    if module.tree.body:
        assert ast.get_docstring(module.tree), f"{module.name} does not say what it holds"


def test_the_roof_is_made_of_short_files_too() -> None:
    long = [path.name for path in (ROOT / "portal").rglob("*.py") if path.read_text().count("\n") > MAX_LINES]
    assert long == []


@pytest.mark.parametrize("name", ["utils", "helpers", "misc", "new", "v2", "legacy", "common_utils"])
def test_no_file_is_named_after_nothing(name: str) -> None:
    assert [path for path in tracked_files() if path.stem == name] == []


def test_every_room_has_a_floor_and_says_what_it_owns() -> None:
    rooms = {path.parent.name for path in (ROOT / "apps").glob("*/__init__.py")}
    assert rooms == floors().keys()


def test_no_file_names_a_package_index_or_a_place_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        if path.suffix in TEXTS:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if INDEX_HOSTS.search(line) or LOCAL_PATHS.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []
