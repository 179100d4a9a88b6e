"""Reading what happened over time: since when a story fails, how often a scenario changed its mind, a story's runs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.delivery.models import Epic, Pickle, Story
from apps.specs.flakiness import LAST, Flakiness, Outcome, flakiness
from apps.specs.models import LatestResult, Result, Run
from apps.specs.queries.evidence import Meaning, ScenarioEvidence, result_url, story_evidence
from apps.specs.queries.texts import batches
from apps.specs.report import FAILING, Status

_AGES_AGO = datetime(1, 1, 1, tzinfo=UTC)
MAX_SCENARIO = 200
_MEANING = ("story", "scenario_digest", "run_digest", "twin")


# --- since when a story fails


@dataclass(frozen=True)
class Failure:
    """Why a story fails now: of its failing scenarios, the one that fails for the longest time.

    `first` is the first failing result since it last passed, `good` that last passing one (None: it never passed);
    `failing` says how many scenarios and rows fail. What made it fail lies between the revisions of the two.
    """

    first: Result
    good: Result | None
    failing: int

    @property
    def run(self) -> Run:
        """The first failing run."""
        return self.first.run

    @property
    def at(self) -> datetime:
        """Since when it fails."""
        return self.first.at

    @property
    def scenario(self) -> str:
        """The scenario's name, with the number of its row where it is one of several."""
        pickle = self.first.pickle
        name = " ".join((pickle.name if pickle else self.first.name).split()) or "Scenario without a name"
        short = name if len(name) <= MAX_SCENARIO else name[: MAX_SCENARIO - 1] + "…"
        return f"{short} (row {pickle.row})" if pickle and pickle.row else short

    @property
    def step(self) -> str:
        """The step that failed, "" where the report did not say."""
        return self.first.failed_step

    @property
    def url(self) -> str:
        """Where the run's page shows the result."""
        return result_url(self.first.run, self.first.position)


def failures_of(story_ids: Sequence[int]) -> dict[int, Failure]:
    """By story, of those that fail now. Two queries for 10,000 stories."""
    found: dict[int, Failure] = {}
    for batch in batches(story_ids):
        rows = _failing(batch)
        pks = {pk for _, *both in rows for pk in both if pk}
        results = Result.objects.select_related("run", "pickle").in_bulk(pks)
        by_story: dict[int, list[tuple[Result, Result | None]]] = defaultdict(list)
        for story, first, passed in rows:
            if first:
                by_story[story].append((results[first], results[passed] if passed else None))
        for story, pairs in by_story.items():
            first_result, good = min(pairs, key=lambda pair: (pair[0].at, pair[0].pk))
            found[story] = Failure(first_result, good, len(pairs))
    return found


def _failing(stories: Sequence[int]) -> list[tuple[int, int | None, int | None]]:
    """What fails now of the stories' current texts: story, first failing and last passing result, as primary keys."""
    same = Result.objects.filter(**{name: OuterRef(name) for name in _MEANING}, is_stale=False)
    # A run that holds a scenario several times, as for two browsers, counts with its worst.
    failed_beside = Result.objects.filter(
        **{name: OuterRef(name) for name in _MEANING}, run=OuterRef("run"), status__in=FAILING, is_stale=False
    )
    passed = same.filter(~Exists(failed_beside), status=Status.PASSED).order_by("-at", "-pk")
    first = same.filter(status__in=FAILING, at__gte=Coalesce(OuterRef("passed_at"), Value(_AGES_AGO)))
    current = Pickle.objects.filter(
        story=OuterRef("story"),
        scenario__version=OuterRef("story__version"),
        scenario__digest=OuterRef("scenario_digest"),
        run_digest=OuterRef("run_digest"),
    )
    twins = current.order_by().values("story").annotate(count=Count("pk")).values("count")
    rows = (
        LatestResult.objects.filter(story__in=stories, status__in=FAILING)
        .annotate(twins=Subquery(twins))
        .filter(twins__gt=F("twin"))
        .annotate(passed=Subquery(passed.values("pk")[:1]), passed_at=Subquery(passed.values("at")[:1]))
        .annotate(first=Subquery(first.order_by("at", "pk").values("pk")[:1]))
        .order_by("story_id", "pk")
    )
    return list(rows.values_list("story_id", "first", "passed"))


# --- how often a scenario changed its mind

# Of one story; more are not read for a page.
_MOST = 4_000
# Where to look for flaky scenarios: so many of the latest results of all stories.
LOOKED_AT = 100_000
SHOWN = 50
_ENDED = [Status.PASSED, *FAILING]
_COLUMNS = (*_MEANING, "status", "run_id", "run__key", "run__revision")


def evidence_of(story: Story) -> list[ScenarioEvidence]:
    """As `story_evidence`, each scenario with how often it changed its mind. Three queries."""
    evidence = story_evidence(story)
    scenarios = {one.meaning[0] for one in evidence}
    results = Result.objects.filter(story=story, scenario_digest__in=scenarios)
    told = _flakiness(results, most=min(2 * LAST * len(evidence), _MOST))
    return [replace(one, flakiness=told.get((story.pk, one.meaning))) for one in evidence]


def _flakiness(results: QuerySet[Result], *, most: int) -> dict[tuple[int, Meaning], Flakiness]:
    """By story and meaning, over the `most` latest of `results`; what neither passed nor failed is left out."""
    found = results.filter(is_stale=False, status__in=_ENDED).order_by("-at", "-pk").values_list(*_COLUMNS)
    # In a run that holds a scenario several times its worst counts; newest first, runs in the order they are met.
    seen: dict[tuple[int, Meaning], dict[int, Outcome]] = defaultdict(dict)
    for story, scenario, digest, twin, status, run, key, revision in found[:most]:
        runs = seen[story, (scenario, digest, twin)]
        if run in runs or len(runs) < LAST:
            passed = status == Status.PASSED and (run not in runs or runs[run].passed)
            runs[run] = Outcome(passed, revision, key)
    return {meaning: flakiness([*reversed(runs.values())]) for meaning, runs in seen.items()}


@dataclass(frozen=True)
class FlakyScenario:
    """A scenario or row of a story's current text that changes its mind."""

    pickle: Pickle
    flakiness: Flakiness

    @property
    def words(self) -> str:
        """The scenario's name, with the number of its row where it is one of several."""
        name = self.pickle.name or "Scenario without a name"
        return f"{name} (row {self.pickle.row})" if self.pickle.row else name


def flaky_scenarios(hidden: Collection[int], *, text: str = "", epic: str = "") -> list[FlakyScenario]:
    """The flakiest scenarios of current texts that are not hidden, at most SHOWN, by the latest LOOKED_AT results.

    Four queries.
    """
    newest = Result.objects.aggregate(newest=Max("pk"))["newest"] or 0
    stories = Story.objects.active().filter(epic__in=Epic.objects.outside(hidden).filter(archived_at=None))
    if text:
        stories = stories.filter(Q(title__icontains=text) | Q(key__iexact=text))
    if epic:
        stories = stories.filter(epic__key__iexact=epic.strip())
    lately = Result.objects.filter(pk__gt=newest - LOOKED_AT, is_stale=False, status__in=_ENDED, story__in=stories)
    torn = (
        lately.order_by()
        .values_list(*_MEANING)
        .annotate(
            passed=Count("pk", filter=Q(status=Status.PASSED)), failed=Count("pk", filter=~Q(status=Status.PASSED))
        )
        .filter(passed__gt=0, failed__gt=0)
    )
    wanted = {(row[0], (row[1], row[2], row[3])): min(row[4], row[5]) for row in torn}
    # Each flip needs a result of either kind, so those with most of the rarer kind are looked at first.
    likely = sorted(wanted, key=lambda one: -wanted[one])[: 4 * SHOWN]
    about = lately.filter(story__in={story for story, _ in likely}, run_digest__in={one[1] for _, one in likely})
    told = _flakiness(about, most=LOOKED_AT)
    flaky = [(one, told[one]) for one in likely if one in told and told[one].is_flaky]
    flaky.sort(key=lambda pair: (-pair[1].rate, -pair[1].n, pair[0]))
    pickles = _current_pickles([one for one, _ in flaky])
    return [FlakyScenario(pickles[one], told) for one, told in flaky if one in pickles][:SHOWN]


def _current_pickles(meanings: Collection[tuple[int, Meaning]]) -> dict[tuple[int, Meaning], Pickle]:
    """What of the stories' current texts executes these meanings."""
    rows = Pickle.objects.filter(
        story__in={story for story, _ in meanings},
        scenario__version_id=F("story__version_id"),
        run_digest__in={meaning[1] for _, meaning in meanings},
    )
    found: dict[tuple[int, Meaning], Pickle] = {}
    counted: dict[tuple[int, str, str], int] = defaultdict(int)
    for pickle in rows.select_related("scenario", "story__epic").order_by("story_id", "position"):
        place = (pickle.story_id, pickle.scenario.digest, pickle.run_digest)
        found[pickle.story_id, (*place[1:], counted[place])] = pickle
        counted[place] += 1
    return found


# --- the runs of a story


@dataclass(frozen=True)
class RunOfStory:
    """What one run says of one story: when its last scenario ran, and how many ended how."""

    key: str
    revision: str
    channel: str
    at: datetime
    cases: int
    passed: int
    failed: int
    stale: int

    @property
    def is_stale(self) -> bool:
        """Whether it ran, in whole, a text that held no longer."""
        return self.stale == self.cases

    @property
    def state(self) -> str:
        """STALE, FAILED, PASSED or INCOMPLETE, of what it ran of this story."""
        if self.is_stale:
            return "STALE"
        if self.failed:
            return "FAILED"
        return "PASSED" if self.passed == self.cases else "INCOMPLETE"


def runs_of_story(story: Story, *, before: datetime | None, limit: int) -> list[RunOfStory]:
    """The last runs that ran anything of the story, the newest first; older ones than `before`. One query."""
    found = (
        Result.objects.filter(story=story)
        .order_by()
        .values_list("run__key", "run__revision", "run__channel")
        .annotate(
            last=Max("at"),
            cases=Count("pk"),
            passed=Count("pk", filter=Q(status=Status.PASSED)),
            failed=Count("pk", filter=Q(status__in=FAILING)),
            stale=Count("pk", filter=Q(is_stale=True)),
        )
    )
    if before:
        found = found.filter(last__lt=before)
    rows = found.order_by("-last", "-run__pk")[:limit]
    return [RunOfStory(key, revision, Run.Channel(channel).label, *rest) for key, revision, channel, *rest in rows]
