"""What epics will add to what runs out."""

from typing import Any

from django.db import models
from django.utils import timezone

from apps.delivery.models.epics import Epic
from apps.organization.models import Person
from apps.reliability.models import Resource


class EpicDemand(models.Model):
    """Once the epic ships, so much more (or less) of a resource is in use from a day on."""

    key = models.CharField(max_length=20, unique=True)
    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="demands")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    amount = models.FloatField()
    why = models.CharField(max_length=500, blank=True)
    planned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.UniqueConstraint(fields=["epic", "resource", "on"], name="epic_demand_once_a_day")]

    def __str__(self) -> str:
        return f"{self.key}: {self.epic.key} adds {self.amount:+g} to {self.resource.key} on {self.on}"

    @property
    def amount_words(self) -> str:
        """Such as "+20 GB"."""
        sign = "+" if self.amount >= 0 else "−"
        return f"{sign}{abs(self.amount):,.6g} {self.resource.unit}".strip()

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "demand": self.key,
            "epic": self.epic.key,
            "resource": self.resource.key,
            "on": self.on,
            "amount": repr(self.amount),
            "why": self.why,
        }
