"""`manage.py seed_scale`: what the portal would have counted itself, a log that verifies, and nobody's real portal."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.audit.verify import verify_log
from apps.delivery import actions as delivery
from apps.delivery.actions.columns import recount_all
from apps.delivery.models import Epic, Story
from apps.organization import actions as organization
from apps.organization.models import Person, Seat, Service
from apps.specs import queries as specs
from apps.specs.actions.verdicts import verdict_of
from apps.specs.models import Result, Run
from tests.cast import Cast

pytestmark = pytest.mark.django_db
EPICS = 40
COUNTERS = (
    "story_count",
    "signed_story_count",
    "passing_story_count",
    "broken_story_count",
    "failing_story_count",
    "regressed_at",
)


def seed(**options: Any) -> None:
    call_command("seed_scale", **{"epics": EPICS, "verbosity": 0, **options})


def counted() -> list[tuple[Any, ...]]:
    return list(Epic.objects.order_by("pk").values_list("key", *COUNTERS))


def test_counters_are_what_the_portal_counts_itself() -> None:
    seed()
    said = counted()
    epics = list(Epic.objects.all())
    with transaction.atomic():
        recount_all(epics, at={epic.pk: epic.regressed_at for epic in epics if epic.regressed_at})
    assert counted() == said
    # All states are there, so that each counter is held against something.
    assert all(any(row[place] for row in said) for place in range(1, 6))


def test_evidence_is_what_the_latest_results_make_it() -> None:
    seed()
    stories = list(Story.objects.filter(evidence_digest__gt="").order_by("pk"))
    ids = [story.pk for story in stories]
    needed, latest = specs.needed_by(ids), specs.latest_by(ids)
    current = [story for story in stories if story.evidence_digest == story.digest]
    assert current and len(current) < len(stories)
    for story in current:
        found = [latest[story.pk][meaning][0] for meaning in needed[story.pk].meanings]
        assert verdict_of(found, len(needed[story.pk].meanings)) == story.evidence_verdict
    broken = [story for story in stories if story.evidence_digest != story.digest]
    assert not any(set(latest[story.pk]) & set(needed[story.pk].meanings) for story in broken)


def test_there_are_ten_stories_an_epic_and_the_log_verifies() -> None:
    seed()
    assert (Epic.objects.count(), Story.objects.count()) == (EPICS, 10 * EPICS)
    assert min(Run.objects.count(), Result.objects.count(), Service.objects.count(), Seat.objects.count()) > 0
    outcome = verify_log()
    assert outcome.ok, outcome.words
    assert outcome.size > EPICS


def test_one_seed_gives_the_same_rows_and_another_gives_others() -> None:
    columns = ("title", "digest", "evidence_digest", "signed_digest")

    def seeded(number: int) -> list[tuple[Any, ...]]:
        last = Story.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        try:
            with transaction.atomic():
                seed(seed=number)
                found = list(Story.objects.filter(pk__gt=last).order_by("pk").values_list(*columns))
                raise Undone
        except Undone:
            return found

    first = seeded(1)
    assert seeded(1) == first
    assert seeded(2) != first


class Undone(Exception):
    """Rolls back what was seeded."""


def test_people_go_on_where_it_ended() -> None:
    seed()
    administrator = Person.objects.get(seats__role="ADMINISTRATOR")
    made = delivery.create_epic(initiative_key="I-1", title="By hand", by=Person.objects.get(pk=owner_of("I-1")))
    assert made.key == f"E-{EPICS + 1}"
    organization.create_team(key="by-hand", title="By hand", by=administrator)
    assert verify_log().ok


def owner_of(key: str) -> int:
    return Seat.objects.filter(scope__key=key, role="PRODUCT_OWNER").values_list("person_id", flat=True).get()


def test_again_it_adds() -> None:
    seed()
    seed(epics=10)
    assert Epic.objects.count() == EPICS + 10
    assert verify_log().ok


def test_it_is_refused_where_there_are_people(cast: Cast) -> None:
    with pytest.raises(CommandError, match="people here who are not made up"):
        seed()
    assert not Epic.objects.exists()


def test_it_is_refused_without_epics() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        seed(epics=0)
