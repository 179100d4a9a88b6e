"""Rows locked for an act, always in one order: the epic before its stories, epics and stories by primary key.

Upper rooms lock through these, so that no two acts wait for each other. Inside an act only.
"""

from collections.abc import Iterable

from apps.delivery import queries
from apps.delivery.models import Epic, Initiative, Story
from apps.organization.models import Person


def lock_initiative(key: str, *, by: Person) -> Initiative:
    """Raises Initiative.DoesNotExist, the same for unknown and hidden."""
    return queries.initiatives_for(by).select_for_update(of=("self",)).get(scope__key=key)


def lock_epic(key: str, *, by: Person) -> Epic:
    """The epic with scope, initiative and team. Raises Epic.DoesNotExist, the same for unknown and hidden."""
    return queries.epics_for(by).select_for_update(of=("self",)).get(key=key)


def lock_story(key: str, *, by: Person) -> Story:
    """The story, its epic locked before it. Raises Story.DoesNotExist, the same for unknown and hidden."""
    (story,) = lock_stories([key], by=by)
    return story


def lock_stories(keys: Iterable[str], *, by: Person) -> list[Story]:
    """The stories in the order of `keys`, each with its locked epic.

    Raises Story.DoesNotExist, the same for unknown and hidden, where any is.
    """
    keys = list(keys)
    epic_ids = queries.stories_for(by).filter(key__in=keys).values_list("epic_id", flat=True)
    epics = lock_epics(epic_ids)
    stories = queries.stories_for(by).filter(key__in=keys).order_by("pk").select_for_update(of=("self",))
    found = {story.key: story for story in stories}
    for story in found.values():
        story.epic = epics[story.epic_id]
    if missing := [key for key in keys if key not in found]:
        raise Story.DoesNotExist(f"There is no story {missing[0]}.")
    return [found[key] for key in keys]


def lock_epics(ids: Iterable[int]) -> dict[int, Epic]:
    """Epics by primary key, with scope, initiative and team, whoever asks."""
    epics = Epic.objects.select_related("scope", "initiative__scope", "team__scope")
    return {epic.pk: epic for epic in epics.filter(pk__in=set(ids)).order_by("pk").select_for_update(of=("self",))}
