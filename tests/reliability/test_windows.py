"""Windows: what they contain, how long they are, and what they are called."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reliability.windows import UNITS, Calendar, Rolling, Window, parse, to_text

# Clocks there change at midnight, a minute past it, by half an hour, or skipped a day of the calendar.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Toronto",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
WINDOWS = st.one_of(
    st.builds(Rolling, st.integers(1, 365)), st.builds(Calendar, st.sampled_from(UNITS), st.sampled_from(ZONES))
)
INSTANTS = st.datetimes(datetime(1915, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_rolling_window_ends_at_the_instant() -> None:
    at = utc("2026-11-28T10:30")
    assert Rolling(28).bounds(at) == (utc("2026-10-31T10:30"), at)
    assert Rolling(28).previous(at) == (utc("2026-10-03T10:30"), utc("2026-10-31T10:30"))
    assert Rolling(28).length == Rolling(28).length_at(at) == timedelta(days=28)


@pytest.mark.parametrize(
    "unit, zone, at, start, end, hours",
    [
        # Saturday; weeks begin Monday.
        ("WEEK", "UTC", "2026-11-28T10:30", "2026-11-23T00:00", "2026-11-30T00:00", 168),
        ("WEEK", "UTC", "2026-11-30T00:00", "2026-11-30T00:00", "2026-12-07T00:00", 168),
        ("MONTH", "UTC", "2026-12-31T23:59:59", "2026-12-01T00:00", "2027-01-01T00:00", 744),
        ("QUARTER", "UTC", "2026-11-28T10:30", "2026-10-01T00:00", "2027-01-01T00:00", 2208),
        ("QUARTER", "UTC", "2028-02-29T00:00", "2028-01-01T00:00", "2028-04-01T00:00", 2184),
        # In Berlin the month has begun already; clocks go forward on 29 March, back on 25 October 2026.
        ("MONTH", "Europe/Berlin", "2026-02-28T23:30", "2026-02-28T23:00", "2026-03-31T22:00", 743),
        ("MONTH", "Europe/Berlin", "2026-10-15T00:00", "2026-09-30T22:00", "2026-10-31T23:00", 745),
        ("WEEK", "Europe/Berlin", "2026-03-29T12:00", "2026-03-22T23:00", "2026-03-29T22:00", 167),
        ("WEEK", "Europe/Berlin", "2026-10-25T12:00", "2026-10-18T22:00", "2026-10-25T23:00", 169),
        ("QUARTER", "America/New_York", "2026-04-01T03:59", "2026-01-01T05:00", "2026-04-01T04:00", 2159),
        # On 1 October 2017 clocks in Asunción jumped from midnight to one.
        ("MONTH", "America/Asuncion", "2017-10-15T00:00", "2017-10-01T04:00", "2017-11-01T03:00", 743),
        # On 1 November 2009 St. John's went back over midnight: October's last hour came again in November.
        ("MONTH", "America/St_Johns", "2009-11-01T02:40", "2009-11-01T02:30", "2009-12-01T03:30", 721),
        # On Sunday, 30 March 1919 Toronto's clocks jumped from half past eleven to half past midnight.
        ("WEEK", "America/Toronto", "1919-03-31T04:40", "1919-03-24T05:00", "1919-03-31T05:00", 168),
    ],
)
def test_a_calendar_window_runs_from_local_midnight_to_local_midnight(
    unit: str, zone: str, at: str, start: str, end: str, hours: int
) -> None:
    window = parse(f"{unit.lower()}:{zone}")
    assert window.bounds(utc(at)) == (utc(start), utc(end))
    assert window.length_at(utc(at)) == timedelta(hours=hours)


def test_the_window_before_is_a_whole_one_with_its_own_length() -> None:
    month = Calendar("MONTH", "Europe/Berlin")
    assert month.previous(utc("2026-11-01T12:00")) == (utc("2026-09-30T22:00"), utc("2026-10-31T23:00"))
    quarter = Calendar("QUARTER", "UTC")
    assert quarter.previous(utc("2026-01-01T00:00")) == (utc("2025-10-01T00:00"), utc("2026-01-01T00:00"))


@settings(max_examples=150, deadline=None)
@given(WINDOWS, INSTANTS)
def test_windows_lie_side_by_side_and_hold_their_instant(window: Window, at: datetime) -> None:
    start, end = window.bounds(at)
    assert start < end == start + window.length_at(at)
    assert start < at == end if isinstance(window, Rolling) else start <= at < end
    before_start, before_end = window.previous(at)
    assert before_start < before_end == start
    if isinstance(window, Calendar):
        assert window.bounds(start) == window.bounds(end - timedelta.resolution) == (start, end)
        assert window.bounds(end)[0] == end
        assert window.bounds(before_start) == (before_start, before_end)


@given(WINDOWS)
def test_what_is_written_is_read_again(window: Window) -> None:
    assert parse(to_text(window)) == window


@pytest.mark.parametrize(
    "text, words",
    [
        ("28d", "28 days"),
        ("1d", "1 day"),
        ("month:Europe/Berlin", "calendar month (Europe/Berlin)"),
        ("week:UTC", "calendar week (UTC)"),
        ("quarter:America/New_York", "calendar quarter (America/New_York)"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert to_text(parse(text)) == text
    assert parse(text).words == words


@pytest.mark.parametrize(
    "text, said",
    [
        ("0d", "from 1 to 365 days, not 0"),
        ("366d", "from 1 to 365 days, not 366"),
        ("999999999d", "from 1 to 365 days"),
        ("28", "write days as 28d"),
        ("-1d", "write days as 28d"),
        ("٢٨d", "write days as 28d"),
        ("28d\n", "write days as 28d"),
        ("", "write days as 28d"),
        ("month", "month:Europe/Berlin"),
        ("month:", "month:Europe/Berlin"),
        ("year:UTC", "a WEEK, MONTH or QUARTER, not “YEAR”"),
        ("month:Mars/Olympus", "“Mars/Olympus” is no time zone; say one such as Europe/Berlin"),
        ("month:Europe", "is no time zone"),
        ("month:../secret", "is no time zone"),
        ("month:/etc/localtime", "is no time zone"),
        ("month:localtime", "is no time zone"),
        ("month:right/UTC", "is no time zone"),
        ("month:UTC\0", "is no time zone"),
        ("month:" + "x" * 5000, "is no time zone"),
    ],
)
def test_what_is_no_window_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("window", [Rolling(7), Calendar("WEEK", "UTC")])
def test_an_instant_has_a_zone(window: Window) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        window.bounds(datetime(2026, 11, 28))
