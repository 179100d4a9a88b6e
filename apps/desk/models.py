"""Rows of the desk: what people were told, and how far the log was followed."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.organization.models import Person


class Notification(models.Model):
    """Something a person should know, made from one entry of the log.

    `words` say why it concerns them and name nobody: who did what is read from the log itself, where personal values
    may be erased. `at` is the entry's instant.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry_index = models.BigIntegerField()
    event = models.CharField(max_length=80)
    words = models.CharField(max_length=500)
    url = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "-id"], name="notification_of_person"),
            models.Index(fields=["person", "-id"], name="notification_unread", condition=models.Q(read_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "entry_index"], name="notification_once_a_person_and_entry"),
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        return reverse("desk:notification_open", args=[self.pk])


class LogCursor(models.Model):
    """How far a follower of the log has read: the index of the next entry."""

    follower = models.CharField(max_length=50, unique=True)
    next_index = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.follower} at {self.next_index}"
