"""Writing epics."""

import re
from datetime import datetime

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.delivery import rules
from apps.delivery.actions.demands import drop_demands
from apps.delivery.actions.initiatives import clean_line
from apps.delivery.actions.locks import lock_epic, lock_initiative
from apps.delivery.models import Epic, Initiative
from apps.organization import actions as organization
from apps.organization.actions.scopes import edit_scope, set_worked_by
from apps.organization.models import Person, Scope, Team

_QUARTER = re.compile(r"\d{4}-Q[1-4]")


@act
def create_epic(
    *,
    initiative_key: str,
    title: str,
    by: Person,
    summary: str = "",
    team_key: str = "",
    promised_for: str = "",
) -> Epic:
    """A promise to users below an initiative; `promised_for` is a quarter such as 2026-Q4, or empty."""
    initiative = lock_initiative(initiative_key, by=by)
    seat = rules.check_may_create_epic(initiative, by=by)
    (key,) = organization.take_keys("E", 1)
    return add_epic(
        key=key,
        initiative=initiative,
        title=title,
        summary=summary,
        team=find_team(team_key),
        promised_for=promised_for,
        path="",
        by=by,
        seat=seat,
    )


def add_epic(
    *,
    key: str,
    initiative: Initiative,
    title: str,
    summary: str,
    team: Team | None,
    promised_for: str,
    path: str,
    by: Person,
    seat: HeldSeat | None,
) -> Epic:
    """The rows and the entry; who calls has locked the initiative and checked that the person may."""
    title = clean_line(title, what="The title")
    epic = Epic.objects.create(
        scope=organization.add_scope(
            kind=Scope.Kind.EPIC,
            key=key,
            title=title,
            parent=initiative.scope,
            worked_by=team.scope if team else None,
        ),
        key=key,
        title=title,
        initiative=initiative,
        team=team,
        summary=clean_text(summary, what="The summary", limit=10_000),
        promised_for=_quarter(promised_for),
        path=path,
    )
    record(
        "epic.created",
        subject=key,
        digest=epic_digest(epic),
        by=by,
        seat=seat,
        title=title,
        sentence="wrote the epic {subject} “{title}”",
        about=[initiative.key],
        facts={"path": path} if path else None,
    )
    return epic


@act
def edit_epic(*, epic_key: str, title: str, summary: str, team_key: str, promised_for: str, by: Person) -> Epic:
    """Changes title, summary, team and quarter. None of them is part of what is signed."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_edit_epic(epic, by=by)
    previous = epic_digest(epic)
    epic.title = clean_line(title, what="The title")
    epic.summary = clean_text(summary, what="The summary", limit=10_000)
    epic.team = find_team(team_key)
    epic.promised_for = _quarter(promised_for)
    if epic_digest(epic) == previous:
        nothing_changed()
        return epic
    epic.save(update_fields=["title", "summary", "team", "promised_for"])
    edit_scope(scope=epic.scope, title=epic.title)
    set_worked_by(scope=epic.scope, team=epic.team.scope if epic.team else None)
    record(
        "epic.edited",
        subject=epic.key,
        digest=epic_digest(epic),
        previous=previous,
        by=by,
        seat=seat,
        title=epic.title,
        sentence="edited the epic {subject} “{title}”",
        about=[epic.initiative.key],
    )
    return epic


@act
def archive_epic(*, epic_key: str, reason: str, by: Person) -> Epic:
    """Takes the epic and its stories out of the lists; all of it stays readable, and signed where it was."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_archive_epic(epic, by=by)
    at = timezone.now()
    epic.archived_at = at
    epic.save(update_fields=["archived_at"])
    drop_demands(epic)
    record(
        "epic.archived",
        subject=epic.key,
        digest=epic_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="archived the epic {subject} “{title}”",
        about=[epic.initiative.key],
        reason=clean_line(reason, what="The reason", limit=500),
    )
    return epic


def restore_epic(epic: Epic, *, by: Person, seat: HeldSeat | None, at: datetime) -> None:
    """Part of an import that brings the folder of an archived epic again."""
    epic.archived_at = None
    epic.save(update_fields=["archived_at"])
    record(
        "epic.restored",
        subject=epic.key,
        digest=epic_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="brought the epic {subject} “{title}” back",
        about=[epic.initiative.key],
        facts={"at": at},
    )


def epic_digest(epic: Epic) -> str:
    """Of what its page shows as its own; the promise, which is signed, is another."""
    return canonical_digest(
        {
            "key": epic.key,
            "title": epic.title,
            "initiative": epic.initiative.key,
            "team": epic.team.scope.key if epic.team else "",
            "summary": epic.summary,
            "promised_for": epic.promised_for,
            "archived": epic.archived_at is not None,
        }
    )


def find_team(key: str) -> Team | None:
    """The team of this key, None for "". Raises Refused where there is none, or it is archived."""
    if not key:
        return None
    team = Team.objects.select_related("scope").filter(scope__key=key, scope__archived_at=None).first()
    if team is None:
        raise Refused(f"There is no team {key}.")
    return team


def _quarter(text: str) -> str:
    quarter = text.strip().upper()
    if quarter and not _QUARTER.fullmatch(quarter):
        raise BadInput(f"“{text}” is not a quarter such as 2026-Q4.")
    return quarter
