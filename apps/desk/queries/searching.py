"""Search across rooms: a key jumps, words find; what is restricted is neither found nor told of."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.models import Person, Service, Team
from apps.reliability import queries as reliability
from apps.signatures.models import Signature
from apps.signoff.models import EpicSignOff, StorySignOff, Waiver
from apps.specs import queries as specs

EACH = 10
MAX_WORDS = 6
MAX_LENGTH = 200

_NO_PLAIN_WORD = re.compile(r"[-_.\d]")
_KEY = re.compile(r"([A-Za-z]+)-(\d{1,12})")


@dataclass(frozen=True)
class Found:
    """One hit: its key, title and address, a state to show as a chip, and a note."""

    key: str
    title: str
    url: str
    state: str = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Hits of one kind: at most EACH; `all_url` leads to the list with the same words where there are more."""

    name: str
    label: str
    hits: list[Found]
    more: bool
    all_url: str


# --- keys


def exact_url(person: Person, text: str) -> str:
    """The address of the thing whose key is just `text`, "" where there is none that this person may read."""
    text = text.strip()
    if match := _KEY.fullmatch(text):
        prefix, number = match.groups()
        look = _BY_PREFIX.get(prefix.upper())
        url = look(person, f"{prefix.upper()}-{int(number)}") if look else ""
        if url:
            return url
    return _team_or_service(text)


def _story(person: Person, key: str) -> str:
    found = delivery.stories_for(person).filter(key=key).defer("version__text").first()
    return found.get_absolute_url() if found else ""


def _initiative(person: Person, key: str) -> str:
    found = delivery.initiatives_for(person).filter(scope__key=key).first()
    return found.get_absolute_url() if found else ""


def _nfr(person: Person, key: str) -> str:
    found = delivery.nfrs_for(person).filter(key=key).first()
    return found.epic.get_absolute_url() if found else ""


def _run(person: Person, key: str) -> str:
    found = specs.runs_outside(organization.hidden_scope_ids(person)).filter(key=key).first()
    return found.get_absolute_url() if found else ""


def _waiver(person: Person, key: str) -> str:
    epics = delivery.epics_for(person).order_by().values("pk")
    found = Waiver.objects.filter(key=key, epic__in=epics).first()
    return reverse("signoff:waiver_detail", args=[found.key]) if found else ""


def _receipt(person: Person, key: str) -> str:
    """Read by whoever may read what was signed."""
    signature = Signature.objects.filter(key=key).first()
    if signature is None:
        return ""
    on_epics = EpicSignOff.objects.filter(signature=signature).values("epic")
    on_stories = StorySignOff.objects.filter(signature=signature).values("story")
    readable = (
        delivery.epics_for(person).filter(pk__in=on_epics).exists()
        or delivery.stories_for(person).filter(pk__in=on_stories).exists()
    )
    return reverse("signoff:receipt_detail", args=[key]) if readable else ""


def _person(person: Person, key: str) -> str:
    found = Person.objects.filter(pk=int(key.removeprefix("P-"))).first()
    return found.get_absolute_url() if found else ""


def _among(readable: Callable[[Person], QuerySet[Any]]) -> Callable[[Person, str], str]:
    """Looks for a key among the rows that the person may read."""

    def look(person: Person, key: str) -> str:
        found = readable(person).filter(key=key).first()
        return found.get_absolute_url() if found else ""

    return look


_BY_PREFIX: dict[str, Callable[[Person, str], str]] = {
    "E": _among(delivery.epics_for),
    "S": _story,
    "I": _initiative,
    "NFR": _nfr,
    "R": _run,
    "W": _waiver,
    "SIG": _receipt,
    "IMP": _among(delivery.imports_for),
    "SLO": _among(reliability.slos_for),
    "SLI": _among(reliability.slis_for),
    "SLA": _among(reliability.slas_for),
    "D": _among(reliability.decisions_for),
    "POL": _among(reliability.policies_for),
    "CASE": _among(reliability.nine_cases_for),
    "RES": _among(reliability.resources_for),
    "P": _person,
}


def _team_or_service(key: str) -> str:
    """Their keys are words, such as "checkout-api"; a plain word is looked for everywhere instead. Teams come first."""
    if " " in key or not _NO_PLAIN_WORD.search(key):
        return ""
    team = Team.objects.filter(scope__key__iexact=key).select_related("scope").first()
    service = team or Service.objects.filter(scope__key__iexact=key).select_related("scope").first()
    return service.get_absolute_url() if service else ""


# --- words


def search(person: Person, text: str) -> list[Group]:
    """Groups that hold a hit. A query a group, two for stories, besides those for what is hidden."""
    words = text[:MAX_LENGTH].split()[:MAX_WORDS]
    if not words:
        return []
    query, hidden = " ".join(words), organization.hidden_scope_ids(person)
    groups = [
        _group("epics", "Epics", _epics(person, words), reverse("delivery:epic_list"), {"text": query}),
        _group("stories", "Stories", _stories(person, words), reverse("delivery:story_list"), {"text": query}),
        _group("initiatives", "Initiatives", _initiatives(person, words), reverse("delivery:initiative_list"), {}),
        _group("slos", "SLOs", _slos(hidden, words), reverse("reliability:slo_list"), {"text": query}),
        _group("slis", "SLIs", _slis(hidden, words), reverse("reliability:sli_list"), {"text": query}),
        _group(
            "decisions", "Decisions", _decisions(hidden, words), reverse("reliability:decision_list"), {"text": query}
        ),
        _group("policies", "Policies", _policies(hidden, words), reverse("reliability:policy_list"), {}),
        _group(
            "resources", "Headroom", _resources(hidden, words), reverse("reliability:resource_list"), {"text": query}
        ),
        _group("people", "People", _people(words), reverse("organization:person_list"), {"q": query, "kind": "all"}),
        _group("teams", "Teams", _teams(words), reverse("organization:team_list"), {"q": query}),
        _group("services", "Services", _services(words), reverse("organization:service_list"), {"q": query}),
    ]
    return [group for group in groups if group.hits]


def _group(name: str, label: str, hits: Iterable[Found], url: str, query: dict[str, str]) -> Group:
    found = list(hits)
    return Group(name, label, found[:EACH], len(found) > EACH, f"{url}?{urlencode(query)}" if query else url)


def _any(words: Iterable[str], *columns: str) -> Q:
    """Every word in one of the columns."""
    found = Q()
    for word in words:
        one = Q()
        for spelling in _spellings(word):
            for column in columns:
                one |= Q(**{f"{column}__icontains": spelling})
        found &= one
    return found


def _spellings(word: str) -> set[str]:
    """SQLite knows the case of ASCII letters alone: other words are looked for as they may be written."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def _epics(person: Person, words: list[str]) -> Iterable[Found]:
    epics = delivery.epics_for(person).filter(_any(words, "title", "key"))
    for epic in epics.order_by(F("archived_at").asc(nulls_first=True), "pk")[: EACH + 1]:
        yield Found(epic.key, epic.title, epic.get_absolute_url(), epic.state, epic.initiative.title)


def _stories(person: Person, words: list[str]) -> Iterable[Found]:
    order = (F("archived_at").asc(nulls_first=True), "pk")
    readable = delivery.stories_for(person)
    found = readable.filter(_any(words, "title", "key", "path"))
    # The keys first: a hundred thousand hits are not sorted with all that is joined to them.
    keys = list(found.order_by(*order).values_list("pk", flat=True)[: EACH + 1])
    stories = readable.filter(pk__in=keys).defer("version__text", "version__narrative")
    for story in stories.order_by(*order):
        state = "ARCHIVED" if story.archived_at else str(story.state)
        yield Found(story.key, story.title, story.get_absolute_url(), state, f"{story.epic.key} {story.epic.title}")


def _initiatives(person: Person, words: list[str]) -> Iterable[Found]:
    for one in delivery.initiatives_for(person).filter(_any(words, "scope__title", "scope__key"))[: EACH + 1]:
        yield Found(one.key, one.title, one.get_absolute_url())


def _slos(hidden: set[int], words: list[str]) -> Iterable[Found]:
    found = reliability.slos_outside(hidden).filter(_any(words, "title", "key", "scope__title"))
    for one in found.order_by(F("archived_at").asc(nulls_first=True), "pk")[: EACH + 1]:
        state = "ARCHIVED" if one.archived_at else str(one.status.state) if hasattr(one, "status") else ""
        yield Found(one.key, one.title, one.get_absolute_url(), state, one.scope.title)


def _slis(hidden: set[int], words: list[str]) -> Iterable[Found]:
    found = reliability.slis_outside(hidden).filter(_any(words, "title", "key", "scope__title"))
    for one in found.order_by(F("archived_at").asc(nulls_first=True), "pk")[: EACH + 1]:
        yield Found(one.key, one.title, one.get_absolute_url(), "ARCHIVED" if one.archived_at else "", one.good_means)


def _decisions(hidden: set[int], words: list[str]) -> Iterable[Found]:
    found = reliability.decisions_outside(hidden).filter(_any(words, "key", "slo__title", "slo__key"))
    for one in found[: EACH + 1]:
        note = f"{one.get_kind_display()}, {one.slo.key} of {one.slo.scope.title}"
        yield Found(one.key, one.slo.title, one.get_absolute_url(), str(one.state), note)


def _policies(hidden: set[int], words: list[str]) -> Iterable[Found]:
    found = reliability.policies_outside(hidden).filter(_any(words, "key", "scope__title", "scope__key"))
    for one in found[: EACH + 1]:
        state = "" if one.in_force_id else "WAITING"
        yield Found(one.key, f"Error-budget policy of {one.scope.title}", one.get_absolute_url(), state)


def _resources(hidden: set[int], words: list[str]) -> Iterable[Found]:
    found = reliability.resources_outside(hidden).filter(_any(words, "title", "key", "scope__title"))
    for one in found.order_by(F("archived_at").asc(nulls_first=True), "pk")[: EACH + 1]:
        yield Found(one.key, one.title, one.get_absolute_url(), "ARCHIVED" if one.archived_at else "", one.scope.title)


def _people(words: list[str]) -> Iterable[Found]:
    people: QuerySet[Person] = Person.objects.filter(_any(words, "name", "username", "email"))
    for one in people.order_by("-is_active", "name", "pk")[: EACH + 1]:
        state = "" if one.is_active else "INACTIVE"
        yield Found("", one.name, one.get_absolute_url(), state, one.username)


def _teams(words: list[str]) -> Iterable[Found]:
    teams = Team.objects.filter(_any(words, "scope__title", "scope__key")).select_related("scope")
    for team in teams.order_by("scope__title", "pk")[: EACH + 1]:
        yield Found("", team.scope.title, team.get_absolute_url(), team.kind, team.purpose)


def _services(words: list[str]) -> Iterable[Found]:
    services = Service.objects.filter(_any(words, "scope__title", "scope__key")).select_related("scope", "team__scope")
    for service in services.order_by("scope__title", "pk")[: EACH + 1]:
        yield Found("", service.scope.title, service.get_absolute_url(), "", f"owned by {service.team.scope.title}")
