"""What three seats agreed to do when a budget breaks, burns or is left over: as data, in versions."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person, Scope
from apps.organization.roles import Column
from apps.signatures.models import Signature


class Policy(models.Model):
    """The error-budget policy of a scope and of all below it that has none of its own.

    `in_force` is the last version that three seats agreed on; none where they have not agreed yet.
    """

    key = models.CharField(max_length=20, unique=True)
    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="+")
    in_force = models.ForeignKey("PolicyVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key} of {self.scope.key}"

    def get_absolute_url(self) -> str:
        return reverse("reliability:policy_detail", args=[self.key])


class PolicyVersion(models.Model):
    """One text of a policy, never changed. Shares are of 1; `expiry_days` is how long a decision may hold at most."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    episode_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.2"))
    surplus_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.75"))
    deadline_days = models.PositiveIntegerField(default=7)
    expiry_days = models.PositiveIntegerField(default=28)
    # What each state obliges to, in words.
    broken_obliges = models.TextField(blank=True)
    episode_obliges = models.TextField(blank=True)
    surplus_obliges = models.TextField(blank=True)
    rationale = models.TextField()
    digest = models.CharField(max_length=64)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
            models.CheckConstraint(
                condition=Q(episode_share__gt=0, episode_share__lte=1, surplus_share__gt=0, surplus_share__lt=1),
                name="policy_shares_are_shares",
            ),
            models.CheckConstraint(condition=Q(deadline_days__gte=1, expiry_days__gte=1), name="policy_days_are_days"),
        ]

    def __str__(self) -> str:
        return f"{self.policy.key} version {self.number}"

    @property
    def episode(self) -> Fraction:
        """The share of four weeks' budget above which one episode opens a decision."""
        return Fraction(self.episode_share)

    @property
    def surplus(self) -> Fraction:
        """The share of a budget that, left twice in a row, opens a decision."""
        return Fraction(self.surplus_share)

    def canonical_row(self) -> dict[str, Any]:
        """What is signed, and what the log's digest of this row covers."""
        return {
            "policy": self.policy.key,
            "scope": self.policy.scope.key,
            "number": self.number,
            "episode_share": format(self.episode_share.normalize(), "f"),
            "surplus_share": format(self.surplus_share.normalize(), "f"),
            "deadline_days": self.deadline_days,
            "expiry_days": self.expiry_days,
            "broken_obliges": self.broken_obliges,
            "episode_obliges": self.episode_obliges,
            "surplus_obliges": self.surplus_obliges,
            "rationale": self.rationale,
        }


class PolicySignature(models.Model):
    """One of the three columns agreed to a version."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="signatures")
    column = models.CharField(max_length=11, choices=Column)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "column"], name="policy_signed_once_a_column")]

    def __str__(self) -> str:
        return f"{self.version}: {self.column}"
