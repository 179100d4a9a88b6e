"""Saying what is measured."""

from typing import Any

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.organization import actions as organization
from apps.organization.actions.words import one_line
from apps.organization.models import Person, Scope
from apps.reliability import rules
from apps.reliability.actions.locks import lock_scope, lock_sli
from apps.reliability.models import SLI

MAX_QUERY = 10_000


@act
def create_sli(
    *,
    scope_key: str,
    title: str,
    good_means: str,
    by: Person,
    kind: str = SLI.Kind.AVAILABILITY,
    source: str = SLI.Source.PUSHED,
    good_query: str = "",
    total_query: str = "",
    is_mean_of_ratios: bool = False,
) -> SLI:
    """A new indicator of a service or an epic's experience."""
    scope = _locked_scope(scope_key, by=by)
    seat = rules.check_may_create_sli(scope, by=by)
    (key,) = organization.take_keys("SLI", 1)
    sli = SLI(key=key, scope=scope, written_by=by)
    _fill(sli, title, good_means, kind, source, good_query, total_query)
    sli.is_mean_of_ratios = is_mean_of_ratios
    sli.save()
    _record("sli.created", "defined the SLI {subject} “{title}” of {scope}", sli, by=by, seat=seat)
    return sli


@act
def edit_sli(
    *,
    sli_key: str,
    title: str,
    good_means: str,
    by: Person,
    kind: str,
    source: str,
    good_query: str = "",
    total_query: str = "",
    is_mean_of_ratios: bool = False,
) -> SLI:
    """Another definition; what was counted before stays as it is."""
    sli = lock_sli(sli_key, by=by)
    seat = rules.check_may_edit_sli(sli, by=by)
    before = canonical_digest(sli.canonical_row())
    _fill(sli, title, good_means, kind, source, good_query, total_query)
    sli.is_mean_of_ratios = is_mean_of_ratios
    if canonical_digest(sli.canonical_row()) == before:
        nothing_changed()
        return sli
    sli.written_by, sli.written_at = by, timezone.now()
    sli.save()
    _record("sli.edited", "changed the SLI {subject} “{title}”", sli, by=by, seat=seat, previous=before)
    return sli


@act
def archive_sli(*, sli_key: str, by: Person) -> SLI:
    """It is measured no longer; its counts stay."""
    sli = lock_sli(sli_key, by=by)
    seat = rules.check_may_archive_sli(sli, by=by)
    sli.archived_at = timezone.now()
    sli.save(update_fields=["archived_at"])
    _record("sli.archived", "archived the SLI {subject} “{title}”", sli, by=by, seat=seat)
    return sli


def _fill(sli: SLI, title: str, good_means: str, kind: str, source: str, good_query: str, total_query: str) -> None:
    if kind not in SLI.Kind.values:
        raise BadInput(f"“{kind[:40]}” is no kind of SLI: {', '.join(SLI.Kind.values)}.")
    if source not in SLI.Source.values:
        raise BadInput(f"“{source[:40]}” is no source of counts: {', '.join(SLI.Source.values)}.")
    sli.title = one_line(title, what="The title", limit=200, needed=True)
    sli.good_means = one_line(good_means, what="What a good event is", limit=500, needed=True)
    sli.kind, sli.source = kind, source
    sli.good_query = clean_text(good_query, what="The query of good events", limit=MAX_QUERY).strip()
    sli.total_query = clean_text(total_query, what="The query of all events", limit=MAX_QUERY).strip()
    if source == SLI.Source.PROMETHEUS and not (sli.good_query and sli.total_query):
        raise BadInput("What Prometheus measures needs both queries: of good events, and of all events.")


def _locked_scope(key: str, *, by: Person) -> Scope:
    try:
        return lock_scope(key, by=by)
    except Scope.DoesNotExist:
        raise Refused(f"There is no service, epic or team {key[:64]} that you may read.") from None


def _record(
    event: str, sentence: str, sli: SLI, *, by: Person, seat: HeldSeat | None, previous: str = "", **more: Any
) -> None:
    record(
        event,
        subject=sli.key,
        digest=canonical_digest(sli.canonical_row()),
        previous=previous,
        by=by,
        seat=seat,
        title=sli.title,
        sentence=sentence,
        about=[sli.scope.key],
        facts={"scope": sli.scope.key, "kind": str(sli.kind), "source": str(sli.source)},
        **more,
    )
