"""OpenMetrics text, read by Prometheus' own client library, and the growth of its counters as counts of events.

A history is a file with several instants of one series. Its counters only ever grow, so events are what they grew by
since the instant before; a counter that fell began again at 0, as Prometheus takes it. The first instant of a series
says nothing, for nobody knows how many of its events came when.

Of metrics that have several series each (histograms, summaries, counters with `_created`) the library loses samples at
the second instant and says nothing; here such files are refused. They can be read without TYPE, as dumps of Prometheus
are: names then tell what grows.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client.openmetrics.parser import text_fd_to_metric_families

from apps.reliability.formats.counts_csv import EARLIEST, LATEST, MOST, Count

MAX_BYTES = 8 * 1024 * 1024
MAX_LINE = 16 * 1024
MAX_SAMPLES = 100_000
# What only grows, by the type of its family.
_GROWING = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count"),
    "summary": ("_count",),
    "unknown": ("",),
}
# Each sample of theirs is a series of its own; what the library leaves out there stood twice.
_ALONE = ("gauge", "unknown")
_NAMED_GROWING = ("_total", "_count", "_bucket")
_SELECTOR = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*", re.ASCII | re.DOTALL)
_MATCHER = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(!?=)\s*"((?:[^"\\]|\\["\\n])*)"\s*(,|$)', re.ASCII)


class NotOpenMetrics(ValueError):
    """The bytes are no OpenMetrics, or hold no such counters; the sentence says where and why."""


@dataclass(frozen=True)
class Sample:
    """One value; `grows` where it is a counter's. `at` is in seconds since 1970, None where the line says none."""

    name: str
    labels: Mapping[str, str]
    value: float
    at: float | None
    grows: bool


@dataclass(frozen=True)
class Selector:
    """The series of one name that have, and have not, certain labels."""

    name: str
    has: tuple[tuple[str, str], ...] = ()
    has_not: tuple[tuple[str, str], ...] = ()

    def __call__(self, sample: Sample) -> bool:
        labels = sample.labels
        return (
            sample.name == self.name
            and all(labels.get(name, "") == value for name, value in self.has)
            and not any(labels.get(name, "") == value for name, value in self.has_not)
        )

    def __str__(self) -> str:
        return self.name + "".join(f", {name}={value}" for name, value in self.has)


def selector(text: str) -> Selector:
    """The selector that is written as in Prometheus, `requests_total{code="200",zone!="test"}`.

    Raises ValueError with what to write instead; patterns (=~) are not known here.
    """
    found = _SELECTOR.fullmatch(text)
    rest = (found[2] or "").strip() if found else ""
    matchers: dict[str, list[tuple[str, str]]] = {"=": [], "!=": []}
    while found and rest:
        matcher = _MATCHER.match(rest)
        if not matcher:
            found = None
            break
        matchers[matcher[2]].append((matcher[1], re.sub(r"\\(.)", _unescaped, matcher[3])))
        rest = rest[matcher.end() :].strip()
    if not found:
        raise ValueError(f'“{text[:80]}” is no name of a metric with labels, such as requests_total{{code="200"}}.')
    return Selector(found[1], tuple(matchers["="]), tuple(matchers["!="]))


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] == "n" else found[1]


def read(data: bytes) -> tuple[Sample, ...]:
    """Every sample of the file, in its order. Raises NotOpenMetrics with the line."""
    if len(data) > MAX_BYTES:
        raise NotOpenMetrics(f"Line 1: {len(data):,} bytes are more than the {MAX_BYTES:,} allowed.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotOpenMetrics(f"Line {line}: the byte at offset {error.start} is not UTF-8.") from error
    lines = _Lines(text)
    found: list[Sample] = []
    consumed = 0
    try:
        for family in text_fd_to_metric_families(lines):
            # The family ends before the line that was given last.
            lost, consumed = lines.samples_before - consumed - len(family.samples), lines.samples_before
            if lost and family.type not in _ALONE:
                raise NotOpenMetrics(
                    f"Line {lines.number} or before it: {family.name} has several series at several instants, which are"
                    " not read; leave out its TYPE, or the series that are not needed."
                )
            growing = [family.name + ending for ending in _GROWING.get(family.type, ())]
            for one in family.samples:
                if "\0" in "".join((one.name, *one.labels, *one.labels.values())):
                    raise NotOpenMetrics(f"Line {lines.number} or before it: a NUL stands there, and cannot be stored.")
                if one.value is None:  # a native histogram, which is no number
                    continue
                grows = one.name in growing and one.name.endswith(_NAMED_GROWING)
                at = None if one.timestamp is None else float(one.timestamp)
                found.append(Sample(one.name, dict(one.labels), one.value, at, grows))
    except NotOpenMetrics:
        raise
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError) as error:
        words = " ".join(str(error).split())[:150] or "the line cannot be read"
        raise NotOpenMetrics(f"Line {lines.number}: this is not OpenMetrics: {words}.") from error
    return tuple(found)


class _Lines:
    """The lines of a text, and the number of the one that was given last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.number = 1
        self.samples_before = 0  # lines with a sample before the one that was given last

    def __iter__(self) -> Iterator[str]:
        previous = "#"
        for number, line in enumerate(io.StringIO(self.text), 1):
            self.samples_before += not previous.startswith("#")
            self.number, previous = number, line
            if len(line) > MAX_LINE:
                raise NotOpenMetrics(f"Line {number}: {len(line):,} characters are more than the {MAX_LINE:,} allowed.")
            if self.samples_before > MAX_SAMPLES:
                raise NotOpenMetrics(f"Line {number}: more than {MAX_SAMPLES:,} samples; split the file.")
            yield line


def _instant(seconds: float) -> datetime:
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        raise NotOpenMetrics(
            f"The instant {seconds:.15g} lies before {EARLIEST.year} or after {LATEST.year - 1}; seconds since 1970"
            " belong there."
        )
    return datetime.fromtimestamp(seconds, UTC)


def counts(samples: Iterable[Sample], *, good: Selector, total: Selector) -> tuple[Count, ...]:
    """By how much the counters of `good` and `total` grew up to each instant, first instant first.

    Growth is summed over the series that each selects. Raises NotOpenMetrics where there are none, where they do not
    grow or have no instants, and where more good events than events came.
    """
    series = list(samples)
    of_good, of_total = _growth(series, good), _growth(series, total)
    found = []
    for at, events in sorted(of_total.items()):
        count = Count(at, of_good.get(at, 0), events)
        if count.good > count.total:
            raise NotOpenMetrics(f"{at:%Y-%m-%d %H:%M:%S} UTC: {count.good} good events of {count.total} cannot be.")
        found.append(count)
    if astray := sorted(of_good.keys() - of_total.keys()):
        raise NotOpenMetrics(
            f"{astray[0]:%Y-%m-%d %H:%M:%S} UTC: good events are counted then, and all events are not."
        )
    return tuple(found)


def _growth(samples: list[Sample], selected: Selector) -> dict[datetime, int]:
    series: dict[tuple[tuple[str, str], ...], dict[datetime, float]] = defaultdict(dict)
    for one in filter(selected, samples):
        if not one.grows:
            raise NotOpenMetrics(f"{one.name} is no counter, so it does not count events: its TYPE must say counter.")
        if one.at is None:
            raise NotOpenMetrics(f"{one.name} has no timestamps, and one reading says nothing of when its events came.")
        series[tuple(sorted(one.labels.items()))][_instant(one.at)] = one.value
    if not series:
        raise NotOpenMetrics(f"The file has no series {selected}.")
    found: dict[datetime, int] = defaultdict(int)
    for values in series.values():
        instants = sorted(values)
        for before, at in zip(instants, instants[1:], strict=False):
            grown = values[at] - values[before] if values[at] >= values[before] else values[at]
            if not 0 <= grown <= MOST or grown != int(grown):
                raise NotOpenMetrics(f"{at:%Y-%m-%d %H:%M:%S} UTC: {grown:.15g} is no number of events.")
            found[at] += int(grown)
    return found
