"""What the API says of initiatives, epics, stories and what hangs on them: the shape, and how a row is written."""

from typing import Any, Literal, TypedDict, cast

from apps.common.endpoints import Address, Digest, Instant, Key, instant
from apps.delivery.models import (
    NFR,
    Comment,
    Epic,
    EpicDependency,
    EpicService,
    EpicSLO,
    Initiative,
    Story,
    StoryVersion,
)
from apps.delivery.models.epics import epic_state
from apps.delivery.models.stories import StoryVerdict, is_regressed, is_signed, story_state
from apps.delivery.states import EpicState
from apps.organization.mentions import PersonMention, mention

StoryStateName = Literal["DRAFT", "READY", "BROKEN", "FAILING", "PASSING", "SIGNED", "ARCHIVED"]


class InitiativeRow(TypedDict):
    """A strategic effort with how far its epics are."""

    key: Key
    title: str
    purpose: str
    is_restricted: bool
    epic_count: int
    signed_epic_count: int
    created_at: Instant
    archived_at: Instant | None


def initiative_row(initiative: Initiative) -> InitiativeRow:
    """Of an initiative with its counts."""
    scope = initiative.scope
    return {
        "key": scope.key,
        "title": scope.title,
        "purpose": initiative.purpose,
        "is_restricted": scope.restricted,
        "epic_count": initiative.epic_count,  # type: ignore[attr-defined]
        "signed_epic_count": initiative.signed_epic_count,  # type: ignore[attr-defined]
        "created_at": instant(initiative.created_at),
        "archived_at": instant(scope.archived_at),
    }


class EpicRow(TypedDict):
    """An epic with its state and counters."""

    key: Key
    title: str
    initiative: Key
    state: EpicState
    team: str | None
    promised_for: str
    story_count: int
    signed_story_count: int
    passing_story_count: int
    broken_story_count: int
    failing_story_count: int
    created_at: Instant
    signed_at: Instant | None


def epic_row(row: Any) -> EpicRow:
    """Of one of `columns.epic_columns`."""
    return {
        "key": row.key,
        "title": row.title,
        "initiative": row.initiative__scope__key,
        "state": EpicState(epic_state(row)),
        "team": row.team__scope__key,
        "promised_for": row.promised_for,
        "story_count": row.story_count,
        "signed_story_count": row.signed_story_count,
        "passing_story_count": row.passing_story_count,
        "broken_story_count": row.broken_story_count,
        "failing_story_count": row.failing_story_count,
        "created_at": instant(row.created_at),
        "signed_at": instant(row.signed_at),
    }


class EpicDetail(EpicRow):
    """One epic; its gate is at /api/v1/epics/{key}/gate/, what it is made of at the addresses below it."""

    summary: str
    path: str
    url: Address
    signed_promise: Digest | None
    drifted_at: Instant | None
    regressed_at: Instant | None
    rejected_at: Instant | None
    archived_at: Instant | None


def epic_detail(row: EpicRow, epic: Epic, url: str) -> EpicDetail:
    """`url` is of its page."""
    return {
        **row,
        "summary": epic.summary,
        "path": epic.path,
        "url": url,
        "signed_promise": epic.signed_promise or None,
        "drifted_at": instant(epic.drifted_at),
        "regressed_at": instant(epic.regressed_at),
        "rejected_at": instant(epic.rejected_at),
        "archived_at": instant(epic.archived_at),
    }


class StoryRow(TypedDict):
    """A story with its state, without its text. `team` is its own, else its epic's."""

    key: Key
    title: str
    epic: Key
    state: StoryStateName
    is_regressed: bool
    team: str | None
    points: int | None
    scenario_count: int
    version: int | None
    digest: Digest | None
    path: str
    signed_at: Instant | None


def story_row(row: Any) -> StoryRow:
    """Of one of `columns.story_columns`."""
    return {
        "key": row.key,
        "title": row.title,
        "epic": row.epic__key,
        "state": _story_state_name(row),
        "is_regressed": is_regressed(row),
        "team": row.team__scope__key or row.epic__team__scope__key,
        "points": row.points,
        "scenario_count": row.scenario_count,
        "version": row.version__number,
        "digest": row.digest or None,
        "path": row.path,
        "signed_at": instant(row.signed_at) if is_signed(row) else None,
    }


def _story_state_name(row: Any) -> StoryStateName:
    is_archived = row.archived_at or row.epic__archived_at
    return "ARCHIVED" if is_archived else cast(StoryStateName, story_state(row).value)


class StoryDetail(StoryRow):
    """One story with its current text; evidence and signatures by the digest of its meaning."""

    text: str
    url: Address
    evidence_digest: Digest | None
    evidence_verdict: StoryVerdict
    evidence_at: Instant | None
    signed_digest: Digest | None
    signed_by: PersonMention | None
    created_at: Instant
    archived_at: Instant | None


def story_detail(row: StoryRow, story: Story, url: str) -> StoryDetail:
    """`url` is of its page."""
    return {
        **row,
        "text": story.version.text if story.version else "",
        "url": url,
        "evidence_digest": story.evidence_digest or None,
        "evidence_verdict": StoryVerdict(story.evidence_verdict),
        "evidence_at": instant(story.evidence_at),
        "signed_digest": story.signed_digest or None,
        "signed_by": mention(story.signed_by),
        "created_at": instant(story.created_at),
        "archived_at": instant(story.archived_at),
    }


class VersionRow(TypedDict):
    """One text of a story, without the text: who wrote it, why, since when it holds, and what it means."""

    number: int
    name: str
    author: PersonMention
    reason: str
    at: Instant
    written_at: Instant
    digest: Digest
    text_sha256: Digest


def version_row(version: StoryVersion) -> VersionRow:
    """Of a version with its author."""
    return {
        "number": version.number,
        "name": version.name,
        "author": mention(version.author),
        "reason": version.reason,
        "at": instant(version.at),
        "written_at": instant(version.written_at),
        "digest": version.digest,
        "text_sha256": version.text_sha256,
    }


class VersionDetail(VersionRow):
    """One text of a story."""

    text: str


class NFRRow(TypedDict):
    """A non-functional requirement, as its definition. MEASURED: of the SLI's events of the last `days`, a share of at
    least `target`, exact and of 1, is good. SCENARIO: what bears that name in the story's current text has passed.
    """

    key: Key
    epic: Key
    title: str
    statement: str
    kind: NFR.Kind
    judged_by: str
    sli: Key | None
    target: str | None
    days: int | None
    story: Key | None
    scenario: str | None
    digest: Digest
    written_at: Instant
    archived_at: Instant | None


def nfr_row(nfr: NFR) -> NFRRow:
    """Of a requirement with its epic and what judges it."""
    return {
        "key": nfr.key,
        "epic": nfr.epic.key,
        "title": nfr.title,
        "statement": nfr.statement,
        "kind": NFR.Kind(nfr.kind),
        "judged_by": nfr.judged_by,
        "sli": nfr.sli.key if nfr.sli else None,
        "target": None if nfr.target is None else f"{nfr.target.normalize():f}",
        "days": nfr.days,
        "story": nfr.story.key if nfr.story else None,
        "scenario": nfr.scenario or None,
        "digest": nfr.digest,
        "written_at": instant(nfr.written_at),
        "archived_at": instant(nfr.archived_at),
    }


class DependencyRow(TypedDict):
    """An epic needs another: HARD, it cannot ship without it, or SOFT."""

    epic: Key
    needs: Key
    kind: EpicDependency.Kind
    linked_by: PersonMention
    linked_at: Instant


def dependency_row(thread: EpicDependency) -> DependencyRow:
    """Of a dependency with both epics."""
    return {
        "epic": thread.epic.key,
        "needs": thread.needs.key,
        "kind": EpicDependency.Kind(thread.kind),
        "linked_by": mention(thread.linked_by),
        "linked_at": instant(thread.linked_at),
    }


class EpicServiceRow(TypedDict):
    """A service that an epic runs on."""

    service: str
    title: str
    team: str
    linked_by: PersonMention
    linked_at: Instant


def epic_service_row(thread: EpicService) -> EpicServiceRow:
    """Of a thread with its service and team."""
    return {
        "service": thread.service.scope.key,
        "title": thread.service.scope.title,
        "team": thread.service.team.scope.key,
        "linked_by": mention(thread.linked_by),
        "linked_at": instant(thread.linked_at),
    }


class EpicSLORow(TypedDict):
    """An SLO that an epic promises to keep."""

    slo: Key
    title: str
    scope: str
    target: str
    window: str
    linked_by: PersonMention
    linked_at: Instant


def epic_slo_row(thread: EpicSLO) -> EpicSLORow:
    """Of a thread with its SLO and what that stands on; the target is an exact share of 1."""
    return {
        "slo": thread.slo.key,
        "title": thread.slo.title,
        "scope": thread.slo.scope.key,
        "target": f"{thread.slo.target.normalize():f}",
        "window": thread.slo.window,
        "linked_by": mention(thread.linked_by),
        "linked_at": instant(thread.linked_at),
    }


class CommentRow(TypedDict):
    """Words in Markdown on an epic or a story; `origin` says of which act they are, such as a rejection."""

    number: int
    author: PersonMention
    text: str
    at: Instant
    origin: str


def comment_row(comment: Comment) -> CommentRow:
    """Of a comment with its author."""
    return {
        "number": comment.pk,
        "author": mention(comment.author),
        "text": comment.text,
        "at": instant(comment.at),
        "origin": comment.origin,
    }
