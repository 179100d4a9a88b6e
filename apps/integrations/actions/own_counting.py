"""The portal watches itself: what its web answered in five minutes, handed down as counts like anybody's.

It looks where five minutes end, and takes the difference to where they began. What a late look, a restart or a pause
leaves unknown is not made up: such a bucket has no count.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.common.refused import Refused
from apps.integrations import own_requests, queries
from apps.integrations.models import OwnReading
from apps.integrations.own_requests import Answered
from apps.reliability import actions as reliability
from apps.reliability.counts import FIVE_MINUTES, batch_of, seconds_of
from apps.reliability.models import SLI

# Seconds after the end of a bucket in which a look still tells of it.
PUNCTUAL = 30


def count_own_requests() -> int:
    """Records the five minutes that just ended, for each SLI that the portal counts itself. Returns for how many.

    Requests of the moments until it looked count to them, not to the next. Again in the same five minutes changes
    nothing.
    """
    slis = list(queries.counted_by_the_portal())
    if not slis:
        return 0
    with transaction.atomic():
        row = OwnReading.objects.select_for_update().filter(pk=OwnReading.ONE).first()
        now = timezone.now()  # it may have waited for the row
        end = queries.bucket_before(seconds_of(now))
        is_done = row is not None and seconds_of(row.bucket_ended_at) == end
        if is_done or seconds_of(now) - end >= PUNCTUAL:
            return 0
        answered = own_requests.read(settings.WEB_COUNTS)
        if answered is None:
            return 0
        done = _hand_down(slis, row, end, answered) if row else 0
        OwnReading.objects.update_or_create(
            pk=OwnReading.ONE,
            defaults={
                "bucket_ended_at": datetime.fromtimestamp(end, UTC),
                "read_at": now,
                "life": answered.life,
                "good": answered.good,
                "total": answered.total,
            },
        )
    return done


def _hand_down(slis: list[SLI], row: OwnReading, end: int, answered: Answered) -> int:
    counted = answered.since(Answered(row.life, row.good, row.total))
    start = end - FIVE_MINUTES
    if counted is None or seconds_of(row.bucket_ended_at) != start:
        return 0
    batch, done = batch_of([(start, *counted)], grain=FIVE_MINUTES), 0
    for sli in slis:
        try:
            reliability.record_counts(batches={sli.key: batch}, by=None)
        except Refused:  # archived meanwhile, or its hour was counted by another grain: its page says where counts end
            continue
        done += 1
    return done
