"""Good and total events by five minutes, hour and day.

`start` is the bucket's beginning in seconds since 1970 UTC: sums over windows, and which hour a bucket lies in, are
then whole numbers, the same on both databases.
"""

from django.db import models
from django.db.models import F, Q

from apps.reliability.models.slis import SLI


class Bucket(models.Model):
    """The counts of one span of time; sent again, they take the place of what was there."""

    sli = models.ForeignKey(SLI, on_delete=models.PROTECT, related_name="+", db_index=False)
    start = models.PositiveBigIntegerField()
    good = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.good} of {self.total} at {self.start}"


def _constraints(name: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["sli", "start"], name=f"{name}_once"),
        models.CheckConstraint(condition=Q(good__lte=F("total")), name=f"{name}_good_of_total"),
    ]


class FiveMinuteCount(Bucket):
    """Kept for the last days, for the short windows of alerts."""

    class Meta:
        constraints = _constraints("five_minute_count")


class HourCount(Bucket):
    """The sum of its five minutes, or counted by the hour."""

    class Meta:
        constraints = _constraints("hour_count")


class DayCount(Bucket):
    """The sum of its hours, a day of UTC, or counted by the day."""

    class Meta:
        constraints = _constraints("day_count")


class ErrorClassCount(models.Model):
    """Of a bucket's bad events, those of one cause, as whoever counts names it; none where it does not say."""

    sli = models.ForeignKey(SLI, on_delete=models.PROTECT, related_name="+", db_index=False)
    start = models.PositiveBigIntegerField()
    name = models.CharField(max_length=80)
    bad = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sli", "start", "name"], name="error_class_count_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.bad}"
