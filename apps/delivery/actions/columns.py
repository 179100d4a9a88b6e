"""The columns that upper rooms write, and the epic's counters: parts of other acts, without an entry of their own.

Each is called inside an act of the room above, which locked the rows by `locks`, and records what happened.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from apps.common.rows import update_rows
from apps.delivery.actions.locks import lock_epics
from apps.delivery.models import Epic, Story
from apps.delivery.models.stories import story_condition
from apps.delivery.states import StoryState
from apps.organization.models import Person


@dataclass(frozen=True)
class Evidence:
    """What a story's latest runs prove of the meaning `digest`; `verdict` is one of Story.Verdict."""

    story: Story
    digest: str
    verdict: str
    at: datetime


def record_evidence(*, story: Story, digest: str, verdict: str, at: datetime) -> None:
    """Sets the story's evidence, its epic's counters and whether the epic regressed."""
    record_evidences(evidences=[Evidence(story, digest, verdict, at)])


def record_evidences(*, evidences: Iterable[Evidence]) -> None:
    """As `record_evidence`, for many stories, each epic counted once."""
    _check_inside_act()
    evidences = sorted(evidences, key=lambda evidence: evidence.story.pk)
    epics = lock_epics(evidence.story.epic_id for evidence in evidences)
    for evidence in evidences:
        story = evidence.story
        story.evidence_digest, story.evidence_at = evidence.digest, evidence.at
        story.evidence_verdict = Story.Verdict(evidence.verdict)
    update_rows(
        Story,
        ["evidence_digest", "evidence_verdict", "evidence_at"],
        [(e.digest, str(e.verdict), e.at, e.story.pk) for e in evidences],
    )
    latest: dict[int, datetime] = {}
    for evidence in evidences:
        epic_id = evidence.story.epic_id
        latest[epic_id] = max(evidence.at, latest.get(epic_id, evidence.at))
    recount_all(epics.values(), at=latest)


def record_story_signature(*, story: Story, digest: str, by: Person, at: datetime) -> None:
    """An analyst signed the story at the meaning `digest`."""
    record_story_signatures(stories=[(story, digest)], by=by, at=at)


def record_story_signatures(*, stories: Iterable[tuple[Story, str]], by: Person, at: datetime) -> None:
    """As `record_story_signature`, for many stories, each epic counted once."""
    _check_inside_act()
    signed = sorted(stories, key=lambda pair: pair[0].pk)
    epics = lock_epics(story.epic_id for story, _ in signed)
    for story, digest in signed:
        story.signed_digest, story.signed_by, story.signed_at = digest, by, at
        story.save(update_fields=["signed_digest", "signed_by", "signed_at"])
    recount_all(epics.values(), at=dict.fromkeys(epics, at))


def revoke_story_signature(*, story: Story) -> None:
    """The story is signed no longer, at any meaning."""
    _check_inside_act()
    epics = lock_epics([story.epic_id])
    story.signed_digest, story.signed_by, story.signed_at = "", None, None
    story.save(update_fields=["signed_digest", "signed_by", "signed_at"])
    recount(epics[story.epic_id])


def record_epic_acceptance(*, epic: Epic, promise: str, at: datetime) -> None:
    """A product owner accepted the epic with this promise root."""
    _check_inside_act()
    epic.signed_promise, epic.signed_at = promise, at
    epic.rejected_at = epic.drifted_at = epic.regressed_at = None
    epic.save(update_fields=["signed_promise", "signed_at", "rejected_at", "drifted_at", "regressed_at"])
    recount(epic, at=at)


def record_epic_rejection(*, epic: Epic, at: datetime) -> None:
    """A product owner rejected the epic; what was accepted before holds no longer."""
    _check_inside_act()
    epic.signed_promise, epic.rejected_at = "", at
    epic.signed_at = epic.drifted_at = epic.regressed_at = None
    epic.save(update_fields=["signed_promise", "signed_at", "rejected_at", "drifted_at", "regressed_at"])


def record_epic_drift(*, epic: Epic, drifted_at: datetime | None) -> None:
    """The promise differs from the signed one since `drifted_at`; None: it is the same (again)."""
    _check_inside_act()
    epic.drifted_at = drifted_at
    epic.save(update_fields=["drifted_at"])


def drift(epic: Epic, *, at: datetime) -> bool:
    """Marks a signed epic as drifted, unless it is already. Whether it was marked now."""
    if not epic.signed_promise or epic.drifted_at:
        return False
    record_epic_drift(epic=epic, drifted_at=at)
    return True


_SIGNED = story_condition(StoryState.SIGNED)
_COUNTED = {
    "story_count": Q(),
    "signed_story_count": _SIGNED,
    "passing_story_count": story_condition(StoryState.PASSING),
    "broken_story_count": story_condition(StoryState.BROKEN),
    "failing_story_count": story_condition(StoryState.FAILING),
}
_AGGREGATES = {
    **{name: Count("pk", filter=condition) for name, condition in _COUNTED.items()},
    "regressed": Count("pk", filter=_SIGNED & story_condition("REGRESSED")),
}


def recount(epic: Epic, *, at: datetime | None = None) -> None:
    """The epic's counters, and since when (`at`, else now) a signed story of it fails."""
    recount_all([epic], at={epic.pk: at} if at else {})


def recount_all(epics: Collection[Epic], *, at: Mapping[int, datetime]) -> None:
    """As `recount`, of many epics by one aggregate over their stories; `at` by the epics' primary keys.

    An aggregate rather than steps of one: an epic has at most some hundred stories, and a count cannot go astray.
    """
    found = Story.objects.active().filter(epic__in=[epic.pk for epic in epics]).order_by().values("epic_id")
    rows = found.annotate(**_AGGREGATES).values_list("epic_id", *_AGGREGATES)
    counted = {pk: dict(zip(_AGGREGATES, counts, strict=True)) for pk, *counts in rows}
    for epic in epics:
        counts = counted.get(epic.pk, {})
        for name in _COUNTED:
            setattr(epic, name, counts.get(name, 0))
        if not (counts.get("regressed") and epic.signed_promise):
            epic.regressed_at = None
        elif epic.regressed_at is None:
            epic.regressed_at = at.get(epic.pk) or timezone.now()
    columns = [*_COUNTED, "regressed_at"]
    update_rows(Epic, columns, [(*(getattr(epic, name) for name in columns), epic.pk) for epic in epics])


def _check_inside_act() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("this is a part of an act: call it inside one")
