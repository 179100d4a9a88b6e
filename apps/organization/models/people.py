"""People and service accounts, and the tokens by which programs speak for them."""

import hashlib
from datetime import datetime
from typing import Any, cast

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone


class PersonManager(UserManager["Person"]):
    """Finds people by username; `actions.add_person` makes them."""

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "Person":
        name = self.model.normalize_username(username)
        person = self.model(username=name, email=self.normalize_email(email), **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in, or a service account (`is_service`) that never does."""

    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_service = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    # When somebody else last changed what this person proves to be themselves by; empty where nobody ever did. Signing
    # is shut for a while after it (apps.signatures).
    credentials_changed_at = models.DateTimeField(null=True, blank=True)

    objects = PersonManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~models.Q(email=""), name="person_email_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The name under which the log knows this person; unlike the username it says nothing of who it is."""
        return f"P-{self.pk}"

    @property
    def initials(self) -> str:
        """At most two letters for a face."""
        words = [word for word in self.name.split() if word]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers: nothing personal, which could be guessed from a digest."""
        return {
            "person": self.key,
            "service": self.is_service,
            "active": self.is_active,
            "joined_at": self.joined_at,
            "deactivated_at": self.deactivated_at,
        }

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.username

    def get_absolute_url(self) -> str:
        return reverse("organization:person_detail", args=[self.username])

    # Rights come from seats: there are no groups and no superuser.
    is_superuser = False
    is_staff = False

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Whether a seat gives this person the right `perm` on the scope `obj` (on any scope where None).

        Django's own backend is not asked: it would look for groups and permissions of a user model that has them.
        """
        if not self.is_active:
            return False
        asked = (backend for backend in get_backends() if getattr(backend, "answers_rights", False))
        return any(backend.has_perm(self, perm, cast(Any, obj)) for backend in asked)

    def has_perms(self, perms: list[str], obj: object | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active


class Token(models.Model):
    """A secret by which a program speaks for a person or service account: kept hashed, shown once."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "token": self.prefix,
            "person": self.person.key,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
        }

    @staticmethod
    def hash_of(secret: str) -> str:
        """The form in which a secret is kept. 256 random bits need no slow hash."""
        return hashlib.sha256(secret.encode()).hexdigest()

    def is_valid_at(self, at: datetime) -> bool:
        """Neither revoked nor expired at the instant `at`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class Letter(models.Model):
    """A mail that is due: kept from the act that asks for it until it was sent, so that no lost ring loses it.

    `detail` is the address of the portal for an invitation, the replaced mail address for a word about its change.
    """

    class Kind(models.TextChoices):
        INVITATION = "INVITATION", "Invitation"
        MAIL_CHANGED = "MAIL_CHANGED", "Mail address changed"

    kind = models.CharField(max_length=20, choices=Kind)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    detail = models.CharField(max_length=500)
    asked_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.person_id}"


class KeptAnswer(models.Model):
    """What an act asked for by the API was answered with, kept for a day: so that asking again does nothing twice.

    Written in the act's own transaction, so there is one where the act was done and none where it was not. `request`
    is the SHA-256 of method, address and body.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=500, blank=True)
    body = models.BinaryField(blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="kept_answer_once")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
