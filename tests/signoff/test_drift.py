"""After the signature: what breaks it, what does not, and how it comes back."""

import pytest
import time_machine

from apps.audit.models import Entry
from apps.delivery import actions as delivery
from apps.delivery.models import Story
from apps.signoff import queries, reading
from apps.signoff.tasks import sweep_promises
from tests.cast import in_days
from tests.signoff.promises import Promise, text_of
from tests.signoff.test_waiver import granted

pytestmark = pytest.mark.django_db


def test_one_changed_step_breaks_just_that_story_and_drifts_just_that_epic(promise: Promise) -> None:
    promise.sign()
    edited = promise.edit(promise.stories[0], outcome="the order is placed twice")
    other = Story.objects.get(pk=promise.stories[1].pk)
    epic = promise.reread()
    assert (edited.state, other.state, epic.state) == ("BROKEN", "SIGNED", "DRIFTED")
    assert (epic.broken_story_count, epic.signed_story_count) == (1, 1)


def test_reformatting_keeps_every_signature(promise: Promise) -> None:
    promise.sign()
    story = promise.stories[0]
    text = "# a comment\n@tag\n" + text_of("Pay in way 1").replace("    ", "\t")
    edit = delivery.edit_story(story_key=story.key, text=text, by=promise.cast.ruth, base_version=1)
    assert edit.text_changed
    assert not edit.meaning_changed
    assert Story.objects.get(pk=story.pk).state == "SIGNED"
    assert promise.reread().state == "SIGNED"
    assert sweep_promises() == 0


def test_the_difference_names_the_step(promise: Promise) -> None:
    acceptance = promise.sign()
    promise.edit(promise.stories[0], outcome="the order is placed twice")
    leaves = promise.dossier().leaves
    (changed,) = reading.story_differences(acceptance, leaves, limit=5)
    lines = [(line.kind, line.text) for scenario in changed.difference.scenarios for line in scenario.lines]
    assert ("gone", "Then the order is placed") in lines
    assert ("came", "Then the order is placed twice") in lines
    difference = queries.changed_since(acceptance, leaves)
    assert difference is not None
    assert difference.words == f"1 changed ({promise.stories[0].key})"


def test_a_text_that_comes_back_is_signed_again_and_the_sweep_clears_the_drift(promise: Promise) -> None:
    promise.sign()
    promise.edit(promise.stories[0], outcome="the order is placed twice")
    promise.edit(promise.stories[0], outcome="the order is placed")
    assert Story.objects.get(pk=promise.stories[0].pk).state == "SIGNED"
    # The page compares at once; the column follows by the sweep.
    assert reading.epic_state(promise.reread(), promise=promise.dossier().promise) == "SIGNED"
    assert sweep_promises() == 1
    assert promise.reread().state == "SIGNED"
    assert Entry.objects.order_by("-index")[0].event == "epic.restored"


def test_a_story_added_to_a_signed_epic_drifts_it(promise: Promise) -> None:
    promise.sign()
    promise.add_story("Pay by invoice")
    assert promise.reread().state == "DRIFTED"


def test_a_run_that_fails_later_regresses_the_epic_and_drifts_nothing(promise: Promise) -> None:
    promise.sign()
    promise.prove(promise.stories[0], verdict="FAILED")
    story, epic = Story.objects.get(pk=promise.stories[0].pk), promise.reread()
    assert story.state == "SIGNED"
    assert story.is_regressed
    assert epic.state == "REGRESSED"
    assert epic.drifted_at is None
    promise.prove(promise.stories[0])
    assert promise.reread().state == "SIGNED"


def test_a_waiver_that_expires_drifts_the_epic_within_a_sweep(promise: Promise) -> None:
    granted(promise, criterion="seats_filled", until_on=in_days(10))
    promise.sign()
    assert sweep_promises() == 0
    with time_machine.travel(in_days(12)):
        assert sweep_promises() == 1
        assert promise.reread().state == "DRIFTED"
        assert sweep_promises() == 0
