"""Saying which source measures an SLI."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.ringing import ring
from apps.common.text import clean_text
from apps.integrations import queries, rules
from apps.integrations.models import Measurement
from apps.organization.models import Person
from apps.reliability.actions.locks import lock_sli
from apps.reliability.actions.slis import MAX_QUERY
from apps.reliability.counts import seconds_of
from apps.reliability.models import SLI

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)


@act
def measure_sli(*, sli_key: str, source: str, by: Person, error_query: str = "", error_label: str = "") -> Measurement:
    """Counts of the SLI are fetched from the source from here on, every five minutes. Earlier ones: `backfill`."""
    sli = lock_sli(sli_key, by=by)
    seat = rules.check_may_measure_sli(sli, by=by)
    rules.check_source_is_registered(source)
    error_query = clean_text(error_query, what="The query of bad events", limit=MAX_QUERY).strip()
    error_label = error_label.strip()
    rules.check_queries_say_their_window(sli, error_query)
    if bool(error_query) != bool(error_label):
        raise BadInput("Causes take both: a query of bad events, and the label that names the cause.")
    if error_label and not _LABEL.fullmatch(error_label):
        raise BadInput(f"“{error_label[:40]}” is no name of a label.")
    known = Measurement.objects.filter(sli=sli).first()
    before = canonical_digest(known.canonical_row()) if known else ""
    row = known or Measurement(sli=sli)
    is_begun = known is None or known.stopped_at is not None
    row.source, row.error_query, row.error_label, row.stopped_at = source, error_query, error_label, None
    if canonical_digest(row.canonical_row()) == before:
        nothing_changed()
        return row
    now = timezone.now()
    row.set_by, row.set_at, row.due_at = by, now, now
    row.failures, row.problem, row.claimed_until, row.stale_since = 0, "", None, None
    if is_begun:
        row.fetched_until = _beginning(sli, now)
    row.begins_at = row.fetched_until
    row.save()
    sentence = "has {subject} “{title}” measured by the source {source}"
    _record("sli.measurement_set", sentence, row, by=by, seat=seat, previous=before)
    ring("integrations.fetch_source", row.source)
    return row


@dataclass
class Chosen:
    """What a source measures from here on, and by keys of SLIs why others are left as they are."""

    measured: list[Measurement] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


@act
def measure_slis(*, keys: Sequence[str], source: str, by: Person) -> Chosen:
    """One source for all that Prometheus shall measure and nothing measures yet, of SLIs and of SLOs' SLIs (`keys`).

    All or nothing: one that is refused refuses the rest. What counts are sent of, or some source measures, is left.
    """
    chosen = Chosen()
    for sli in queries.slis_called(keys, by):
        if sli.source != SLI.Source.PROMETHEUS:
            chosen.left[sli.key] = "Prometheus does not measure it"
        elif running := queries.measurement_of(sli):
            chosen.left[sli.key] = f"the source {running.source} measures it already"
        else:
            chosen.measured.append(measure_sli(sli_key=sli.key, source=source, by=by))
    if not chosen.measured:
        nothing_changed()
    return chosen


@act
def stop_measuring_sli(*, sli_key: str, by: Person) -> Measurement:
    """Nothing more is fetched; counts stay."""
    sli = lock_sli(sli_key, by=by)
    seat = rules.check_may_measure_sli(sli, by=by)
    row = Measurement.objects.filter(sli=sli, stopped_at=None).first()
    if row is None:
        raise Refused(f"No source measures {sli.key}.")
    before = canonical_digest(row.canonical_row())
    row.stopped_at = timezone.now()
    row.save(update_fields=["stopped_at"])
    sentence = "stopped having {subject} “{title}” measured by the source {source}"
    _record("sli.measurement_stopped", sentence, row, by=by, seat=seat, previous=before)
    return row


def _beginning(sli: SLI, now: datetime) -> datetime:
    """The five minutes that run, or where counts of another grain end: one span is counted by one grain."""
    running = datetime.fromtimestamp(queries.bucket_before(seconds_of(now)), UTC)
    if sli.counts_until is None or sli.counts_until <= running:
        return running
    return min(sli.counts_until, running + timedelta(days=1))


def _record(event: str, sentence: str, row: Measurement, *, by: Person, seat: HeldSeat | None, previous: str) -> None:
    record(
        event,
        subject=row.sli.key,
        digest=canonical_digest(row.canonical_row()),
        previous=previous,
        by=by,
        seat=seat,
        title=row.sli.title,
        sentence=sentence,
        about=[row.sli.scope.key],
        facts={"source": row.source},
    )
