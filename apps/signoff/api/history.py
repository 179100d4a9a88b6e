"""What was signed and fails now; what one story went through; an epic's life as the log tells it."""

from datetime import datetime
from typing import Literal, TypedDict

from rest_framework.request import Request

from apps.audit import queries as audit
from apps.audit.sentences import Line
from apps.common.endpoints import Instant, Key, Page, filters_of, instant, listed, reads_list, sorted_by, whole
from apps.common.endpoints.listing import page_from, paging
from apps.common.instants import parse_instant
from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.signoff import history, regressions
from apps.signoff.api.sign_offs import readable_epic, readable_story
from apps.signoff.forms import RegressionFilterForm
from apps.signoff.history import Moment
from apps.signoff.regressions import Regression


class RegressionRow(TypedDict):
    """A signed story that fails: the cause lies between the revisions of the last good and the first failing run."""

    story: Key
    title: str
    epic: Key
    team: str | None
    fails_since: Instant | None
    failing_run: Key | None
    failing_revision: str
    good_run: Key | None
    good_revision: str
    scenario: str
    step: str
    failing_scenarios: int
    signed_by: list[PersonMention]


def _regression_row(one: Regression) -> RegressionRow:
    failure = one.failure
    good = failure.good if failure else None
    return {
        "story": one.story.key,
        "title": one.story.title,
        "epic": one.story.epic.key,
        "team": one.team.scope.key if one.team else None,
        "fails_since": instant(failure.at) if failure else None,
        "failing_run": failure.run.key if failure else None,
        "failing_revision": failure.run.revision if failure else "",
        "good_run": good.run.key if good else None,
        "good_revision": good.run.revision if good else "",
        "scenario": failure.scenario if failure else "",
        "step": failure.step if failure else "",
        "failing_scenarios": failure.failing if failure else 0,
        "signed_by": [mention(person) for person in one.signers],
    }


@reads_list(RegressionRow, filters=RegressionFilterForm)
def regression_list(request: Request) -> Page[RegressionRow]:
    """Signed stories that fail now and that one may read: since when, and where it began."""
    person = person_of(request)
    asked = filters_of(request, RegressionFilterForm)
    order = sorted_by(asked.pop("sort"), delivery.STORY_SORTS)
    rows = delivery.filtered_stories(person, state="REGRESSED", **asked).select_related("signed_by")
    readable = delivery.stories_for(person)
    return listed(request, rows, _regression_row, order=order, among=readable, opened=regressions.regressions_of)


class MomentRow(TypedDict):
    """One thing that happened to a story: a text, a run, a signature, or that it regressed or recovered."""

    at: Instant
    kind: Literal["version", "run", "sign_off", "turn"]
    words: str
    version: int | None
    run: Key | None
    revision: str
    signature: Key | None
    by: str


def _moment_row(one: Moment) -> MomentRow:
    by = one.version.author.name if one.version else one.sign_off.signature.printed_name if one.sign_off else ""
    return {
        "at": instant(one.at),
        "kind": one.kind,  # type: ignore[typeddict-item]  # one of the four
        "words": one.line or one.mark.words,
        "version": one.version.number if one.version else None,
        "run": one.run.key if one.run else None,
        "revision": one.run.revision if one.run else "",
        "signature": one.sign_off.signature.key if one.sign_off else None,
        "by": by,
    }


@reads_list(MomentRow)
def story_history(request: Request, key: str) -> Page[MomentRow]:
    """A story's texts, runs, signatures and regressions, the newest first.

    A page may hold a few more than `limit`, where several happened at one instant: `after` is an instant.
    """
    after, limit = paging(request)
    before: datetime | None = parse_instant(after) if after else None
    found = history.story_history(readable_story(request, key), before=before, limit=limit)
    return page_from(request, [_moment_row(one) for one in found.moments], last=instant(found.before))


class LifeRow(TypedDict):
    """One act, as a line to read."""

    index: int
    at: Instant
    event: str
    subject: Key
    by: str
    words: str


def _life_row(line: Line) -> LifeRow:
    return {
        "index": line.index,
        "at": instant(line.at),
        "event": line.event,
        "subject": line.subject,
        "by": line.by,
        "words": str(line),
    }


@reads_list(LifeRow)
def epic_life(request: Request, key: str) -> Page[LifeRow]:
    """An epic's life as the log tells it, but for what it says of epics that one may not read."""
    epic = readable_epic(request, key)
    lines = audit.life_of(epic.key, hidden=organization.hidden_keys(person_of(request)))
    return whole(request, lines, _life_row, key=lambda line: line.index)
