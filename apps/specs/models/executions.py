"""Executions of registered suites: rows that say what is due, which a worker takes up and a page follows."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Epic, Story
from apps.organization.models import Person
from apps.specs.models.runs import Run


class Execution(models.Model):
    """One execution of a suite by the portal: what was asked, how far it is, what came of it.

    Of the whole suite, of one epic, or of one story; one for a change takes the stories whose text the suite has not
    seen. `suite` is the name in the settings, which may be gone by now. `seen_at` is when the worker last said that it
    is at it, and `attempts` tells two workers apart: only the last one's result counts.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "Waiting"
        RUNNING = "RUNNING", "Running"
        DONE = "DONE", "Done"
        STOPPED = "STOPPED", "Stopped"
        CANCELED = "CANCELED", "Canceled"

    class Cause(models.TextChoices):
        REQUEST = "REQUEST", "Asked for"
        CHANGE = "CHANGE", "A text changed"
        SCHEDULE = "SCHEDULE", "By schedule"

    key = models.CharField(max_length=20, unique=True)
    suite = models.CharField(max_length=50)
    epic = models.ForeignKey(Epic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # Empty where nobody asked: a change, or the schedule.
    asked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    is_sandboxed = models.BooleanField(default=True)
    stories_total = models.PositiveIntegerField(default=0)
    scenarios_total = models.PositiveIntegerField(default=0)
    # As far as the suite's output tells, while it runs.
    scenarios_begun = models.PositiveIntegerField(default=0)
    scenarios_failing = models.PositiveIntegerField(default=0)
    current = models.CharField(max_length=200, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    # Why nothing came of it, in words.
    problem = models.TextField(blank=True)
    output = models.TextField(blank=True, help_text="Its beginning and its end, without control characters")
    output_bytes = models.PositiveBigIntegerField(default=0, help_text="Of all that it wrote")
    run = models.OneToOneField(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="execution_state")]
        constraints = [
            # However many texts change and however often, one execution waits for all of them.
            models.UniqueConstraint(
                fields=["suite"],
                condition=models.Q(cause="CHANGE", state__in=["WAITING", "RUNNING"]),
                name="execution_of_changes_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.suite}"

    def get_absolute_url(self) -> str:
        return reverse("specs:execution_detail", args=[self.key])

    @property
    def is_finished(self) -> bool:
        """Nothing more will come of it."""
        return self.state in (self.State.DONE, self.State.STOPPED, self.State.CANCELED)


class SuiteText(models.Model):
    """The last text of a story that a suite was given, whatever came of it: so a change is noticed once."""

    suite = models.CharField(max_length=50)
    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["story", "suite"], name="suite_text_once")]

    def __str__(self) -> str:
        return f"{self.suite}: {self.story_id}"


class SandboxTest(models.Model):
    """Whether the sandbox holds on a worker's machine; `problem` empty: it does."""

    host = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.host}: {self.problem or 'holds'}"
