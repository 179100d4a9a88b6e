"""What files said of SLOs, so that it goes out again as it came."""

import json
from typing import Any

from django.db import models
from django.utils import timezone

from apps.organization.models import Person
from apps.reliability.models.slos import SLO


class SLOImport(models.Model):
    """Documents that came together; never changed, the next import is another row.

    `documents` is all of them as one list in JSON, as text, since the order of fields is kept. `period_days` is what
    Sloth was told, which has no place in its files. `slos` is how many SLOs there were, 0 where the documents only
    describe something else.
    """

    documents = models.TextField()
    period_days = models.PositiveSmallIntegerField()
    slos = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def numbered(self) -> list[tuple[int, dict[str, Any]]]:
        """The documents with their numbers from 1, as readers take them."""
        return list(enumerate(json.loads(self.documents), 1))


class SLOSource(models.Model):
    """Where an SLO came from: `objective` (from 0) of a document (from 1) of the last import that named it.

    By `service` and `name`, as the file says them, the next import finds it again. `unmeasured` says in words why the
    portal cannot measure it by itself, "" where it can.
    """

    slo = models.OneToOneField(SLO, on_delete=models.PROTECT, related_name="source", primary_key=True)
    imported = models.ForeignKey(SLOImport, on_delete=models.PROTECT, related_name="sources")
    service = models.TextField()
    name = models.CharField(max_length=300)
    document = models.PositiveIntegerField()
    objective = models.PositiveIntegerField()
    unmeasured = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="slo_source_by_name")]

    def __str__(self) -> str:
        return f"{self.slo.key} is {self.name} of {self.service}"

    @property
    def is_one_of_several(self) -> bool:
        """Whether its document may have other objectives, each an SLO of its own: those have numbers in their names."""
        return self.name.endswith(f"-{self.objective}")
