"""Saying what is promised of an indicator, and changing one's mind."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.organization import actions as organization
from apps.organization.actions.words import one_line
from apps.organization.models import Person
from apps.reliability import rules, windows
from apps.reliability.actions.locks import lock_decision, lock_sli, lock_slo
from apps.reliability.actions.promised import checked_review, checked_target, checked_window
from apps.reliability.actions.refreshing import refresh_slos
from apps.reliability.models import SLO, Decision, SLOVersion


@act
def create_slo(
    *,
    sli_key: str,
    title: str,
    target: Decimal,
    window: str,
    rationale: str,
    by: Person,
    next_review_on: date | None = None,
) -> SLO:
    """A promise of this share of good events (`target`, of 1) over the window, such as "28d"."""
    sli = lock_sli(sli_key, by=by)
    seat = rules.check_may_create_slo(sli, by=by)
    (key,) = organization.take_keys("SLO", 1)
    slo = SLO(key=key, sli=sli, scope=sli.scope, next_review_on=checked_review(next_review_on))
    slo.title = one_line(title, what="The title", limit=200, needed=True)
    slo.target, slo.window = checked_target(target), checked_window(window)
    slo.save()
    version = _write_version(slo, rationale, by=by)
    _record("slo.created", "promised {target} over {window} in {subject} “{title}”", slo, version, by=by, seat=seat)
    refresh_slos(slis=[sli.pk])
    return slo


@act
def change_slo(
    *,
    slo_key: str,
    title: str,
    target: Decimal,
    window: str,
    rationale: str,
    by: Person,
    next_review_on: date | None = None,
    decision_key: str = "",
) -> SLO:
    """Another version from today on. What the old one said of past windows stays as it was.

    `decision_key` names the decision that it comes of, which is linked with the version.
    """
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_change_slo(slo, by=by)
    decision = _followed(decision_key, slo, by=by) if decision_key else None
    title = one_line(title, what="The title", limit=200, needed=True)
    target, window = checked_target(target), checked_window(window)
    # Whatever else changes, such as by a file that is imported again, a day that passed since may stay.
    next_review_on = checked_review(next_review_on, before=slo.next_review_on)
    before = (slo.title, slo.target, slo.window, slo.next_review_on)
    if before == (title, target, window, next_review_on):
        nothing_changed()
        return slo
    previous = canonical_digest(_current(slo).canonical_row())
    slo.title, slo.target, slo.window, slo.next_review_on = title, target, window, next_review_on
    slo.version += 1
    slo.save(update_fields=["title", "target", "window", "next_review_on", "version"])
    version = _write_version(slo, rationale, by=by)
    said = "changed {subject} “{title}” to {target} over {window}"
    if decision is not None:
        decision.slo_version = version
        decision.save(update_fields=["slo_version"])
    _record("slo.changed", said, slo, version, by=by, seat=seat, previous=previous, decision=decision)
    refresh_slos(slis=[slo.sli_id])
    return slo


@act
def archive_slo(*, slo_key: str, reason: str, by: Person) -> SLO:
    """It is promised no longer; its versions and counts stay."""
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_change_slo(slo, by=by)
    reason = one_line(reason, what="The reason", limit=500, needed=True)
    slo.archived_at = timezone.now()
    slo.save(update_fields=["archived_at"])
    _record("slo.archived", "archived {subject} “{title}”", slo, _current(slo), by=by, seat=seat, reason=reason)
    return slo


def _followed(key: str, slo: SLO, *, by: Person) -> Decision:
    try:
        decision = lock_decision(key, by=by)
    except Decision.DoesNotExist:
        raise Refused(f"There is no decision {key[:20]} that you may read.") from None
    rules.check_may_follow_decision(decision, slo)
    return decision


def _current(slo: SLO) -> SLOVersion:
    version = slo.versions.get(number=slo.version)
    version.slo = slo
    return version


def _write_version(slo: SLO, rationale: str, *, by: Person) -> SLOVersion:
    rationale = clean_text(rationale, what="The rationale", limit=10_000).strip()
    if not rationale:
        raise BadInput("The rationale is empty. Say why this target, so that whoever asks in a year knows.")
    return SLOVersion.objects.create(
        slo=slo,
        number=slo.version,
        target=slo.target,
        window=slo.window,
        effective_on=timezone.now().date(),
        rationale=rationale,
        written_by=by,
    )


def _record(
    event: str,
    sentence: str,
    slo: SLO,
    version: SLOVersion,
    *,
    by: Person,
    seat: HeldSeat | None,
    previous: str = "",
    reason: str = "",
    decision: Decision | None = None,
) -> None:
    record(
        event,
        subject=slo.key,
        digest=canonical_digest(version.canonical_row()),
        previous=previous,
        by=by,
        seat=seat,
        title=slo.title,
        sentence=sentence,
        about=[slo.scope.key, slo.sli.key, *([decision.key] if decision else [])],
        reason=reason,
        facts={
            "target": f"{(slo.target * 100).normalize():f} %",
            "window": windows.parse(slo.window).words,
            "version": slo.version,
            **({"decision": decision.key} if decision else {}),
        },
    )
