"""After the signature: what breaks it, what does not, and how it comes back."""

import pytest
import time_machine
from django.db import DatabaseError

from apps.audit import queries as audit
from apps.audit.models import Entry
from apps.delivery import actions as delivery
from apps.delivery.models import Story
from apps.signoff import actions, queries, reading
from apps.signoff.tasks import sweep_promises
from tests.cast import in_days, signed_in
from tests.signoff.promises import Promise, confirmed, key, text_of
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


# --- a story rejected after its epic was accepted


def reject(promise: Promise, story: Story) -> None:
    """Lena, who signed it, takes it back."""
    actions.sign_off_story(
        shown=promise.shown(story)[0],
        meaning="REJECT",
        by=promise.cast.lena,
        authentication=confirmed(),
        comment="It charges twice.",
        key=key(),
    )


def test_a_story_rejected_later_drifts_the_epic_in_the_same_act(promise: Promise) -> None:
    sign_off = promise.sign()
    story = promise.stories[0]
    reject(promise, story)
    assert promise.reread().state == "DRIFTED"
    rejection, drift = audit.lines(Entry.objects.order_by("-index")[:2])[::-1]
    assert rejection.event == "story.rejected"
    assert (drift.event, drift.by) == ("epic.drifted", "The portal")
    assert drift.words.endswith(f"no longer is what was signed: {story.key} was rejected since")
    assert sweep_promises() == 0
    client = signed_in(promise.cast.maria)
    page = " ".join(client.get(f"/epics/{promise.epic.key}/").content.decode().split())
    assert "rejected since, so that the acceptance rests on it no longer" in page
    assert "Nothing: the promise is the one" not in page
    assert "Signed, drifted" in page
    receipt = client.get(f"/receipts/{sign_off.signature.key}/").content.decode()
    assert f"drifted: {story.key}, on which it rests, was rejected since" in receipt


def test_signed_again_it_is_what_was_signed(promise: Promise) -> None:
    promise.sign()
    reject(promise, promise.stories[0])
    promise.sign_stories(promise.stories[0])
    assert promise.reread().state == "SIGNED"
    assert Entry.objects.order_by("-index")[0].event == "epic.restored"
    assert queries.rejected_since(promise.reread()) == []


def test_a_failing_log_leaves_story_and_epic_signed(promise: Promise, request: pytest.FixtureRequest) -> None:
    promise.sign()
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        reject(promise, promise.stories[0])
    assert Story.objects.get(pk=promise.stories[0].pk).state == "SIGNED"
    assert promise.reread().state == "SIGNED"


def test_what_was_rejected_before_the_acceptance_drifts_nothing_and_after_it_may_be_accepted_anew(
    promise: Promise,
) -> None:
    granted(promise, criterion="stories_signed", until_on=in_days(10))
    reject(promise, promise.stories[0])
    promise.sign(meaning="ACCEPT_WITH_EXCEPTIONS")
    assert sweep_promises() == 0
    assert promise.reread().state == "SIGNED"
    reject(promise, promise.stories[1])
    assert promise.reread().state == "DRIFTED"
    promise.sign(meaning="ACCEPT_WITH_EXCEPTIONS")
    assert promise.reread().state == "SIGNED"
    assert sweep_promises() == 0


def test_a_rejection_in_an_epic_that_nobody_accepted_drifts_nothing(promise: Promise) -> None:
    reject(promise, promise.stories[0])
    assert promise.reread().state == "OPEN"
    assert not Entry.objects.filter(event="epic.drifted").exists()
