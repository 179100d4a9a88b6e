"""Recording by hand: who may, what it proves, the log, the page."""

from importlib import import_module
from secrets import token_hex
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from apps.audit import queries as audit
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery.models import Epic, Story
from apps.organization.models import Person
from apps.signatures.reauthentication import Authentication
from apps.signoff import actions as signoff
from apps.specs import actions, queries
from apps.specs.models import Result, Run
from tests.cast import Cast, DelegationFactory, PersonFactory, forget_seats, signed_in
from tests.failing_log import fail_the_log
from tests.specs.evidence import CART, EDITED, behave_json, edit, import_bytes, junit, make_story, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


def tried(story: Story, by: Person, **given: Any) -> Run:
    asked = {
        "positions": [1, 2, 3],
        "status": "PASSED",
        "words": "I put lamps and sofas in the cart and saw them counted.",
        "digest": story.digest,
        "key": "form-1",
        **given,
    }
    return actions.record_by_hand(story_key=story.key, by=forget_seats(by), **asked)


def test_what_somebody_tried_is_evidence_marked_as_such(cast, story):
    run = tried(story, cast.ruth)

    assert reread(story).state == "PASSING"
    assert (run.channel, run.format, run.counts["passed"]) == ("HAND", "by-hand", 3)
    assert set(Result.objects.values_list("matched_by", flat=True)) == {"HAND"}
    assert all(one.is_by_hand for one in queries.story_evidence(reread(story)))


def test_one_scenario_alone_does_not_prove_the_story(cast, story):
    tried(story, cast.ruth, positions=[2])

    assert reread(story).state == "READY"


def test_a_failure_seen_by_hand_fails_the_story(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)

    tried(story, cast.sam, positions=[1], status="FAILED")

    assert reread(story).state == "FAILING"


def test_a_later_run_replaces_it(cast, story):
    tried(story, cast.ruth, status="FAILED")

    import_bytes(behave_json(CART), by=cast.tomas)

    assert reread(story).state == "PASSING"


def test_the_same_form_twice_is_one_run(cast, story):
    assert tried(story, cast.ruth) == tried(story, cast.ruth)
    assert Run.objects.count() == 1


def test_a_form_gone_back_to_and_filled_in_anew_is_recorded(cast, story):
    tried(story, cast.ruth)

    tried(story, cast.ruth, positions=[2], status="FAILED")

    assert reread(story).state == "FAILING"


@pytest.mark.parametrize("name", ["maria", "emil", "nobody"])
def test_others_may_not(cast, story, name):
    with pytest.raises(NotAllowed, match="takes a seat as Business Analyst, SRE or Engineering Team Lead"):
        tried(story, cast.people[name])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"words": "  "}, "Say what you did and what you saw"),
        ({"positions": []}, "Choose the scenarios that you tried"),
        ({"positions": [1, 9]}, "has no scenario 9"),
        ({"status": "SKIPPED"}, "Choose whether the scenarios passed or failed"),
    ],
)
def test_what_is_missing_is_said(cast, story, given, words):
    with pytest.raises(BadInput, match=words):
        tried(story, cast.ruth, **given)


def test_an_edited_text_must_be_looked_at_again(cast, story):
    edit(cast, story, EDITED)

    with pytest.raises(Refused, match="was edited since this page was shown"):
        tried(story, cast.ruth)
    assert not Run.objects.exists()


def test_who_signed_it_may_see_it_fail_but_not_pass(cast, story):
    tried(story, cast.sam)
    with transaction.atomic():
        delivery.record_story_signature(story=reread(story), digest=story.digest, by=cast.ruth, at=timezone.now())

    with pytest.raises(NotAllowed, match=f"You signed {story.key}, so somebody else has to say that it passes"):
        tried(story, cast.ruth, key="form-2")
    tried(story, cast.ruth, key="form-3", status="FAILED")

    assert reread(story).is_regressed


def test_who_signed_it_for_another_binds_both(cast, story):
    """Signed by a delegate of Lena: neither of them, nor another who acts for her, says by hand that it passes."""
    delegate, other = PersonFactory.create(name="Dora Stand"), PersonFactory.create()
    for person in (delegate, other):
        DelegationFactory.create(seat=cast.seat_of("lena"), delegate=person)
    tried(story, cast.sam)
    sign(story, by=delegate)
    said = {cast.lena: "Your delegate", delegate: "You", other: "A delegate of Lena Brandt, for whom you act,"}
    for person, words in said.items():
        with pytest.raises(NotAllowed, match=f"{words} signed {story.key}, so somebody else has to say"):
            tried(story, person, key=f"form-{person.pk}")
    assert tried(story, cast.sam, key="form-3")


def test_a_delegate_of_who_signed_it_does_not_say_that_it_passes(cast, story):
    delegate = PersonFactory.create()
    DelegationFactory.create(seat=cast.seat_of("lena"), delegate=delegate)
    tried(story, cast.sam)
    sign(story, by=cast.lena)

    with pytest.raises(NotAllowed, match=f"Lena Brandt, for whom you act, signed {story.key}"):
        tried(story, delegate, key="form-2")


def sign(story: Story, *, by: Person) -> None:
    """An analyst, or who acts as one, accepts it."""
    signoff.sign_off_stories(
        shown=[signoff.StoryShown(story.key, reread(story).digest)],
        meaning="ACCEPT",
        by=forget_seats(by),
        authentication=Authentication("password", timezone.now()),
        comment="",
        key=token_hex(16),
    )


def test_an_archived_story_is_left_alone(cast, story):
    delivery.archive_story(story_key=story.key, reason="done", by=cast.maria)

    with pytest.raises(Refused, match="is archived; nothing more is proven of it"):
        tried(story, cast.ruth)


def test_a_draft_has_nothing_to_try(cast):
    draft = make_story(cast, "Feature: Later\n  In order to wait\n")

    with pytest.raises(Refused, match="has no scenario with a step yet, so there is nothing to try"):
        tried(draft, cast.ruth)


BARE = "Feature: Gift\n  Scenario: Wrap it\n  Scenario: Send it\n"
HALF_WRITTEN = CART + "\n  Scenario: Take one out\n"


def test_a_story_without_a_single_step_is_a_draft_and_is_not_signed(cast):
    story = make_story(cast, BARE)

    assert story.state == "DRAFT"
    with pytest.raises(Refused, match="has no scenario with a step yet, so there is nothing to try"):
        tried(story, cast.ruth, positions=[1, 2])
    with pytest.raises(Refused, match="is draft: No scenario of it has a step, so it cannot be proven"):
        sign(story, by=cast.lena)


def test_whatever_a_runner_says_of_scenarios_without_steps_proves_nothing(cast):
    story = make_story(cast, BARE)

    report = junit(BARE, at=timezone.now(), stem="gift")
    run = import_bytes(report, by=cast.tomas, format="junit").run

    assert run.counts["passed"] == 2
    assert (reread(story).state, reread(story).evidence_verdict) == ("DRAFT", "")
    assert {one.status for one in queries.story_evidence(reread(story))} == {"NO_STEPS"}


def test_a_scenario_without_a_step_among_others_is_looked_at_and_has_not_passed(cast):
    story = make_story(cast, HALF_WRITTEN)
    import_bytes(behave_json(CART), by=cast.tomas)
    assert reread(story).state == "READY"

    run = tried(story, cast.ruth, positions=[4])

    assert reread(story).state == "PASSING"
    assert (run.counts["passed"], run.counts["skipped"]) == (0, 1)
    assert [one.status for one in queries.story_evidence(reread(story))] == ["PASSED"] * 3 + ["NO_STEPS"]
    (reading,) = audit.readings(audit.entries_about(run.key))
    assert reading.line.words.endswith("by hand: one without a step proves nothing")


def test_who_looked_at_it_did_the_last_that_was_missing_and_does_not_sign(cast):
    story = make_story(cast, HALF_WRITTEN)
    import_bytes(behave_json(CART), by=cast.tomas)
    run = tried(story, cast.lena, positions=[4])
    assert reread(story).state == "PASSING"
    with pytest.raises(Refused, match=run.key):
        sign(reread(story), by=cast.lena)


def test_when_it_was_looked_at_is_no_evidence(cast):
    story = make_story(cast, HALF_WRITTEN)
    import_bytes(behave_json(CART), by=cast.tomas)
    proven_at = reread(story).evidence_at
    tried(story, cast.ruth, positions=[4])
    assert reread(story).evidence_at == proven_at


def test_what_was_signed_before_such_stories_were_drafts_stays_signed(cast):
    bare = "Feature: Cart\n\n  Scenario: Put one in\n"
    story = make_story(cast, bare)
    Story.objects.filter(pk=story.pk).update(scenario_count=1, signed_digest=story.digest, signed_at=timezone.now())
    delivery.edit_story(story_key=story.key, text=bare + "\n", base_version=1, by=cast.ruth)
    assert reread(story).state == "SIGNED"


def test_what_was_not_signed_becomes_a_draft_by_an_upgrade(cast):
    story = make_story(cast, "Feature: Cart\n\n  Scenario: Put one in\n")
    signed = make_story(cast, "Feature: Pay\n\n  Scenario: Pay once\n")
    whole = make_story(cast, CART)
    Story.objects.filter(pk__in=[story.pk, signed.pk]).update(
        scenario_count=1, evidence_digest=F("digest"), evidence_verdict=Story.Verdict.PASSED
    )
    Story.objects.filter(pk=signed.pk).update(signed_digest=signed.digest)
    Epic.objects.filter(pk=story.epic_id).update(passing_story_count=1, signed_story_count=1)
    import_module("apps.delivery.migrations.0010_drafts_without_steps").make_drafts(apps, None)
    assert [reread(one).state for one in (story, signed, whole)] == ["DRAFT", "SIGNED", "READY"]
    epic = Epic.objects.get(pk=story.epic_id)
    assert (epic.passing_story_count, epic.signed_story_count) == (0, 1)


def test_alone_it_proves_nothing(cast):
    story = make_story(cast, HALF_WRITTEN)

    tried(story, cast.ruth, positions=[4])

    assert reread(story).state == "READY"


def test_it_may_still_be_said_to_fail(cast):
    story = make_story(cast, HALF_WRITTEN)

    run = tried(story, cast.ruth, positions=[1, 4], status="FAILED")

    assert reread(story).state == "FAILING"
    assert run.counts["failed"] == 2


def test_the_pages_say_that_it_has_no_step(cast):
    story = make_story(cast, HALF_WRITTEN)
    client = signed_in(cast.ruth)

    assert "Take one out (no step: it tests nothing)" in client.get(f"/stories/{story.key}/by-hand/").content.decode()
    assert "tests nothing and never counts as passed" in client.get(f"/stories/{story.key}/").content.decode()
    bare = make_story(cast, BARE, epic=story.epic)
    assert "no scenario with a step" in client.get(f"/stories/{bare.key}/").content.decode()


def test_the_log_tells_it_with_the_words_kept_erasable(cast, story):
    run = tried(story, cast.ruth)

    (entry,) = audit.entries_about(run.key)
    (reading,) = audit.readings([entry])
    assert reading.statement
    assert (entry.event, entry.subject, entry.person) == ("story.recorded_by_hand", story.key, cast.ruth.key)
    assert reading.values["reason"].startswith("I put lamps")
    assert "I put lamps" not in str(reading.statement.predicate)


def test_without_its_entry_nothing_is_proven(cast, story):
    fail_the_log()

    with pytest.raises(DatabaseError, match="the disk is full"):
        tried(story, cast.ruth)
    assert not Run.objects.exists()
    assert reread(story).state == "READY"


def test_the_page_records_it(cast, story):
    client = signed_in(cast.ruth)
    page = client.get(f"/stories/{story.key}/by-hand/")
    form = page.context["form"]

    response = client.post(
        f"/stories/{story.key}/by-hand/",
        {
            "scenarios": ["1", "2", "3"],
            "status": "PASSED",
            "words": "Seen with my own eyes.",
            "digest": form.initial["digest"],
            "key": form.initial["key"],
        },
    )

    assert response.status_code == 302
    assert reread(story).state == "PASSING"


def test_the_page_keeps_what_was_typed(cast, story):
    response = signed_in(cast.ruth).post(
        f"/stories/{story.key}/by-hand/", {"words": "Seen.", "digest": story.digest, "key": "x"}
    )

    assert response.status_code == 400
    assert "Seen." in response.content.decode()


def test_the_page_is_shut_for_others(cast, story):
    assert signed_in(cast.emil).get(f"/stories/{story.key}/by-hand/").status_code == 403
    assert signed_in(cast.ruth).get("/stories/S-99/by-hand/").status_code == 404
