"""What three seats decide when a budget breaks, burns in one go, or is left over; and freezes that come of it."""

import json
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person, Scope
from apps.organization.roles import Column
from apps.reliability.models.policies import PolicyVersion
from apps.reliability.models.slos import SLO, SLOVersion
from apps.signatures.models import Signature


class Decision(models.Model):
    """A question that three seats have to answer, opened by what the counts say, or by somebody.

    `cause_key` names what opened it, so that the same opens once. `facts` are the figures at that moment, as canonical
    JSON that is never computed again; `policy` is the version whose deadlines hold, none where the default one does.
    """

    class Kind(models.TextChoices):
        BROKEN = "BROKEN", "Budget used up"
        EPISODE = "EPISODE", "Burned in one episode"
        SURPLUS = "SURPLUS", "Budget left over"

    class State(models.TextChoices):
        OPEN = "OPEN", "Open"
        DECIDED = "DECIDED", "Decided"
        EXPIRED = "EXPIRED", "Expired"

    key = models.CharField(max_length=20, unique=True)
    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=7, choices=Kind)
    cause_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    policy = models.ForeignKey(PolicyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    facts = models.TextField()
    facts_digest = models.CharField(max_length=64)
    opened_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()
    # The proposal that was decided, once three seats have signed it.
    decided = models.ForeignKey("DecisionProposal", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    # The version of the SLO that came of it.
    slo_version = models.ForeignKey(SLOVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)
    outcome_link = models.CharField(max_length=500, blank=True)
    outcome_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="decision_by_state"),
            models.Index(fields=["slo", "kind", "state"], name="decision_by_slo"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", decided=None, decided_at=None, expires_on=None)
                | (~Q(state="OPEN") & Q(decided__isnull=False, decided_at__isnull=False, expires_on__isnull=False)),
                name="decision_decided_by_a_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.kind} of {self.slo.key}"

    def get_absolute_url(self) -> str:
        return reverse("reliability:decision_detail", args=[self.key])

    @property
    def told(self) -> dict[str, Any]:
        """The figures at opening."""
        found: dict[str, Any] = json.loads(self.facts)
        return found

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "decision": self.key,
            "slo": self.slo.key,
            "kind": str(self.kind),
            "cause_key": self.cause_key,
            "state": str(self.state),
            "facts": self.facts_digest,
            "due_on": self.due_on,
            "proposal": self.decided.digest if self.decided else "",
            "expires_on": self.expires_on,
            "outcome": self.outcome,
            "outcome_link": self.outcome_link,
        }


class DecisionProposal(models.Model):
    """What somebody proposes to decide, never changed: another thought is another proposal, signed anew.

    Toil and satisfaction are what people say; empty where nobody knows, and then nothing is recommended.
    """

    class Level(models.TextChoices):
        LOW = "LOW", "Low"
        HIGH = "HIGH", "High"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="proposals")
    # Counted from 1 for each decision under its lock.
    number = models.PositiveIntegerField()
    option = models.CharField(max_length=6)
    cause = models.CharField(max_length=30, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    expires_on = models.DateField()
    slo_met = models.BooleanField()
    toil = models.CharField(max_length=4, choices=Level, blank=True)
    satisfaction = models.CharField(max_length=4, choices=Level, blank=True)
    recommendation = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="decision_proposal_once")]

    def __str__(self) -> str:
        return f"{self.decision.key} proposal {self.number}: {self.option}"

    def canonical_row(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "decision": self.decision.key,
            "slo": self.decision.slo.key,
            "kind": str(self.decision.kind),
            "facts": self.decision.facts_digest,
            "number": self.number,
            "option": self.option,
            "cause": self.cause,
            "owner": self.owner.key,
            "reason": self.reason,
            "expires_on": self.expires_on,
            "slo_met": self.slo_met,
            "toil": self.toil,
            "satisfaction": self.satisfaction,
            "recommendation": self.recommendation,
        }


class DecisionSignature(models.Model):
    """One of the three columns agreed to a proposal or dissented from it, with the words in the signature's comment."""

    proposal = models.ForeignKey(DecisionProposal, on_delete=models.PROTECT, related_name="signatures")
    column = models.CharField(max_length=11, choices=Column)
    agrees = models.BooleanField()
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "column"], name="decision_signed_once_a_column")]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.column} {'agrees' if self.agrees else 'dissents'}"


class Freeze(models.Model):
    """Nothing is released on a scope, nor below it, until a last day or until it is lifted.

    Urgent fixes and security fixes are exempt.
    """

    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="freezes")
    reason = models.TextField()
    from_at = models.DateTimeField(default=timezone.now)
    until_on = models.DateField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lift_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["scope", "until_on"], name="freeze_by_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("from_at")), name="freeze_lifted_after_it_began"
            ),
            models.UniqueConstraint(fields=["decision"], name="freeze_once_a_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.scope.key} frozen until {self.until_on} by {self.decision.key}"

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "freeze": self.decision.key,
            "scope": self.scope.key,
            "from_at": self.from_at,
            "until_on": self.until_on,
            "lifted_at": self.lifted_at,
            "reason": self.reason,
            "lift_reason": self.lift_reason,
        }
