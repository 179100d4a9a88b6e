"""Bad input for readers of reports: whatever comes, they answer with a Report or NotAReport, and soon."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies

from apps.specs.report import NotAReport, Report

SECONDS = 2.0
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    -1e300,
    "",
    "x",
    "12",
    "\x00",
    "\ud800",
    "2026-13-45T99:99:99",
    [],
    {},
    [[]],
    [{}],
    ["x"],
    [None],
    {"a": {}},
)

json_values = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(), inner, max_size=3),
    max_leaves=8,
)


def answer(read: Callable[[bytes], Report], data: bytes) -> Report | NotAReport:
    """What `read` makes of `data`; any other exception, or over two seconds of computing, fails the test."""
    began = time.process_time()
    try:
        found: Report | NotAReport = read(data)
    except NotAReport as refused:
        found = refused
        assert str(refused).endswith((".", "?"))
    assert time.process_time() - began < SECONDS
    return found


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place within a JSON value, itself first."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


def replaced(value: Any, path: tuple[str | int, ...], by: Any) -> Any:
    """A copy of `value` with `by` at `path`."""
    if not path:
        return by
    found = copy.deepcopy(value)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = by
    return found


def without(value: Any, path: tuple[str | int, ...]) -> Any:
    """A copy of `value` without what stands at `path`."""
    found = copy.deepcopy(value)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return found


def written(value: Any) -> bytes:
    """A JSON value as bytes, lone surrogates as escapes."""
    return json.dumps(value).encode()


def cuts(data: bytes, number: int) -> Iterator[bytes]:
    """`data` cut off at `number` places."""
    for n in range(number):
        yield data[: len(data) * n // number]


def wrong_everywhere(read: Callable[[bytes], Report], sample: Any, write: Callable[[Any], bytes] = written) -> int:
    """Puts each wrong value at each place of `sample`, and takes each place away; how many were refused."""
    refused = 0
    for path in places(sample):
        variants = [replaced(sample, path, wrong) for wrong in WRONG]
        if path:
            variants.append(without(sample, path))
        for variant in variants:
            refused += isinstance(answer(read, write(variant)), NotAReport)
    return refused
