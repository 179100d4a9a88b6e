"""Background work of delivery: rung for by name, found again by a sweep."""

from celery import shared_task

from apps.common.ringing import ring
from apps.delivery import actions

MAX_RINGS = 100


@shared_task(name="delivery.import_features")
def import_features(pk: int) -> None:
    """Import what was uploaded."""
    actions.run_feature_import(pk)


@shared_task(name="delivery.sweep_imports")
def sweep_imports() -> None:
    """Ring again for imports that were not heard, or whose worker died."""
    # While every worker is busy nobody hears: no more rings than the broker can keep for hours.
    for asked in actions.due_feature_imports().only("pk")[:MAX_RINGS]:
        ring("delivery.import_features", asked.pk)
