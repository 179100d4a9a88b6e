"""An analyst signs stories, one or several at once."""

import json
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from apps.audit import queries as audit
from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery.models import Comment, Story, StoryVersion
from apps.desk.queries import read_desk
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff import actions
from apps.signoff.models import StorySignOff
from apps.signoff.moved import Moved
from apps.specs import actions as specs
from apps.specs.models import Run
from tests.cast import Cast, DelegationFactory, PersonFactory, TeamFactory, forget_seats, signed_in
from tests.signoff.promises import Promise, confirmed, key, make_promise, text_of
from tests.tampering import rewrite

pytestmark = pytest.mark.django_db


@pytest.fixture
def passing(cast: Cast) -> Promise:
    """Three stories that Ruth wrote and that all passed."""
    made = make_promise(cast, stories=3)
    made.prove()
    return made


def test_an_analyst_who_did_not_write_it_signs_a_passing_story(passing: Promise) -> None:
    (sign_off,) = passing.sign_stories(passing.stories[0])
    story = Story.objects.get(pk=passing.stories[0].pk)
    assert story.state == "SIGNED"
    assert story.signed_by == passing.cast.lena
    assert sign_off.signature.statement == (
        f"I, Lena Brandt, Business Analyst of {passing.cast.initiative.key}, accept “Pay in way 1” ({story.key}) "
        f"as its text says at digest {story.digest}."
    )
    assert passing.reread().signed_story_count == 1


def test_the_log_holds_the_signature_with_its_digest(passing: Promise) -> None:
    (sign_off,) = passing.sign_stories(passing.stories[0])
    entry = audit.entry_for(sign_off.signature.key)
    body = json.loads(bytes(entry.body))
    assert entry.event == "story.signed_off"
    assert body["subject"] == [{"name": sign_off.story.key, "digest": {"sha256": sign_off.digest}}]
    assert passing.epic.key in body["predicate"]["about"]


def test_several_are_signed_at_once_each_with_a_signature_of_its_own(passing: Promise) -> None:
    signed = passing.sign_stories()
    assert len({sign_off.signature.key for sign_off in signed}) == 3
    assert passing.reread().signed_story_count == 3
    assert Entry.objects.filter(event="story.signed_off").count() == 3


def test_of_several_one_that_changed_refuses_all(passing: Promise) -> None:
    shown = passing.shown()
    passing.edit(passing.stories[1], outcome="nothing is charged")
    with pytest.raises(Moved, match=f"{passing.stories[1].key} changed while you were reading") as caught:
        actions.sign_off_stories(
            shown=shown, meaning="ACCEPT", by=passing.cast.lena, authentication=confirmed(), comment="", key=key()
        )
    (changed,) = caught.value.stories
    assert (changed.key, "changed" in changed.difference.words) == (passing.stories[1].key, True)
    assert not Signature.objects.exists()


def test_a_failing_log_takes_the_signature_with_it(passing: Promise, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        passing.sign_stories()
    assert not StorySignOff.objects.exists()
    assert not Story.objects.exclude(signed_digest="").exists()


def test_the_same_form_sent_again_returns_the_first_receipts(passing: Promise) -> None:
    sent = key()
    given = {
        "shown": passing.shown(),
        "meaning": "ACCEPT",
        "by": passing.cast.lena,
        "authentication": confirmed(),
        "comment": "",
        "key": sent,
    }
    first = actions.sign_off_stories(**given)  # type: ignore[arg-type]
    again = actions.sign_off_stories(**given)  # type: ignore[arg-type]
    assert {one.pk for one in first} == {one.pk for one in again}
    assert Signature.objects.count() == 3


def test_who_last_edited_a_story_does_not_sign_it(passing: Promise) -> None:
    with pytest.raises(NotAllowed, match="Who last edited a story does not sign it"):
        passing.sign_stories(by=passing.cast.ruth)


def test_reformatting_by_another_does_not_free_the_author_to_sign(passing: Promise) -> None:
    story = passing.stories[0]
    delivery.edit_story(
        story_key=story.key,
        text=text_of("Pay in way 1").replace("    Given", "      Given"),
        by=passing.cast.lena,
        base_version=1,
    )
    for author in (passing.cast.ruth, passing.cast.lena):
        with pytest.raises(NotAllowed, match="Who last edited"):
            passing.sign_stories(story, by=author)


def test_whose_seat_a_delegate_edited_in_does_not_sign_it(cast: Cast) -> None:
    """Nor does another delegate of theirs; a second analyst may."""
    made = make_promise(cast, stories=1)
    delegate, other = PersonFactory.create(), PersonFactory.create()
    for person in (delegate, other):
        DelegationFactory.create(seat=cast.seat_of("lena"), delegate=person)
    made.edit(made.stories[0], outcome="a parcel leaves", by=delegate)
    made.prove()
    for person in (cast.lena, delegate, other):
        with pytest.raises(NotAllowed, match="Who last edited a story does not sign it, nor whose delegate did"):
            made.sign_stories(by=forget_seats(person))
        assert not read_desk(forget_seats(person), at=timezone.now()).work.stories
    assert_its_box_is_shut(made, "nor whose delegate did")
    assert made.sign_stories(by=cast.ruth)


def assert_its_box_is_shut(made: Promise, words: str) -> None:
    """Lena cannot tick the one story on the page for several, and reads why."""
    page = signed_in(made.cast.lena).get(f"/epics/{made.epic.key}/stories/sign-off/").content.decode()
    assert re.findall(r'name="stories" id="sign-[^"]+" value="[^"]+" (\w+)', page) == ["disabled"]
    assert words in page


def test_a_text_of_before_the_delegates_edit_binds_nobody(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    delegate = PersonFactory.create()
    DelegationFactory.create(seat=cast.seat_of("lena"), delegate=delegate)
    made.edit(made.stories[0], outcome="a parcel leaves", by=delegate)
    made.edit(made.stories[0], outcome="two parcels leave")
    made.prove()
    assert made.sign_stories()


@pytest.mark.parametrize("name", ["maria", "priya", "tomas", "adam", "nobody"])
def test_only_an_analyst_signs_stories(passing: Promise, name: str) -> None:
    with pytest.raises(NotAllowed, match="Only a Business Analyst of"):
        passing.sign_stories(by=passing.cast.people[name])


def test_an_analyst_of_the_storys_team_may_sign_it(passing: Promise) -> None:
    team = TeamFactory.create()
    analyst = PersonFactory.create()
    passing.cast.seat(analyst, Role.BUSINESS_ANALYST, team.scope)
    Story.objects.filter(pk=passing.stories[0].pk).update(team=team)
    assert passing.sign_stories(passing.stories[0], by=analyst)
    with pytest.raises(NotAllowed):
        passing.sign_stories(passing.stories[1], by=analyst)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("", "is ready: It has scenarios and no complete evidence yet. Next: run it"),
        ("INCOMPLETE", "is ready: It has scenarios and no complete evidence yet"),
        ("FAILED", "is failing: A scenario failed in its latest run. Next: mend it"),
    ],
)
def test_only_a_passing_story_is_signed(cast: Cast, verdict: str, words: str) -> None:
    made = make_promise(cast, stories=1)
    if verdict:
        made.prove(verdict=verdict)
    with pytest.raises(Refused, match=words):
        made.sign_stories()


def test_a_story_whose_text_changed_is_broken_and_not_signed(passing: Promise) -> None:
    story = passing.edit(passing.stories[0], outcome="nothing is charged")
    assert story.state == "BROKEN"
    with pytest.raises(Refused, match="is broken by edit: Its meaning is newer than its evidence"):
        passing.sign_stories(story)


def test_a_signed_story_is_not_signed_again(passing: Promise) -> None:
    receipt = passing.sign_stories()[0].signature.key
    with pytest.raises(Refused, match=f"is already signed at this text, by Lena Brandt: receipt {receipt}"):
        passing.sign_stories(passing.stories[0])


def test_a_rejection_takes_the_signature_back_and_becomes_a_comment(passing: Promise) -> None:
    story = passing.stories[0]
    passing.sign_stories(story)
    actions.sign_off_story(
        shown=passing.shown(story)[0],
        meaning="REJECT",
        by=passing.cast.lena,
        authentication=confirmed(),
        comment="It does not say what happens to the basket.",
        key=key(),
    )
    assert Story.objects.get(pk=story.pk).state == "PASSING"
    assert Comment.objects.get(story=story).text == "It does not say what happens to the basket."
    assert passing.reread().signed_story_count == 0


def test_words_that_cannot_be_stored_are_refused(passing: Promise) -> None:
    with pytest.raises(BadInput, match="NUL"):
        actions.sign_off_story(
            shown=passing.shown()[0],
            meaning="REJECT",
            by=passing.cast.lena,
            authentication=confirmed(),
            comment="no\x00",
            key=key(),
        )


def test_an_old_confirmation_signs_nothing(passing: Promise) -> None:
    with pytest.raises(NotAllowed, match="Confirm who you are"):
        actions.sign_off_story(
            shown=passing.shown()[0],
            meaning="ACCEPT",
            by=passing.cast.lena,
            authentication=confirmed(timezone.now() - timedelta(minutes=3)),
            comment="",
            key=key(),
        )


def test_a_story_of_an_archived_epic_is_not_signed(passing: Promise) -> None:
    delivery.archive_epic(epic_key=passing.epic.key, reason="Not needed.", by=passing.cast.maria)
    with pytest.raises(Refused, match=f"{passing.epic.key} is archived"):
        passing.sign_stories()


def test_an_archived_story_is_not_signed(passing: Promise) -> None:
    story = passing.stories[0]
    delivery.archive_story(story_key=story.key, reason="Not needed.", by=passing.cast.ruth)
    with pytest.raises(Refused, match=f"{story.key} is archived and can no longer be signed"):
        passing.sign_stories(story)
    assert not Signature.objects.exists()


def test_a_form_that_names_a_text_of_another_story_is_refused(passing: Promise) -> None:
    """What changed is shown from the story's own texts alone."""
    story, other = passing.stories[:2]
    shown = [actions.StoryShown(story.key, other.digest)]
    with pytest.raises(Refused, match=f"{story.key} never had the text that this form names. Open the page again"):
        actions.sign_off_stories(
            shown=shown, meaning="ACCEPT", by=passing.cast.lena, authentication=confirmed(), comment="", key=key()
        )
    assert not Signature.objects.exists()


def test_a_meaning_that_does_not_exist_is_refused(passing: Promise) -> None:
    with pytest.raises(BadInput, match="Choose what your signature means"):
        actions.sign_off_stories(
            shown=passing.shown(),
            meaning="MAYBE",
            by=passing.cast.lena,
            authentication=confirmed(),
            comment="",
            key=key(),
        )


def test_the_same_form_with_another_meaning_or_more_stories_is_refused(passing: Promise) -> None:
    given = {"by": passing.cast.lena, "authentication": confirmed(), "comment": "Wrong after all.", "key": key()}
    shown = passing.shown()
    actions.sign_off_stories(shown=shown[:1], meaning="ACCEPT", **given)  # type: ignore[arg-type]
    for again, meaning in ((shown[:1], "REJECT"), (shown, "ACCEPT")):
        with pytest.raises(Refused, match="This form was used for another signature"):
            actions.sign_off_stories(shown=again, meaning=meaning, **given)  # type: ignore[arg-type]
    assert Signature.objects.count() == 1
    assert Story.objects.get(pk=passing.stories[0].pk).is_signed


def test_who_accepted_the_epic_does_not_sign_its_stories_as_analyst(promise: Promise) -> None:
    receipt = promise.sign().signature.key
    shown = promise.shown(promise.stories[0])
    actions.sign_off_story(
        shown=shown[0],
        meaning="REJECT",
        by=promise.cast.lena,
        authentication=confirmed(),
        comment="It loses the basket.",
        key=key(),
    )
    promise.cast.seat(promise.cast.maria, Role.BUSINESS_ANALYST, promise.cast.initiative)
    with pytest.raises(NotAllowed, match=f"does not sign its stories as analyst: .* carries receipt {receipt}"):
        promise.sign_stories(promise.stories[0], by=promise.cast.maria)


def test_a_text_changed_behind_the_portals_back_is_not_signed(passing: Promise) -> None:
    story = passing.stories[0]
    rewrite(StoryVersion.objects.filter(story=story), text=text_of("Pay in way 1", outcome="the customer pays twice"))
    with pytest.raises(Refused, match=f"stored text of {story.key} is not the one that its digest names"):
        passing.sign_stories(story)
    rewrite(StoryVersion.objects.filter(story=story), text="No feature at all")
    with pytest.raises(Refused, match="changed outside the portal"):
        passing.sign_stories(story)


# --- separation of duties: who tried it by hand


def tried(made: Promise, story: Story, *, by: Person, status: str = "PASSED", positions: tuple[int, ...] = (1,)) -> Run:
    """Somebody tries scenarios of the story and says so."""
    (current,) = made.fresh(story)
    return specs.record_by_hand(
        story_key=story.key,
        positions=positions,
        status=status,
        words="Clicked through it",
        digest=current.digest,
        key=key(),
        by=by,
    )


def test_who_recorded_by_hand_what_a_story_stands_on_does_not_sign_it(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    story = made.stories[0]
    run = tried(made, story, by=cast.lena)
    with pytest.raises(NotAllowed, match=f"{story.key} stands on {run.key}, which you recorded. Let another"):
        made.sign_stories()
    other = PersonFactory.create()
    cast.seat(other, Role.BUSINESS_ANALYST, cast.initiative)
    assert made.sign_stories(by=other)


def test_one_scenario_of_several_is_enough(cast: Cast) -> None:
    made = make_promise(cast, stories=0)
    story = made.add_story("Pay twice", scenarios=2)
    tried(made, story, by=cast.sam)
    run = tried(made, story, by=cast.lena, positions=(2,))
    with pytest.raises(NotAllowed, match=f"stands on {run.key}"):
        made.sign_stories()


def test_what_somebody_else_found_since_frees_them_to_sign(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    tried(made, made.stories[0], by=cast.lena)
    tried(made, made.stories[0], by=cast.sam)
    assert made.sign_stories()


def test_what_was_tried_of_an_older_text_binds_nobody(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    tried(made, made.stories[0], by=cast.lena)
    made.edit(made.stories[0], outcome="nothing is charged")
    tried(made, made.stories[0], by=cast.sam)
    assert made.sign_stories()


def test_who_saw_it_fail_may_reject_it(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    tried(made, made.stories[0], by=cast.lena, status="FAILED")
    assert actions.sign_off_story(
        shown=made.shown()[0],
        meaning="REJECT",
        by=cast.lena,
        authentication=confirmed(),
        comment="It charges twice.",
        key=key(),
    )


def test_neither_the_delegate_nor_whose_seat_it_is_recorded_it(cast: Cast) -> None:
    made = make_promise(cast, stories=2)
    delegate = PersonFactory.create()
    DelegationFactory.create(seat=cast.seat_of("lena"), delegate=delegate)
    cast.seat(delegate, Role.SRE, cast.initiative)
    run = tried(made, made.stories[0], by=cast.lena)
    own = tried(made, made.stories[1], by=delegate)
    with pytest.raises(NotAllowed, match=f"stands on {run.key}, which Lena Brandt, for whom you act, recorded"):
        made.sign_stories(made.stories[0], by=delegate)
    with pytest.raises(NotAllowed, match=f"stands on {own.key}, which you recorded"):
        made.sign_stories(made.stories[1], by=delegate)


def test_whose_seat_a_delegate_recorded_it_in_does_not_sign_it(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    story = made.stories[0]
    delegate, other = PersonFactory.create(), PersonFactory.create()
    for person in (delegate, other):
        DelegationFactory.create(seat=cast.seat_of("lena"), delegate=person)
    run = tried(made, story, by=delegate)
    said = {
        cast.lena: "which your delegate recorded",
        delegate: "which you recorded",
        other: "which a delegate of Lena Brandt, for whom you act, recorded",
    }
    for person, words in said.items():
        with pytest.raises(NotAllowed, match=f"{story.key} stands on {run.key}, {words}. Let another"):
            made.sign_stories(by=forget_seats(person))
        assert not read_desk(forget_seats(person), at=timezone.now()).work.stories
    assert_its_box_is_shut(made, "which your delegate recorded")
    other_analyst = PersonFactory.create()
    cast.seat(other_analyst, Role.BUSINESS_ANALYST, cast.initiative)
    assert made.sign_stories(by=other_analyst)


def test_of_several_stories_one_tried_by_hand_refuses_all_and_its_box_is_shut(cast: Cast) -> None:
    made = make_promise(cast, stories=2)
    made.prove(made.stories[0])
    run = tried(made, made.stories[1], by=cast.lena)
    with pytest.raises(NotAllowed, match=f"stands on {run.key}"):
        made.sign_stories()
    page = signed_in(cast.lena).get(f"/epics/{made.epic.key}/stories/sign-off/").content.decode()
    boxes = re.findall(r'name="stories" id="sign-([^"]+)" value="[^"]+" (\w+)', page)
    assert boxes == [(made.stories[0].key, "checked"), (made.stories[1].key, "disabled")]
    assert f"stands on {run.key}, which you recorded" in page


def test_the_story_s_own_page_shuts_the_button_with_the_reason(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    run = tried(made, made.stories[0], by=cast.lena)
    for path in ("", "sign-off/"):
        page = signed_in(cast.lena).get(f"/stories/{made.stories[0].key}/{path}").content.decode()
        assert f"stands on {run.key}, which you recorded" in page
