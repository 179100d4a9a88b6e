"""What a worker does with what is due: claim a shard of one source, ask outside any transaction, hand the counts down.

A worker may die at any point: its claim ends by itself, and asking again changes nothing. A source that does not answer
is not asked again for its other SLIs: all that is due of it waits, longer each time, so that a source that hangs costs
one limit of time and no more. SLIs that failed come last, so that one slow query is not in front of the others.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from apps.common.refused import Refused
from apps.common.ringing import ring
from apps.integrations import counting, queries
from apps.integrations.counting import Counted
from apps.integrations.models import Measurement
from apps.integrations.prometheus import WrongAnswer
from apps.integrations.sources import NotASource, Source
from apps.integrations.talking import NoAnswer
from apps.reliability import actions as reliability
from apps.reliability.actions.counts import KEPT
from apps.reliability.counts import FIVE_MINUTES, HOUR, Batch, batch_of, seconds_of
from apps.reliability.models import SLI

SHARD = 50
# Seconds a worker stays at one shard; what is left is due at once. The claim outlasts it and one answer more.
AT_IT = 60
CLAIMED = timedelta(minutes=5)
# After the end of a bucket its last samples are still on their way.
SETTLED = timedelta(seconds=60)
# Buckets that were fetched are looked at again so far back: what came late corrects them.
OVERLAP = timedelta(minutes=15)
AGAIN = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True)
class _Fetched:
    """What came of one SLI: its counts until `end`, or a problem in words."""

    row: Measurement
    end: int = 0
    counted: Counted = Counted([], [])
    problem: str = ""


def fetch_source(name: str) -> int:
    """Fetches what is due of one source, a shard at most. Returns of how many SLIs counts came."""
    rows = _claim(name)
    if not rows:
        return 0
    try:
        source = queries.registered_sources().get(name)
    except NotASource:
        source = None
    if source is None:
        _fail(rows, f"The settings name no source “{name}” any more.")
        return 0
    fetched, left, problem = _asked(source, rows)
    good = _hand_down(fetched)
    if problem:
        _fail([*left, *_claim(name, at_most=None)], problem)
    else:
        _release(left)
        if left or len(rows) == SHARD:
            ring("integrations.fetch_source", name)
    return good


def _claim(name: str, *, at_most: int | None = SHARD) -> list[Measurement]:
    """Takes what is due, so that no other worker asks for the same."""
    now = timezone.now()
    with transaction.atomic():
        skips = connection.features.has_select_for_update_skip_locked
        found = queries.due(now).filter(source=name).select_for_update(of=("self",), skip_locked=skips)
        rows = list(found[:at_most])
        Measurement.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=now + CLAIMED)
    return rows


def _asked(source: Source, rows: list[Measurement]) -> tuple[list[_Fetched], list[Measurement], str]:
    """What came of each, what is left, and the problem where the source itself does not answer."""
    begun, found = time.monotonic(), list[_Fetched]()
    limits = queries.limits()
    for number, row in enumerate(rows):
        if time.monotonic() - begun > AT_IT:
            return found, rows[number:], ""
        start, end = _span(row)
        if start >= end:
            found.append(_Fetched(row, end))
            continue
        try:
            counted = counting.fetch(source, queries.asked_of(row), start=start, end=end, limits=limits)
        except WrongAnswer as error:
            found.append(_Fetched(row, problem=str(error)))
        except NoAnswer as error:
            return found, rows[number:], str(error)
        else:
            found.append(_Fetched(row, end, counted))
    return found, [], ""


def _span(row: Measurement) -> tuple[int, int]:
    """From where to where to ask: whole buckets that have settled, as far back as five minutes are kept."""
    now = timezone.now()
    kept = -(-seconds_of(now - KEPT) // HOUR) * HOUR
    begun = seconds_of(max(row.fetched_until - OVERLAP, row.begins_at))
    return max(begun, kept), queries.bucket_before(seconds_of(now - SETTLED))


def _hand_down(fetched: list[_Fetched]) -> int:
    """Records counts, all in one act, or one by one where together they are refused. Returns of how many."""
    batches = {one.row.sli.key: batch for one in fetched if not one.problem and (batch := _changed(one)) is not None}
    refused: dict[str, str] = {}
    try:
        if batches:
            reliability.record_counts(batches=batches, by=None)
    except (Refused, SLI.DoesNotExist):
        refused = {key: words for key, batch in batches.items() if (words := _refusal(key, batch))}
    good = 0
    for one in fetched:
        if problem := one.problem or refused.get(one.row.sli.key, ""):
            _fail([one.row], problem)
        else:
            _succeed(one)
            good += 1
    return good


def _refusal(key: str, batch: Batch) -> str:
    """Records one SLI's counts; why not, where they are refused."""
    try:
        reliability.record_counts(batches={key: batch}, by=None)
    except Refused as error:
        return error.sentence
    except SLI.DoesNotExist:
        return f"There is no SLI {key}."
    return ""


def _changed(one: _Fetched) -> Batch | None:
    """The buckets that are not there yet, or otherwise."""
    if not one.counted.buckets:
        return None
    buckets, errors = queries.stored(one.row.sli, one.counted.buckets[0][0], one.end)
    known = set(buckets)
    said = {start: {error for error in one.counted.errors if error[0] == start} for start, _, _ in one.counted.buckets}
    there = {start: {error for error in errors if error[0] == start} for start, _, _ in one.counted.buckets}
    fresh = [bucket for bucket in one.counted.buckets if bucket not in known or said[bucket[0]] != there[bucket[0]]]
    if not fresh:
        return None
    starts = {start for start, _, _ in fresh}
    return batch_of(fresh, grain=FIVE_MINUTES, errors=[error for error in one.counted.errors if error[0] in starts])


def _succeed(one: _Fetched) -> None:
    """Asked again once the next bucket has settled. Where the newest bucket has no value, counts end before it."""
    now, row = timezone.now(), one.row
    if one.counted.buckets:
        newest = datetime.fromtimestamp(one.counted.buckets[-1][0] + FIVE_MINUTES, UTC)
        row.fetched_until = max(row.fetched_until, newest)
    is_whole = seconds_of(row.fetched_until) >= one.end
    row.fetched_at, row.claimed_until, row.failures = now, None, 0
    row.due_at = datetime.fromtimestamp(queries.bucket_before(seconds_of(now)) + FIVE_MINUTES, UTC) + SETTLED
    row.problem = "" if is_whole else f"{row.source} answers, but has no value of the newest five minutes."
    row.stale_since = None if is_whole else row.fetched_until
    _save(row)


def _fail(rows: Iterable[Measurement], problem: str) -> None:
    """Asked again later, and later each time."""
    now = timezone.now()
    for row in rows:
        row.failures += 1
        row.problem, row.claimed_until = problem[:500], None
        row.stale_since = row.stale_since or row.fetched_until
        row.due_at = now + min(AGAIN * 2 ** min(row.failures - 1, 10), LONGEST)
        _save(row)


def _release(rows: Iterable[Measurement]) -> None:
    """Due still."""
    Measurement.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=None)


def _save(row: Measurement) -> None:
    """What fetching writes, unless somebody changed meanwhile what measures the SLI."""
    Measurement.objects.filter(pk=row.pk, set_at=row.set_at).update(
        fetched_until=row.fetched_until,
        fetched_at=row.fetched_at,
        due_at=row.due_at,
        claimed_until=row.claimed_until,
        stale_since=row.stale_since,
        problem=row.problem,
        failures=row.failures,
    )
