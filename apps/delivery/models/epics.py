"""Initiatives, epics, and the threads from an epic to what it rests on."""

from typing import TYPE_CHECKING, Any, Protocol

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person, Scope, Service, Team
from apps.reliability.models import SLO

if TYPE_CHECKING:
    from collections.abc import Iterable


class Initiative(models.Model):
    """A strategic effort; its epics stand below it in the tree of scopes."""

    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["scope__title"]

    def __str__(self) -> str:
        return self.scope.title

    def get_absolute_url(self) -> str:
        return reverse("delivery:initiative_detail", args=[self.key])

    @property
    def key(self) -> str:
        return self.scope.key

    @property
    def title(self) -> str:
        return self.scope.title


def epic_condition(state: str) -> Q:
    """The table of `Epic.state` as a condition of the database."""
    alive, signed = Q(archived_at=None), ~Q(signed_promise="")
    return {
        "ARCHIVED": Q(archived_at__isnull=False),
        "REGRESSED": alive & signed & Q(regressed_at__isnull=False),
        "DRIFTED": alive & signed & Q(regressed_at=None, drifted_at__isnull=False),
        "SIGNED": alive & signed & Q(regressed_at=None, drifted_at=None),
        "REJECTED": alive & ~signed & Q(rejected_at__isnull=False),
        "OPEN": alive & ~signed & Q(rejected_at=None),
    }[str(state)]


class EpicColumns(Protocol):
    """What an epic's state is computed from: of the row, or of columns that were read alone."""

    archived_at: Any
    signed_promise: Any
    regressed_at: Any
    drifted_at: Any
    rejected_at: Any


def epic_state(epic: EpicColumns) -> str:
    """One of `states.EpicState`; `epic_condition` is the same as a condition of the database."""
    if epic.archived_at:
        return "ARCHIVED"
    if epic.signed_promise:
        if epic.regressed_at:
            return "REGRESSED"
        return "DRIFTED" if epic.drifted_at else "SIGNED"
    return "REJECTED" if epic.rejected_at else "OPEN"


class EpicQuerySet(models.QuerySet["Epic"]):
    def active(self) -> "EpicQuerySet":
        return self.filter(archived_at=None)

    def in_state(self, state: str) -> "EpicQuerySet":
        """Epics in one of `states.EpicState`: the same table as `Epic.state`."""
        return self.filter(epic_condition(state))

    def outside(self, hidden: "Iterable[int]") -> "EpicQuerySet":
        """Epics of initiatives other than those whose scopes have the primary keys `hidden`."""
        hidden = list(hidden)
        return self.exclude(initiative__scope_id__in=hidden) if hidden else self


class Epic(models.Model):
    """A promise to users, made of stories; product owners sign it.

    `signed_promise`, `signed_at`, `rejected_at` and `drifted_at` are written by signoff through `actions`; the counters
    and `regressed_at` are kept by whatever changes a story, in the same transaction, so that lists need not count.
    """

    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="epics")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    summary = models.TextField(blank=True)
    promised_for = models.CharField(max_length=20, blank=True, help_text="A quarter, such as 2026-Q4")
    # The folder an import made this epic from; empty for epics made by hand.
    path = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    # The promise root that the last accepting signature covers; empty when never signed or revoked by a reject.
    signed_promise = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    # Since when the promise differs from the signed one; empty while it is the same.
    drifted_at = models.DateTimeField(null=True, blank=True)
    # Since when a story of a signed epic fails; empty while none does.
    regressed_at = models.DateTimeField(null=True, blank=True)

    story_count = models.PositiveIntegerField(default=0)
    signed_story_count = models.PositiveIntegerField(default=0)
    passing_story_count = models.PositiveIntegerField(default=0)
    broken_story_count = models.PositiveIntegerField(default=0)
    failing_story_count = models.PositiveIntegerField(default=0)

    services = models.ManyToManyField(Service, through="EpicService", related_name="+")
    slos = models.ManyToManyField(SLO, through="EpicSLO", related_name="+")
    needs = models.ManyToManyField("self", through="EpicDependency", symmetrical=False, related_name="needed_by")

    objects = EpicQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        # What the list is sorted by, with the key that breaks ties: else the first page sorts all epics.
        indexes = [
            models.Index(fields=["title", "id"], name="epic_by_title"),
            models.Index(fields=["story_count", "id"], name="epic_by_stories"),
            models.Index(fields=["signed_story_count", "id"], name="epic_by_signed"),
            models.Index(fields=["promised_for", "id"], name="epic_by_promised"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "path"],
                condition=~Q(path="") & Q(archived_at=None),
                name="epic_path_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("signoff:epic_detail", args=[self.key])

    @property
    def state(self) -> str:
        """One of `states.EpicState`, from the columns alone; the epic's page compares the promise besides."""
        return epic_state(self)


class EpicService(models.Model):
    """The epic's promise runs on this service."""

    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="service_threads")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["epic", "service"], name="epic_service_once")]

    def __str__(self) -> str:
        return f"{self.epic.key} runs on {self.service}"


class EpicSLO(models.Model):
    """The epic promises to keep this SLO: of its own experience, or of a service or team that it rests on."""

    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="slo_threads")
    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="+")
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["epic", "slo"], name="epic_slo_once")]

    def __str__(self) -> str:
        return f"{self.epic.key} promises {self.slo.key}"


class EpicDependency(models.Model):
    """An epic needs another: hard (it cannot ship without it) or soft. Circles are refused."""

    class Kind(models.TextChoices):
        HARD = "HARD", "Hard"
        SOFT = "SOFT", "Soft"

    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="dependencies")
    needs = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="dependents")
    kind = models.CharField(max_length=4, choices=Kind, default=Kind.HARD)
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["epic", "needs"], name="epic_dependency_once"),
            models.CheckConstraint(condition=~Q(epic=F("needs")), name="epic_dependency_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.epic.key} needs {self.needs.key}"
