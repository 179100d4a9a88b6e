"""Counts as CSV: what is taken, and what is refused by its line."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.formats import counts_csv
from apps.reliability.formats.counts_csv import MAX_BYTES, MAX_ROWS, Count, NotCounts, condition


def read(text: str, good: str = "") -> counts_csv.Counts:
    return counts_csv.read(text.encode(), good=condition(good) if good else None)


def refused(text: str | bytes, good: str = "") -> str:
    with pytest.raises(NotCounts) as found:
        counts_csv.read(text.encode() if isinstance(text, str) else text, good=condition(good) if good else None)
    return str(found.value)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("2026-03-01T12:00:00Z", True),
        ("2026-03-01 12:00:00z", True),
        ("2026-03-01T13:00:00.000+01:00", True),
        ("2026-03-01T07:00-0500", True),
        ("1772366400", True),
        ("1772366400.0", True),
        ("2026-03-01T12:00:00", False),
        ("2026-03-01 12:00", False),
    ],
)
def test_instants(written: str, named: bool) -> None:
    found = read(f"at,good,total\n{written},99,100\n")
    assert found.rows == (Count(NOON, 99, 100),)
    assert found.without_zone == (not named)


def test_a_day_is_its_midnight() -> None:
    assert read("at,good,total\n2026-03-01,0,0\n").rows == (Count(datetime(2026, 3, 1, tzinfo=UTC), 0, 0),)


def test_any_order_and_either_separator() -> None:
    found = read('\ufeffTimestamp;Good;TOTAL\r\n2026-03-02;1;2.0\r\n\r\n"2026-03-01"; 3 ;4\r\n')
    assert [(row.at.day, row.good, row.total) for row in found.rows] == [(2, 1, 2), (1, 3, 4)]
    assert read("at,good,total\n").rows == ()


def test_values_are_events_that_are_good_or_not() -> None:
    text = "time,value\n1772366400,50\n1772366460,50.0000001\n1772366520,-3e2\n"
    assert [row[1:] for row in read(text, "<= 50").rows] == [(1, 1), (0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("written", "good"),
    [("<= 50", "49 50"), ("<50", "49"), (" >=  50 ", "50 51"), ("> 5e1", "51"), ("== 50.0", "50"), ("< 50.5", "49 50")],
)
def test_conditions(written: str, good: str) -> None:
    found = condition(written)
    assert " ".join(str(value) for value in (49, 50, 51) if found(Decimal(value))) == good
    assert condition(str(found)) == found


@pytest.mark.parametrize("written", ["", "50", "=< 50", "<= NaN", "<= 50 ms", "<= 1e9999", "!= 5", "<= ٣"])
def test_no_conditions(written: str) -> None:
    with pytest.raises(ValueError, match="is no condition; write one of"):
        condition(written)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-03-01,101,100", "101 good events of 100 cannot be"),
        ("2026-03-01,-1,100", "“-1” is no count"),
        ("2026-03-01,NaN,100", "“NaN” is no count"),
        ("2026-03-01,1.5,100", "“1.5” is no count"),
        ("2026-03-01,٣,100", "“٣” is no count"),
        ("2026-03-01,1,9007199254740993", "is no count"),
        ("2026-03-01,,100", "“” is no count"),
        ("2026-03-01,1", "2 cells where at,good,total belong"),
        ("yesterday,1,2", "“yesterday” is no instant such as"),
        ("1772366400000,1,2", "these look like milliseconds"),
        ("2026-02-30,1,2", "is no instant there is"),
        ("2026-W10-1,1,2", "is no instant such as"),
        ("20260301,1,2", "is no instant such as"),
        ("0001-01-01T00:00:00+14:00,1,2", "is no instant there is"),
        ("1970-01-01,1,2", "lies before 1990"),
        ("2200-01-01,1,2", "lies before 1990 or after 2199"),
        ("2026-02-01T00:00:00Z,1,2", "stands in line 2 already"),
        ("2026-02-01T01:00:00+01:00,1,2", "stands in line 2 already"),
        ('"2026-03-01,1,2', "this is not CSV"),
    ],
)
def test_what_is_refused_and_where(row: str, words: str) -> None:
    text = refused(f"at,good,total\n2026-02-01,1,2\n{row}\n")
    assert text.startswith("Line 3: ") or "CSV" in text
    assert words in text


def test_files_that_are_refused_whole() -> None:
    assert refused("at,good\n") == "Line 1: the first line is “at,good,total” or “at,value”, and nothing else."
    assert refused("") == refused("at,good\n")
    assert "say which of them are good" in refused("at,value\n2026-03-01,5\n")
    assert "a condition is for a file of values" in refused("at,good,total\n", "<= 5")
    assert "“inf” is no number" in refused("at,value\n2026-03-01,inf\n", "<= 5")
    assert refused(b"at,value\n\xff\n", "<= 5") == "Line 2: the byte at offset 9 is not UTF-8."
    assert "bytes are more than" in refused(b" " * (MAX_BYTES + 1))


def test_the_most_rows_are_read_soon() -> None:
    text = "at,good,total\n" + "\n".join(f"{10**9 + 60 * row},1,2" for row in range(MAX_ROWS + 1))
    began = time.process_time()
    assert f"more than {MAX_ROWS:,} rows" in refused(text)
    assert time.process_time() - began < 8


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)),
        st.tuples(st.integers(0, 2**52), st.integers(0, 2**52)),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(rows: dict[datetime, tuple[int, int]]) -> None:
    counts = [Count(at, good, good + bad) for at, (good, bad) in rows.items()]
    text = "at,good,total\n" + "".join(f"{at.isoformat()},{good},{total}\n" for at, good, total in counts)
    assert list(read(text)) == counts


def test_requests_of_a_real_service(real_data: Path) -> None:
    """98.7599 % of requests within 50, and so 124.01 % of the budget that 99 % leaves."""
    path = real_data / "sli-nab/data/realKnownCause/ec2_request_latency_system_failure.csv"
    found = counts_csv.read(path.read_bytes(), good=condition("<= 50"))
    good, total = sum(row.good for row in found.rows), sum(row.total for row in found.rows)
    assert (good, total, found.without_zone, found.again) == (3982, 4032, 4032, 11)
    assert round(Fraction(100 * good, total), 4) == Fraction("98.7599")
    assert round(Fraction(total - good, total) / Fraction(1, 100) * 100, 2) == Fraction("124.01")


def test_other_real_series(real_data: Path) -> None:
    """All are read; where local clocks went, values share an instant, and that is said."""
    paths = sorted((real_data / "sli-nab/data").rglob("*.csv"))
    found = {path.name: counts_csv.read(path.read_bytes(), good=condition(">= 0")) for path in paths}
    assert sum(len(one.rows) for one in found.values()) == 137_301
    assert {name: one.again for name, one in found.items() if one.again} == {
        "ec2_disk_write_bytes_1ef3de.csv": 11,
        "ec2_network_in_5abac7.csv": 11,
        "ec2_request_latency_system_failure.csv": 11,
        "machine_temperature_system_failure.csv": 12,
    }
