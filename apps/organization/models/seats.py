"""Seats, dated, and their delegation."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.organization.models.people import Person
from apps.organization.models.scopes import Scope
from apps.organization.roles import Role


@dataclass(frozen=True)
class HeldSeat:
    """In which seat somebody acts, frozen into the log and into signatures.

    `delegated_by` is the key of the person whose seat it is, where the actor is a delegate; else "".
    """

    seat_id: int
    role: str
    scope_id: int
    scope_key: str
    scope_title: str
    since: date
    delegated_by: str = ""
    delegated_by_name: str = ""

    @property
    def words(self) -> str:
        """Such as "Product Owner of E-42"."""
        held = f"{Role(self.role).label} of {self.scope_key}"
        return f"{held}, for {self.delegated_by_name}" if self.delegated_by else held

    @property
    def delegated_by_id(self) -> int | None:
        """Primary key of the person whose seat it is, where the actor is a delegate."""
        return int(self.delegated_by.removeprefix("P-")) if self.delegated_by else None

    def doer(self, by: int, delegated_by: int | None, *, actor: int) -> str:
        """Such as "your delegate": who did it, `by` in whose seat, said to `actor`, who sits here and is bound."""
        if by == actor:
            return "you"
        if delegated_by == actor:
            return "your delegate"
        whose = f"{self.delegated_by_name}, for whom you act,"
        return whose if by == self.delegated_by_id else f"a delegate of {whose}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_on(self, day: date) -> "SeatQuerySet":
        """Seats that are held on `day`; the last day counts, the day on which one was taken back does not."""
        next_day = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
        return self.filter(
            Q(until_on=None) | Q(until_on__gte=day), Q(ended_at=None) | Q(ended_at__gte=next_day), from_on__lte=day
        )


class Seat(models.Model):
    """A person holds a role on a scope, from a day until a last day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=30, choices=Role)
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="seats")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    # Set where the seat was taken back at once; one that ends by its dates has none.
    ended_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["role", "from_on", "pk"]
        indexes = [models.Index(fields=["person", "role"]), models.Index(fields=["scope", "role"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="seat_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["person", "role", "scope"], condition=Q(until_on=None), name="seat_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()} of {self.scope.key}"

    def is_held_on(self, day: date) -> bool:
        """Whether `day` lies within the seat's dates and before the day on which it was taken back."""
        if self.ended_at is not None and self.ended_at.astimezone(UTC).date() <= day:
            return False
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)

    def is_open_on(self, day: date) -> bool:
        """Whether the seat is held on `day` or will be later."""
        return self.ended_at is None and (self.until_on is None or day <= self.until_on)

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "seat": self.pk,
            "person": self.person.key,
            "role": self.role,
            "scope": self.scope.key,
            "from_on": self.from_on,
            "until_on": self.until_on,
            "ended_at": self.ended_at,
        }


class Delegation(models.Model):
    """Somebody else acts in a seat, from a day until a last day; delegations of delegations there are none."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    from_on = models.DateField()
    until_on = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="delegation_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.seat}"

    def is_acting_on(self, day: date) -> bool:
        """Whether the delegate acts in the seat on `day`, as far as this row decides."""
        return self.revoked_at is None and self.from_on <= day <= self.until_on

    def canonical_row(self) -> dict[str, Any]:
        """What the log's digest of this row covers."""
        return {
            "delegation": self.pk,
            "seat": self.seat_id,
            "delegate": self.delegate.key,
            "from_on": self.from_on,
            "until_on": self.until_on,
            "revoked_at": self.revoked_at,
        }
