"""Writing the non-functional requirements of an epic."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, nothing_changed, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import queries, rules
from apps.delivery.actions.columns import drift
from apps.delivery.actions.initiatives import clean_line
from apps.delivery.actions.locks import lock_epic
from apps.delivery.meaning import plain
from apps.delivery.models import NFR, Epic, Story
from apps.organization import actions as organization
from apps.organization.models import Person
from apps.reliability import queries as reliability
from apps.reliability.models import SLI
from apps.reliability.windows import LONGEST_DAYS

MAX_SCENARIO = 10_000
COLUMNS = ["kind", "sli", "target", "days", "story", "scenario"]


@act
def create_nfr(
    *,
    epic_key: str,
    title: str,
    statement: str,
    by: Person,
    kind: str = NFR.Kind.ATTESTED,
    sli: str = "",
    target: Decimal | None = None,
    days: int | None = None,
    scenario: str = "",
) -> NFR:
    """One more thing that the epic promises besides its stories; a signed epic drifts.

    MEASURED needs `sli` (a key), `target` (a share of 1) and `days`; SCENARIO needs `scenario`, the key of a story and
    the scenario's name: "S-3:Pay by card". What another kind needs is left out.
    """
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_create_nfr(epic, by=by)
    (key,) = organization.take_keys("NFR", 1)
    nfr = NFR(
        key=key,
        epic=epic,
        title=clean_line(title, what="The title"),
        statement=_statement(statement),
        written_by=by,
        **_judged_by(epic, kind, sli=sli, target=target, days=days, scenario=scenario, by=by),
    )
    nfr.digest = nfr.meaning_digest
    nfr.save()
    _record("nfr.created", "wrote the requirement {subject} “{title}”", nfr, by=by, seat=seat)
    return nfr


@act
def edit_nfr(
    *,
    nfr_key: str,
    title: str,
    statement: str,
    by: Person,
    kind: str = NFR.Kind.ATTESTED,
    sli: str = "",
    target: Decimal | None = None,
    days: int | None = None,
    scenario: str = "",
) -> NFR:
    """Another definition; what was attested of the old one is void, and a signed epic drifts.

    What judges it is as for `create_nfr`.
    """
    nfr = _lock_nfr(nfr_key, by=by)
    seat = rules.check_may_edit_nfr(nfr, by=by)
    previous = nfr.digest
    nfr.title = clean_line(title, what="The title")
    nfr.statement = _statement(statement)
    for column, value in _judged_by(
        nfr.epic, kind, sli=sli, target=target, days=days, scenario=scenario, by=by
    ).items():
        setattr(nfr, column, value)
    nfr.digest = nfr.meaning_digest
    if nfr.digest == previous:
        nothing_changed()
        return nfr
    nfr.written_by, nfr.written_at = by, timezone.now()
    nfr.save(update_fields=["title", "statement", *COLUMNS, "digest", "written_by", "written_at"])
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
        facts={"drifted": drifted, "kind": str(nfr.kind), **_told(nfr)},
    )


def _told(nfr: NFR) -> dict[str, str]:
    """What judges it, for the log; a scenario's name is somebody's words, and told by the digest alone."""
    if nfr.sli is not None and nfr.target is not None:
        return {"sli": nfr.sli.key, "target": f"{nfr.target.normalize():f}", "days": str(nfr.days)}
    return {"story": nfr.story.key} if nfr.story else {}


def _judged_by(
    epic: Epic, kind: str, *, sli: str, target: Decimal | None, days: int | None, scenario: str, by: Person
) -> dict[str, Any]:
    """The columns that say what judges a requirement of the locked `epic`."""
    if kind not in NFR.Kind.values:
        raise BadInput(f"“{kind[:40]}” is no kind of requirement: {', '.join(NFR.Kind.values)}.")
    columns = {"kind": kind, "sli": None, "target": None, "days": None, "story": None, "scenario": ""}
    if kind == NFR.Kind.MEASURED:
        columns |= _measured(epic, sli, target, days, by=by)
    if kind == NFR.Kind.SCENARIO:
        columns |= _scenario(epic, scenario, by=by)
    return columns


def _measured(epic: Epic, key: str, target: Decimal | None, days: int | None, *, by: Person) -> dict[str, Any]:
    if not key or target is None or days is None:
        raise BadInput("A requirement that is measured needs an SLI, a target, and over how many days.")
    if not 0 < target <= 1 or not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"A target is above 0 % and at most 100 %, over 1 to {LONGEST_DAYS} days.")
    try:
        found = reliability.slis_for(by).get(key=key)
    except SLI.DoesNotExist:
        raise BadInput(f"There is no SLI {key[:20]} that you may read.") from None
    rules.check_may_measure(epic, found)
    return {"sli": found, "target": target, "days": days}


def _scenario(epic: Epic, named: str, *, by: Person) -> dict[str, Any]:
    key, _, name = clean_text(named, what="The scenario", limit=MAX_SCENARIO).partition(":")
    name = plain(name)
    if not key or not name:
        raise BadInput("A requirement that a scenario proves needs one, as S-3:Pay by card.")
    try:
        story = queries.story_for(by, key)
    except Story.DoesNotExist:
        raise BadInput(f"There is no story {key[:20]} that you may read.") from None
    rules.check_may_prove(epic, story, name)
    return {"story": story, "scenario": name}


def _statement(text: str) -> str:
    text = clean_text(text, what="The statement", limit=10_000).strip()
    if not text:
        raise BadInput("The statement is empty. Say what must hold, so that somebody can attest it.")
    return text
