"""What engineering says of a class of errors: whether it is cheap to be rid of."""

from typing import Any

from django.db import models
from django.utils import timezone

from apps.organization.models import Person
from apps.reliability.models.slis import SLI


class ErrorClassJudgment(models.Model):
    """The latest judgment of one class of an indicator's errors; the log keeps those before."""

    class Effort(models.TextChoices):
        CHEAP = "CHEAP", "Cheap: a few days of work"
        REDESIGN = "REDESIGN", "A redesign"

    sli = models.ForeignKey(SLI, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    effort = models.CharField(max_length=8, choices=Effort)
    why = models.CharField(max_length=500)
    judged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sli", "name"], name="error_class_judgment_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.effort}"

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {"sli": self.sli.key, "name": self.name, "effort": str(self.effort), "why": self.why}
