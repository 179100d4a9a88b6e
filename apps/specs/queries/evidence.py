"""Reading evidence: what a story's current text needs, and what is proven of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q

from apps.delivery.meaning import plain, run_digest_of
from apps.delivery.models import Epic, Pickle, Scenario, Story
from apps.specs.flakiness import Flakiness
from apps.specs.models import LatestResult, Result, Run
from apps.specs.queries.texts import batches
from apps.specs.report import FAILING, Status

# Scenario digest, run digest, twin
Meaning = tuple[str, str, int]


@dataclass(frozen=True)
class Needed:
    """What the current text of a story executes; `empty_scenarios` are those that execute nothing, `bare` those of
    `meanings` without a step, which test nothing.
    """

    meanings: dict[Meaning, int]
    empty_scenarios: int
    bare: frozenset[Meaning] = frozenset()


def needed_by(story_ids: Sequence[int]) -> dict[int, Needed]:
    """What each story's current text executes, each meaning with its pickle. Two queries for 10,000 stories."""
    meanings: dict[int, dict[Meaning, int]] = {story: {} for story in story_ids}
    empty: dict[int, int] = defaultdict(int)
    bare: dict[int, set[Meaning]] = defaultdict(set)
    for batch in batches(story_ids):
        current = Pickle.objects.filter(story__in=batch, scenario__version_id=F("story__version_id"))
        rows = current.order_by("story_id", "position")
        counted: dict[tuple[int, str, str], int] = defaultdict(int)
        for pk, story, scenario, run, feature, name in rows.values_list(
            "pk", "story_id", "scenario__digest", "run_digest", "scenario__version__name", "name"
        ):
            meaning = (scenario, run, counted[story, scenario, run])
            meanings[story][meaning] = pk
            counted[story, scenario, run] += 1
            if is_bare(run, feature, name):
                bare[story].add(meaning)
        scenarios = Scenario.objects.filter(version__in=Story.objects.filter(pk__in=batch).values("version_id"))
        for story in scenarios.filter(pickles=None).values_list("version__story_id", flat=True):
            empty[story] += 1
    return {story: Needed(found, empty[story], frozenset(bare[story])) for story, found in meanings.items()}


def is_bare(run_digest: str, feature: str, name: str) -> bool:
    """Whether what has this digest is no more than the names of its feature and itself: a scenario without a step."""
    return run_digest == run_digest_of(feature, name, ())


# How the latest result of a meaning ended, and when it ran.
Ended = tuple[str, datetime]


def counting(needed: Needed, latest: dict[Meaning, Ended]) -> tuple[list[Ended], int]:
    """The results that a verdict is made of, and how many of them have to be there.

    A scenario without a step tests nothing: however it ended, it has not passed. It is in the way until somebody or
    some runner has looked at it, and where it is said to fail.
    """
    found = [latest[meaning] for meaning in needed.meanings if meaning in latest and meaning not in needed.bare]
    failing = [latest[meaning] for meaning in needed.bare if meaning in latest and latest[meaning][0] in FAILING]
    unseen = sum(meaning not in latest for meaning in needed.bare)
    tested = len(needed.meanings) - len(needed.bare)
    return [*found, *failing], tested + unseen + needed.empty_scenarios


def latest_by(story_ids: Sequence[int]) -> dict[int, dict[Meaning, Ended]]:
    """The latest result of each meaning that ever ran, by story. One query for 10,000 stories."""
    found: dict[int, dict[Meaning, Ended]] = {story: {} for story in story_ids}
    for batch in batches(story_ids):
        rows = LatestResult.objects.filter(story__in=batch).order_by()
        for story, scenario, run, twin, status, at in rows.values_list(
            "story_id", "scenario_digest", "run_digest", "twin", "status", "ordered_at"
        ):
            found[story][scenario, run, twin] = (status, at)
    return found


@dataclass(frozen=True)
class Named:
    """What is proven of all that bears one name in a story's current text: how each that counts ended, of how many, and
    when the last did. `is_bare`: none of it has a step, so that it can fail and never prove anything.
    """

    statuses: list[str]
    needed: int
    at: datetime | None
    is_bare: bool = False

    @property
    def verdict(self) -> str:
        """PASSED where every scenario and row has passed, FAILED where one fails, else NONE or INCOMPLETE."""
        if any(status in FAILING for status in self.statuses):
            return Story.Verdict.FAILED
        if not self.statuses:
            return Story.Verdict.NONE
        passed = all(status == Status.PASSED for status in self.statuses)
        return Story.Verdict.PASSED if passed and len(self.statuses) == self.needed else Story.Verdict.INCOMPLETE


def proven_by_name(story_ids: Sequence[int]) -> dict[int, dict[str, Named]]:
    """By story and scenario's name, as `meaning.plain` has it, of current texts. Four queries for 10,000 stories."""
    needed, latest = needed_by(story_ids), latest_by(story_ids)
    names: dict[int, dict[str, set[str]]] = {story: defaultdict(set) for story in story_ids}
    empty: set[tuple[int, str]] = set()
    for batch in batches(story_ids):
        current = Scenario.objects.filter(version__in=Story.objects.filter(pk__in=batch).values("version_id"))
        rows = current.annotate(is_empty=~Exists(Pickle.objects.filter(scenario=OuterRef("pk")))).order_by()
        for story, name, digest, is_empty in rows.values_list("version__story_id", "name", "digest", "is_empty"):
            names[story][plain(name)].add(digest)
            if is_empty:
                empty.add((story, plain(name)))
    return {
        story: {
            name: _named(digests, needed[story], latest[story], is_whole=(story, name) not in empty)
            for name, digests in by_name.items()
        }
        for story, by_name in names.items()
    }


def _named(digests: set[str], needed: Needed, latest: dict[Meaning, Ended], *, is_whole: bool) -> Named:
    meanings = {meaning: pickle for meaning, pickle in needed.meanings.items() if meaning[0] in digests}
    # An outline without rows executes nothing, so nothing of it can have passed.
    own = Needed(meanings, 0 if is_whole else 1, needed.bare & meanings.keys())
    found, count = counting(own, latest)
    at = max((at for _, at in found), default=None)
    return Named([status for status, _ in found], count, at, is_bare=bool(meanings) and len(own.bare) == len(meanings))


@dataclass(frozen=True)
class ScenarioEvidence:
    """A scenario or example row of a story's current text, and its latest result; `run` None: it never ran.

    `status` is NO_STEPS where a scenario without a step did not fail: whatever is said of it, it tests nothing.
    """

    pickle: Pickle
    status: str
    run: Run | None
    at: datetime | None
    position: int = 0
    meaning: Meaning = ("", "", 0)
    # Where it was asked for.
    flakiness: Flakiness | None = None

    @property
    def words(self) -> str:
        """The scenario's name, with the number of its row where it is one of several."""
        name = self.pickle.name or "Scenario without a name"
        return f"{name} (row {self.pickle.row})" if self.pickle.row else name

    @property
    def is_by_hand(self) -> bool:
        """Whether a person recorded it."""
        return bool(self.run and self.run.channel == Run.Channel.HAND)

    @property
    def result_url(self) -> str:
        """Where the run's page shows the result."""
        return result_url(self.run, self.position) if self.run else ""


def result_url(run: Run, position: int) -> str:
    """Where the run's page shows the result at `position`: as the first of its list."""
    after = f"?after={position - 1}" if position > 1 else ""
    return f"{run.get_absolute_url()}{after}#result-{position}"


def story_evidence(story: Story) -> list[ScenarioEvidence]:
    """Each scenario and row of the current text, in order, with its latest result. Two queries."""
    current = Pickle.objects.filter(story=story, scenario__version_id=story.version_id)
    latest = {
        (one.scenario_digest, one.run_digest, one.twin): one
        for one in LatestResult.objects.filter(story=story).select_related("run")
    }
    counted: dict[tuple[str, str], int] = defaultdict(int)
    found = []
    pickles = current.select_related("scenario__version").defer("scenario__version__text")
    for pickle in pickles.order_by("position"):
        digests = (pickle.scenario.digest, pickle.run_digest)
        meaning = (*digests, counted[digests])
        counted[digests] += 1
        one = latest.get(meaning)
        status = one.status if one else "NO_DATA"
        if status not in FAILING and is_bare(pickle.run_digest, pickle.scenario.version.name, pickle.name):
            status = "NO_STEPS"
        if one:
            found.append(ScenarioEvidence(pickle, status, one.run, one.ordered_at, one.position, meaning))
        else:
            found.append(ScenarioEvidence(pickle, status, None, None, meaning=meaning))
    return found


@dataclass(frozen=True)
class RunBehind:
    """A run that the verdicts of an epic's stories stand on: `results` of it are the latest of their meaning."""

    run: Run
    results: int
    passed: int


def runs_behind(epic: Epic) -> list[RunBehind]:
    """The runs that the epic's current texts are judged by, the latest first. Two queries."""
    current = Pickle.objects.filter(
        story=OuterRef("story"),
        scenario__version=OuterRef("story__version"),
        scenario__digest=OuterRef("scenario_digest"),
        run_digest=OuterRef("run_digest"),
    )
    latest = LatestResult.objects.filter(Exists(current), story__epic=epic, story__archived_at=None).order_by()
    counts = latest.values_list("run").annotate(results=Count("pk"), passed=Count("pk", filter=Q(status=Status.PASSED)))
    counted = {run: (results, passed) for run, results, passed in counts}
    found = [RunBehind(run, *counted[run.pk]) for run in Run.objects.filter(pk__in=counted)]
    return sorted(found, key=lambda one: (one.run.ordered_at, one.run.pk), reverse=True)


def latest_run(epic: Epic) -> Run | None:
    """The latest run that any scenario of the epic's stories had, now or in an older text; None: none ever ran."""
    latest = LatestResult.objects.filter(story__epic=epic, story__archived_at=None)
    found = latest.select_related("run").order_by("-ordered_at", "-run_id").first()
    return found.run if found else None


@dataclass(frozen=True)
class RunOfEpic:
    """What one run says of an epic's stories alone; `counts` by status, and cases, stale, stories."""

    run: Run
    counts: dict[str, int]


def latest_run_of(epic: Epic) -> RunOfEpic | None:
    """The epic's latest run with the counts of the epic's own results. Two queries."""
    run = latest_run(epic)
    if run is None:
        return None
    rows = Result.objects.filter(run=run, story__epic=epic).values_list("status", "is_stale", "story_id")
    counts: dict[str, int] = {"cases": 0, "stale": 0}
    stories = set()
    for status, is_stale, story in rows:
        counts["cases"] += 1
        counts["stale"] += is_stale
        counts[status] = counts.get(status, 0) + 1
        stories.add(story)
    return RunOfEpic(run, {**counts, "stories": len(stories)})
