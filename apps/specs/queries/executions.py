"""Reading executions: the registered suites, what they cover, what they have not seen, and how they went."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from apps.delivery.models import Epic, Story
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.specs.exports import Text
from apps.specs.models import Execution, SandboxTest, SuiteText
from apps.specs.running import suites
from apps.specs.running.suites import Suite
from apps.specs.running.workplace import named_by_digest

_COVERED = (Scope.Kind.INITIATIVE, Scope.Kind.EPIC)


class Given(NamedTuple):
    """A story's text as a suite gets it, and the digest of its meaning."""

    story: int
    digest: str
    text: Text


def registered_suites() -> dict[str, Suite]:
    """The suites of the settings, by name. Raises NotASuite, which `manage.py check` says at the start."""
    return suites.registered(settings.SUITES, trusted=settings.TRUSTED_SUITES)


def covered_stories(suite: Suite) -> QuerySet[Story]:
    """Stories with scenarios, in work, of the initiatives and epics that the suite covers."""
    return Story.objects.filter(_covered(suite), archived_at=None, epic__archived_at=None, scenario_count__gt=0)


def covered_scopes(suite: Suite) -> list[Scope]:
    """The scopes of the initiatives and epics that the suite covers."""
    titled = Q(kind=Scope.Kind.INITIATIVE, title__in=suite.covers)
    return list(Scope.objects.filter(titled | Q(kind__in=_COVERED, key__in=suite.covers)))


def suites_of(epic: Epic) -> list[Suite]:
    """Suites that cover the epic, whose initiative is loaded."""
    return [suite for suite in registered_suites().values() if _names(epic) & set(suite.covers)]


def changed_stories(suite: Suite) -> QuerySet[Story]:
    """Covered stories whose text the suite was not given yet."""
    given = SuiteText.objects.filter(suite=suite.name, story=OuterRef("pk"), digest=OuterRef("digest"))
    return covered_stories(suite).filter(~Exists(given))


def changes_not_begun(suite: Suite, *, since: datetime) -> QuerySet[Execution]:
    """Executions for a change that stopped since then before the suite was started at all."""
    stopped = Execution.objects.filter(suite=suite.name, cause=Execution.Cause.CHANGE, state=Execution.State.STOPPED)
    return stopped.filter(finished_at__gt=since, stories_total=0)


def texts_to_execute(execution: Execution, suite: Suite) -> list[Given]:
    """The current texts of what the execution is of, as files named by digest."""
    stories = covered_stories(suite)
    if execution.cause == Execution.Cause.CHANGE:
        stories = changed_stories(suite)
    if execution.epic_id:
        stories = stories.filter(epic=execution.epic_id)
    if execution.story_id:
        stories = stories.filter(pk=execution.story_id)
    rows = list(
        stories.order_by("epic_id", "pk").values_list(
            "pk", "digest", "key", "epic__key", "epic__initiative__scope__key", "path", "version__text"
        )
    )
    texts = named_by_digest([(Text(*row[2:]), row[1]) for row in rows])
    return [Given(row[0], row[1], text) for row, text in zip(rows, texts, strict=True)]


def executions_for(person: Person) -> QuerySet[Execution]:
    """Executions that `person` may read, the newest first: none that ran stories hidden from them."""
    found = Execution.objects.select_related("epic", "story__epic", "asked_by", "run").order_by("-pk")
    hidden = organization.hidden_scope_ids(person)
    if not hidden:
        return found
    found = found.exclude(epic__initiative__scope_id__in=hidden)
    found = found.exclude(story__epic__initiative__scope_id__in=hidden)
    # What a whole suite writes may tell of any story that it covers; of one that is gone nobody knows what it covered.
    return found.exclude(Q(epic=None, story=None) & ~Q(suite__in=_suites_beside(hidden)))


def open_executions(story: Story, *, by: Person) -> QuerySet[Execution]:
    """Executions of this one story that wait or run, and that `by` may read."""
    states = (Execution.State.WAITING, Execution.State.RUNNING)
    return executions_for(by).filter(story=story, state__in=states)


def _suites_beside(hidden: Collection[int]) -> list[str]:
    """Registered suites that cover nothing hidden, and never did: what they wrote then is kept."""
    epics = Epic.objects.filter(initiative__scope_id__in=hidden).select_related("initiative__scope")
    names = {name for epic in epics for name in _names(epic)}
    given = SuiteText.objects.filter(story__epic__initiative__scope_id__in=hidden).order_by()
    once = set(given.values_list("suite", flat=True).distinct())
    return [one.name for one in registered_suites().values() if one.name not in once and not names & set(one.covers)]


@dataclass(frozen=True)
class SuiteState:
    """A suite as the list shows it. `latest` None: it was never executed, or not where one may read of it.

    `covers` leaves out names of what one may not read.
    """

    suite: Suite
    covers: list[str]
    stories: int
    changed: int
    latest: Execution | None


def suite_states(person: Person) -> list[SuiteState]:
    """The registered suites in the settings' order, each with what it covers of what `person` may read.

    Five queries, however many suites there are; one more where anything is hidden.
    """
    hidden = organization.hidden_scope_ids(person)
    unsaid = _hidden_names(hidden) if hidden else set()
    epics = Epic.objects.outside(hidden).filter(archived_at=None)
    epics = epics.select_related("initiative__scope")
    alive = Q(stories__archived_at=None, stories__scenario_count__gt=0)
    counted = {epic: epic.running for epic in epics.annotate(running=Count("stories", filter=alive)) if epic.running}
    seen = SuiteText.objects.filter(digest=F("story__digest"), story__archived_at=None, story__scenario_count__gt=0)
    seen_by = {
        (suite, epic): count
        for suite, epic, count in seen.values_list("suite", "story__epic").annotate(Count("pk")).order_by()
    }
    newest = executions_for(person).order_by().values("suite").annotate(newest=Max("pk")).values("newest")
    executions = Execution.objects.filter(pk__in=newest).select_related("run").defer("output")
    latest = {one.suite: one for one in executions}
    found = []
    for suite in registered_suites().values():
        mine = {epic: count for epic, count in counted.items() if _names(epic) & set(suite.covers)}
        given = sum(seen_by.get((suite.name, epic.pk), 0) for epic in mine)
        stories = sum(mine.values())
        covers = [name for name in suite.covers if name not in unsaid]
        found.append(SuiteState(suite, covers, stories, stories - given, latest.get(suite.name)))
    return found


def _hidden_names(hidden: Collection[int]) -> set[str]:
    """Keys and titles of hidden initiatives and their epics."""
    scopes = Scope.objects.filter(Q(pk__in=hidden) | Q(parent__in=hidden))
    return {name for both in scopes.values_list("key", "title") for name in both}


def sandbox_tests() -> list[SandboxTest]:
    """What the workers' machines said of the sandbox, the newest first."""
    return list(SandboxTest.objects.order_by("-at")[:10])


def _names(epic: Epic) -> set[str]:
    """By which a suite may say that it covers the epic."""
    return {epic.key, epic.initiative.key, epic.initiative.title}


def _covered(suite: Suite) -> Q:
    initiative = "epic__initiative__scope"
    named = Q(**{f"{initiative}__key__in": suite.covers}) | Q(**{f"{initiative}__title__in": suite.covers})
    return named | Q(epic__key__in=suite.covers)
