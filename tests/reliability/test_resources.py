"""Saying what has a limit: a resource is made, changed and archived."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.models import Scope
from apps.reliability import actions, queries, tasks
from apps.reliability.actions import Meant
from apps.reliability.headroom import HeadroomState
from apps.reliability.models import HeadroomStatus, Resource
from tests.organization import log
from tests.reliability.headroom_world import growing, make_resource
from tests.reliability.world import NOW, World

DISK = Meant(title="Disk of orders", limit=100.0, unit="GB")


def test_a_resource_is_watched_from_the_first_moment(world: World) -> None:
    made = make_resource(world)
    assert (made.key, made.limit, made.unit, made.measure) == ("RES-1", 100, "GB", "PEAK")
    assert HeadroomStatus.objects.get().state == HeadroomState.TOO_FEW
    assert queries.headroom_of(made).words.startswith("Too few: 0 measurements")
    assert "said that RES-1 “Disk of orders” of E-1 has a limit of 100 GB" in log.said("resource.created")


def test_another_limit_changes_what_is_said_of_it_and_leaves_usage(world: World) -> None:
    made = make_resource(world)
    growing(world, made)
    assert round(queries.headroom_of(Resource.objects.get()).days or 0) == 40
    actions.edit_resource(resource_key="RES-1", meant=Meant("Disk of orders", 200.0, "GB"), by=world.priya)
    changed = Resource.objects.get()
    assert round(queries.headroom_of(changed).days or 0) == 140
    assert "which has a limit of 200 GB now" in log.said("resource.edited")
    before = log.size()
    actions.edit_resource(resource_key="RES-1", meant=Meant("Disk of orders", 200.0, "GB"), by=world.priya)
    assert log.size() == before


def test_an_archived_one_is_watched_no_longer(world: World) -> None:
    make_resource(world)
    actions.archive_resource(resource_key="RES-1", by=world.priya)
    assert "archived RES-1" in log.said("resource.archived")
    assert not queries.filtered_resources((), today=NOW.date()).exists()
    with pytest.raises(Refused, match="RES-1 is archived; nobody watches it any more"):
        actions.edit_resource(resource_key="RES-1", meant=DISK, by=world.priya)
    tasks.refresh_headroom()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"title": " "}, "The title is missing"),
        ({"limit": 0.0}, "A limit is a number above 0, at most 10"),
        ({"limit": float("nan")}, "A limit is a number above 0"),
        ({"limit": float("inf")}, "A limit is a number above 0"),
        ({"unit": "x" * 21}, "The unit has 21 characters"),
        ({"measure": "MEAN"}, "is no kind of measure: PEAK, SIZE"),
    ],
)
def test_what_cannot_be_is_refused(world: World, said: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        make_resource(world, **said)
    assert not Resource.objects.exists()


def test_it_takes_a_seat_there(world: World) -> None:
    for name in ("maria", "emil", "nobody"):
        with pytest.raises(NotAllowed, match="Saying what E-1 has a limit of takes a seat as"):
            make_resource(world, by=world.cast.people[name])
    made = make_resource(world, by=world.cast.sam)
    with pytest.raises(NotAllowed, match="Changing RES-1 takes a seat as"):
        actions.archive_resource(resource_key=made.key, by=world.cast.maria)


def test_what_one_may_not_read_does_not_exist(world: World) -> None:
    make_resource(world)
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    with pytest.raises(Refused, match="There is no service, epic or team E-1 that you may read"):
        make_resource(world, by=world.cast.nobody)
    with pytest.raises(Resource.DoesNotExist):
        actions.archive_resource(resource_key="RES-1", by=world.cast.nobody)
    assert not queries.resources_for(world.cast.nobody).exists()


def test_a_failing_entry_rolls_it_back(world: World, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError), transaction.atomic():
        make_resource(world)
    assert not Resource.objects.exists()


def test_the_database_keeps_limits_above_0(world: World) -> None:
    made = make_resource(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.filter(pk=made.pk).update(limit=0)


def test_the_days_pass_in_a_sweep(world: World) -> None:
    made = make_resource(world)
    growing(world, made)
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        tasks.refresh_headroom()
        assert round(queries.headroom_of(Resource.objects.get()).days or 0) == 30
