"""What another target would be worth, as it was weighed once, and signed."""

import json
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person
from apps.reliability.models.slos import SLO
from apps.signatures.models import Signature


class NineCase(models.Model):
    """All that was put in and came out, as canonical JSON with its digest. Never changed: weighed anew, it is another.

    `target` is a share of 1.
    """

    key = models.CharField(max_length=20, unique=True)
    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="nine_cases")
    target = models.DecimalField(max_digits=10, decimal_places=9)
    body = models.TextField()
    digest = models.CharField(max_length=64)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["slo", "digest"], name="nine_case_saved_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.slo.key}"

    def get_absolute_url(self) -> str:
        return reverse("reliability:nine_case_detail", args=[self.key])

    @property
    def told(self) -> dict[str, Any]:
        """What the body says."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class NineCaseSignature(models.Model):
    """The product owner stands for a case."""

    case = models.OneToOneField(NineCase, on_delete=models.PROTECT, related_name="signed")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.signature.key} on {self.case.key}"
