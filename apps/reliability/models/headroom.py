"""What runs out: resources with their limit, usage by day, planned demand, reviews, and what comes of them."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person, Scope


class Resource(models.Model):
    """Something that a service, an epic or a team uses and that has a limit: disk, connections, time of a night's job.

    `limit` and usage are in `unit`.
    """

    class Measure(models.TextChoices):
        PEAK = "PEAK", "The highest of a day"
        SIZE = "SIZE", "What it came to at the end of a day"

    key = models.CharField(max_length=20, unique=True)
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    unit = models.CharField(max_length=20, blank=True)
    limit = models.FloatField()
    measure = models.CharField(max_length=4, choices=Measure, default=Measure.PEAK)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Of the latest review; empty where there was none.
    next_review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(limit__gt=0), name="resource_limit_above_0")]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reliability:resource_detail", args=[self.key])

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "resource": self.key,
            "scope": self.scope.key,
            "title": self.title,
            "unit": self.unit,
            "limit": repr(self.limit),
            "measure": str(self.measure),
        }


class DayUsage(models.Model):
    """What was in use on a day of UTC; sent again, it takes the place of what was there."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "on"], name="day_usage_once")]

    def __str__(self) -> str:
        return f"{self.value} on {self.on}"


class PlannedDemand(models.Model):
    """So much more (or less) from a day on, put here by whoever plans it; `cause_key` names their row, once.

    `scope` is what it is planned for: who may not read that does not see the row.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="planned")
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="+")
    cause_key = models.CharField(max_length=40, unique=True)
    on = models.DateField()
    amount = models.FloatField()
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.amount:+g} on {self.on}"


class HeadroomReview(models.Model):
    """Somebody who answers for it looked at the figures and said what follows; never changed.

    `figures` are those that were seen, as canonical JSON.
    """

    key = models.CharField(max_length=20, unique=True)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="reviews")
    figures = models.TextField()
    note = models.TextField()
    next_review_on = models.DateField()
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.key} of {self.resource.key}"

    @property
    def words(self) -> str:
        """What the page said of usage and limit then."""
        return str(json.loads(self.figures)["words"])

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "review": self.key,
            "resource": self.resource.key,
            "figures": self.figures,
            "note": self.note,
            "next_review_on": self.next_review_on,
            "reviewed_by": self.reviewed_by.key,
        }


class HeadroomStatus(models.Model):
    """What usage says of the limit as of an instant: the columns of `headroom.Headroom`.

    Computed when usage, limit or planned demand changes, and anew each day. `need` sorts: days until the limit, then
    what does not reach it, then what has too few measurements.
    """

    resource = models.OneToOneField(Resource, on_delete=models.PROTECT, related_name="status", primary_key=True)
    as_of = models.DateTimeField()
    state = models.CharField(max_length=11)
    need = models.FloatField()
    n = models.PositiveIntegerField()
    used_until = models.DateField(null=True, blank=True)
    level = models.FloatField(null=True, blank=True)
    a_day = models.FloatField(null=True, blank=True)
    a_day_low = models.FloatField(null=True, blank=True)
    a_day_high = models.FloatField(null=True, blank=True)
    days = models.FloatField(null=True, blank=True)
    earliest = models.FloatField(null=True, blank=True)
    latest = models.FloatField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["need", "resource"], name="headroom_status_by_need")]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.state}"
