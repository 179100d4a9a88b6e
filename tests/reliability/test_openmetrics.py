"""OpenMetrics: the verdicts of its own conformance tests, and counters that become counts."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.formats import openmetrics
from apps.reliability.formats.counts_csv import Count
from apps.reliability.formats.openmetrics import (
    MAX_BYTES,
    MAX_LINE,
    MAX_SAMPLES,
    NotOpenMetrics,
    Sample,
    Selector,
    selector,
)

HISTORY = """# TYPE requests counter
requests_total{code="200",zone="a"} 100 1772366400
requests_total{code="200",zone="a"} 190 1772366700
requests_total{code="200",zone="a"} 5 1772367000
requests_total{code="200",zone="b"} 0 1772366400
requests_total{code="200",zone="b"} 3 1772366700.0
requests_total{code="500",zone="a"} 7 1772366400
requests_total{code="500",zone="a"} 8 1772366700
requests_total{code="500",zone="a"} 8 1772367000
# TYPE seconds histogram
seconds_bucket{le="0.5"} 1 1772366400
seconds_bucket{le="+Inf"} 2 1772366400
seconds_count 2 1772366400
seconds_sum 2.5 1772366400
# TYPE queue gauge
queue 5 1772366400
# TYPE now counter
now_total 5
latency_bucket{le="0.5"} 1 1772366400
latency_bucket{le="0.5"} 4 1772366700
latency_count 2 1772366400
latency_count 6 1772366700
latency_sum 2.5 1772366400
# EOF
"""


def at(second: int) -> datetime:
    return datetime.fromtimestamp(1772366400 + second, UTC)


def counted(good: str, total: str, text: str = HISTORY) -> tuple[Count, ...]:
    return openmetrics.counts(openmetrics.read(text.encode()), good=selector(good), total=selector(total))


def refused(data: str | bytes) -> str:
    with pytest.raises(NotOpenMetrics) as found:
        openmetrics.read(data.encode() if isinstance(data, str) else data)
    return str(found.value)


def test_samples() -> None:
    found = openmetrics.read(HISTORY.encode())
    assert found[0] == Sample("requests_total", {"code": "200", "zone": "a"}, 100, 1772366400, True)
    assert [one.at for one in found if one.name == "now_total"] == [None]
    grows = {"requests_total", "seconds_bucket", "seconds_count", "now_total", "latency_bucket", "latency_count"}
    assert {one.name for one in found if one.grows} == grows
    assert {one.name for one in found if not one.grows} == {"seconds_sum", "queue", "latency_sum"}


def test_counters_become_counts() -> None:
    """Zone a grew by 90, and began again at 0 before it stood at 5; zone b grew by 3."""
    assert counted('requests_total{code!="500"}', "requests_total") == (
        Count(at(300), 93, 94),
        Count(at(600), 5, 5),
    )
    assert counted('requests_total{zone="b"}', "requests_total")[0] == Count(at(300), 3, 94)


def test_a_latency_is_counted_by_its_bucket() -> None:
    assert counted('latency_bucket{le="0.5"}', "latency_count") == (Count(at(300), 3, 4),)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("histogram", 'a_bucket{le="+Inf"} 1 1772366400\na_count 1 1772366400\na_sum 1 1772366400\n'),
        ("summary", "a_count 1 1772366400\na_sum 1 1772366400\n"),
        ("counter", "a_created 1 1772366400\na_total 1 1772366400\n"),
    ],
)
def test_what_the_library_would_lose_is_refused(kind: str, lines: str) -> None:
    """The samples of a second instant but its first; without TYPE all are read."""
    later = lines.replace("1772366400", "1772366700")
    assert len(openmetrics.read(f"# TYPE a {kind}\n{lines}# EOF\n".encode())) == lines.count("\n")
    for after in ("", "b 1\n", "# TYPE b gauge\nb 1\n"):
        words = refused(f"c 1\n# TYPE a {kind}\n{lines}{later}{after}# EOF\n")
        assert "several series at several instants" in words
    apart = "".join(sorted(f"{lines}{later}".splitlines(keepends=True)))
    assert len(openmetrics.read(f"{apart}# EOF\n".encode())) == 2 * lines.count("\n")


@pytest.mark.parametrize(
    ("good", "total", "words"),
    [
        ("queue", "requests_total", "queue is no counter"),
        ("latency_sum", "latency_count", "latency_sum is no counter"),
        ("now_total", "now_total", "now_total has no timestamps"),
        ("requests_total", "replies_total", "The file has no series replies_total."),
        ('requests_total{code="404"}', "requests_total", "The file has no series requests_total, code=404."),
        ("requests_total", 'requests_total{code="500"}', "2026-03-01 12:05:00 UTC: 94 good events of 1 cannot be"),
        ("requests_total", "latency_count", "94 good events of 4 cannot be"),
        (
            'requests_total{code="500"}',
            "latency_count",
            "12:10:00 UTC: good events are counted then, and all events are",
        ),
    ],
)
def test_what_gives_no_counts(good: str, total: str, words: str) -> None:
    with pytest.raises(NotOpenMetrics, match=words.replace(".", r"\.")):
        counted(good, total)


@pytest.mark.parametrize("grown", ["100.5", "1e17", "+Inf", "NaN", "-5"])
def test_events_are_whole(grown: str) -> None:
    text = f"a_total 0 1772366400\na_total {grown} 1772366700\n# EOF\n"
    with pytest.raises(NotOpenMetrics, match="is no number of events"):
        counted("a_total", "a_total", text)


def test_selectors() -> None:
    assert selector("a_total") == selector(" a_total { } ") == Selector("a_total")
    assert selector('a{b="c", d!="e\\"\\n\\\\",}') == Selector("a", (("b", "c"),), (("d", 'e"\n\\'),))
    one = Sample("a", {"b": "c"}, 1, None, True)
    assert [selector(text)(one) for text in ('a{b="c"}', 'a{b="d"}', 'a{d=""}', 'a{d!=""}', "b")] == [
        True,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("text", ["", "1a", "a{", 'a{b=~"c"}', "a{b=c}", 'a{b="c" d="e"}', 'a{b="\\x"}', "a b"])
def test_no_selectors(text: str) -> None:
    with pytest.raises(ValueError, match="is no name of a metric with labels"):
        selector(text)


def test_what_is_refused_says_where() -> None:
    assert refused("a 1\n\n# EOF\n") == "Line 2: this is not OpenMetrics: Received blank line."
    assert refused("a 1\n").startswith("Line 1: this is not OpenMetrics: Missing # EOF")
    assert refused(b"a 1\n# HELP a \xff\n# EOF\n") == "Line 2: the byte at offset 13 is not UTF-8."
    assert "Line 2 or before it: a NUL stands there" in refused('a{b="\0"} 1\n# EOF\n')
    with pytest.raises(NotOpenMetrics, match="1772366400000 lies before 1990 or after 2199"):
        counted("a_total", "a_total", "a_total 1 1772366400000\n# EOF\n")
    assert "bytes are more than" in refused(" " * (MAX_BYTES + 1))
    assert f"are more than the {MAX_LINE:,} allowed" in refused("# HELP a " + "b" * MAX_LINE + "\n# EOF\n")
    assert "more than 100,000 samples" in refused("".join(f"a{n} 1\n" for n in range(MAX_SAMPLES + 1)) + "# EOF\n")


@pytest.mark.parametrize(
    "unit", ['a{b="', "a" * 9000 + " 1\n", 'a{b="c",', "# HELP a b\n", "a 1 # {", "\\", "{}", "a{"]
)
def test_a_file_full_of_signs_is_answered_soon(unit: str) -> None:
    began = time.process_time()
    assert len(refused(unit * (MAX_BYTES // 4 // len(unit)))) < 300
    assert time.process_time() - began < 2


def test_every_point_of_cutting_off_is_answered() -> None:
    for end in range(0, len(HISTORY) - 5, 7):
        assert refused(HISTORY[:end]).startswith("Line ")


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=8))
def test_growth_is_what_was_added(steps: list[tuple[int, int]]) -> None:
    lines, good, bad = ["# TYPE a counter"], [3], [5]
    for more_good, more_bad in steps:
        good.append(good[-1] + more_good)
        bad.append(bad[-1] + more_bad)
    lines += [f'a_total{{is="good"}} {value} {1772366400 + 60 * n}' for n, value in enumerate(good)]
    lines += [f'a_total{{is="bad"}} {value} {1772366400 + 60 * n}' for n, value in enumerate(bad)]
    found = counted('a_total{is="good"}', "a_total", "\n".join([*lines, "# EOF\n"]))
    assert [(one.good, one.total - one.good) for one in found] == steps


def test_conformance(real_data: Path) -> None:
    """44 files that every reader must take, and 167 that none may."""
    verdicts = {True: 0, False: 0}
    wrong = []
    for path in sorted((real_data / "openmetrics-vectors/tests/testdata/parsers").iterdir()):
        wanted = json.loads((path / "test.json").read_text())
        try:
            openmetrics.read((path / wanted["file"]).read_bytes())
            taken = True
        except NotOpenMetrics:
            taken = False
        verdicts[taken] += 1
        wrong += [path.name] if taken != wanted["shouldParse"] else []
    assert (wrong, verdicts) == ([], {True: 44, False: 167})
