"""Rows of the log. The database itself refuses to change or remove them (`protection.py`)."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.audit.beside import place_words


class Head(models.Model):
    """The tree's state in one row: locked last by whoever appends."""

    # What the log is called wherever its entries go; random, so that no two installations share it.
    origin = models.CharField(max_length=100)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(max_length=32)
    range = models.BinaryField(default=b"", blank=True)
    last_at = models.CharField(max_length=27, blank=True)

    def __str__(self) -> str:
        return f"{self.origin}, {self.size} entries"


class Entry(models.Model):
    """One act, as the canonical bytes of its statement, with its place in the tree.

    The columns after `root` only serve to find it: they repeat what the body says; verifying compares them.
    """

    # Not a big integer: so SQLite keeps the rows in this order, without an index beside them.
    index = models.IntegerField(primary_key=True)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)
    # Roots of the perfect subtrees that this leaf completes, lowest first: a proof reads a few rows, not all.
    nodes = models.BinaryField(default=b"", blank=True)
    # The tree's root once this entry is in: so that a rewritten entry is found at its own place.
    root = models.BinaryField(max_length=32)
    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=100)
    reference = models.CharField(max_length=100, blank=True)
    person = models.CharField(max_length=40, blank=True)
    # As in the body, to the byte; text of one width sorts as the instants do.
    at = models.CharField(max_length=27)

    class Meta:
        ordering = ["index"]
        verbose_name_plural = "entries"
        # Few, since each costs a page at every commit; by subject they are found through EntryAbout.
        indexes = [
            models.Index(fields=["event", "index"], name="entry_event"),
            models.Index(fields=["person", "index"], name="entry_person"),
            models.Index(fields=["at"], name="entry_at"),
            models.Index(fields=["reference"], name="entry_reference", condition=~models.Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.event} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("audit:entry_detail", args=[self.index])


class EntryAbout(models.Model):
    """An entry concerns the thing with this key: its subject, or another."""

    pk = models.CompositePrimaryKey("entry_id", "key")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="abouts", db_index=False)
    key = models.CharField(max_length=100)

    class Meta:
        db_table = "audit_entry_about"
        indexes = [models.Index(fields=["key", "entry"], name="entry_about_key")]

    def __str__(self) -> str:
        return f"{self.entry_id} about {self.key}"


class EntryValue(models.Model):
    """A personal value to which an entry commits, readable until it is erased."""

    pk = models.CompositePrimaryKey("entry_id", "name")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="personal", db_index=False)
    name = models.CharField(max_length=60)
    # Whose it is: a person's key, or "".
    person = models.CharField(max_length=40, blank=True)
    salt = models.BinaryField(null=True, max_length=32)
    # Canonical JSON as bytes.
    value = models.BinaryField(null=True)
    # The index of the entry that tells of the erasure.
    erased_in = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "audit_entry_value"

    def __str__(self) -> str:
        return f"{self.name} of {self.entry_id}"


class Verification(models.Model):
    """What one walk over the whole log found."""

    at = models.DateTimeField(default=timezone.now)
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    ok = models.BooleanField()
    first_bad = models.BigIntegerField(null=True, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=500, blank=True)
    # Whether the database's own triggers stood at the time.
    guarded = models.BooleanField(default=True)
    milliseconds = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.size} entries, {'good' if self.ok else self.rule}"

    def get_absolute_url(self) -> str:
        return reverse("audit:verification_detail", args=[self.pk])

    @property
    def place(self) -> str:
        """Where the first thing that is wrong stands, in words."""
        return place_words(self.first_bad, self.rule)
