"""Counts on their way in: what one batch says of one indicator. No database.

A bucket is (start, good, total): seconds since 1970 UTC at its beginning, and events of its span. A count that comes
again takes the place of the bucket that was there, so that sending twice changes nothing.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FIVE_MINUTES, HOUR, DAY = 300, 3_600, 86_400
GRAINS = {"5m": FIVE_MINUTES, "1h": HOUR, "1d": DAY}
GRAIN_WORDS = {FIVE_MINUTES: "five minutes", HOUR: "the hour", DAY: "the day"}
BEGINS = {FIVE_MINUTES: "five minutes begin", HOUR: "the hour begins", DAY: "the day begins"}
MOST = 2**53  # events: what JSON carries exactly

Bucket = tuple[int, int, int]
ErrorClass = tuple[int, str, int]


class BadCount(ValueError):
    """A count that cannot be; its words say which and why."""


@dataclass(frozen=True)
class Batch:
    """Buckets of one grain (seconds), by their start, each once; `errors` are (start, name, bad events)."""

    grain: int
    buckets: Sequence[Bucket]
    errors: Sequence[ErrorClass] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of all that it says."""
        sha = hashlib.sha256(struct.pack(">Q", self.grain))
        for start, good, total in self.buckets:
            sha.update(struct.pack(">QQQ", start, good, total))
        for start, name, bad in self.errors:
            sha.update(struct.pack(">QQ", start, bad) + name.encode() + b"\0")
        return sha.hexdigest()

    @property
    def until(self) -> int:
        """The end of its newest bucket, in seconds since 1970 UTC."""
        return self.buckets[-1][0] + self.grain

    @property
    def good(self) -> int:
        return sum(good for _, good, _ in self.buckets)

    @property
    def total(self) -> int:
        return sum(total for _, _, total in self.buckets)


def batch_of(buckets: Iterable[Bucket], *, grain: int, errors: Iterable[ErrorClass] = ()) -> Batch:
    """A batch of buckets as they were sent, each at the beginning of its span.

    Raises BadCount for what lies beside the grain, stands there twice, or counts more good events than events.
    """
    known: dict[int, tuple[int, int]] = {}
    for start, good, total in buckets:
        if start % grain:
            beside = datetime.fromtimestamp(start, UTC)
            raise BadCount(f"{beside:%Y-%m-%d %H:%M:%S} UTC is not where {BEGINS[grain]}.")
        if start in known:
            raise BadCount(f"{instant_words(start)} stands there twice. A bucket has one count.")
        if not 0 <= good <= total <= MOST:
            raise BadCount(f"{instant_words(start)}: {good} good of {total} events cannot be.")
        known[start] = (good, total)
    return Batch(grain, [(start, *known[start]) for start in sorted(known)], _errors(errors, known))


def folded(samples: Iterable[Bucket], *, grain: int) -> Batch:
    """A batch of counts at any instants: those of one span are added up."""
    sums: dict[int, list[int]] = {}
    for at, good, total in samples:
        bucket = sums.setdefault(at - at % grain, [0, 0])
        bucket[0] += good
        bucket[1] += total
    return batch_of(((start, good, total) for start, (good, total) in sums.items()), grain=grain)


def runs_of(starts: Iterable[int], *, grain: int) -> list[tuple[int, int]]:
    """The spans (from, until) that `starts` lie in when cut by `grain`, neighbors joined: what to sum anew."""
    spans: list[tuple[int, int]] = []
    for start in sorted({start - start % grain for start in starts}):
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], start + grain)
        else:
            spans.append((start, start + grain))
    return spans


def seconds_of(at: datetime) -> int:
    """Whole seconds since 1970 UTC."""
    return int(at.timestamp())


def instant_words(start: int) -> str:
    """Such as "2026-11-28 14:05 UTC"."""
    return f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d %H:%M} UTC"


def _errors(errors: Iterable[ErrorClass], known: dict[int, tuple[int, int]]) -> list[ErrorClass]:
    left = {start: total - good for start, (good, total) in known.items()}
    found: dict[tuple[int, str], int] = {}
    for start, name, bad in errors:
        if start not in left or (start, name) in found:
            raise BadCount(f"{instant_words(start)}: the errors “{name}” belong to no bucket, or stand there twice.")
        if not name.strip() or len(name) > 80 or "\0" in name:
            raise BadCount(f"{instant_words(start)}: a class of errors has a name of 1 to 80 characters.")
        if bad < 0 or bad > left[start]:
            raise BadCount(f"{instant_words(start)}: more errors by class than there are bad events.")
        left[start] -= bad
        found[start, name] = bad
    return [(start, name, bad) for (start, name), bad in sorted(found.items())]
