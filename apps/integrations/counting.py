"""How counters of Prometheus become counts by five minutes. No Django.

A query says with `{{.window}}` where its range stands. It is asked with five minutes there, at the end of each bucket:
what `increase` gives then are the events of the bucket. `rate` is events per second, so `increase` takes its place;
Prometheus defines the one by the other. Both estimate what lies between a bucket's rim and the nearest sample, so the
answer need not be whole: it is rounded, half to even, good and total alike, which keeps good from exceeding total.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from apps.integrations.prometheus import Series, WrongAnswer, query_range
from apps.integrations.sources import Source
from apps.integrations.talking import Limits
from apps.reliability.counts import FIVE_MINUTES, Bucket, ErrorClass, instant_words
from apps.reliability.formats.sloth import WINDOW

OTHER = "unnamed"  # bad events whose label is empty
MAX_NAME = 80
# Texts in quotes stay as they are, whatever stands in them.
_RATE = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<![\w:])rate(?=\s*\()""", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """What is asked of a source for one SLI; without `error_query` its bad events have no classes."""

    good_query: str
    total_query: str
    error_query: str = ""
    error_label: str = ""


@dataclass(frozen=True)
class Counted:
    """Buckets that have counts, by their start, with bad events by class."""

    buckets: Sequence[Bucket]
    errors: Sequence[ErrorClass]


def says_window(query: str) -> bool:
    """Whether it says where its range stands."""
    return bool(WINDOW.search(query))


def over_five_minutes(query: str) -> str:
    """The query of the events within the last five minutes."""
    return _RATE.sub(lambda found: found[1] or "increase", WINDOW.sub("5m", query))


def fetch(source: Source, asked: Asked, *, start: int, end: int, limits: Limits) -> Counted:
    """The counts of the buckets from `start` until `end` (seconds since 1970 UTC, at whole five minutes).

    Raises NoAnswer where the source does not answer, WrongAnswer where what it says cannot be counts.
    """

    def ask(query: str) -> list[Series]:
        return query_range(
            source,
            over_five_minutes(query),
            first=start + FIVE_MINUTES,
            last=end,
            step=FIVE_MINUTES,
            limits=limits,
        )

    total, good = _only(ask(asked.total_query), "all events"), _only(ask(asked.good_query), "good events")
    buckets = _buckets(good, total)
    errors = _errors(ask(asked.error_query), asked.error_label, buckets) if asked.error_query else []
    return Counted(buckets, errors)


def _only(series: Sequence[Series], what: str) -> dict[int, Decimal]:
    """The one series, {} where there is none."""
    if len(series) > 1:
        raise WrongAnswer(f"The query of {what} gives {len(series)} series, and one is needed: sum over them.")
    return dict(series[0].values) if series else {}


def _buckets(good: dict[int, Decimal], total: dict[int, Decimal]) -> list[Bucket]:
    found = []
    for end in sorted(good.keys() | total.keys()):
        at = instant_words(end - FIVE_MINUTES)
        if end not in total:
            raise WrongAnswer(f"From {at} there are good events, and the query of all events gives nothing.")
        if end not in good:
            raise WrongAnswer(
                f"From {at} there are events, and the query of good ones gives nothing. Where that means none, add "
                "“or vector(0)” to it."
            )
        good_events, events = _whole(good[end]), _whole(total[end])
        if good_events > events:
            raise WrongAnswer(f"From {at} there would be {good_events:,} good of {events:,} events.")
        found.append((end - FIVE_MINUTES, good_events, events))
    return found


def _errors(series: Sequence[Series], label: str, buckets: Sequence[Bucket]) -> list[ErrorClass]:
    """Bad events by class; never more of a bucket than it has: the largest classes keep theirs."""
    known = {start: total - good for start, good, total in buckets}
    by_bucket: dict[int, dict[str, int]] = {}
    for one in series:
        name = _printable(one.labels.get(label, ""))[:MAX_NAME].strip() or OTHER
        for end, value in one.values.items():
            classes = by_bucket.setdefault(end - FIVE_MINUTES, {})
            classes[name] = classes.get(name, 0) + _whole(value)
    found = []
    for start, classes in by_bucket.items():
        left = known.get(start, 0)
        # Rounded one by one they may exceed their sum by a few.
        for name, bad in sorted(classes.items(), key=lambda one: (-one[1], one[0])):
            if taken := min(bad, left):
                found.append((start, name, taken))
                left -= taken
    return sorted(found)


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_EVEN))
