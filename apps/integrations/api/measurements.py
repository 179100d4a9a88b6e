"""Which source measures an SLI, and how that goes."""

from typing import TypedDict

from rest_framework.request import Request

from apps.common.endpoints import Instant, Key, body_of, found, instant, reads, writes
from apps.integrations import actions, queries
from apps.integrations.forms import MeasureForm
from apps.integrations.models import Measurement
from apps.organization.requests import person_of
from apps.reliability import queries as reliability
from apps.reliability.models import SLI


class MeasurementRow(TypedDict):
    """`source` is "" where none measures it. `stale_since` and `problem` say since when counts are missing, and why."""

    sli: Key
    source: str
    error_query: str
    error_label: str
    fetched_at: Instant | None
    fetched_until: Instant | None
    due_at: Instant | None
    stale_since: Instant | None
    problem: str
    failures: int


def _row(sli: SLI, measurement: Measurement | None) -> MeasurementRow:
    return {
        "sli": sli.key,
        "source": measurement.source if measurement else "",
        "error_query": measurement.error_query if measurement else "",
        "error_label": measurement.error_label if measurement else "",
        "fetched_at": instant(measurement.fetched_at) if measurement else None,
        "fetched_until": instant(measurement.fetched_until) if measurement else None,
        "due_at": instant(measurement.due_at) if measurement else None,
        "stale_since": instant(measurement.stale_since) if measurement else None,
        "problem": measurement.problem if measurement else "",
        "failures": measurement.failures if measurement else 0,
    }


def _readable(request: Request, key: str) -> SLI:
    sli: SLI = found(reliability.slis_for(person_of(request)), key=key)
    return sli


@reads(MeasurementRow)
def measurement_read(request: Request, key: str) -> MeasurementRow:
    """What is fetched of the SLI, from where, and how far."""
    sli = _readable(request, key)
    return _row(sli, queries.measurement_of(sli))


@writes(MeasurementRow, body=MeasureForm)
def sli_measure(request: Request, key: str) -> MeasurementRow:
    """Have the SLI measured by a source that the operator named; its queries stand on the SLI."""
    sli = _readable(request, key)
    actions.measure_sli(sli_key=key, **body_of(request, MeasureForm), by=person_of(request))
    return _row(sli, queries.measurement_of(sli))


@writes(MeasurementRow)
def sli_measure_stop(request: Request, key: str) -> MeasurementRow:
    """Fetch nothing more; counts stay."""
    sli = _readable(request, key)
    actions.stop_measuring_sli(sli_key=key, by=person_of(request))
    return _row(sli, None)
