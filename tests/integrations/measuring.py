"""An SLI that Prometheus measures."""

from apps.integrations import actions
from apps.integrations.models import Measurement
from apps.organization.models import Person
from apps.reliability import actions as reliability
from apps.reliability.models import SLI

GOOD, TOTAL = "good[{{.window}}]", "total[{{.window}}]"


def by_prometheus(sli: SLI, by: Person, *, good: str = GOOD, total: str = TOTAL) -> None:
    """Its queries stand on it; nothing is fetched yet."""
    reliability.edit_sli(
        sli_key=sli.key,
        title=sli.title,
        good_means=sli.good_means,
        kind=sli.kind,
        source=SLI.Source.PROMETHEUS,
        good_query=good,
        total_query=total,
        by=by,
    )


def measured(sli: SLI, by: Person, *, source: str = "shop", **more: str) -> Measurement:
    """The same, and fetched from a source."""
    by_prometheus(sli, by)
    return actions.measure_sli(sli_key=sli.key, source=source, by=by, **more)
