"""Which source measures which SLI, how far it was fetched, and what went wrong; what the portal counted of itself."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person
from apps.reliability.models import SLI


class Measurement(models.Model):
    """An SLI is measured by a Prometheus server that the settings name; its queries of good and all events stand on it.

    `error_query` gives bad events by the label `error_label`, both "" where causes are not told apart. Of fetching:
    `begins_at` is where it began, `fetched_until` the end of the newest bucket that came, `due_at` when it is asked
    next, `claimed_until` until when a worker is at it. Where fetching fails, `failures` counts how often in a row,
    `problem` says why in words, and `stale_since` is where counts end since.
    """

    sli = models.OneToOneField(SLI, on_delete=models.PROTECT, related_name="+", primary_key=True)
    source = models.CharField(max_length=50)
    error_query = models.TextField(blank=True)
    error_label = models.CharField(max_length=100, blank=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    begins_at = models.DateTimeField()
    fetched_until = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    stale_since = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["due_at"], name="measurement_due", condition=models.Q(stopped_at=None))]

    def __str__(self) -> str:
        return f"{self.sli_id} by {self.source}"

    def get_absolute_url(self) -> str:
        return reverse("integrations:sli_measure", args=[self.sli.key])

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "sli": self.sli.key,
            "source": self.source,
            "error_query": self.error_query,
            "error_label": self.error_label,
            "stopped": self.stopped_at is not None,
        }


class OwnReading(models.Model):
    """The portal's counters of its own requests where the last five minutes ended: one row, once it looked.

    `life` names the start of the web since which they count; `read_at` is when they were read, a moment after
    `bucket_ended_at`.
    """

    ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONE)
    bucket_ended_at = models.DateTimeField()
    read_at = models.DateTimeField()
    life = models.CharField(max_length=64)
    good = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_own_reading")]

    def __str__(self) -> str:
        return f"{self.good} of {self.total} until {self.bucket_ended_at}"
