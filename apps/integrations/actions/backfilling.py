"""Counts of the past, fetched in pieces: again and again without harm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.common.refused import BadInput, Refused
from apps.integrations import counting, queries, rules
from apps.integrations.counting import Counted
from apps.integrations.models import Measurement
from apps.organization.models import Person
from apps.reliability import actions as reliability
from apps.reliability import queries as reliability_queries
from apps.reliability.actions.counts import KEPT
from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR, Batch, batch_of, seconds_of
from apps.reliability.models import SLI, FiveMinuteCount

PIECE = 30 * DAY  # seconds: 8,640 points, of the 11,000 that Prometheus answers


@dataclass(frozen=True)
class Filled:
    """What came: counts, and events in them."""

    buckets: int
    good: int
    total: int


def backfill(*, sli_key: str, since: datetime, until: datetime, by: Person) -> Filled:
    """Fetches what the source still has between two instants, from its whole hour to the last settled five minutes.

    By five minutes as far back as those are kept, by the hour before; each piece is an act of its own, so that what
    came stays where a later piece fails. Raises NoAnswer, WrongAnswer and Refused, and SLI.DoesNotExist.
    """
    sli = reliability_queries.slis_for(by).get(key=sli_key)
    rules.check_may_measure_sli(sli, by=by)
    row = Measurement.objects.filter(sli=sli, stopped_at=None).select_related("sli").first()
    if row is None:
        raise Refused(f"No source measures {sli.key}. Say first which one does.")
    rules.check_source_is_registered(row.source)
    source = queries.registered_sources()[row.source]
    first = seconds_of(since) - seconds_of(since) % HOUR
    last = queries.bucket_before(min(seconds_of(until), seconds_of(timezone.now()) - 60))
    if first >= last:
        raise BadInput("There is no whole five minutes between these two instants yet.")
    filled = Filled(0, 0, 0)
    for start in range(first, last, PIECE):
        end = min(start + PIECE, last)
        counted = counting.fetch(source, queries.asked_of(row), start=start, end=end, limits=queries.limits())
        for batch in _batches(sli, counted):
            reliability.record_counts(batches={sli.key: batch}, by=by)
            filled = Filled(filled.buckets + len(batch.buckets), filled.good + batch.good, filled.total + batch.total)
    return filled


def _batches(sli: SLI, counted: Counted) -> Iterator[Batch]:
    """Hours of what lies further back than five minutes are kept, five minutes of the rest."""
    kept = -(-seconds_of(timezone.now() - KEPT) // HOUR) * HOUR
    old = Counted([one for one in counted.buckets if one[0] < kept], [one for one in counted.errors if one[0] < kept])
    if hours := _hours(sli, old):
        yield hours
    fresh = [one for one in counted.buckets if one[0] >= kept]
    if fresh:
        errors = [one for one in counted.errors if one[0] >= kept]
        yield batch_of(fresh, grain=FIVE_MINUTES, errors=errors)


def _hours(sli: SLI, counted: Counted) -> Batch | None:
    """Sums by the hour, but of hours whose five minutes are still there: those were counted."""
    if not counted.buckets:
        return None
    span = (counted.buckets[0][0], counted.buckets[-1][0])
    there = FiveMinuteCount.objects.filter(sli=sli, start__gte=span[0], start__lte=span[1])
    finer = {start - start % HOUR for start in there.values_list("start", flat=True)}
    sums: dict[int, tuple[int, int]] = {}
    for start, good, total in counted.buckets:
        hour = start - start % HOUR
        before = sums.get(hour, (0, 0))
        sums[hour] = (before[0] + good, before[1] + total)
    classes: dict[tuple[int, str], int] = {}
    for start, name, bad in counted.errors:
        key = (start - start % HOUR, name)
        classes[key] = classes.get(key, 0) + bad
    buckets = [(hour, *sum_) for hour, sum_ in sums.items() if hour not in finer]
    errors = [(hour, name, bad) for (hour, name), bad in classes.items() if hour not in finer]
    return batch_of(buckets, grain=HOUR, errors=errors) if buckets else None
