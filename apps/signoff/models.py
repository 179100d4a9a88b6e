"""Rows of agreement."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.delivery.models import NFR, Epic, Story, StoryVersion
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signatures.models import Signature


class StorySignOff(models.Model):
    """An analyst accepted, or rejected, a story at one meaning."""

    class Meaning(models.TextChoices):
        ACCEPT = "ACCEPT", "Accept the story"
        REJECT = "REJECT", "Reject"

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(StoryVersion, on_delete=models.PROTECT, related_name="+")
    # Counted from 1 for each story under its lock: of two that sign at once, the second cannot write.
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    meaning = models.CharField(max_length=10, choices=Meaning)
    # Several stories may be signed at once, with one re-authentication; each has its own signature.
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="story_sign_off_number_once")]

    def __str__(self) -> str:
        return f"{self.story.key} {self.meaning}"


class Dossier(models.Model):
    """What a signer saw, frozen: the promise's leaves and every verdict, as canonical JSON found by its digest."""

    digest = models.CharField(max_length=64, unique=True)
    promise = models.CharField(max_length=64)
    body = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest


class EpicSignOff(models.Model):
    """A product owner accepted, accepted with exceptions, or rejected an epic as its dossier shows it."""

    class Meaning(models.TextChoices):
        ACCEPT = "ACCEPT", "Accept delivery"
        ACCEPT_WITH_EXCEPTIONS = "ACCEPT_WITH_EXCEPTIONS", "Accept with exceptions"
        REJECT = "REJECT", "Reject"

    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    # Counted from 1 for each epic under its lock: of two that sign at once, the second cannot write.
    number = models.PositiveIntegerField()
    promise = models.CharField(max_length=64)
    meaning = models.CharField(max_length=30, choices=Meaning)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["epic", "number"], name="epic_sign_off_number_once")]

    def __str__(self) -> str:
        return f"{self.epic.key} {self.meaning}"


class NFRAttestation(models.Model):
    """The SRE lead's word that an NFR, as then defined, is met or not, good until a last day."""

    class Verdict(models.TextChoices):
        MET = "MET", "Met"
        UNMET = "UNMET", "Not met"

    nfr = models.ForeignKey(NFR, on_delete=models.PROTECT, related_name="+")
    nfr_digest = models.CharField(max_length=64)
    verdict = models.CharField(max_length=5, choices=Verdict)
    words = models.TextField()
    until_on = models.DateField()
    attested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.nfr.key}: {self.verdict} until {self.until_on}"


class Waiver(models.Model):
    """One criterion of an epic may be unmet until a last day: asked by one, granted by two others.

    `subject` narrows it to one thing of the criterion, such as an NFR's key; empty is the whole criterion. `title` is
    the criterion's, where a query set it.
    """

    title: str

    class State(models.TextChoices):
        ASKED = "ASKED", "Asked"
        GRANTED = "GRANTED", "Granted"
        REFUSED = "REFUSED", "Refused"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    key = models.CharField(max_length=20, unique=True)
    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=50)
    subject = models.CharField(max_length=64, blank=True)
    reason = models.TextField()
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    until_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Whose seat it is where a delegate asked.
    delegated_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.key} on {self.epic.key}: {self.criterion}"

    @property
    def side(self) -> set[int]:
        """Primary keys of who asked and of whose seat it was."""
        return {self.asked_by_id} | ({self.delegated_by_id} if self.delegated_by_id else set())

    @property
    def shown_state(self) -> str:
        """Its state as people read it: a yes past its last day is one no longer."""
        is_over = self.state == self.State.GRANTED and self.until_on < timezone.now().date()
        return "EXPIRED" if is_over else self.state


class WaiverGrant(models.Model):
    """One of the two yeses to a waiver: the product owner's, or the SRE lead's, given in a seat on `seat_scope`.

    `delegated_by` is whose seat it is where a delegate said yes.
    """

    waiver = models.ForeignKey(Waiver, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30, choices=Role)
    # Empty in rows older than the column: the log names the seat.
    seat_scope = models.CharField(max_length=64, blank=True)
    delegated_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["waiver", "role"], name="waiver_grant_once_a_role"),
            models.UniqueConstraint(fields=["waiver", "granted_by"], name="waiver_grant_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.waiver.key} by {self.granted_by}"

    @property
    def side(self) -> set[int]:
        """Primary keys of who said yes and of whose seat it was."""
        return {self.granted_by_id} | ({self.delegated_by_id} if self.delegated_by_id else set())

    @property
    def seat_words(self) -> str:
        """Such as "Product Owner of I-1, for Maria Keller"."""
        held = f"{self.get_role_display()} of {self.seat_scope}" if self.seat_scope else self.get_role_display()
        return f"{held}, for {self.delegated_by.name}" if self.delegated_by else held


class SignOffRequest(models.Model):
    """Somebody asks a person to sign an epic or a story; answered by any signature on it afterwards."""

    epic = models.ForeignKey(Epic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_of = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(epic=None, story__isnull=False) | Q(story=None, epic__isnull=False),
                name="sign_off_request_on_epic_or_story",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("asked_of")), name="sign_off_request_not_of_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} asks {self.asked_of}"
