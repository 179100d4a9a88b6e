"""Signing several stories at once: each is read, each has its own sentence, and what moved is shown."""

import re
from html import unescape

import pytest

from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff.models import StorySignOff
from tests.cast import Cast, PersonFactory, TeamFactory, signed_in
from tests.signoff.promises import Promise, make_promise
from tests.signoff.test_pages import confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: Cast) -> Promise:
    """Two stories, both passing."""
    promise = make_promise(cast)
    promise.prove()
    return promise


def boxes(page: str) -> dict[str, str]:
    """By value of each box that can be ticked: `checked`, or ""."""
    return {
        unescape(value): rest
        for value, rest in re.findall(r'name="stories" id="[^"]+" value="([^"]+)" (\w*)', page)
        if rest != "disabled"
    }


def test_what_each_states_is_printed_and_stored_word_for_word(made: Promise) -> None:
    client, url = signed_in(made.cast.lena), f"/epics/{made.epic.key}/stories/sign-off/"
    page = client.get(url).content.decode()
    printed = re.sub("<[^>]+>", "", unescape(page))
    confirm(client, client.post(url, {"key": "a" * 32, "stories": list(boxes(page))}))
    statements = [signature.statement for signature in Signature.objects.order_by("pk")]
    assert len(statements) == 2
    for statement in statements:
        assert f"You state: “{statement}”" in printed


def test_each_in_the_seat_that_reaches_it(made: Promise) -> None:
    """An analyst of one story's team signs that one alone, in that seat."""
    team, analyst = TeamFactory.create(), PersonFactory.create(name="Tea Member")
    story = made.stories[1]
    type(story).objects.filter(pk=story.pk).update(team=team)
    made.cast.seat(analyst, Role.BUSINESS_ANALYST, team.scope)
    page = signed_in(analyst).get(f"/epics/{made.epic.key}/stories/sign-off/").content.decode()
    assert list(boxes(page)) == [f"{story.key}={story.digest}=Tea Member, Business Analyst of {team.scope.key}"]
    assert page.count("You state: “I, Tea Member, Business Analyst of") == 1


def test_every_text_stands_open(made: Promise) -> None:
    page = signed_in(made.cast.lena).get(f"/epics/{made.epic.key}/stories/sign-off/").content.decode()
    assert page.count('<details class="story-text" open>') == 2


def test_what_changed_since_it_was_signed_is_shown_and_not_chosen_beforehand(made: Promise) -> None:
    made.sign_stories(made.stories[0])
    made.edit(made.stories[0], outcome="nothing is charged")
    made.prove()
    page = signed_in(made.cast.lena).get(f"/epics/{made.epic.key}/stories/sign-off/").content.decode()
    changed, new = boxes(page).items()
    assert changed[0].startswith(made.stories[0].key)
    assert (changed[1], new[1]) == ("", "checked")
    row = page[page.index(f'id="sign-{made.stories[0].key}"') : page.index(f'id="sign-{made.stories[1].key}"')]
    assert "signed before, changed since" in row
    difference = row[: row.index("<details")]
    assert "the order is placed" in difference
    assert "nothing is charged" in difference


def test_one_that_moved_meanwhile_is_shown_with_its_difference_and_words_are_kept(made: Promise) -> None:
    client, url = signed_in(made.cast.lena), f"/epics/{made.epic.key}/stories/sign-off/"
    chosen = list(boxes(client.get(url).content.decode()))
    made.edit(made.stories[0], outcome="nothing is charged")
    made.prove()
    answer = confirm(client, client.post(url, {"key": "a" * 32, "stories": chosen, "comment": "Read twice."}))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{made.stories[0].key} changed while you were reading" in page
    before_the_form = page[: page.index("Stories to accept")]
    assert "nothing is charged" in before_the_form
    assert "the order is placed" in before_the_form
    assert "Read twice." in page
    # What moved is read again before it is chosen; the other stays as it was.
    assert list(boxes(page).values()) == ["", "checked"]
    assert not StorySignOff.objects.exists()


def test_a_name_that_changed_meanwhile_is_shown_both_ways(made: Promise) -> None:
    client, url = signed_in(made.cast.lena), f"/epics/{made.epic.key}/stories/sign-off/"
    chosen = list(boxes(client.get(url).content.decode()))
    Person.objects.filter(pk=made.cast.lena.pk).update(name="Lena Vogt")
    answer = confirm(client, client.post(url, {"key": "a" * 32, "stories": chosen}))
    assert answer.status_code == 409
    assert "Lena Brandt, Business Analyst of I-1. Now: Lena Vogt" in answer.content.decode()
    assert not StorySignOff.objects.exists()


def test_a_box_that_does_not_say_who_signs_signs_nothing(made: Promise) -> None:
    client, url = signed_in(made.cast.lena), f"/epics/{made.epic.key}/stories/sign-off/"
    chosen = [f"{story.key}={story.digest}" for story in made.fresh()]
    assert confirm(client, client.post(url, {"key": "a" * 32, "stories": chosen})).status_code == 409
    assert not StorySignOff.objects.exists()
