"""Hostile bytes and texts: of chance, and good examples that were cut, turned, doubled and filled with what hurts."""

import json
from typing import Any

from hypothesis import strategies as st

from tests.specs.hostile import WRONG, places, replaced, without

# What parsers trip over, each as bytes that may stand anywhere.
_WORDS = """
\\ " \"\"\" ' ``` | # @ : -- 9 -1 -0 1e999 1e-999 0x10 NaN -Infinity ٣ ² ] } , null true "\\u0000" "\\ud800"
< <!-- ]]> <![CDATA[ &#0; &a; </testcase> =1+1 ../../etc/passwd 0000-00-00 %00 [a](javascript:b) [[a]] -- @1.1
9999-12-31T23:59:59-23:59 0001-01-01T00:00:00+23:59 Examples: # language: xx
"""
FRAGMENTS: tuple[bytes, ...] = (
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",  # a lone surrogate, as UTF-8 must not write it
    b"\xf4\x90\x80\x80",  # beyond Unicode
    *(
        one.encode()
        for one in ("\ufeff", "\u202e\u2066", "\u2028", "\x85", "\x1b[2J", "e" + "\u0301" * 150, "\U0001f600")
    ),
    *(b"\r", b"\r\n", b"\n\n", b"\t", b" " * 300, b"9" * 401, b"<a>" * 40, b"[" * 1_500, b"{" * 40, b'{"a":' * 1_500),
    *(b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff\xff\xff\xff\xff"),
    *(b'<!DOCTYPE a [<!ENTITY a "a">]>', b"Scenario: <a>\n", b"\n# language: xx\n", b'\na = "b"\n'),
    *_WORDS.encode().split(),
)


@st.composite
def _changed(draw: Any, good: tuple[bytes, ...]) -> bytes:
    """One of `good` after up to six changes."""
    data = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 6))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        head, middle, tail = data[:start], data[start:end], data[end:]
        match draw(st.integers(0, 6)):
            case 0:
                data = head
            case 1:
                data = head + tail
            case 2:
                data = head + middle * draw(st.integers(2, 4)) + tail
            case 3:
                data = head + bytes([middle[0] ^ 1 << draw(st.integers(0, 7))]) + middle[1:] + tail if middle else data
            case 4:
                data = head + draw(st.sampled_from(FRAGMENTS)) + data[start:]
            case 5:
                data = head + draw(st.sampled_from(FRAGMENTS)) + tail
            case 6:
                other = draw(st.sampled_from(good))
                data = head + other[draw(st.integers(0, len(other))) :]
        data = data[:100_000]
    return data


@st.composite
def _wrong_within(draw: Any, good: tuple[bytes, ...]) -> bytes:
    """One of `good`, lines of JSON, with something else at some place of it, or nothing there any more."""
    lines = draw(st.sampled_from(good)).splitlines()
    number = draw(st.integers(0, len(lines) - 1))
    value = json.loads(lines[number])
    path = draw(st.sampled_from(sorted(places(value), key=str)))
    wrong = draw(st.sampled_from(range(len(WRONG) + bool(path))))
    value = without(value, path) if wrong == len(WRONG) else replaced(value, path, WRONG[wrong])
    return b"\n".join([*lines[:number], json.dumps(value).encode(), *lines[number + 1 :]])


def hostile(good: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Bytes for a parser that takes `good`."""
    kinds = [
        st.binary(max_size=300),
        st.text(st.characters(), max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(b"".join),
        *[_changed(good)] * 3,
    ]
    if json_lines := tuple(data for data in map(_as_lines, good) if data):
        kinds += [_wrong_within(json_lines)] * 2
    return st.one_of(kinds)


def _as_lines(data: bytes) -> bytes:
    """The same as one JSON value a line; nothing where it is no JSON."""
    for lines in ([data], data.splitlines()):
        try:
            return b"\n".join(json.dumps(json.loads(line)).encode() for line in lines)
        except (ValueError, RecursionError):
            continue
    return b""
