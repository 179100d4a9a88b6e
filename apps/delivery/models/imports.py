"""Imports of feature files, as rows that a worker takes up and a page follows."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models.epics import Initiative
from apps.organization.models import Person


class FeatureImport(models.Model):
    """One import: what was asked, how far it is, what came of it. Nothing is saved before all files are read.

    `archive` holds what was uploaded, as a ZIP, until the work is done; `result` the counts that
    `import_features --json` prints, and `notes`. `seen_at` is when the worker last said that it is at it.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "Waiting"
        RUNNING = "RUNNING", "Running"
        DONE = "DONE", "Done"
        REFUSED = "REFUSED", "Refused"

    key = models.CharField(max_length=20, unique=True)
    initiative_title = models.CharField(max_length=200)
    initiative = models.ForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=500, help_text="The folder's or archive's name")
    archive = models.BinaryField(null=True, blank=True)
    # Whether the archive is the whole folder: then stories whose files are gone are archived.
    is_whole = models.BooleanField(default=True)
    skip_refused = models.BooleanField(default=False)
    text_at = models.DateTimeField(null=True, blank=True, help_text="Since when the texts hold, where older than now")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    files_total = models.PositiveIntegerField(default=0)
    files_read = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    # Why nothing was imported, where it was refused; the files' own problems stand in `result`.
    problem = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="feature_import_state")]

    def __str__(self) -> str:
        return f"{self.key} {self.source}"

    def get_absolute_url(self) -> str:
        return reverse("delivery:feature_import_detail", args=[self.key])

    @property
    def is_finished(self) -> bool:
        """Nothing more will come of it."""
        return self.state in (self.State.DONE, self.State.REFUSED)
