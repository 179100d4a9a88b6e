"""Whatever comes, every parser reads it or refuses it in words, soon."""

import ast
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.architecture.house import ROOT
from tests.fuzz.making import hostile
from tests.fuzz.parsers import CORPUS, NOT_READERS, PARSERS, answer, samples

SECONDS = 2.0
CASES = 20_000
LARGEST_SAMPLE = 8_000
every_parser = pytest.mark.parametrize("name", PARSERS)
FEW = settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=CASES // len(PARSERS), derandomize=False, print_blob=True)

# Modules and functions of others that make values out of bytes or text.
READING = {"json", "csv", "zipfile", "tarfile", "tomllib", "xml", "defusedxml", "gherkin", "markdown_it", "pickle"}
READING |= {"yaml", "struct", "marshal", "plistlib", "configparser", "email", "html", "base64", "binascii", "gzip"}
READING_CALLS = {
    "parse_instant",
    "parse_datetime",
    "parse_date",
    "fromisoformat",
    "strptime",
    "strict_json",
    "literal_eval",
}


def soon(name: str, data: bytes) -> None:
    began = time.process_time()
    answer(PARSERS[name], data)
    assert time.process_time() - began < SECONDS


def good(name: str) -> tuple[bytes, ...]:
    found = tuple(path.read_bytes() for path in samples(name))
    return tuple(data for data in found if len(data) <= LARGEST_SAMPLE)


@pytest.mark.parametrize("path", [path for name in PARSERS for path in samples(name)], ids=lambda path: path.name)
def test_the_corpus(path: Path) -> None:
    soon(path.parent.name, path.read_bytes())


@every_parser
def test_some_of_the_corpus_is_read(name: str) -> None:
    """What refuses everything would pass all else. (Nobody but the portal can seal a dossier.)"""
    read = [data for data in good(name) if not isinstance(answer(PARSERS[name], data), Exception)]
    assert read or name in ("sealed-dossier", "any-report")


@every_parser
def test_cut_off_at_every_point(name: str) -> None:
    for data in good(name):
        for end in range(0, len(data), max(1, len(data) // 150)):
            soon(name, data[:end])


def fuzz(name: str, times: settings) -> None:
    @times
    @given(data=hostile(good(name)))
    def tried(data: bytes) -> None:
        soon(name, data)

    tried()


@every_parser
def test_some_bad_input(name: str) -> None:
    fuzz(name, FEW)


@pytest.mark.long
@every_parser
def test_much_bad_input(name: str) -> None:
    fuzz(name, MANY)


# --- nothing is left out


def readers() -> set[str]:
    """Modules that read some format by the libraries and functions above."""
    paths = [*(ROOT / "apps").rglob("*.py"), *(ROOT / "portal").rglob("*.py")]
    return {_name(path) for path in paths if "migrations" not in path.parts and _reads(ast.parse(path.read_text()))}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _reads(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if any(one.name.split(".")[0] in READING for one in names):
                return True
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in READING:
                return True
            case ast.Attribute(attr=word) | ast.Name(id=word) if word in READING_CALLS:
                return True
    return False


def test_every_reader_is_tried() -> None:
    tried = {module for parser in PARSERS.values() for module in parser.modules}
    formats = {_name(path) for path in (ROOT / "apps").glob("*/formats/[a-z]*.py")}
    assert (readers() | formats) - tried - NOT_READERS.keys() == set(), "not in tests/fuzz/parsers.py"
    known = {_name(path) for room in ("apps", "portal") for path in (ROOT / room).rglob("*.py")}
    assert (tried | NOT_READERS.keys()) - known == set(), "gone"


def test_the_corpus_belongs_to_the_parsers() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} == PARSERS.keys()
    told = (CORPUS / "README.md").read_text()
    untold = [path.name for name in PARSERS for path in samples(name) if f"`{name}/{path.name}`" not in told]
    assert untold == []
