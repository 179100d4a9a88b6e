"""Stories that wait for a person: to be signed, to be mended."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, When

from apps.delivery.models import Epic, Story, StoryVersion
from apps.delivery.models.stories import story_condition
from apps.delivery.states import StoryState
from apps.desk.queries.places import Places, Reach
from apps.desk.queries.sections import Section, cut
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signoff import queries as signoff

# Of each epic so many stories are named; the page for signing shows all.
NAMED = 3


@dataclass
class StoriesToSign:
    """Passing stories of one epic that this analyst could sign."""

    epic: Epic
    count: int
    since: datetime | None
    named: list[Story] = field(default_factory=list)

    @property
    def unnamed(self) -> int:
        """How many of them are not named."""
        return self.count - len(self.named)


def stories_to_sign(person: Person, places: Places, *, limit: int) -> Section[StoriesToSign]:
    """By epic, the longest waiting first. Three queries."""
    could = _could_sign(person, places)
    grouped = could.values("epic_id").annotate(count=Count("pk"), since=Min("evidence_at")).order_by("since", "epic_id")
    section = cut(grouped[: limit + 1], limit)
    ids = [row["epic_id"] for row in section.rows]
    epics = Epic.objects.select_related("initiative__scope").in_bulk(ids)
    named: dict[int, list[Story]] = defaultdict(list)
    for story in could.filter(epic__in=ids).order_by("pk").only("key", "title", "epic_id")[: 50 * limit]:
        if len(named[story.epic_id]) < NAMED:
            named[story.epic_id].append(story)
    rows = [
        StoriesToSign(epics[row["epic_id"]], row["count"], row["since"], named[row["epic_id"]]) for row in section.rows
    ]
    return Section(rows, section.more)


def _could_sign(person: Person, places: Places) -> QuerySet[Story]:
    """Passing stories within an analyst's seat that neither they nor whom they act for wrote or tried by hand."""
    found = Q(pk__in=[])
    seats: dict[int | None, list[int]] = defaultdict(list)
    for seat in places.held:
        if seat.role == Role.BUSINESS_ANALYST:
            seats[seat.delegated_by_id].append(seat.scope_id)
    for delegated_by, scope_ids in seats.items():
        bound = {person.pk} | ({delegated_by} if delegated_by else set())
        by_them = Q(author__in=bound) | Q(delegated_by__in=bound)
        own = StoryVersion.objects.filter(by_them, story=OuterRef("pk"), digest=OuterRef("digest"))
        found_by_them = Q(run__received_by__in=bound) | Q(run__delegated_by__in=bound)
        tried = signoff.passes_by_hand().filter(found_by_them, story=OuterRef("pk"))
        found |= Reach(places.scopes[pk] for pk in scope_ids).stories() & Q(~Exists(own), ~Exists(tried))
    passing = Story.objects.active().filter(found, story_condition(StoryState.PASSING), epic__archived_at=None)
    return passing.exclude(epic__initiative__scope_id__in=places.hidden)


def stories_to_mend(places: Places, *, limit: int) -> Section[Story]:
    """Broken and failing stories, signed ones that regressed too, of team leads and architects; each with `since`."""
    reach = places.reach(Role.ENGINEERING_TEAM_LEAD, Role.SOLUTION_ARCHITECT)
    broken = story_condition(StoryState.BROKEN)
    states = broken | story_condition(StoryState.FAILING) | story_condition("REGRESSED")
    found = (
        Story.objects.active()
        .filter(reach.stories(), states, epic__archived_at=None)
        .exclude(epic__initiative__scope_id__in=places.hidden)
        .annotate(since=Case(When(broken, then=F("version__written_at")), default=F("evidence_at")))
        .select_related("epic", "version__author", "team__scope")
        .defer("version__text", "version__narrative")
        .order_by("since", "pk")
    )
    return cut(found[: limit + 1], limit)
