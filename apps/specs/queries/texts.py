"""Reading texts: what a report may have run, and what a CI may pull."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db.models import Q, QuerySet

from apps.delivery import gherkin
from apps.delivery import queries as delivery
from apps.delivery.models import Initiative, Pickle, Story, StoryVersion
from apps.organization.models import Person
from apps.specs.exports import Text
from apps.specs.matching import Known

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
