"""JSON that two readers could read in two ways is refused, at its line."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import strict_json
from apps.common.strict_json import NotStrictJson


def test_reads_what_json_says() -> None:
    text = '{"a": [1, -2.5, true, null, "é\\n"], "b": {}}'
    assert strict_json.parse(text) == {"a": [1, -2.5, True, None, "é\n"], "b": {}}
    assert strict_json.parse(text.encode()) == strict_json.parse(text)


def test_takes_a_byte_order_mark() -> None:
    assert strict_json.parse(b"\xef\xbb\xbf[1]") == [1]


def test_keys_may_be_equal_in_different_objects() -> None:
    assert strict_json.parse('[{"a": 1}, {"a": {"a": "a", "b": "a"}}]')[1]["a"]["b"] == "a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,\n "a": 2}', "Line 2: the key “a” stands twice in one object."),
        ('{"a": 1,\n "\\u0061": 2}', "Line 2: the key “a” stands twice in one object."),
        ('{"x":\n{"b": [],\n"c": {"b": 1},\n"b": 2}}', "Line 4: the key “b” stands twice in one object."),
        ('["NaN",\nNaN]', "Line 2: NaN is not a number that JSON knows."),
        ('{"a":\n\n-Infinity}', "Line 3: -Infinity is not a number that JSON knows."),
        ("[1,\n1e999]", "Line 2: the number 1e999 is too large."),
        ("[" + "9" * 5000 + "]", f"Line 1: the number {'9' * 59}… is too large."),
        ("\n" + "[" * 33 + "]" * 33, "Line 2: the text is nested deeper than 32 levels."),
        ('{"a":\n' * 100_000, "Line 33: the text is nested deeper than 32 levels."),
        ("[1,]", "Line 1: expecting value (column 4)."),
        ("", "Line 1: expecting value (column 1)."),
        ('{"a": 1}\nx', "Line 2: extra data (column 1)."),
        ('["a\nb"]', "Line 1: invalid control character at (column 4)."),
        ("['a']", "Line 1: expecting value (column 2)."),
    ],
)
def test_refuses_with_line_and_words(text: str, words: str) -> None:
    with pytest.raises(NotStrictJson) as refused:
        strict_json.parse(text)
    assert str(refused.value) == words


def test_refuses_bytes_that_are_not_utf8() -> None:
    with pytest.raises(NotStrictJson, match=r"^Line 2: the byte at offset 3 is not UTF-8\.$"):
        strict_json.parse(b'["\n\xff"]')


def test_takes_the_depth_that_is_allowed() -> None:
    strict_json.parse("[" * 32 + "]" * 32)
    strict_json.parse('["' + "[" * 100 + '"]')


def test_refuses_what_would_fill_memory() -> None:
    with pytest.raises(NotStrictJson, match="more than 10 values"):
        strict_json.parse("[" + "1," * 10 + "1]", max_values=10)
    with pytest.raises(NotStrictJson, match="11 bytes are more than the 10 allowed"):
        strict_json.parse(b"[1,2,3,4,5]", max_bytes=10)


@pytest.mark.parametrize("text", ['"' + '\\"' * 2_000_000, '"' * 3_000_000, "[" * 9_000_000, '{"a":1,"a":' * 10])
def test_hostile_text_takes_no_time(text: str) -> None:
    began = time.process_time()
    with pytest.raises(NotStrictJson):
        strict_json.parse(text)
    assert time.process_time() - began < 2


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_values)
def test_gives_back_what_was_written(value: Any) -> None:
    assert strict_json.parse(json.dumps(value)) == value
    assert strict_json.parse(json.dumps(value, ensure_ascii=False, indent=1)) == value


@given(st.lists(_values, max_size=4), st.sampled_from([None, 1]))
def test_members_are_those_of_the_list(values: list[Any], indent: int | None) -> None:
    assert list(strict_json.members(json.dumps(values, indent=indent) + "\n")) == values


@given(st.text(alphabet='{}[]",:\ntrue0.eE- \n', max_size=30))
def test_members_are_refused_where_the_whole_is(inside: str) -> None:
    text = f"[{inside}]"
    assert _answer(lambda: list(strict_json.members(text))) == _answer(lambda: strict_json.parse(text))


@pytest.mark.parametrize("text", ["[1", "[1 2]", "[1]]", "[,]", "[1,]", "[", "[[1]", '[{"a": 1, "a": 2}]', "[1e999]"])
def test_a_list_that_is_none_is_refused_in_the_same_words(text: str) -> None:
    words = _answer(lambda: strict_json.parse(text))
    assert isinstance(words, str) and _answer(lambda: list(strict_json.members(text))) == words


def test_members_keep_the_depth() -> None:
    assert len(list(strict_json.members("[" * 32 + "]" * 32))) == 1
    with pytest.raises(NotStrictJson, match=r"^Line 2: the text is nested deeper than 32 levels"):
        list(strict_json.members("[1,\n" + "[" * 32 + "]" * 32 + "]"))


def test_what_is_no_list_is_said_with_its_value() -> None:
    with pytest.raises(strict_json.NotAList) as refused:
        list(strict_json.members('{"a": 1}'))
    assert refused.value.value == {"a": 1}


def _answer(asked: Callable[[], Any]) -> Any:
    try:
        return asked()
    except NotStrictJson as refused:
        return str(refused)


@given(st.binary() | st.text(alphabet='{}[]",:\\ntrue0.eE-\n').map(str.encode))
def test_raises_nothing_else(data: bytes) -> None:
    try:
        strict_json.parse(data)
    except NotStrictJson as refused:
        assert refused.line >= 1
