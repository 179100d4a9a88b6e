"""Canonical JSON: against the vectors of RFC 8785's author, and what we refuse."""

import enum
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.canonical import NotCanonical, canonical_bytes, canonical_digest, parse_canonical, plain, plain_bytes

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def test_vectors(real_data: Path) -> None:
    folder = real_data / "jcs-cyberphone" / "testdata"
    inputs = sorted((folder / "input").glob("*.json"))
    assert len(inputs) == 6
    for path in inputs:
        expected = (folder / "output" / path.name).read_bytes()
        in_hex = bytes.fromhex((folder / "outhex" / f"{path.stem}.txt").read_text().replace("\n", " "))
        assert canonical_bytes(json.loads(path.read_bytes())) == expected == in_hex, path.name


@given(JSON)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'"\\u0041"',
        b'"\\u000A"',
        b"1.5",
        b"1.0",
        b"1e3",
        b"-0",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"[1,]",
        b"\xff",
        b"",
        b"[" * 100_000,
        '{"\ue000":1,"😀":2}'.encode(),  # sorted by code point; RFC 8785 sorts by UTF-16 unit
    ],
)
def test_other_writings_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(data)


def test_keys_are_in_the_order_of_utf_16() -> None:
    written = '{"😀":2,"\ue000":1}'.encode()
    assert parse_canonical(written) == {"😀": 2, "\ue000": 1}


class Meaning(enum.Enum):
    ACCEPT = "ACCEPT"


def test_plain_writes_instants_dates_and_decimals_as_text() -> None:
    two_hours_east = timezone(timedelta(hours=2))
    facts = {
        "at": datetime(2026, 11, 23, 12, 44, 0, 5, tzinfo=two_hours_east),
        "on": date(2026, 11, 23),
        "target": Decimal("99.90"),
        "keys": {"b", "a"},
        "rows": ({"meaning": Meaning.ACCEPT},),
    }
    assert plain(facts) == {
        "at": "2026-11-23T10:44:00.000005Z",
        "on": "2026-11-23",
        "target": "99.90",
        "keys": ["a", "b"],
        "rows": [{"meaning": "ACCEPT"}],
    }


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"share": 0.5}, "facts.share: float has no place"),
        ({"rows": [{"n": 2**53}]}, r"facts.rows\[0\].n: 9007199254740992 is beyond"),
        ({1: "a"}, "the key 1 is not text"),
        ({"who": object()}, "facts.who: object has no place"),
    ],
)
def test_plain_refuses(facts: dict[Any, Any], words: str) -> None:
    with pytest.raises(NotCanonical, match=words):
        plain(facts, where="facts")


def test_digest_does_not_depend_on_order() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert canonical_digest({"a": 1, "at": at}) == canonical_digest({"at": at, "a": 1})
    assert canonical_digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes("\ud800")


@given(JSON)
def test_the_quick_writer_writes_as_the_slow_one(value: Any) -> None:
    assert plain_bytes(value) == canonical_bytes(value)


@pytest.mark.parametrize("value", ["\ud800", {"\ud800": 1}, 2**60, float("nan")])
def test_the_quick_writer_refuses_what_the_slow_one_does(value: Any) -> None:
    with pytest.raises(NotCanonical):
        plain_bytes(value)


@given(JSON)
def test_the_quick_reader_judges_as_the_slow_writer(value: Any) -> None:
    for data in (canonical_bytes(value), json.dumps(value, ensure_ascii=False, sort_keys=True).encode()):
        try:
            parse_canonical(data)
            good = True
        except NotCanonical:
            good = False
        assert good == (canonical_bytes(json.loads(data)) == data)
