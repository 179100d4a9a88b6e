"""Rows of evidence: runs, and results pinned to what ran."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from apps.delivery.models import Pickle, Story
from apps.organization.models import Person
from apps.specs.report import Status


class Run(models.Model):
    """One report of a test runner, as it came in.

    `counts` holds cases, passed, failed, errors, skipped, pending, undefined, ambiguous, stale, unknown, refused
    (stale and unknown beside the status, not instead of it). The same bytes are taken once.
    """

    class Channel(models.TextChoices):
        COMMAND = "COMMAND", "Command"
        PAGE = "PAGE", "Page"
        API = "API", "API"
        HAND = "HAND", "By hand"

    key = models.CharField(max_length=20, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    format = models.CharField(max_length=20)
    source = models.CharField(max_length=500, help_text="Names of the files")
    revision = models.CharField(max_length=100, blank=True)
    # When it ran, as the report says; empty where it does not say.
    ran_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the reports, manifest and revision"
    )
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key

    @property
    def ordered_at(self) -> datetime:
        """The instant by which the latest of several runs is told."""
        return self.ran_at or self.received_at


class Result(models.Model):
    """What one scenario or row did in a run.

    Matched: `story`, `pickle`, `scenario_digest` and `run_digest` say what ran. `is_stale`: it ran an older text and
    greens nothing. Unmatched: `unknown` says why, in words, and `story` is empty.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="results")
    position = models.PositiveIntegerField()
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pickle = models.ForeignKey(Pickle, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scenario_digest = models.CharField(max_length=64, blank=True)
    run_digest = models.CharField(max_length=64, blank=True)
    matched_by = models.CharField(max_length=10, blank=True, help_text="MANIFEST, DIGEST or NAME")
    is_stale = models.BooleanField(default=False)
    unknown = models.CharField(max_length=300, blank=True)
    status = models.CharField(
        max_length=10, choices=[(status.value, status.name.title()) for status in Status]
    )
    feature_name = models.TextField(blank=True)
    name = models.TextField()
    uri = models.TextField(blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    message = models.TextField(blank=True)
    duration_ns = models.BigIntegerField(null=True, blank=True)
    # The run's instant again, so that the latest result of a scenario is one index look-up.
    ordered_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["story", "run_digest", "ordered_at"])]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="result_position_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.status}"
