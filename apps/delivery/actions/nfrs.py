"""Writing the non-functional requirements of an epic."""

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, nothing_changed, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import queries, rules
from apps.delivery.actions.columns import drift
from apps.delivery.actions.initiatives import clean_line
from apps.delivery.actions.locks import lock_epic
from apps.delivery.models import NFR
from apps.organization import actions as organization
from apps.organization.models import Person


@act
def create_nfr(*, epic_key: str, title: str, statement: str, by: Person) -> NFR:
    """One more thing that the epic promises besides its stories; a signed epic drifts."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_create_nfr(epic, by=by)
    (key,) = organization.take_keys("NFR", 1)
    nfr = NFR(
        key=key,
        epic=epic,
        title=clean_line(title, what="The title"),
        statement=_statement(statement),
        written_by=by,
    )
    nfr.digest = nfr.meaning_digest
    nfr.save()
    _record("nfr.created", "wrote the requirement {subject} “{title}”", nfr, by=by, seat=seat)
    return nfr


@act
def edit_nfr(*, nfr_key: str, title: str, statement: str, by: Person) -> NFR:
    """Another definition; what was attested of the old one is void, and a signed epic drifts."""
    nfr = _lock_nfr(nfr_key, by=by)
    seat = rules.check_may_edit_nfr(nfr, by=by)
    previous = nfr.digest
    nfr.title = clean_line(title, what="The title")
    nfr.statement = _statement(statement)
    nfr.digest = nfr.meaning_digest
    if nfr.digest == previous:
        nothing_changed()
        return nfr
    nfr.written_by, nfr.written_at = by, timezone.now()
    nfr.save(update_fields=["title", "statement", "digest", "written_by", "written_at"])
    said = "changed the requirement {subject} “{title}”"
    _record("nfr.edited", said, nfr, by=by, seat=seat, previous=previous)
    return nfr


@act
def archive_nfr(*, nfr_key: str, reason: str, by: Person) -> NFR:
    """The epic promises it no longer; a signed epic drifts."""
    nfr = _lock_nfr(nfr_key, by=by)
    seat = rules.check_may_edit_nfr(nfr, by=by)
    reason = clean_line(reason, what="The reason", limit=500)
    nfr.archived_at = timezone.now()
    nfr.save(update_fields=["archived_at"])
    said = "archived the requirement {subject} “{title}”"
    _record("nfr.archived", said, nfr, by=by, seat=seat, reason=reason)
    return nfr


def _lock_nfr(key: str, *, by: Person) -> NFR:
    epic = lock_epic(queries.nfr_for(by, key).epic.key, by=by)
    nfr = NFR.objects.select_for_update().get(key=key)
    nfr.epic = epic
    return nfr


def _record(
    event: str,
    sentence: str,
    nfr: NFR,
    *,
    by: Person,
    seat: HeldSeat | None,
    previous: str = "",
    reason: str = "",
) -> None:
    drifted = drift(nfr.epic, at=timezone.now())
    record(
        event,
        subject=nfr.key,
        digest=nfr.digest,
        previous=previous,
        by=by,
        seat=seat,
        title=nfr.title,
        sentence=sentence,
        about=[nfr.epic.key],
        reason=reason,
        facts={"drifted": drifted},
    )


def _statement(text: str) -> str:
    text = clean_text(text, what="The statement", limit=10_000).strip()
    if not text:
        raise BadInput("The statement is empty. Say what must hold, so that somebody can attest it.")
    return text
