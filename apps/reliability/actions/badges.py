"""Giving the badge of an SLO an address, and taking it away."""

import secrets

from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.reliability import rules
from apps.reliability.actions.locks import lock_slo
from apps.reliability.models import BadgeShare


@act
def share_badge(*, slo_key: str, by: Person) -> BadgeShare:
    """A new address, which shows where the SLO stands to whoever has it; the one before, if any, shows nothing more."""
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_share_badge(slo, by=by)
    share = BadgeShare.objects.filter(slo=slo).first() or BadgeShare(slo=slo)
    share.nonce = secrets.token_hex(16)
    share.shared_by, share.shared_at, share.withdrawn_at = by, timezone.now(), None
    share.save()
    _record("slo.badge_shared", "gave the badge of {subject} “{title}” an address", share, by=by, seat=seat)
    return share


@act
def withdraw_badge(*, slo_key: str, by: Person) -> None:
    """Its address shows nothing more."""
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_withdraw_badge(slo, by=by)
    share = BadgeShare.objects.filter(slo=slo, withdrawn_at=None).first()
    if share is None:
        nothing_changed()
        return
    share.withdrawn_at = timezone.now()
    share.save(update_fields=["withdrawn_at"])
    _record("slo.badge_withdrawn", "withdrew the badge of {subject} “{title}”", share, by=by, seat=seat)


def _record(event: str, sentence: str, share: BadgeShare, *, by: Person, seat: HeldSeat | None) -> None:
    record(
        event,
        subject=share.slo.key,
        digest=canonical_digest(share.canonical_row()),
        by=by,
        seat=seat,
        title=share.slo.title,
        sentence=sentence,
        about=[share.slo.scope.key],
    )
