"""What is measured: of the events that count, how many were good."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person, Scope


class SLI(models.Model):
    """A service level indicator: good events of all valid ones, on a service or on an epic's experience.

    `good_means` says in words what a good event is. The queries are Prometheus's, where it measures; elsewhere whoever
    counts sends counts, or the portal counts its own requests.
    """

    class Kind(models.TextChoices):
        AVAILABILITY = "AVAILABILITY", "Availability"
        LATENCY = "LATENCY", "Latency below a threshold"
        CORRECTNESS = "CORRECTNESS", "Correctness: wrong data is an error"
        FRESHNESS = "FRESHNESS", "Freshness"
        CUSTOM = "CUSTOM", "A ratio of one's own"

    class Source(models.TextChoices):
        PUSHED = "PUSHED", "Counts that are sent, or read from files"
        PROMETHEUS = "PROMETHEUS", "Prometheus"
        PORTAL = "PORTAL", "The portal itself: requests that it answers"

    key = models.CharField(max_length=20, unique=True)
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.AVAILABILITY)
    good_means = models.CharField(max_length=500)
    source = models.CharField(max_length=10, choices=Source, default=Source.PUSHED)
    good_query = models.TextField(blank=True)
    total_query = models.TextField(blank=True)
    # Where it gives ratios and no counts, every bucket weighs alike, and sums are an average of ratios.
    is_mean_of_ratios = models.BooleanField(default=False)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    # When counts last came, and up to when they reach: the end of the newest bucket.
    counted_at = models.DateTimeField(null=True, blank=True)
    counts_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reliability:sli_detail", args=[self.key])

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "sli": self.key,
            "scope": self.scope.key,
            "title": self.title,
            "kind": str(self.kind),
            "good_means": self.good_means,
            "source": str(self.source),
            "good_query": self.good_query,
            "total_query": self.total_query,
            "is_mean_of_ratios": self.is_mean_of_ratios,
        }
