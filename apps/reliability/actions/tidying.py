"""What may go of counts: those by five minutes, once their hours say the same and nobody asks for them."""

from datetime import timedelta

from django.utils import timezone

from apps.common.tidying import tidies
from apps.reliability.actions.counts import KEPT
from apps.reliability.counts import seconds_of
from apps.reliability.models import FiveMinuteCount

# Longer than counts are taken, so that none that comes late finds its hour without its parts.
KEPT_BEYOND = KEPT + timedelta(days=1)


@tidies("counts by five minutes", when=f"after {KEPT_BEYOND.days} days; hours and days stay")
def tidy_counts(dry_run: bool) -> int:
    """Their hours and days stay."""
    old = FiveMinuteCount.objects.filter(start__lt=seconds_of(timezone.now() - KEPT_BEYOND))
    return old.count() if dry_run else old.delete()[0]
