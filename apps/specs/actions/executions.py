"""Executions: asked for, canceled, found due. What a worker does with one stands in `executing`."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.refused import Refused
from apps.common.ringing import ring
from apps.delivery import queries as delivery
from apps.organization import actions as organization
from apps.organization.models import Person
from apps.specs import queries, rules
from apps.specs.models import Execution, SuiteText
from apps.specs.queries import Given
from apps.specs.running.suites import Suite

# A worker says four times in this time that it is there.
LOST_AFTER = timedelta(seconds=20)
UNHEARD_AFTER = timedelta(seconds=10)
# What a machine could not begin, for want of a sandbox or of room on its disk, is not asked for every ten seconds.
TRIED_AGAIN_AFTER = timedelta(minutes=10)


@act
def request_execution(*, suite_name: str, by: Person, epic_key: str = "", story_key: str = "") -> Execution:
    """Asks a worker to run a suite: whole, or the stories of one epic, or one story.

    One that waits already for the same is returned. Raises Refused, or DoesNotExist for what `by` may not read.
    """
    epic = delivery.epics_for(by).get(key=epic_key) if epic_key else None
    story = delivery.stories_for(by).get(key=story_key) if story_key else None
    same = Execution.objects.select_for_update().filter(suite=suite_name, epic=epic, story=story)
    waiting = same.filter(state=Execution.State.WAITING, cause=Execution.Cause.REQUEST).first()
    suite = rules.check_suite_is_registered(suite_name)
    seat = rules.check_may_request_execution(suite, by=by, epic=epic, story=story)
    if waiting:
        nothing_changed()
        return waiting
    rules.check_has_something_to_run(suite, epic=epic, story=story)
    execution = _added(suite, Execution.Cause.REQUEST, by=by, epic=epic, story=story)
    subject = story or epic
    record(
        "execution.requested",
        subject=execution.key,
        digest=canonical_digest({"key": execution.key, "suite": suite.name}),
        by=by,
        seat=seat,
        title=suite.title,
        sentence="asked to run suite “{title}” ({subject})" + (f" for {subject.key}" if subject else ""),
        about=about(execution),
        facts={"suite": suite.name},
    )
    return execution


@act
def cancel_execution(*, key: str, by: Person) -> Execution:
    """Stops an execution: at once where it waits, within a second or two where it runs. Raises Refused."""
    execution = queries.executions_for(by).select_for_update(of=("self",)).get(key=key)
    seat = rules.check_may_cancel_execution(execution, by=by)
    if execution.is_finished:
        raise Refused(f"{execution.key} has ended already: {execution.get_state_display().lower()}.")
    if execution.cancel_asked_at:
        nothing_changed()
        return execution
    execution.cancel_asked_at = timezone.now()
    if execution.state == Execution.State.WAITING:
        execution.state, execution.finished_at = Execution.State.CANCELED, execution.cancel_asked_at
        suite = queries.registered_suites().get(execution.suite)
        if suite and execution.cause == Execution.Cause.CHANGE:  # else it would be asked for again at once
            keep_seen(execution, queries.texts_to_execute(execution, suite))
    execution.save(update_fields=["cancel_asked_at", "state", "finished_at"])
    record(
        "execution.canceled",
        subject=execution.key,
        digest=canonical_digest({"key": execution.key, "suite": execution.suite}),
        by=by,
        seat=seat,
        title=execution.suite,
        sentence="canceled {subject} of suite “{title}”",
        about=about(execution),
    )
    return execution


def about(execution: Execution) -> list[str]:
    """Keys of the story and epic that it is of, by which the log's entries are found, and kept from who may not read
    them; none for a whole suite.
    """
    story = execution.story
    return [one.key for one in (story, execution.epic or (story.epic if story else None)) if one]


def keep_seen(execution: Execution, given: Iterable[Given]) -> None:
    """A part of other acts: whatever came of these texts, the suite is not given them again by itself."""
    SuiteText.objects.bulk_create(
        [SuiteText(suite=execution.suite, story_id=one.story, digest=one.digest) for one in given],
        update_conflicts=True,
        unique_fields=["suite", "story"],
        update_fields=["digest"],
    )


def due_executions() -> QuerySet[Execution]:
    """Executions that nobody heard of, or that their worker left."""
    now = timezone.now()
    waiting = Q(state=Execution.State.WAITING, asked_at__lt=now - UNHEARD_AFTER)
    left = Q(state=Execution.State.RUNNING, seen_at__lt=now - LOST_AFTER)
    return Execution.objects.filter(waiting | left).order_by("pk")


def ask_for_changes(suites: Iterable[Suite]) -> list[Execution]:
    """For each suite that runs what changes: one execution of all texts that it has not seen, if there are any.

    Ten minutes later where the last could not be begun. Not an act of the log: what came of it is one, the run.
    """
    asked = []
    for suite in suites:
        tried = queries.changes_not_begun(suite, since=timezone.now() - TRIED_AGAIN_AFTER)
        if suite.on_change and queries.changed_stories(suite).exists() and not tried.exists():
            asked += _asked_by_machine(suite=suite, cause=Execution.Cause.CHANGE)
    return asked


def ask_by_schedule(suites: Iterable[Suite]) -> list[Execution]:
    """For each suite whose hours have passed since the last time: one execution of the whole."""
    asked = []
    for suite in suites:
        if not suite.every_hours or not queries.covered_stories(suite).exists():
            continue
        since = timezone.now() - timedelta(hours=suite.every_hours)
        if not Execution.objects.filter(suite=suite.name, epic=None, story=None, asked_at__gt=since).exclude(
            cause=Execution.Cause.CHANGE
        ):
            asked += _asked_by_machine(suite=suite, cause=Execution.Cause.SCHEDULE)
    return asked


@act
def _asked_by_machine(*, suite: Suite, cause: Execution.Cause) -> list[Execution]:
    nothing_changed()
    open_states = (Execution.State.WAITING, Execution.State.RUNNING)
    if Execution.objects.filter(suite=suite.name, cause=cause, state__in=open_states).exists():
        return []
    return [_added(suite, cause, by=None)]


def _added(suite: Suite, cause: Execution.Cause, *, by: Person | None, **of: object) -> Execution:
    (key,) = organization.take_keys("EX", 1)
    execution = Execution.objects.create(key=key, suite=suite.name, cause=cause, asked_by=by, **of)
    ring("specs.run_execution", execution.pk)
    return execution
