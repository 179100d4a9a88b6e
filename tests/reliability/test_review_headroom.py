"""The SRE lead looks at the figures and says what follows; what they said stays, and is found in the log."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from apps.audit.verify import verify_log
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.queries import today
from apps.reliability import actions, queries
from apps.reliability.actions import Reviewed
from apps.reliability.actions.headroom import figures_digest
from apps.reliability.models import HeadroomReview, Resource
from tests.organization import log
from tests.reliability.headroom_world import TODAY, growing, make_resource
from tests.reliability.world import NOW, World
from tests.tampering import drop_trigger

SOON = TODAY + timedelta(days=30)


def review(world: World, **said: Any) -> HeadroomReview:
    by = said.pop("by", world.priya)
    reviewed = Reviewed(**{"note": "A second disk is ordered.", "next_review_on": SOON, **said})
    return actions.review_headroom(resource_key="RES-1", reviewed=reviewed, by=by)


def test_a_review_keeps_what_was_seen_and_says_when_it_is_looked_at_again(world: World) -> None:
    made = make_resource(world)
    growing(world, made)
    found = review(world, digest=figures_digest(Resource.objects.get()))
    assert (found.key, found.next_review_on, Resource.objects.get().next_review_on) == ("REV-1", SOON, SOON)
    assert "60.5 of 100 GB in use" in found.words
    assert "reviewed the headroom of RES-1 “Disk of orders”: A second disk is ordered." in log.said("resource.reviewed")
    assert log.facts("resource.reviewed") == {"next_review_on": SOON.isoformat(), "state": "GROWING"}
    assert log.last("resource.reviewed").entry.reference == "REV-1"


def test_figures_that_moved_since_are_looked_at_anew(world: World) -> None:
    growing(world, make_resource(world))
    seen = figures_digest(Resource.objects.get())
    actions.record_usage(resource_key="RES-1", usage={TODAY: 99.0, TODAY - timedelta(days=1): 98.0}, by=world.priya)
    actions.edit_resource(
        resource_key="RES-1", meant=actions.Meant(title="Disk of orders", limit=90.0, unit="GB"), by=world.priya
    )
    with pytest.raises(Refused, match="RES-1 has moved on since the page was opened: usage, limit"):
        review(world, digest=seen)
    assert not HeadroomReview.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"note": "  "}, "Say what follows from the figures"),
        ({"next_review_on": TODAY}, "The next review is on a day after today"),
        ({"next_review_on": TODAY + timedelta(days=401)}, "The next review is on a day after today, and by 2028-01-02"),
        ({"note": "x" * 4001}, "The note"),
    ],
)
def test_what_says_nothing_is_refused(world: World, said: dict[str, object], words: str) -> None:
    make_resource(world)
    with pytest.raises(BadInput, match=words):
        review(world, **said)
    assert not HeadroomReview.objects.exists()


def test_it_is_for_who_answers_for_it(world: World) -> None:
    make_resource(world)
    for name in ("sam", "maria", "jonas", "nobody"):
        with pytest.raises(NotAllowed, match="Reviewing RES-1 takes a seat as SRE Organization Lead or SRE Lead"):
            review(world, by=world.cast.people[name])
    review(world, by=world.cast.ines)
    actions.archive_resource(resource_key="RES-1", by=world.priya)
    with pytest.raises(Refused, match="RES-1 is archived"):
        review(world)


def test_one_that_is_overdue_is_found(world: World) -> None:
    make_resource(world)
    review(world)
    assert not queries.filtered_resources((), state="OVERDUE", today=today()).exists()
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        assert queries.filtered_resources((), state="OVERDUE", today=today()).get().key == "RES-1"
        review(world, next_review_on=today() + timedelta(days=90))
        assert not queries.filtered_resources((), state="OVERDUE", today=today()).exists()


def test_a_failing_entry_rolls_it_back(world: World, request: pytest.FixtureRequest) -> None:
    make_resource(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError), transaction.atomic():
        review(world)
    assert not HeadroomReview.objects.exists()
    assert Resource.objects.get().next_review_on is None


def test_the_database_keeps_what_was_said(world: World) -> None:
    make_resource(world)
    found = review(world)
    for statement in ("UPDATE reliability_headroomreview SET note = 'x'", "DELETE FROM reliability_headroomreview"):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    found.refresh_from_db()
    assert found.note == "A second disk is ordered."
    assert verify_log().ok


@pytest.mark.parametrize(
    ("trigger", "statement", "words"),
    [
        ("update", "UPDATE reliability_headroomreview SET note = 'Nothing.'", "REV-1 does not say what it said"),
        ("delete", "DELETE FROM reliability_headroomreview", "REV-1, of which it tells, is gone"),
    ],
)
def test_what_was_changed_behind_its_back_is_found(world: World, trigger: str, statement: str, words: str) -> None:
    make_resource(world)
    review(world)
    drop_trigger(f"reliability_headroomreview_{trigger}")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    found = verify_log()
    assert not found.ok
    assert words in str(found)


def test_a_review_that_the_log_does_not_know_is_found(world: World) -> None:
    made = make_resource(world)
    HeadroomReview.objects.create(
        key="REV-9", resource=made, figures="{}", note="x", next_review_on=SOON, reviewed_by=world.priya
    )
    assert "REV-9 is a review that no entry tells of" in str(verify_log())
