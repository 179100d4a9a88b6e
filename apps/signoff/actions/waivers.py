"""Asking for waivers, and deciding on them."""

from datetime import date

from django.utils import timezone

from apps.audit.acts import act, record
from apps.common.text import clean_text
from apps.delivery.actions import locks
from apps.organization.actions import take_keys
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.organization.queries import today
from apps.signoff import queries, rules
from apps.signoff.actions.drift import refresh_drift
from apps.signoff.criteria import title_of
from apps.signoff.models import Waiver, WaiverGrant


@act
def ask_waiver(
    *, epic_key: str, criterion: str, subject: str, reason: str, owner: Person, until_on: date, by: Person
) -> Waiver:
    """Asks that one criterion of the epic, or one NFR, may be unmet until a last day."""
    epic = locks.lock_epic(epic_key, by=by)
    seat = rules.check_may_ask_waiver(epic=epic, by=by)
    rules.check_criterion(criterion, subject=subject, epic=epic)
    rules.check_until(until_on, today=today(), what="A waiver")
    rules.check_words(reason, what="A reason")
    waiver = Waiver.objects.create(
        key=take_keys("W", 1)[0],
        epic=epic,
        criterion=criterion,
        subject=subject,
        reason=clean_text(reason, what="The reason", limit=rules.MAX_WORDS),
        owner=owner,
        until_on=until_on,
        asked_by=by,
        delegated_by_id=seat.delegated_by_id,
    )
    _record(
        "waiver.asked",
        waiver,
        by=by,
        seat=seat,
        sentence="asked for waiver {subject} of “{criterion_title}” until {until_on}",
    )
    return waiver


@act
def grant_waiver(*, waiver_key: str, by: Person) -> Waiver:
    """One of the two yeses; with the second the waiver is granted, and a signed epic's promise moves."""
    waiver = _lock(waiver_key, by=by)
    rules.check_may_grant_waiver(waiver=waiver, by=by)
    rules.check_until(waiver.until_on, today=today(), what=f"{waiver.key}, which ended meanwhile,")
    seat = rules.check_grant_seat(waiver=waiver, by=by)
    WaiverGrant.objects.create(
        waiver=waiver,
        role=seat.role,
        seat_scope=seat.scope_key,
        granted_by=by,
        delegated_by_id=seat.delegated_by_id,
    )
    complete = waiver.grants.count() == 2
    if complete:
        waiver.state, waiver.decided_at = Waiver.State.GRANTED, timezone.now()
        waiver.save(update_fields=["state", "decided_at"])
    _record(
        "waiver.granted" if complete else "waiver.agreed",
        waiver,
        by=by,
        seat=seat,
        sentence="granted waiver {subject} until {until_on}" if complete else "said yes to waiver {subject}",
    )
    if complete:
        refresh_drift(epic_id=waiver.epic_id)
    return waiver


@act
def refuse_waiver(*, waiver_key: str, reason: str, by: Person) -> Waiver:
    """Either of the two seats says no, with a reason."""
    waiver = _lock(waiver_key, by=by)
    seat = rules.check_may_grant_waiver(waiver=waiver, by=by)
    rules.check_words(reason, what="A reason")
    return _close(
        waiver,
        Waiver.State.REFUSED,
        by=by,
        seat=seat,
        reason=reason,
        sentence="refused waiver {subject}: {reason}",
    )


@act
def withdraw_waiver(*, waiver_key: str, by: Person) -> Waiver:
    """The asker takes the question back."""
    waiver = _lock(waiver_key, by=by)
    rules.check_may_withdraw_waiver(waiver=waiver, by=by)
    return _close(waiver, Waiver.State.WITHDRAWN, by=by, seat=None, reason="", sentence="withdrew waiver {subject}")


def _lock(key: str, *, by: Person) -> Waiver:
    waiver = (
        Waiver.objects.select_for_update(of=("self",)).select_related("epic__scope", "owner", "asked_by").get(key=key)
    )
    # The epic too: whoever signs it waits until the waiver is decided, or the other way round.
    waiver.epic = locks.lock_epic(waiver.epic.key, by=by)
    return waiver


def _close(
    waiver: Waiver, state: Waiver.State, *, by: Person, seat: HeldSeat | None, reason: str, sentence: str
) -> Waiver:
    waiver.state, waiver.decided_at = state, timezone.now()
    waiver.save(update_fields=["state", "decided_at"])
    text = clean_text(reason, what="The reason", limit=rules.MAX_WORDS)
    _record(f"waiver.{state.value.lower()}", waiver, by=by, seat=seat, sentence=sentence, reason=text)
    return waiver


def _record(
    event: str, waiver: Waiver, *, by: Person, seat: HeldSeat | None, sentence: str, reason: str | None = None
) -> None:
    record(
        event,
        subject=waiver.key,
        title=f"{title_of(waiver.criterion)}, {waiver.epic.key}",
        digest=queries.waiver_digest(waiver),
        by=by,
        seat=seat,
        sentence=sentence,
        about=(waiver.epic.key, *([waiver.subject] if waiver.subject else [])),
        reason=waiver.reason if reason is None else reason,
        facts={
            "criterion": waiver.criterion,
            "criterion_title": title_of(waiver.criterion),
            "until_on": waiver.until_on,
            "owner": waiver.owner.key,
        },
    )
