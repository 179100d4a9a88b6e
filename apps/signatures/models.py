"""The row of a signature."""

from datetime import date

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person
from apps.organization.roles import Role

_TEXTS = {"CharField", "TextField"}


class Signature(models.Model):
    """Somebody signed a statement over a digest, in a seat, with a meaning, after confirming who they are.

    Never changed. `subject` is the key of what was signed, `digest` what was shown of it, `statement` the words that
    were printed above the button. The log's entry is found by `reference` = `key`.
    """

    key = models.CharField(max_length=20, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    seat_role = models.CharField(max_length=30)
    seat_scope = models.CharField(max_length=64)
    seat_since = models.DateField()
    delegated_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=64, db_index=True)
    subject_title = models.CharField(max_length=500)
    digest = models.CharField(max_length=64)
    meaning = models.CharField(max_length=30)
    statement = models.TextField()
    comment = models.TextField(blank=True)
    authenticated_with = models.CharField(max_length=30)
    authenticated_at = models.DateTimeField()
    signed_at = models.DateTimeField(default=timezone.now)
    # A double click, or a browser that sends again, must not sign twice.
    idempotency_key = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "idempotency_key"], name="signature_key_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.key} on {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("signoff:receipt_detail", args=[self.key])

    @property
    def is_readable(self) -> bool:
        """Whether each column holds what a signature holds; a database may be made to keep anything."""
        written = [
            getattr(self, field.name) for field in self._meta.concrete_fields if field.get_internal_type() in _TEXTS
        ]
        days = [self.seat_since, self.authenticated_at, self.signed_at]
        whole = all(isinstance(one, str) for one in written) and all(isinstance(one, date) for one in days)
        return whole and self.seat_role in Role.values

    @property
    def side(self) -> set[int]:
        """Primary keys of who signed and, where they acted as a delegate, of whose seat it was."""
        return {self.person_id} | ({self.delegated_by_id} if self.delegated_by_id else set())
