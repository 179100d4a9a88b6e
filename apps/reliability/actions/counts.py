"""Taking in counts: a batch is one act, whole or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from apps.audit.acts import act, canonical_digest, record
from apps.common.refused import BadInput, Refused
from apps.common.ringing import ring
from apps.common.rows import insert_rows
from apps.organization.models import Person
from apps.reliability import rules
from apps.reliability.actions.locks import lock_slis
from apps.reliability.actions.refreshing import mark_behind
from apps.reliability.actions.rollups import TABLES, counted_otherwise, roll_up
from apps.reliability.counts import FIVE_MINUTES, GRAIN_WORDS, Batch, instant_words, seconds_of
from apps.reliability.models import SLI, ErrorClassCount

KEPT = timedelta(days=14)  # of five-minute counts
AHEAD = timedelta(minutes=10)  # clocks differ
MAX_ABOUT = 1_000


@act
def record_counts(*, batches: Mapping[str, Batch], by: Person | None) -> list[SLI]:
    """Stores counts by the key of their SLI; a bucket that was there is replaced, hours and days are summed anew.

    `by` is None where the portal itself counted, or fetched what was counted. One entry in the log for all, with its
    digest. Raises BadInput for buckets in the future, or by five minutes for days of which those are gone, and Refused
    where a span was counted by another grain; nothing is stored then.
    """
    slis = lock_slis(batches, by=by)
    seat = rules.check_may_record_counts(list(slis.values()), by=by)
    now = timezone.now()
    for key, batch in batches.items():
        _check(slis[key], batch, now)
    for key, batch in batches.items():
        _store(slis[key], batch, now)
    mark_behind({slis[key].pk: batch.buckets[0][0] for key, batch in batches.items()})
    record(
        "sli.counts_recorded",
        subject=min(slis),
        digest=canonical_digest({key: batch.digest for key, batch in batches.items()}),
        by=by,
        seat=seat,
        title=slis[min(slis)].title,
        sentence="sent counts of {total} events" + (f", of {len(slis)} SLIs" if len(slis) > 1 else " of {subject}"),
        about=sorted(slis)[1:MAX_ABOUT],
        facts={
            "buckets": sum(len(batch.buckets) for batch in batches.values()),
            "good": sum(batch.good for batch in batches.values()),
            "total": sum(batch.total for batch in batches.values()),
        },
    )
    for sli in slis.values():
        ring("reliability.refresh_sli", sli.pk)
    return list(slis.values())


def _check(sli: SLI, batch: Batch, now: datetime) -> None:
    if not batch.buckets:
        raise BadInput(f"{sli.key}: there is no count in it.")
    first, last = batch.buckets[0][0], batch.buckets[-1][0]
    if last > seconds_of(now + AHEAD):
        raise BadInput(f"{sli.key}: {instant_words(last)} is in the future. Nothing has been counted there yet.")
    if batch.grain == FIVE_MINUTES and first < seconds_of(now - KEPT):
        raise BadInput(
            f"{sli.key}: counts by five minutes are kept for {KEPT.days} days, and {instant_words(first)} is before. "
            "Send older ones by the hour or by the day."
        )
    starts = [start for start, _, _ in batch.buckets]
    if other := counted_otherwise(sli.pk, starts, batch.grain):
        raise Refused(
            f"{sli.key}: what lies at {instant_words(other[0])} was not counted by {GRAIN_WORDS[batch.grain]}. "
            "Send it as it was counted first."
        )


def _store(sli: SLI, batch: Batch, now: datetime) -> None:
    starts = [start for start, _, _ in batch.buckets]
    rows = ((sli.pk, start, good, total) for start, good, total in batch.buckets)
    table = TABLES[batch.grain]
    known = table._default_manager.filter(sli=sli, start__gte=starts[0], start__lte=starts[-1]).exists()
    insert_rows(table, ["sli", "start", "good", "total"], rows, instead=["sli", "start"] if known else ())
    roll_up(sli.pk, starts, batch.grain)
    # The classes of a bucket that comes again are those that come with it.
    replaced = ErrorClassCount.objects.filter(sli=sli, start__gte=starts[0], start__lte=starts[-1])
    if replaced.exists():
        gone = set(starts)
        replaced.filter(pk__in=[pk for pk, start in replaced.values_list("pk", "start") if start in gone]).delete()
    classes = ((sli.pk, start, name, bad) for start, name, bad in batch.errors)
    insert_rows(ErrorClassCount, ["sli", "start", "name", "bad"], classes)
    until = datetime.fromtimestamp(batch.until, UTC)
    sli.counted_at = now
    sli.counts_until = max(until, sli.counts_until) if sli.counts_until else until
    sli.save(update_fields=["counted_at", "counts_until"])
