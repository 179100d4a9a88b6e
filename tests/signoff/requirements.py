"""Requirements that an SLI measures or a scenario proves, of the epic that a test promises."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.models import NFR, Story
from apps.reliability.models import SLI
from apps.specs.actions import Imported
from apps.specs.models import Run
from tests.reliability.world import HOUR, make_sli, send
from tests.signoff.promises import Promise
from tests.specs.evidence import behave_json, import_bytes


def measured(
    promise: Promise, sli: SLI | None = None, *, target: str = "0.99", days: int = 28, title: str = "Fast"
) -> NFR:
    """Of so many days, at least that share is good; of an SLI of its own without counts, if none is given."""
    sli = sli or make_sli(promise.epic.scope, promise.cast.maria, title)
    return create_nfr(
        epic_key=promise.epic.key,
        title=title,
        statement="It holds.",
        by=promise.cast.maria,
        kind="MEASURED",
        sli=sli.key,
        target=Decimal(target),
        days=days,
    )


def proven(promise: Promise, story: Story, name: str) -> NFR:
    """That scenario passes."""
    return create_nfr(
        epic_key=promise.epic.key,
        title="Safe",
        statement="Nobody pays twice.",
        by=promise.cast.maria,
        kind="SCENARIO",
        scenario=f"{story.key}:{name}",
    )


def count(promise: Promise, nfr: NFR, good: int, total: int, *, at: datetime | None = None) -> None:
    """Counts of the hour that begins at `at`: of the last whole one, if nothing else is said."""
    assert nfr.sli
    hour = at or timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    send(nfr.sli, (hour, good, total), by=promise.cast.adam, grain=HOUR)


def run(promise: Promise, story: Story, **statuses: str) -> Imported:
    """The story's current text ran; all of it passed but for what is said."""
    current = Story.objects.select_related("version").get(pk=story.pk)
    assert current.version
    # No two reports alike: the same again is the same run.
    report = behave_json(current.version.text, path=f"features/run{Run.objects.count()}.feature", **statuses)
    return import_bytes(report, by=promise.cast.tomas)
