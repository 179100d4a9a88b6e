"""`/metrics` for Prometheus: what the web's processes counted, and how the installation stands as the database tells.

For the machine itself, or whoever has PORTAL_METRICS_TOKEN; to others it does not exist.
"""

import hmac
import ipaddress
import os
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.audit import queries as audit
from apps.common import health
from apps.common.access import public
from apps.delivery import actions as delivery
from apps.delivery.models import FeatureImport
from apps.specs import actions as specs
from apps.specs.models import Execution

# Whatever a proxy says of the one it asks for: then the address is the proxy's.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
QUEUES = ("celery", "suites")


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures in Prometheus' text format."""
    if not _may_read(request):
        raise Http404
    installation = CollectorRegistry()
    installation.register(Installation())
    return HttpResponse(generate_latest(_web()) + generate_latest(installation), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a unix socket has no address
        return False


def _web() -> CollectorRegistry:
    """What the processes of the web counted since it started; of this one alone where gunicorn does not run it."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry


class Installation(Collector):
    """What is the same whichever process is asked, read when asked."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("triad_info", "The version that runs", {(settings.PORTAL_VERSION,): 1}, ["version"])
        database, broker = not health.database_reason(), not health.broker_reason()
        parts = {("database",): int(database), ("broker",): int(broker)}
        yield _gauge("triad_part_up", "Whether a part answers", parts, ["part"])
        yield _gauge("triad_disk_free_bytes", "Free below PORTAL_VAR", {(): shutil.disk_usage(settings.VAR).free})
        for is_there, read in ((database, _of_database), (broker, _of_broker)):
            if is_there:
                try:
                    yield from read()
                except (DatabaseError, InterfaceError, OSError):  # away since: what is missing says so
                    continue

    # Else registering would read everything once to learn the names.
    def describe(self) -> Iterator[Metric]:
        return iter(())


def _of_database() -> Iterator[Metric]:
    now = timezone.now()
    yield _gauge("triad_database_bytes", "Size of the database", {(): _database_bytes()})
    yield _gauge("triad_log_entries", "Entries of the audit log", {(): audit.head().size})
    acts = CounterMetricFamily("triad_acts", "Entries of the audit log by event", labels=["event"])
    for event, count in _acts.up_to_now().items():
        acts.add_metric([event], count)
    yield acts
    last = audit.verifications().first()
    if last is not None:
        age = (now - last.at).total_seconds()
        yield _gauge("triad_log_verification_age_seconds", "Since the log was last verified", {(): age})
        yield _gauge("triad_log_verification_ok", "Whether that found the log good", {(): int(last.ok)})
    yield from _jobs()


def _jobs() -> Iterator[Metric]:
    counts: dict[tuple[str, ...], float] = {}
    oldest: dict[tuple[str, ...], float] = {}
    for kind, model in (("execution", Execution), ("import", FeatureImport)):
        counts |= {(kind, "waiting"): 0, (kind, "running"): 0}
        oldest[kind,] = 0
        found = model.objects.filter(state__in=["WAITING", "RUNNING"]).order_by()
        for state, count, first in found.values_list("state").annotate(count=Count("pk"), first=Min("asked_at")):
            counts[kind, state.lower()] = count
            if state == "WAITING":
                oldest[kind,] = (timezone.now() - first).total_seconds()
    yield _gauge("triad_jobs", "Jobs that wait or run", counts, ["kind", "state"])
    yield _gauge("triad_job_oldest_seconds", "Since the oldest waiting job was asked for", oldest, ["kind"])
    due = {
        ("execution",): specs.due_executions().count(),
        ("import",): delivery.due_feature_imports().count(),
    }
    yield _gauge("triad_jobs_due", "Jobs that no worker has heard of, or whose worker left", due, ["kind"])


def _of_broker() -> Iterator[Metric]:
    age = health.beat_age()
    if age is not None:
        yield _gauge("triad_beat_age_seconds", "Since a worker last answered the scheduler", {(): age})
    rings = {queue: health.rings_waiting(queue) for queue in QUEUES}
    waiting = {(queue,): float(count) for queue, (count, _) in rings.items()}
    yield _gauge("triad_rings_waiting", "Tasks that no worker has taken up", waiting, ["queue"])
    oldest = {(queue,): age for queue, (_, age) in rings.items()}
    yield _gauge("triad_ring_oldest_seconds", "Since the oldest of them was rung", oldest, ["queue"])


def _gauge(name: str, words: str, values: Mapping[Any, float], labels: list[str] | None = None) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels or [])
    for told, value in values.items():
        family.add_metric(list(told), value)
    return family


def _database_bytes() -> int:
    sql = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT pg_database_size(current_database())",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (size,) = cursor.fetchone()
    return int(size)


class _Acts:
    """Counts by event, kept so that only entries since the last look are read."""

    def __init__(self) -> None:
        self.origin = ""
        self.size = 0
        self.counts: dict[str, int] = {}

    def up_to_now(self) -> dict[str, int]:
        head = audit.head()
        if head.origin != self.origin or head.size < self.size:  # another log, or a backup was brought back
            self.origin, self.size, self.counts = head.origin, 0, {}
        counts = dict(self.counts)
        for event, count in audit.counts_by_event(self.size, head.size):
            counts[event] = counts.get(event, 0) + count
        self.counts, self.size = counts, head.size
        return counts


_acts = _Acts()
