"""The same few columns four times: plain, with django-auditlog, with django-simple-history, and a bare entry."""

from auditlog.registry import auditlog
from django.db import models
from simple_history.models import HistoricalRecords


class Bare(models.Model):
    """As wide as an entry of the log, and nothing around it."""

    body = models.BinaryField()
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=100)
    at = models.CharField(max_length=27)


class _Promise(models.Model):
    """Something that a person signs."""

    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        abstract = True


class Plain(_Promise):
    """Signed by one of our acts."""


class Logged(_Promise):
    """By django-auditlog."""


class Kept(_Promise):
    """By django-simple-history."""

    history = HistoricalRecords()


auditlog.register(Logged)
