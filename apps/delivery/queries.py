"""Reading delivery: what a person may see of initiatives, epics and stories."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from django.db.models import Case, Count, Q, QuerySet, Value, When

from apps.audit import queries as audit
from apps.common.collecting import collecting_later
from apps.common.keyset import place_of, rows_behind
from apps.delivery.feature import Counts
from apps.delivery.feature_files import KnownTexts
from apps.delivery.gherkin import Feature, parse
from apps.delivery.meaning import plain
from apps.delivery.models import (
    NFR,
    Comment,
    Epic,
    EpicDemand,
    EpicDependency,
    EpicService,
    EpicSLO,
    FeatureImport,
    Initiative,
    Pickle,
    Scenario,
    Story,
    StoryVersion,
)
from apps.delivery.models.epics import epic_condition
from apps.delivery.models.stories import story_condition
from apps.organization import queries as organization
from apps.organization.models import Person, Scope, Service
from apps.reliability import queries as reliability
from apps.reliability.models import SLI, SLO

# What lists can be sorted by, as columns; the primary key breaks ties.
EPIC_SORTS = {
    "key": "pk",
    "title": "title",
    "stories": "story_count",
    "signed": "signed_story_count",
    "promised": "promised_for",
}
STORY_SORTS = {"key": "pk", "title": "title", "epic": "epic_id", "scenarios": "scenario_count"}
PAGE = 50

Row = TypeVar("Row", Epic, Story)


class HasKey(Protocol):
    """A row or a line of a list."""

    @property
    def key(self) -> str: ...


Keyed = TypeVar("Keyed", bound=HasKey)


def initiatives_for(person: Person) -> QuerySet[Initiative]:
    """Initiatives that `person` may read, by title."""
    return initiatives_outside(organization.hidden_scope_ids(person))


def initiatives_outside(hidden: Collection[int]) -> QuerySet[Initiative]:
    """Initiatives whose scopes are not `hidden` from the reader, by title."""
    return Initiative.objects.exclude(scope_id__in=hidden).select_related("scope").order_by("scope__title", "pk")


def initiative_choices(hidden: Collection[int]) -> list[tuple[str, str]]:
    """Key and title of each of `initiatives_outside`, for what lists are filtered by."""
    return list(initiatives_outside(hidden).select_related(None).values_list("scope__key", "scope__title"))


def initiative_for(person: Person, key: str) -> Initiative:
    """Raises Initiative.DoesNotExist, the same for unknown and hidden."""
    return initiatives_for(person).get(scope__key=key)


def initiative_titled(title: str) -> Initiative | None:
    """The initiative of this title, whoever asks; imports find theirs by it."""
    found = Initiative.objects.filter(scope__title=title.strip(), scope__archived_at=None)
    return found.select_related("scope").order_by("pk").first()


def epics_in(initiative: Initiative) -> QuerySet[Epic]:
    """Epics of an initiative that somebody was let read, in work or accepted, in order of their keys' numbers."""
    return initiative.epics.filter(archived_at=None).order_by("pk")


def with_counts(initiatives: QuerySet[Initiative]) -> QuerySet[Initiative]:
    """Adds `epic_count` and `signed_epic_count`, of epics that are not archived."""
    active = Q(epics__archived_at=None)
    return initiatives.annotate(
        epic_count=Count("epics", filter=active),
        signed_epic_count=Count("epics", filter=active & ~Q(epics__signed_promise="")),
    )


def epics_for(person: Person) -> QuerySet[Epic]:
    """Epics that `person` may read, archived ones too, with scope, initiative and team."""
    return epics_outside(organization.hidden_scope_ids(person))


def epics_outside(hidden: Collection[int]) -> QuerySet[Epic]:
    """Epics of initiatives whose scopes are not `hidden` from the reader, archived too, as `epics_for` does."""
    return Epic.objects.outside(hidden).select_related("scope", "initiative__scope", "team__scope")


def epic_for(person: Person, key: str) -> Epic:
    """Raises Epic.DoesNotExist, the same for unknown and hidden."""
    return epics_for(person).get(key=key)


def stories_for(person: Person) -> QuerySet[Story]:
    """Stories that `person` may read, archived ones too, with version, team, and epic with scope and initiative."""
    hidden = organization.hidden_scope_ids(person)
    stories = Story.objects.exclude(epic__initiative__scope_id__in=hidden) if hidden else Story.objects.all()
    return stories.select_related(
        "version", "team__scope", "epic__scope", "epic__initiative__scope", "epic__team__scope"
    )


def story_for(person: Person, key: str) -> Story:
    """Raises Story.DoesNotExist, the same for unknown and hidden."""
    return stories_for(person).get(key=key)


def story_scopes(story: Story) -> tuple[Scope, ...]:
    """Where seats count for this story: its epic and above, and its team (its own, else the epic's) and above."""
    team = story.team or story.epic.team
    return (story.epic.scope, team.scope) if team else (story.epic.scope,)


def stories_of(epic: Epic) -> QuerySet[Story]:
    """The epic's stories that are not archived, in order of their keys' numbers."""
    return epic.stories.filter(archived_at=None).select_related("version", "team__scope").order_by("pk")


def active_nfrs(epic: Epic) -> QuerySet[NFR]:
    """The epic's non-functional requirements that are not archived, each with what judges it."""
    return epic.nfrs.filter(archived_at=None).select_related("sli", "story").order_by("pk")


def measurable_slis(epic: Epic, *, by: Person) -> QuerySet[SLI]:
    """SLIs in use that may judge a requirement of the epic: of its own experience first, of services and teams."""
    ground = Q(scope=epic.scope) | Q(scope__kind__in=[Scope.Kind.SERVICE, Scope.Kind.TEAM])
    own = Case(When(scope=epic.scope, then=Value(0)), default=Value(1))
    return reliability.slis_for(by).filter(ground, archived_at=None).order_by(own, "scope__title", "pk")


def named_scenarios(epic: Epic) -> list[tuple[str, str]]:
    """Key of the story and name of each scenario that the epic's current texts name, each once, in order. One query."""
    current = Scenario.objects.filter(version__in=Story.objects.active().filter(epic=epic).values("version"))
    rows = current.order_by("version__story_id", "position").values_list("version__story__key", "name")
    return list(dict.fromkeys((story, plain(name)) for story, name in rows if plain(name)))


def nfrs_for(person: Person) -> QuerySet[NFR]:
    """Requirements that `person` may read, archived ones too."""
    hidden = organization.hidden_scope_ids(person)
    found = NFR.objects.select_related("epic__scope", "epic__initiative__scope", "epic__team__scope", "sli", "story")
    return found.exclude(epic__initiative__scope_id__in=hidden) if hidden else found


def nfr_for(person: Person, key: str) -> NFR:
    """Raises NFR.DoesNotExist, the same for unknown and hidden."""
    return nfrs_for(person).get(key=key)


def dependencies_of(epic: Epic) -> QuerySet[EpicDependency]:
    """What the epic needs, hard before soft."""
    return epic.dependencies.select_related("needs__scope", "linked_by").order_by("kind", "pk")


def hard_dependencies(epic: Epic) -> QuerySet[Epic]:
    """Epics without which this one cannot ship."""
    return Epic.objects.filter(dependents__epic=epic, dependents__kind=EpicDependency.Kind.HARD).order_by("pk")


def dependents_of(epic: Epic) -> QuerySet[EpicDependency]:
    """What needs the epic."""
    return epic.dependents.select_related("epic__scope", "linked_by").order_by("kind", "pk")


def epics_on(service: Service, hidden: Collection[int]) -> QuerySet[Epic]:
    """Epics in work or accepted whose promise runs on the service, but for those `hidden` from the reader."""
    return epics_outside(hidden).filter(service_threads__service=service, archived_at=None).order_by("pk")


def services_of(epic: Epic) -> QuerySet[EpicService]:
    """The services that the epic's promise runs on."""
    return epic.service_threads.select_related("service__scope", "service__team__scope", "linked_by").order_by("pk")


def slos_of(epic: Epic) -> QuerySet[EpicSLO]:
    """The SLOs in force that the epic promises to keep, each with what it stands on, its indicator and its status."""
    found = epic.slo_threads.filter(slo__archived_at=None).order_by("slo_id")
    return found.select_related("slo__scope", "slo__sli", "slo__status", "linked_by")


def demands_of(epic: Epic, *, hidden: Collection[int]) -> list[EpicDemand]:
    """What the epic adds to resources of nothing below the scopes `hidden` from the reader, the first day first."""
    found = EpicDemand.objects.filter(epic=epic)
    if hidden:
        found = found.filter(resource__in=reliability.resources_outside(hidden).order_by())
    return list(found.select_related("epic", "resource__scope", "planned_by"))


def linkable_slos(epic: Epic, *, by: Person) -> QuerySet[SLO]:
    """SLOs in force that the epic may promise and does not yet: of its own experience, of services and teams."""
    ground = Q(scope=epic.scope) | Q(scope__kind__in=[Scope.Kind.SERVICE, Scope.Kind.TEAM])
    linked = EpicSLO.objects.filter(epic=epic).values("slo")
    found = reliability.slos_for(by).filter(ground, archived_at=None).exclude(pk__in=linked)
    own = Case(When(scope=epic.scope, then=Value(0)), default=Value(1))
    return found.select_related(None).select_related("scope").order_by(own, "scope__title", "pk")


def path_between(start: Epic, end: Epic) -> list[str]:
    """Keys of epics along which `start` needs `end`, both included; empty where it does not. Over all kinds."""
    edges: dict[int, list[int]] = {}
    for epic, needs in EpicDependency.objects.order_by("pk").values_list("epic_id", "needs_id"):
        edges.setdefault(epic, []).append(needs)
    came: dict[int, int | None] = {start.pk: None}
    queue = [start.pk]
    for one in queue:
        for needed in edges.get(one, []):
            if needed not in came:
                came[needed] = one
                queue.append(needed)
    if end.pk not in came:
        return []
    way: list[int] = []
    at: int | None = end.pk
    while at is not None:
        way.append(at)
        at = came[at]
    keys = dict(Epic.objects.filter(pk__in=way).values_list("pk", "key"))
    return [keys[pk] for pk in reversed(way)]


def versions_of(story: Story) -> QuerySet[StoryVersion]:
    """Every text of the story, the newest first."""
    return story.versions.select_related("author").order_by("-number")


def current_scenarios(story: Story) -> QuerySet[Scenario]:
    """Scenarios of the current text, in order."""
    return Scenario.objects.filter(version_id=story.version_id).order_by("position")


def current_pickles(story: Story) -> QuerySet[Pickle]:
    """What a runner executes of the current text, in order, each with its scenario."""
    found = Pickle.objects.filter(story=story, scenario__version_id=story.version_id)
    return found.select_related("scenario").order_by("position")


def comments_of(thing: Epic | Story) -> QuerySet[Comment]:
    """Comments on an epic or a story, the oldest first."""
    return thing.comments.select_related("author").order_by("at", "pk")


def imports_for(person: Person) -> QuerySet[FeatureImport]:
    """Imports that `person` may read: not those into initiatives hidden from them, unless they asked for it."""
    hidden = organization.hidden_scope_ids(person)
    found = FeatureImport.objects.select_related("initiative__scope", "asked_by").defer("archive")
    if hidden:
        found = found.filter(Q(asked_by=person) | Q(initiative=None) | ~Q(initiative__scope_id__in=hidden))
    return found.order_by("-pk")


def import_for(person: Person, key: str) -> FeatureImport:
    """Raises FeatureImport.DoesNotExist, the same for unknown and hidden."""
    return imports_for(person).get(key=key)


def stories_at_paths(initiative: Initiative, paths: Iterable[str] | None = None) -> QuerySet[Story]:
    """The initiative's imported stories, archived ones too; only those at `paths` where given."""
    found = Story.objects.filter(epic__initiative=initiative).exclude(path="")
    return found if paths is None else found.filter(path__in=list(paths))


@collecting_later()
def known_texts(initiative: Initiative | None) -> KnownTexts:
    """The texts of the initiative's imported stories in work: neither they nor their epics are archived."""
    if initiative is None:
        return KnownTexts()
    log_size = audit.head().size  # before the texts: what comes between makes them old, not new
    rows = stories_at_paths(initiative).filter(archived_at=None, epic__archived_at=None, version__steps__isnull=False)
    columns = ("text_sha256", "scenarios_without_rows", "outlines", "steps")
    found = rows.order_by().values_list("path", *(f"version__{name}" for name in columns))
    counted = cache(Counts)  # most stories hold as much as some other
    texts = {(path, digest): counted(plain, outlines, steps) for path, digest, plain, outlines, steps in found}
    return KnownTexts(initiative.pk, log_size, texts)


def filtered_epics(
    hidden: Collection[int], *, text: str = "", initiative: str = "", state: str = "", service: str = ""
) -> QuerySet[Epic]:
    """Epics for a list: without archived ones, unless asked for by their state; those that run on `service` (key)."""
    found = epics_outside(hidden).filter(epic_condition(state) if state else Q(archived_at=None))
    found = found.select_related(None).select_related("initiative__scope", "team__scope")
    if initiative:
        found = found.filter(initiative__scope__key=initiative)
    if service:
        found = found.filter(pk__in=EpicService.objects.filter(service__scope__key__iexact=service).values("epic"))
    if text:
        found = found.filter(Q(title__icontains=text) | Q(key__iexact=text))
    return found


def filtered_stories(
    person: Person, *, text: str = "", state: str = "", epic: str = "", team: str = ""
) -> QuerySet[Story]:
    """Stories for a list, with team and epic: without archived ones, unless asked for."""
    archived = Q(archived_at__isnull=False) | Q(epic__archived_at__isnull=False)
    # What else `stories_for` reads no list shows, and each table more makes PostgreSQL plan longer than it reads.
    found = stories_for(person).select_related(None).select_related("team__scope", "epic__team__scope")
    found = found.filter(archived) if state == "ARCHIVED" else found.exclude(archived)
    if state and state != "ARCHIVED":
        found = found.filter(story_condition(state))
    if epic:
        found = found.filter(epic__key=epic.strip().upper())
    if team:
        found = found.filter(Q(team__scope__key=team) | Q(team=None, epic__team__scope__key=team))
    if text:
        found = found.filter(Q(title__icontains=text) | Q(key__iexact=text) | Q(path__icontains=text))
    return found


def keyset_page(rows: QuerySet[Row], *, sorts: Mapping[str, str], sort: str, after: str) -> QuerySet[Row]:
    """A page of a list sorted by `sort` (such as "-title") and one row more, from behind the row with the key `after`.

    A row that is gone begins anew.
    """
    sign = "-" if sort.startswith("-") else ""
    field = sorts.get(sort.lstrip("-"), "pk")
    order = [f"{sign}pk"] if field == "pk" else [f"{sign}{field}", f"{sign}pk"]
    rows = rows.order_by(*order)
    if after and (place := place_of(rows.model._default_manager.all(), order, key=after)):
        rows = rows_behind(rows, order, place)
    return rows[: PAGE + 1]


def page_and_next(found: Sequence[Keyed]) -> tuple[Sequence[Keyed], str]:
    """What `keyset_page` found as a page, and the key after which the next begins ("" on the last)."""
    return found[:PAGE], found[PAGE - 1].key if len(found) > PAGE else ""


@dataclass(frozen=True)
class EditEffect:
    """What saving a text would do to a story as it stands."""

    text_changed: bool
    meaning_changed: bool
    loses_evidence: bool
    loses_signature: bool
    drifts_epic: bool


def edit_effect(story: Story, *, text: str, digest: str) -> EditEffect:
    """`digest` is of the meaning of `text`."""
    meaning_changed = digest != story.digest
    return EditEffect(
        text_changed=story.version is None or text != story.version.text,
        meaning_changed=meaning_changed,
        loses_evidence=meaning_changed and bool(story.evidence_digest) and digest != story.evidence_digest,
        loses_signature=meaning_changed and story.is_signed,
        drifts_epic=meaning_changed and bool(story.epic.signed_promise) and story.epic.drifted_at is None,
    )


def version_features(
    story: Story, old: int, new: int
) -> tuple[tuple[StoryVersion, Feature | None], tuple[StoryVersion, Feature | None]]:
    """Two versions with what they say. Raises StoryVersion.DoesNotExist where there is no such version."""
    found = {version.number: version for version in versions_of(story).filter(number__in=[old, new])}
    if missing := {old, new} - found.keys():
        raise StoryVersion.DoesNotExist(f"{story.key} has no version {min(missing)}.")
    return (found[old], parse(found[old].text)), (found[new], parse(found[new].text))
