"""Promising something outside, beside an SLO; and changing or ending that."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.organization import actions as organization
from apps.organization.actions.words import one_line
from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability import rules, windows
from apps.reliability.actions.locks import lock_sla, lock_slo
from apps.reliability.actions.promised import checked_target, checked_window
from apps.reliability.models import SLA

MAX_PENALTY = 2_000


@dataclass(frozen=True)
class Agreed:
    """What an SLA says: `target` is a share of 1, `window` such as "28d", `penalty` what follows once it is broken."""

    counterparty: str
    target: Decimal
    window: str
    penalty: str
    from_on: date


@act
def agree_sla(*, slo_key: str, agreed: Agreed, by: Person) -> SLA:
    """A promise to somebody outside, of what the SLO's indicator measures."""
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_agree_sla(slo, by=by)
    sla = SLA(slo=slo, written_by=by)
    _fill(sla, agreed)
    (sla.key,) = organization.take_keys("SLA", 1)
    sla.save()
    sentence = "agreed {sla} beside {subject} “{title}” with {counterparty}: {target} over {window}"
    _record("sla.agreed", sentence, sla, by=by, seat=seat)
    return sla


@act
def change_sla(*, sla_key: str, agreed: Agreed, by: Person) -> SLA:
    """What was agreed anew; what it said before stays in the log."""
    sla = lock_sla(sla_key, by=by)
    seat = rules.check_may_change_sla(sla, by=by)
    before = canonical_digest(sla.canonical_row())
    _fill(sla, agreed)
    if canonical_digest(sla.canonical_row()) == before:
        nothing_changed()
        return sla
    sla.written_by, sla.written_at = by, timezone.now()
    sla.save()
    sentence = "changed {sla} beside {subject} “{title}” with {counterparty}, which promises {target} over {window} now"
    _record("sla.changed", sentence, sla, by=by, seat=seat, previous=before)
    return sla


@act
def end_sla(*, sla_key: str, reason: str, by: Person) -> SLA:
    """It is promised no longer, from today on; the row stays."""
    sla = lock_sla(sla_key, by=by)
    seat = rules.check_may_change_sla(sla, by=by)
    reason = one_line(reason, what="The reason", limit=500, needed=True)
    before = canonical_digest(sla.canonical_row())
    sla.ended_on = today()
    sla.save(update_fields=["ended_on"])
    sentence = "ended {sla} beside {subject} “{title}” with {counterparty}: {reason}"
    _record("sla.ended", sentence, sla, by=by, seat=seat, previous=before, reason=reason)
    return sla


def _fill(sla: SLA, agreed: Agreed) -> None:
    sla.counterparty = one_line(agreed.counterparty, what="The counterparty", limit=200, needed=True)
    sla.target, sla.window = checked_target(agreed.target), checked_window(agreed.window)
    sla.penalty = clean_text(agreed.penalty, what="The consequence", limit=MAX_PENALTY).strip()
    if not sla.penalty:
        raise BadInput("Say what follows when the SLA is broken, even if it is that nothing does.")
    sla.from_on = agreed.from_on


def _record(
    event: str,
    sentence: str,
    sla: SLA,
    *,
    by: Person,
    seat: HeldSeat | None,
    previous: str = "",
    reason: str = "",
) -> None:
    record(
        event,
        subject=sla.slo.key,
        digest=canonical_digest(sla.canonical_row()),
        previous=previous,
        by=by,
        seat=seat,
        title=sla.slo.title,
        sentence=sentence,
        about=[sla.slo.scope.key],
        reference=sla.key,
        reason=reason,
        facts={
            "sla": sla.key,
            "counterparty": sla.counterparty,
            "target": f"{(sla.target * 100).normalize():f} %",
            "window": windows.parse(sla.window).words,
            "from_on": sla.from_on,
        },
    )
