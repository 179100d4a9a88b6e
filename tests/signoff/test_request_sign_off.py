"""Asking somebody to sign."""

import pytest

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.organization.models import Person
from apps.signoff import actions
from apps.signoff.models import SignOffRequest
from tests.signoff.promises import Promise

pytestmark = pytest.mark.django_db


def open_requests(person: Person) -> list[SignOffRequest]:
    return list(SignOffRequest.objects.filter(asked_of=person, answered_at=None))


def test_the_person_asked_finds_it_until_they_sign(promise: Promise) -> None:
    cast = promise.cast
    actions.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="Before Friday?", by=cast.vera)
    (asked,) = open_requests(cast.maria)
    assert (asked.epic, asked.asked_by) == (promise.epic, cast.vera)
    promise.sign()
    assert open_requests(cast.maria) == []


def test_asking_twice_asks_once(promise: Promise) -> None:
    cast = promise.cast
    for words in ("Please", "Please, today"):
        actions.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words=words, by=cast.vera)
    (asked,) = open_requests(cast.maria)
    assert asked.words == "Please, today"


def test_a_story_is_asked_of_an_analyst(promise: Promise) -> None:
    cast = promise.cast
    story = promise.add_story("Pay later")
    actions.request_story_sign_off(story_key=story.key, of=cast.lena, words="", by=cast.ruth)
    (asked,) = open_requests(cast.lena)
    assert asked.story == story
    promise.prove(story)
    promise.sign_stories(story)
    assert open_requests(cast.lena) == []


def test_the_log_keeps_who_was_asked_but_not_the_words(promise: Promise) -> None:
    cast = promise.cast
    actions.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="Before Friday?", by=cast.vera)
    entry = Entry.objects.get(event="sign_off.requested")
    assert cast.maria.key.encode() in bytes(entry.body)
    assert b"Friday" not in bytes(entry.body)


def test_only_who_could_sign_is_asked_and_not_oneself(promise: Promise) -> None:
    cast = promise.cast
    with pytest.raises(BadInput, match="Ruth Adeyemi holds no seat that could sign this"):
        actions.request_epic_sign_off(epic_key=promise.epic.key, of=cast.ruth, words="", by=cast.vera)
    with pytest.raises(BadInput, match="Ask somebody else: you can sign yourself without a request"):
        actions.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="", by=cast.maria)
    with pytest.raises(NotAllowed, match="may ask for a signature"):
        actions.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="", by=cast.nobody)


def test_nobody_is_asked_to_sign_what_is_archived(promise: Promise) -> None:
    story = promise.stories[0]
    delivery.archive_story(story_key=story.key, reason="Not needed.", by=promise.cast.ruth)
    with pytest.raises(Refused, match=f"{story.key} is archived and can no longer be signed"):
        actions.request_story_sign_off(story_key=story.key, of=promise.cast.lena, words="", by=promise.cast.vera)
    delivery.archive_epic(epic_key=promise.epic.key, reason="Not needed.", by=promise.cast.maria)
    with pytest.raises(Refused, match=f"{promise.epic.key} is archived"):
        actions.request_epic_sign_off(epic_key=promise.epic.key, of=promise.cast.maria, words="", by=promise.cast.vera)
