"""YAML from outside: plain values, nothing twice, nothing by reference, everything bounded."""

import json
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.formats import yaml_documents
from apps.reliability.formats.yaml_documents import MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS, MAX_VALUES, NotADocument


def refused(text: str | bytes) -> str:
    with pytest.raises(NotADocument) as found:
        yaml_documents.read(text.encode() if isinstance(text, str) else text)
    assert str(found.value).startswith(f"Line {found.value.line}: ")
    return str(found.value)


def one(text: str) -> dict[str, object]:
    ((number, document),) = yaml_documents.read(text.encode())
    assert number == 1
    return document


def test_documents_are_numbered_and_lists_hold_several() -> None:
    text = "a: 1\n---\n---\n- b: 2\n- c: 3\n---\nd: [4, {e: 5}]\n"
    assert yaml_documents.read(text.encode()) == (
        (1, {"a": 1}),
        (2, {"b": 2}),
        (3, {"c": 3}),
        (4, {"d": [4, {"e": 5}]}),
    )
    assert yaml_documents.read(b"") == yaml_documents.read(b"# nothing\n---\n") == ()


def test_json_is_yaml_too() -> None:
    value = {"a": [1, 0.5, None, True, "ü\n"], "b": {"c": {}, "d": []}}
    assert one(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("2022-01-01 12:00:00", "2022-01-01 12:00:00"),
        ("12:30:45", "12:30:45"),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("-5", -5),
        (".5", 0.5),
        ("99.9", 99.9),
        ("1e3", 1000.0),
        ("~", None),
        ("", None),
        ("true", True),
        ("'true'", "true"),
        ("!!str 12", "12"),
        ("<<", "<<"),
        ("٣", "٣"),
        ("1h", "1h"),
    ],
)
def test_what_words_mean(written: str, meant: object) -> None:
    value = one(f"a: {written}")["a"]
    assert (value, type(value)) == (meant, type(meant))


def test_what_is_refused_says_where() -> None:
    assert refused("a: 1\nb: 2\na: 3\n") == "Line 3: “a” stands twice in one mapping, first in line 1."
    assert refused("a: &x 1\nb: *x\n").startswith("Line 1: aliases refused")
    assert refused("a: 1\nb: *x\n").startswith("Line 2: aliases refused")
    assert "the tag tag:yaml.org,2002:python/object/apply:os.system is not read" in refused(
        "a: !!python/object/apply:os.system ['true']"
    )
    assert "the tag !secret is not read" in refused("a: !secret b")
    assert refused("a: 1\n b: 2\n").startswith("Line 2: this is not YAML: ")
    assert refused("a: [1\n").startswith("Line 2: this is not YAML: ")
    assert refused("a: 1\n---\nwords\n") == (
        "Line 3: a document begins with names and values, such as “apiVersion: openslo/v1”."
    )
    assert "a name is a word" in refused("? [a]\n: b\n")
    assert ".nan is no number" in refused("a: .nan")
    assert "-.inf is no number" in refused("a: -.inf")
    assert "is too large" in refused("a: 1e999")
    assert "is too large" in refused("a: " + "9" * 500)
    assert refused(b"a: 1\nb: \xff\n") == "Line 2: the byte at offset 8 is not UTF-8."
    assert "cannot be stored" in refused('a: "\\0"')
    assert "YAML does not allow" in refused("a: b\nc: \0\n")


def test_bounds() -> None:
    assert "bytes are more than" in refused("#" * (MAX_BYTES + 1))
    assert f"nested deeper than {MAX_DEPTH}" in refused("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)
    one("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    assert "values" in refused("a: [" + "1," * MAX_VALUES + "]")
    assert "documents" in refused("a: 1\n---\n" * (MAX_DOCUMENTS + 1))


@pytest.mark.parametrize(
    "unit", ["[", "{", "- ", "? ", "a: [", "!", "a: &b ", "'", '"\\', "|\n", "a: |\n b", "%", "#", "\t", ": "]
)
def test_a_file_full_of_signs_is_answered_soon(unit: str) -> None:
    began = time.process_time()
    try:
        yaml_documents.read((unit * MAX_BYTES)[:MAX_BYTES].encode())
    except NotADocument as refusal:
        assert len(str(refusal)) < 400
    assert time.process_time() - began < 2


def test_every_point_of_cutting_off_is_answered() -> None:
    data = "a: 'ü'\n---\n- b: [1, {c: \"x\\u00fc\"}]\n  d: |\n   words\n".encode()
    for end in range(len(data)):
        try:
            yaml_documents.read(data[:end])
        except NotADocument as refusal:
            assert 1 <= refusal.line <= 6


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc:#-é ", max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(st.text("abcd", min_size=1, max_size=3), VALUES, min_size=1, max_size=4))
def test_what_yaml_writes_is_read_back(value: dict[str, object]) -> None:
    written = yaml.safe_dump(value, allow_unicode=False, sort_keys=False)
    try:
        assert one(written) == value
    except NotADocument as refusal:
        assert "“&”" not in str(refusal), written


@settings(max_examples=150)
@given(st.lists(st.dictionaries(st.text("abcd", min_size=1, max_size=3), VALUES, min_size=1, max_size=3), max_size=3))
def test_what_is_written_is_read_back(documents: list[dict[str, object]]) -> None:
    written = yaml_documents.write(documents)
    assert [document for _, document in yaml_documents.read(written.encode())] == documents


@pytest.mark.parametrize(
    "words", ["1e3", "0o17", "0x1F", "012", "true", "no", "~", "", ".5", "2022-01-01", "a: b", "- a", "&a", "*a", "#"]
)
def test_words_stay_words(words: str) -> None:
    same = {"a": words, "b": [words, f"{words}\n{words}\n"]}
    assert one(yaml_documents.write([same])) == same
    assert one(yaml_documents.write([{"a": same, "b": same}])) == {"a": same, "b": same}, (
        "written out, not by reference"
    )


def test_files_of_others(real_data: Path) -> None:
    folders = [real_data / name for name in ("slo-openslo", "slo-sloth")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json")]
    read = {path: yaml_documents.read(path.read_bytes()) for path in paths if path.name != "EXPECTED.json"}
    assert len(read) >= 83
    assert sum(len(documents) for documents in read.values()) > 100
