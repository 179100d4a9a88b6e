"""What was promised outside, beside an SLO: to whom, and what follows when it is broken."""

from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.organization.models import Person
from apps.reliability.models.slos import SLO


class SLA(models.Model):
    """A service level agreement with somebody outside. `target` is a share of 1, `window` as `windows.parse` reads it.

    It holds from `from_on` on; what happened before is not judged by it. The log tells of each change.
    """

    key = models.CharField(max_length=20, unique=True)
    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="slas")
    counterparty = models.CharField(max_length=200)
    target = models.DecimalField(max_digits=10, decimal_places=9)
    window = models.CharField(max_length=80)
    penalty = models.TextField()
    from_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(target__gt=0, target__lte=1), name="sla_target_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.key} with {self.counterparty}"

    def get_absolute_url(self) -> str:
        return f"{self.slo.get_absolute_url()}#slas"

    @property
    def share(self) -> Fraction:
        """The target as an exact share of 1."""
        return Fraction(self.target)

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "sla": self.key,
            "slo": self.slo.key,
            "counterparty": self.counterparty,
            "target": format(self.target.normalize(), "f"),
            "window": self.window,
            "penalty": self.penalty,
            "from_on": self.from_on,
            "ended_on": self.ended_on,
        }
