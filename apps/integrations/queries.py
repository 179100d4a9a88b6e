"""Reading of this room: sources of the settings, and what is measured by them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.common.refused import BadInput
from apps.integrations import sources
from apps.integrations.counting import Asked, says_window
from apps.integrations.models import Measurement, OwnReading
from apps.integrations.sources import Source
from apps.integrations.talking import Limits
from apps.organization.models import Person
from apps.reliability import queries as reliability
from apps.reliability.counts import FIVE_MINUTES, Bucket, ErrorClass
from apps.reliability.models import SLI, ErrorClassCount, FiveMinuteCount


def registered_sources() -> dict[str, Source]:
    """The Prometheus servers that the settings name. Raises NotASource."""
    return sources.registered(settings.PROMETHEUS, settings.PROMETHEUS_TOKENS)


def limits() -> Limits:
    """How long a source may take, as the settings say."""
    seconds = settings.PROMETHEUS_SECONDS
    return Limits(connect=min(3, seconds), silence=min(5, seconds), total=seconds)


def measurement_of(sli: SLI) -> Measurement | None:
    """What measures the SLI now."""
    return Measurement.objects.filter(sli=sli, stopped_at=None).select_related("sli", "set_by").first()


def slis_called(keys: Sequence[str], reader: Person) -> list[SLI]:
    """The SLIs with these keys, or under SLOs with them, each once, the oldest first; Refused names the first that is
    not there, or that `reader` may not read.
    """
    slis = {sli.key: sli for sli in reliability.slis_for(reader).filter(key__in=keys)}
    under = {slo.key: slo.sli for slo in reliability.slos_for(reader).filter(key__in=keys).select_related("sli")}
    found = slis | under
    if unknown := next((key for key in keys if key not in found), ""):
        raise BadInput(f"There is no SLI or SLO {unknown[:20]}.")
    return sorted({sli.pk: sli for sli in found.values()}.values(), key=lambda sli: sli.pk)


def measured() -> QuerySet[Measurement]:
    """All that is to be fetched: of SLIs in use that Prometheus measures."""
    return Measurement.objects.filter(
        stopped_at=None, sli__archived_at=None, sli__source=SLI.Source.PROMETHEUS
    ).select_related("sli")


def counted_by_the_portal() -> QuerySet[SLI]:
    """SLIs in use whose events are the requests that the portal itself answers."""
    return SLI.objects.filter(source=SLI.Source.PORTAL, archived_at=None)


def own_reading() -> OwnReading | None:
    """Where the portal last read its own counters."""
    return OwnReading.objects.first()


def due(at: datetime) -> QuerySet[Measurement]:
    """What is to be fetched now and no worker is at; what failed of late comes last."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=at)
    return measured().filter(free, due_at__lte=at).order_by("failures", "due_at", "pk")


def due_sources(at: datetime) -> list[str]:
    """The names of sources of which something is due."""
    return list(due(at).order_by("source").values_list("source", flat=True).distinct())


def asked_of(measurement: Measurement) -> Asked:
    """What is asked of the source."""
    sli = measurement.sli
    return Asked(sli.good_query, sli.total_query, measurement.error_query, measurement.error_label)


def windowless(queries: Mapping[str, str]) -> str:
    """The name of the first query that does not say its window; "" where all do."""
    return next((name for name, query in queries.items() if query and not says_window(query)), "")


def stored(sli: SLI, start: int, end: int) -> tuple[list[Bucket], list[ErrorClass]]:
    """Counts by five minutes that are there from `start` until `end`, seconds since 1970 UTC, with their classes."""
    span = {"sli": sli, "start__gte": start, "start__lt": end}
    buckets = FiveMinuteCount.objects.filter(**span).order_by("start").values_list("start", "good", "total")
    errors = ErrorClassCount.objects.filter(**span).order_by("start", "name").values_list("start", "name", "bad")
    return list(buckets), list(errors)


def bucket_before(at: int) -> int:
    """Where the five minutes of an instant begin."""
    return at - at % FIVE_MINUTES
