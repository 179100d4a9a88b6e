"""Runs, and results pinned to what ran."""

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Initiative, Pickle, Story
from apps.organization.models import Person
from apps.specs.report import Status


def ordered_at(ran_at: datetime | None, received_at: datetime) -> datetime:
    """When a run counts as run: a runner's clock never counts as later than ours."""
    return min(ran_at, received_at) if ran_at else received_at


class Run(models.Model):
    """What came in at once: reports of a test runner, or what a person found by hand.

    `counts` holds cases, passed, failed, errors, skipped, pending, undefined, ambiguous, stale, unknown, refused
    (stale and unknown beside the status, not instead of it). The same bytes are taken once.
    """

    class Channel(models.TextChoices):
        COMMAND = "COMMAND", "Command"
        PAGE = "PAGE", "Page"
        API = "API", "API"
        HAND = "HAND", "By hand"
        SUITE = "SUITE", "By the portal"

    key = models.CharField(max_length=20, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    format = models.CharField(max_length=20)
    tool = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=500, help_text="Names of the files")
    revision = models.CharField(max_length=100, blank=True)
    # Only stories of this initiative were looked at.
    initiative = models.ForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # When it began to run, as the report says, or who sent it; empty where neither does.
    ran_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Whose seat it is where a delegate brought or recorded it.
    delegated_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the reports, manifest, revision and initiative"
    )
    # The same reports never ran later than they came first, whatever revision they are said to be of.
    reports_digest = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="SHA-256 of the reports alone"
    )
    counts = models.JSONField(default=dict)
    # What the reports hold that was left out, in words.
    notes = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("specs:run_detail", args=[self.key])

    @property
    def ordered_at(self) -> datetime:
        """The instant by which the latest of several runs is told."""
        return ordered_at(self.ran_at, self.received_at)


class Result(models.Model):
    """What one scenario or row did in a run.

    Matched: `story`, `pickle`, `scenario_digest`, `run_digest` and `twin` (0 for the first of several that are alike)
    say what ran. `is_stale`: it ran a text that no longer held, and greens nothing. Unmatched: `unknown` says why, in
    words, and `story` is empty. `at` is the instant it counts from, which is never later than when it came;
    `failed_step` the first step that failed, keyword and text, empty where none did or the report does not say.
    `tried` holds each step and hook of each attempt where the report tells them apart: attempt (from 1), keyword and
    text ("" for a hook), status, and what it said.
    """

    class MatchedBy(models.TextChoices):
        MANIFEST = "MANIFEST", "Manifest"
        DIGEST = "DIGEST", "Digest"
        NAME = "NAME", "Name"
        HAND = "HAND", "Hand"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="results", db_index=False)
    position = models.PositiveIntegerField()
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    pickle = models.ForeignKey(
        Pickle, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    scenario_digest = models.CharField(max_length=64, blank=True)
    run_digest = models.CharField(max_length=64, blank=True)
    twin = models.PositiveIntegerField(default=0)
    matched_by = models.CharField(max_length=10, blank=True, choices=MatchedBy)
    is_stale = models.BooleanField(default=False)
    unknown = models.CharField(max_length=400, blank=True)
    status = models.CharField(max_length=10, choices=[(status.value, status.name.title()) for status in Status])
    at = models.DateTimeField(default=timezone.now)
    failed_step = models.CharField(max_length=500, blank=True)
    feature_name = models.TextField(blank=True)
    name = models.TextField()
    uri = models.TextField(blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    message = models.TextField(blank=True)
    duration_ns = models.BigIntegerField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    tried = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["position"]
        # What a story did lately, its scenarios together: one by digests would cost every import a third more.
        indexes = [models.Index(fields=["story", "at"], name="result_of_story")]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="result_position_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.status}"


class LatestResult(models.Model):
    """The latest result of what a scenario or row of a story means: the verdict is computed from these alone.

    Keyed by meaning and not by version, so that an unchanged scenario of an edited story keeps what it proved. A run
    that holds the same scenario several times counts with its worst.
    """

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="+", db_index=False)
    scenario_digest = models.CharField(max_length=64)
    run_digest = models.CharField(max_length=64)
    twin = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    # Of the result in its run.
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=10)
    ordered_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["story", "scenario_digest", "run_digest", "twin"], name="latest_result_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} in {self.run_id}"
