"""A picture of where an SLO stands, for whoever has its address."""

from typing import Any

from django.db import models
from django.utils import timezone

from apps.organization.models import Person
from apps.reliability.models.slos import SLO


class BadgeShare(models.Model):
    """The badge of an SLO has an address, until it is withdrawn.

    What makes the address unguessable is made from `nonce` and the portal's own secret (`badge.py`), so that neither a
    copy of the database nor the log gives it away. Another address is another nonce.
    """

    slo = models.OneToOneField(SLO, on_delete=models.PROTECT, related_name="badge_share", primary_key=True)
    nonce = models.CharField(max_length=32)
    shared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"badge of {self.slo.key}"

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers; not what makes the address."""
        return {"slo": self.slo.key, "shared_at": self.shared_at, "withdrawn": self.withdrawn_at is not None}
