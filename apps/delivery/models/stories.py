"""Stories, the versions of their text, and what a text says: scenarios, and the pickles a runner executes."""

from typing import Any, Protocol

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models.epics import Epic
from apps.delivery.states import StoryState
from apps.organization.models import Person, Team


class StoryVerdict(models.TextChoices):
    """What the latest runs say of a story's meaning as a whole."""

    NONE = "", "No evidence"
    INCOMPLETE = "INCOMPLETE", "Incomplete"
    FAILED = "FAILED", "Failed"
    PASSED = "PASSED", "Passed"


class StoryColumns(Protocol):
    """What a story's state is computed from: of the row, or of columns that were read alone."""

    scenario_count: Any
    digest: Any
    signed_digest: Any
    evidence_digest: Any
    evidence_verdict: Any


def is_signed(story: StoryColumns) -> bool:
    """Signed at its current meaning."""
    return story.scenario_count > 0 and bool(story.signed_digest) and bool(story.signed_digest == story.digest)


def is_regressed(story: StoryColumns) -> bool:
    """Signed, but its latest evidence at the same meaning failed."""
    current = story.evidence_digest == story.digest
    return is_signed(story) and current and bool(story.evidence_verdict == StoryVerdict.FAILED)


_STATE_OF_VERDICT = {StoryVerdict.PASSED: StoryState.PASSING, StoryVerdict.FAILED: StoryState.FAILING}


def story_state(story: StoryColumns) -> StoryState:
    """`story_condition` is the same as a condition of the database."""
    if not story.scenario_count:
        return StoryState.DRAFT
    if is_signed(story):
        return StoryState.SIGNED
    if not story.evidence_digest:
        return StoryState.READY
    if story.evidence_digest != story.digest:
        return StoryState.BROKEN
    return _STATE_OF_VERDICT.get(StoryVerdict(story.evidence_verdict), StoryState.READY)


def story_condition(state: str) -> Q:
    """The table of `Story.state` as a condition of the database: one of `StoryState`, or REGRESSED."""
    written = Q(scenario_count__gt=0)
    signed = written & ~Q(signed_digest="") & Q(signed_digest=F("digest"))
    unsigned = written & (Q(signed_digest="") | ~Q(signed_digest=F("digest")))
    current = Q(evidence_digest=F("digest"))
    return {
        "DRAFT": Q(scenario_count=0),
        "SIGNED": signed,
        "REGRESSED": signed & current & Q(evidence_verdict=StoryVerdict.FAILED),
        "READY": unsigned
        & (Q(evidence_digest="") | (current & Q(evidence_verdict__in=[StoryVerdict.NONE, StoryVerdict.INCOMPLETE]))),
        "BROKEN": unsigned & ~Q(evidence_digest="") & ~current,
        "FAILING": unsigned & current & Q(evidence_verdict=StoryVerdict.FAILED),
        "PASSING": unsigned & current & Q(evidence_verdict=StoryVerdict.PASSED),
    }[str(state)]


class StoryQuerySet(models.QuerySet["Story"]):
    def active(self) -> "StoryQuerySet":
        return self.filter(archived_at=None)

    def in_state(self, state: str) -> "StoryQuerySet":
        """Stories in one of `StoryState`: the same table as `Story.state`, as a condition of the database."""
        return self.filter(story_condition(StoryState(state)))

    def regressed(self) -> "StoryQuerySet":
        """Signed stories that a later run failed."""
        return self.filter(story_condition("REGRESSED"))


class Story(models.Model):
    """What a user needs, in Gherkin, executed as a test.

    `digest` is that of the current version's meaning. `evidence_*` are written by specs, `signed_*` by signoff,
    through this room's actions; the state is computed from the columns. `scenario_count` is 0 where no scenario has a
    step.
    """

    Verdict = StoryVerdict

    key = models.CharField(max_length=20, unique=True)
    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="stories")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=500)
    points = models.PositiveSmallIntegerField(null=True, blank=True)
    # The file an import made this story from, below the imported folder; empty for stories made by hand.
    path = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    version = models.ForeignKey(
        "StoryVersion", null=True, on_delete=models.PROTECT, related_name="+", help_text="The current text"
    )
    digest = models.CharField(max_length=64, blank=True)
    scenario_count = models.PositiveIntegerField(default=0)

    evidence_digest = models.CharField(max_length=64, blank=True)
    evidence_verdict = models.CharField(max_length=10, choices=StoryVerdict, blank=True, default=StoryVerdict.NONE)
    evidence_at = models.DateTimeField(null=True, blank=True)

    signed_digest = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "stories"
        indexes = [
            models.Index(fields=["epic", "archived_at"]),
            models.Index(fields=["path"]),
            # What the list is sorted by, with the key that breaks ties: else the first page sorts all stories.
            models.Index(fields=["title", "id"], name="story_by_title"),
            models.Index(fields=["epic", "id"], name="story_by_epic"),
            models.Index(fields=["scenario_count", "id"], name="story_by_scenarios"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("signoff:story_detail", args=[self.key])

    @property
    def is_signed(self) -> bool:
        """Signed at its current meaning."""
        return is_signed(self)

    @property
    def is_regressed(self) -> bool:
        """Signed, but its latest evidence at the same meaning failed."""
        return is_regressed(self)

    @property
    def state(self) -> StoryState:
        """From the columns alone; `StoryQuerySet.in_state` is the same as a condition."""
        return story_state(self)


class StoryVersion(models.Model):
    """One text of a story; never changed, every edit is a new one.

    `at` is since when the text holds (an import may say that it is older than the import), `written_at` when it came
    here. `digest` is of the meaning, `text_sha256` of the exact text.
    """

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    name = models.TextField()
    narrative = models.TextField(blank=True)
    # How much it holds, so that an import need not read it again to say so; empty for texts older than the columns.
    scenarios_without_rows = models.PositiveIntegerField(null=True)
    outlines = models.PositiveIntegerField(null=True)
    steps = models.PositiveIntegerField(null=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Whose seat it is where a delegate wrote it; read with the story's versions alone, so an index would only cost.
    delegated_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="story_version_number_once")]

    def __str__(self) -> str:
        return f"{self.story.key}, version {self.number}"


class Scenario(models.Model):
    """A scenario of one version, with the digest of its meaning."""

    version = models.ForeignKey(StoryVersion, on_delete=models.PROTECT, related_name="scenarios")
    position = models.PositiveIntegerField()
    name = models.TextField()
    rule = models.TextField(blank=True)
    is_outline = models.BooleanField(default=False)
    line = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="scenario_position_once")]

    def __str__(self) -> str:
        return self.name


class Pickle(models.Model):
    """What a runner executes: a scenario (row 0), or one row of an outline's examples (rows from 1).

    `run_digest` is what a report's executed steps are recomputed to; `story` repeats the version's for the look-up.
    """

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="pickles")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="pickles")
    position = models.PositiveIntegerField()
    name = models.TextField()
    row = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    run_digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scenario", "row"], name="pickle_row_once")]

    def __str__(self) -> str:
        return self.name
