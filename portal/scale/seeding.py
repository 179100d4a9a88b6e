"""Seeding: who is here first, then epics by the thousand."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from django.utils import timezone

from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.organization.models import Person
from portal.scale.staff import PREFIX, hire, own_people
from portal.scale.work import STORIES, promise

# Epics that one transaction writes.
BATCH = 1_000


@dataclass(frozen=True)
class Seeded:
    """What is new."""

    people: int
    epics: int
    stories: int


def seed(*, epics: int, seed: int = 1, told: Callable[[str], object] = lambda words: None) -> Seeded:
    """Adds so many epics and what belongs to them; the same for the same `seed` in a database with the same rows.

    `told` hears of progress. Raises Refused where anybody is here whom this did not make.
    """
    others = Person.objects.filter(is_service=False).exclude(username__startswith=PREFIX).count()
    if others:
        raise Refused(
            f"There are {others} people here who are not made up: this is somebody's portal. Name a fresh database."
        )
    if epics < 1:
        raise Refused("Say how many epics: at least 1.")
    organization.install_organization(title="Scale")
    before = own_people()
    # So that a second seeding differs from the first.
    chance = Random(f"{seed} {before}")  # noqa: S311 - nothing secret
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    staff = hire(epics=epics, chance=chance, day=day)
    for start in range(0, epics, BATCH):
        count = min(BATCH, epics - start)
        promise(count=count, staff=staff, chance=chance, day=day)
        told(f"{start + count:,} of {epics:,} epics")
    return Seeded(people=own_people() - before, epics=epics, stories=epics * STORIES)
