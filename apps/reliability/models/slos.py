"""What was agreed of an indicator: a target over a window, in versions, and where it stands."""

from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person, Scope
from apps.reliability.models.slis import SLI


class SLO(models.Model):
    """A service level objective. Its target and window are those of the version in force; `target` is a share of 1."""

    key = models.CharField(max_length=20, unique=True)
    sli = models.ForeignKey(SLI, on_delete=models.PROTECT, related_name="slos")
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    target = models.DecimalField(max_digits=10, decimal_places=9)
    # As `windows.parse` reads it: "28d", "month:Europe/Berlin".
    window = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    next_review_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], condition=Q(archived_at__isnull=False), name="slo_archived")]
        constraints = [
            models.CheckConstraint(condition=Q(target__gt=0, target__lte=1), name="slo_target_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reliability:slo_detail", args=[self.key])

    @property
    def share(self) -> Fraction:
        """The target as an exact share of 1."""
        return Fraction(self.target)


class SLOVersion(models.Model):
    """One text of the agreement: never changed, every edit is a new one with author and rationale."""

    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    target = models.DecimalField(max_digits=10, decimal_places=9)
    window = models.CharField(max_length=80)
    effective_on = models.DateField()
    rationale = models.TextField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["slo", "number"], name="slo_version_once")]

    def __str__(self) -> str:
        return f"{self.slo.key} version {self.number}"

    @property
    def share(self) -> Fraction:
        """The target as an exact share of 1."""
        return Fraction(self.target)

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "slo": self.slo.key,
            "sli": self.slo.sli.key,
            "scope": self.slo.scope.key,
            "title": self.slo.title,
            "number": self.number,
            "target": format(self.target.normalize(), "f"),
            "window": self.window,
            "effective_on": self.effective_on,
            "rationale": self.rationale,
        }


class SLOStatus(models.Model):
    """Where an SLO stands as of an instant, computed from counts by a refresh; lists read it, sorted by need.

    `sums` holds good and total by the length of each alert's window in seconds. `need` sorts: the smaller, the sooner
    somebody should look; what has no data comes last. While `is_behind`, counts before `as_of` have changed since, and
    the next refresh reads its windows anew instead of sliding them.
    """

    slo = models.OneToOneField(SLO, on_delete=models.PROTECT, related_name="status", primary_key=True)
    as_of = models.DateTimeField()
    good = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10)
    need = models.FloatField()
    sums = models.JSONField(default=dict)
    is_behind = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["need", "slo"], name="slo_status_by_need"),
            models.Index(fields=["state"], name="slo_status_by_state"),  # the overview counts them
        ]

    def __str__(self) -> str:
        return f"{self.slo_id}: {self.state}"
