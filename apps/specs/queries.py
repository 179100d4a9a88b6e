"""Reading evidence: texts that a report may have run, runs, and what is proven of a story."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.delivery import gherkin
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Initiative, Pickle, Scenario, Story, StoryVersion
from apps.organization.models import Person
from apps.specs.exports import Text
from apps.specs.flakiness import Flakiness
from apps.specs.matching import Known
from apps.specs.models import LatestResult, Result, Run
from apps.specs.report import Status

# Values of one statement, well below the 32,766 that SQLite takes.
BATCH = 10_000
T = TypeVar("T")


@dataclass(frozen=True)
class Within:
    """Which stories count: none of initiatives whose scopes are `hidden`, and only those of `initiative` if given.

    `stories`, primary keys, leaves out all others.
    """

    hidden: frozenset[int] = frozenset()
    initiative: Initiative | None = None
    stories: frozenset[int] | None = None

    def condition(self, story: str) -> Q:
        """As a condition on the relation `story`, archived ones left out."""
        found = Q(**{f"{story}__archived_at": None, f"{story}__epic__archived_at": None})
        if self.initiative:
            found &= Q(**{f"{story}__epic__initiative": self.initiative})
        if self.stories is not None:
            found &= Q(**{f"{story}__in": self.stories})
        if self.hidden:
            found &= ~Q(**{f"{story}__epic__initiative__scope_id__in": self.hidden})
        return found


def texts_by_digest(digests: Iterable[str], within: Within) -> list[Known]:
    """What current and older texts hold of `digests`, which are run digests; a query for 10,000 of them."""
    found: list[Known] = []
    for batch in batches(sorted(digests)):
        found += _known(Pickle.objects.filter(within.condition("story"), run_digest__in=batch))
    return found


def texts_by_name(
    names: Iterable[str], instants: Sequence[datetime | None], within: Within, *, with_places: bool
) -> list[Known]:
    """The texts of stories that bear or bore one of `names`: the current ones, and those that held at `instants`.

    `with_places` reads the outlines' texts again, for where each row stands.
    """
    stories: set[int] = set()
    for some in batches(sorted(names)):
        named = StoryVersion.objects.filter(within.condition("story"), name__in=some)
        stories |= set(named.values_list("story_id", flat=True))
    versions: list[int] = []
    for batch in batches(sorted(stories)):
        versions += _held(batch, [at for at in instants if at])
    found: list[Known] = []
    for batch in batches(versions):
        found += _known(Pickle.objects.filter(scenario__version_id__in=batch))
    return _with_places(found) if with_places else found


def _known(pickles: QuerySet[Pickle]) -> Iterator[Known]:
    rows = pickles.order_by().values_list(
        "pk",
        "story_id",
        "story__key",
        "story__path",
        "scenario__version__number",
        "scenario__version_id",
        "story__version_id",
        "scenario__version__name",
        "scenario__version__at",
        "scenario__digest",
        "run_digest",
        "name",
        "row",
        "line",
        "position",
    )
    for row in rows:
        before, versions, after = row[:5], row[5:7], row[7:]
        yield Known._make((*before, versions[0] == versions[1], *after, None))


def _held(stories: Sequence[int], instants: Sequence[datetime]) -> list[int]:
    """Versions of `stories` that hold now, or held at some time between the first and the last of `instants`."""
    rows = StoryVersion.objects.filter(story__in=stories).order_by("story_id", "-number")
    found = []
    later: tuple[int, datetime] | None = None
    for pk, story, at in rows.values_list("pk", "story_id", "at"):
        ended = later[1] if later and later[0] == story else None
        if ended is None or (instants and at <= max(instants) and ended > min(instants)):
            found.append(pk)
        later = (story, at)
    return found


def _with_places(known: list[Known]) -> list[Known]:
    outlined = {(one.story, one.version) for one in known if one.row}
    texts = StoryVersion.objects.filter(story_id__in={story for story, _ in outlined})
    places: dict[tuple[int, int, int], tuple[int, int]] = {}
    for story, number, text in texts.values_list("story_id", "number", "text"):
        if (story, number) in outlined and (feature := gherkin.parse(text)):
            pickles = (pickle for scenario in feature.scenarios for pickle in scenario.pickles)
            places |= {(story, number, place): pickle.place for place, pickle in enumerate(pickles, 1) if pickle.row}
    return [one._replace(place=places.get((one.story, one.version, one.position))) for one in known]


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """`values` in parts that one statement can hold."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


def texts_to_export(*, initiative: Initiative | None, epic_key: str, person: Person | None) -> list[Text]:
    """Current texts with scenarios of stories in work, by epic and key; those `person` may read where one is given."""
    stories = delivery.stories_for(person) if person else Story.objects.all()
    stories = stories.filter(archived_at=None, epic__archived_at=None, scenario_count__gt=0)
    if initiative:
        stories = stories.filter(epic__initiative=initiative)
    if epic_key:
        stories = stories.filter(epic__key=epic_key)
    rows = stories.order_by("epic_id", "pk").values_list(
        "key", "epic__key", "epic__initiative__scope__key", "path", "version__text"
    )
    return [Text(*row) for row in rows]


# --- what a story's current text needs, and what is proven of it

# Scenario digest, run digest, twin
Meaning = tuple[str, str, int]


@dataclass(frozen=True)
class Needed:
    """What the current text of a story executes; `empty_scenarios` are those that execute nothing."""

    meanings: dict[Meaning, int]
    empty_scenarios: int


def needed_by(story_ids: Sequence[int]) -> dict[int, Needed]:
    """What each story's current text executes, each meaning with its pickle. Two queries for 10,000 stories."""
    meanings: dict[int, dict[Meaning, int]] = {story: {} for story in story_ids}
    empty: dict[int, int] = defaultdict(int)
    for batch in batches(story_ids):
        current = Pickle.objects.filter(story__in=batch, scenario__version_id=F("story__version_id"))
        rows = current.order_by("story_id", "position")
        counted: dict[tuple[int, str, str], int] = defaultdict(int)
        for pk, story, scenario, run in rows.values_list("pk", "story_id", "scenario__digest", "run_digest"):
            meanings[story][scenario, run, counted[story, scenario, run]] = pk
            counted[story, scenario, run] += 1
        bare = Scenario.objects.filter(version__in=Story.objects.filter(pk__in=batch).values("version_id"))
        for story in bare.filter(pickles=None).values_list("version__story_id", flat=True):
            empty[story] += 1
    return {story: Needed(found, empty[story]) for story, found in meanings.items()}


# How the latest result of a meaning ended, and when it ran.
Ended = tuple[str, datetime]


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
class ScenarioEvidence:
    """A scenario or example row of a story's current text, and its latest result; `run` None: it never ran."""

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
    pickles = Pickle.objects.filter(story=story, scenario__version_id=story.version_id)
    latest = {
        (one.scenario_digest, one.run_digest, one.twin): one
        for one in LatestResult.objects.filter(story=story).select_related("run")
    }
    counted: dict[tuple[str, str], int] = defaultdict(int)
    found = []
    for pickle in pickles.select_related("scenario").order_by("position"):
        digests = (pickle.scenario.digest, pickle.run_digest)
        meaning = (*digests, counted[digests])
        counted[digests] += 1
        if one := latest.get(meaning):
            found.append(ScenarioEvidence(pickle, one.status, one.run, one.ordered_at, one.position, meaning))
        else:
            found.append(ScenarioEvidence(pickle, "NO_DATA", None, None, meaning=meaning))
    return found


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


# --- runs, as a person may read them


def run_of_digest(digest: str) -> Run | None:
    """The run that took these bytes before."""
    return Run.objects.filter(digest=digest).first()


def came_first(reports_digest: str) -> Run | None:
    """The run with which these reports came first."""
    return Run.objects.filter(reports_digest=reports_digest).order_by("received_at", "pk").first()


def runs_outside(hidden: Collection[int]) -> QuerySet[Run]:
    """Runs that are not wholly about initiatives whose scopes are `hidden` from the reader."""
    found = Run.objects.select_related("received_by", "initiative__scope").order_by("-pk")
    if not hidden:
        return found
    own = Result.objects.filter(run=OuterRef("pk"))
    hiding = own.filter(story__epic__initiative__scope_id__in=hidden)
    open_ones = own.filter(story__isnull=False).exclude(story__epic__initiative__scope_id__in=hidden)
    readable = (~Exists(hiding) & ~Q(initiative__scope_id__in=hidden)) | Exists(open_ones)
    return found.filter(readable)


def filtered_runs(hidden: Collection[int], *, text: str = "", channel: str = "", epic: str = "") -> QuerySet[Run]:
    """Runs that are not hidden, the newest first, by words, way in, and an epic whose stories they touch."""
    found = runs_outside(hidden)
    if text:
        found = found.filter(Q(key__iexact=text) | Q(source__icontains=text) | Q(revision__istartswith=text))
    if channel:
        found = found.filter(channel=channel)
    if epic:
        readable = Epic.objects.outside(hidden).filter(key__iexact=epic)
        touching = Result.objects.filter(run=OuterRef("pk"), story__epic__in=readable.values("pk"))
        found = found.filter(Exists(touching))
    return found


def filtered_results(results: QuerySet[Result], *, show: str = "", text: str = "") -> QuerySet[Result]:
    """Those of `results` with a status, or that are `unknown`, `stale` or `not-passed`; by story or scenario."""
    if show == "unknown":
        results = results.filter(story=None)
    elif show == "stale":
        results = results.filter(is_stale=True)
    elif show == "not-passed":
        results = results.exclude(status=Status.PASSED)
    elif show:
        results = results.filter(status=show)
    if text:
        results = results.filter(Q(name__icontains=text) | Q(feature_name__icontains=text) | Q(story__key__iexact=text))
    return results


def results_outside(hidden: Collection[int], run: Run) -> QuerySet[Result]:
    """The run's results that are not hidden: where some are, the unknown ones are too, lest they tell."""
    found = Result.objects.filter(run=run).select_related("story").order_by("position")
    if not hidden or not found.filter(story__epic__initiative__scope_id__in=hidden).exists():
        return found
    return found.filter(story__isnull=False).exclude(story__epic__initiative__scope_id__in=hidden)


def counts_outside(hidden: Collection[int], run: Run) -> tuple[dict[str, int], bool]:
    """The run's counts over the results that are not hidden, and whether those are all."""
    if not hidden:
        return run.counts, True
    readable = results_outside(hidden, run).values_list("status", "is_stale", "story_id")
    rows = list(readable.order_by())
    if len(rows) == run.counts["cases"]:
        return run.counts, True
    counts = dict.fromkeys(run.counts, 0)
    for status, is_stale, story in rows:
        counts["cases"] += 1
        counts["errors" if status == Status.ERROR else status.lower()] += 1
        counts["stale"] += is_stale
        counts["unknown"] += story is None
    return counts, False
