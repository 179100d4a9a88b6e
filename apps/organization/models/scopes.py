"""The tree of scopes, and the teams and services that stand in it."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.organization.models.people import Person


class KeySequence(models.Model):
    """The last number given out for one kind of key (`E-12`): taken under lock, so without gaps."""

    prefix = models.CharField(max_length=12, unique=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}-{self.last}"


class Scope(models.Model):
    """One node of the tree on which seats are held and at which every room can point."""

    class Kind(models.TextChoices):
        ORGANIZATION = "ORGANIZATION", "Organization"
        INITIATIVE = "INITIATIVE", "Initiative"
        EPIC = "EPIC", "Epic"
        TEAM = "TEAM", "Team"
        SERVICE = "SERVICE", "Service"

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    # "/1/4/9/": the primary keys from the root to this node, so that "this and above" is one condition.
    path = models.CharField(max_length=200, db_index=True, editable=False, default="")
    # The team that works on an epic, put here by delivery: its seats stand in the epic's grid beside the epic's own.
    worked_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Only initiatives are restricted: read by their seats, executives and auditors; 404 to others.
    restricted = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(kind="INITIATIVE"), name="scope_only_initiatives_restricted"
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="ORGANIZATION"), name="scope_one_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    def get_absolute_url(self) -> str:
        """The page of a team, a service or the organization; that of the triad for what upper rooms own."""
        if self.kind == self.Kind.ORGANIZATION:
            return reverse("organization:organization_detail")
        named = {self.Kind.TEAM: "organization:team_detail", self.Kind.SERVICE: "delivery:service_detail"}
        return reverse(named.get(self.Kind(self.kind), "organization:triad_grid"), args=[self.key])

    def path_ids(self) -> list[int]:
        """Primary keys of this scope and all above it, the root first."""
        return [int(part) for part in self.path.strip("/").split("/") if part]


class Team(models.Model):
    """People who deliver: stream-aligned, or a platform for other teams."""

    class Kind(models.TextChoices):
        STREAM = "STREAM", "Stream-aligned"
        PLATFORM = "PLATFORM", "Platform"

    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="team")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.STREAM)
    purpose = models.CharField(max_length=500, blank=True)
    members = models.ManyToManyField(Person, through="Membership", related_name="teams")

    class Meta:
        ordering = ["scope__title"]

    def __str__(self) -> str:
        return self.scope.title

    def get_absolute_url(self) -> str:
        return reverse("organization:team_detail", args=[self.scope.key])

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {"team": self.scope.key, "title": self.scope.title, "kind": self.kind, "purpose": self.purpose}


class Membership(models.Model):
    """A person works in a team, from and until a day; until is the last day."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], condition=Q(until_on=None), name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"

    def is_open_on(self, day: date) -> bool:
        """Whether the person is in the team on `day` or will be later."""
        return self.until_on is None or day <= self.until_on

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "team": self.team.scope.key,
            "person": self.person.key,
            "from_on": self.from_on,
            "until_on": self.until_on,
        }


class Service(models.Model):
    """Something that runs, owned by a team, with named users."""

    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="service")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="services")
    purpose = models.CharField(max_length=500, blank=True)
    users = models.CharField(max_length=500, blank=True, help_text="Who depends on it, in words")
    depends_on = models.ManyToManyField(
        "self", through="ServiceDependency", symmetrical=False, related_name="dependents"
    )

    class Meta:
        ordering = ["scope__title"]

    def __str__(self) -> str:
        return self.scope.title

    def get_absolute_url(self) -> str:
        return reverse("delivery:service_detail", args=[self.scope.key])

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "service": self.scope.key,
            "title": self.scope.title,
            "team": self.team.scope.key,
            "purpose": self.purpose,
            "users": self.users,
        }


class ServiceDependency(models.Model):
    """A service needs another: hard (it fails with it) or soft (it degrades)."""

    class Kind(models.TextChoices):
        HARD = "HARD", "Hard"
        SOFT = "SOFT", "Soft"

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="dependencies")
    needs = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind, default=Kind.HARD)
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "needs"], name="service_dependency_once"),
            models.CheckConstraint(condition=~Q(service=F("needs")), name="service_dependency_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.service} needs {self.needs}"

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {"service": self.service.scope.key, "needs": self.needs.scope.key, "kind": self.kind}
