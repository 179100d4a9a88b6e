"""Acts on seats: granting, ending, delegating."""

from datetime import date, timedelta

from django.utils import timezone

from apps.audit.acts import Of, act, canonical_digest, record
from apps.organization import queries, rules
from apps.organization.actions.locks import lock_organization
from apps.organization.actions.words import one_line
from apps.organization.models import Delegation, Person, Scope, Seat
from apps.organization.roles import Role


@act
def grant_seat(
    *,
    person: Person,
    role: Role | str,
    scope: Scope,
    by: Person | None,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Seat:
    """Gives `person` the seat from a day (today) until a last day (None: open). Conflicts are shown, not refused.

    `by` None is the operator at the command line.
    """
    lock_organization()
    role, from_on = Role(role), from_on or queries.today()
    acting = rules.check_may_grant_seat(
        person=person, role=role, scope=scope, from_on=from_on, until_on=until_on, by=by
    )
    seat = Seat.objects.create(person=person, role=role, scope=scope, from_on=from_on, until_on=until_on, granted_by=by)
    to_themselves = by is not None and by.pk == person.pk
    record(
        "seat.granted",
        subject=scope.key,
        title=scope.title,
        digest=canonical_digest(seat.canonical_row()),
        by=by,
        seat=acting,
        about=[person.key],
        personal={"holder": Of(person.key, person.name)},
        facts={
            "seat": seat.pk,
            "holder_key": person.key,
            "role": role.value,
            "from_on": from_on,
            "until_on": until_on,
            "to_themselves": to_themselves,
        },
        sentence=f"gave {{holder}} the seat of {role.label} on {{subject}} “{{title}}”",
    )
    _forget_seats(person, by)
    return seat


@act
def end_seat(*, seat: Seat, by: Person, last_day: date | None = None, reason: str = "") -> Seat:
    """Ends the seat after `last_day`, or at once where None; delegations of it end with it."""
    lock_organization()
    seat = Seat.objects.select_for_update(of=("self",)).select_related("person", "scope").get(pk=seat.pk)
    acting = rules.check_may_end_seat(seat, by=by, last_day=last_day)
    if last_day is None:
        seat.ended_at = timezone.now()
        # The dates stay in order even for a seat that begins today or later.
        seat.until_on = max(seat.from_on, queries.today() - timedelta(days=1))
    else:
        seat.until_on = last_day
    seat.save(update_fields=["until_on", "ended_at"])
    when = "at once" if last_day is None else f"after {last_day:%-d %b %Y}"
    record(
        "seat.ended",
        subject=seat.scope.key,
        title=seat.scope.title,
        digest=canonical_digest(seat.canonical_row()),
        by=by,
        seat=acting,
        about=[seat.person.key],
        reason=one_line(reason, what="The reason", limit=500),
        personal={"holder": Of(seat.person.key, seat.person.name)},
        facts={
            "seat": seat.pk,
            "holder_key": seat.person.key,
            "role": seat.role,
            "until_on": seat.until_on,
            "at_once": last_day is None,
        },
        sentence=f"ended {{holder}}'s seat of {Role(seat.role).label} on {{subject}} “{{title}}” {when}",
    )
    _forget_seats(seat.person, by)
    return seat


@act
def delegate_seat(
    *, seat: Seat, delegate: Person, until_on: date, by: Person, from_on: date | None = None, reason: str = ""
) -> Delegation:
    """Lets `delegate` act in the holder's seat until a last day; they are named as such wherever they act."""
    seat = Seat.objects.select_for_update(of=("self",)).select_related("person", "scope").get(pk=seat.pk)
    from_on = from_on or queries.today()
    acting = rules.check_may_delegate_seat(seat=seat, delegate=delegate, from_on=from_on, until_on=until_on, by=by)
    delegation = Delegation.objects.create(
        seat=seat,
        delegate=delegate,
        from_on=from_on,
        until_on=until_on,
        reason=one_line(reason, what="The reason", limit=500),
        granted_by=by,
    )
    record(
        "seat.delegated",
        subject=seat.scope.key,
        title=seat.scope.title,
        digest=canonical_digest(delegation.canonical_row()),
        by=by,
        seat=acting,
        about=[delegate.key, seat.person.key],
        reason=delegation.reason,
        personal={"delegate": Of(delegate.key, delegate.name)},
        facts={
            "delegation": delegation.pk,
            "seat": seat.pk,
            "delegate_key": delegate.key,
            "role": seat.role,
            "from_on": from_on,
            "until_on": until_on,
        },
        sentence=f"delegated the seat of {Role(seat.role).label} on {{subject}} to {{delegate}} until"
        f" {until_on:%-d %b %Y}",
    )
    _forget_seats(delegate, by)
    return delegation


@act
def revoke_delegation(*, delegation: Delegation, by: Person) -> Delegation:
    """Ends a delegation at once."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("seat__person", "seat__scope", "delegate")
    delegation = rows.get(pk=delegation.pk)
    acting = rules.check_may_revoke_delegation(delegation, by=by)
    delegation.revoked_at = timezone.now()
    delegation.save(update_fields=["revoked_at"])
    seat = delegation.seat
    record(
        "delegation.revoked",
        subject=seat.scope.key,
        title=seat.scope.title,
        digest=canonical_digest(delegation.canonical_row()),
        by=by,
        seat=acting,
        about=[delegation.delegate.key, seat.person.key],
        personal={
            "delegate": Of(delegation.delegate.key, delegation.delegate.name),
            "holder": Of(seat.person.key, seat.person.name),
        },
        facts={"delegation": delegation.pk, "seat": seat.pk, "delegate_key": delegation.delegate.key},
        sentence=f"revoked that {{delegate}} acts for {{holder}} as {Role(seat.role).label} of {{subject}}",
    )
    _forget_seats(delegation.delegate, by)
    return delegation


def _forget_seats(*people: Person | None) -> None:
    """Drop the seats remembered on these objects, so that what follows in the same request sees the new ones."""
    for person in people:
        # By hasattr and delattr: request.user is a proxy, whose own __dict__ is not the person's.
        if person is not None and hasattr(person, "_held_seats"):
            del person._held_seats
