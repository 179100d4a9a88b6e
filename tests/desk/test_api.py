"""`/api/v1/` of the desk: what waits, what one was told, what one looks for."""

import pytest
from django.test import Client

from apps.desk.actions import follow_log
from apps.desk.models import Notification
from apps.signoff import actions as signoff
from tests.api.asking import every_row, problem, queries_of, read, rows, send
from tests.cast import signed_in
from tests.signoff.promises import Promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(promise: Promise) -> Client:
    for story in promise.stories:
        signoff.request_story_sign_off(story_key=story.key, of=promise.cast.lena, words="", by=promise.cast.vera)
    signoff.request_epic_sign_off(epic_key=promise.epic.key, of=promise.cast.maria, words="Soon?", by=promise.cast.vera)
    follow_log()
    return signed_in(promise.cast.maria)


def test_what_waits_by_seats(promise: Promise, maria: Client) -> None:
    desk = read(maria, "desk/")
    assert [row["key"] for row in desk["asked_of_you"]] == [promise.epic.key]
    assert [row["words"] for row in desk["asked_of_you"]] == ["Soon?"]
    assert desk["more"] == []
    assert promise.epic.key in {row["key"] for row in desk["ready_to_sign"] + desk["blocked"]}


def test_notifications_are_read_one_by_one_or_all(promise: Promise, maria: Client) -> None:
    told = every_row(maria, "inbox/?limit=1")
    assert told
    assert all(row["read_at"] is None and row["line"] for row in told)
    assert send(maria, f"inbox/{told[0]['number']}/read/").status_code == 204
    assert [row["number"] for row in rows(maria, "inbox/?show=unread")] == [row["number"] for row in told[1:]]
    assert send(maria, "inbox/read/", {"newest": told[0]["number"]}).status_code == 204
    assert rows(maria, "inbox/?show=unread") == []
    assert "“newest”" in problem(send(maria, "inbox/read/", {}), 400)


def test_what_others_were_told_is_not_there(promise: Promise, maria: Client) -> None:
    others = Notification.objects.exclude(person=promise.cast.maria).first()
    assert others is not None
    assert problem(send(maria, f"inbox/{others.pk}/read/"), 404)
    others.refresh_from_db()
    assert others.read_at is None


def test_search_by_key_and_by_words(promise: Promise, maria: Client) -> None:
    found = read(maria, f"search/?q={promise.epic.key}")
    assert found["exact"] == f"http://testserver/epics/{promise.epic.key}/"
    groups = {group["kind"]: group["hits"] for group in read(maria, "search/?q=pay")["groups"]}
    assert {hit["key"] for hit in groups["stories"]} == {story.key for story in promise.stories}
    assert read(maria, "search/") == {"exact": None, "groups": []}


def test_the_same_number_of_queries_however_much_was_told(promise: Promise, maria: Client) -> None:
    one = queries_of(maria, "inbox/")
    mine = Notification.objects.filter(person=promise.cast.maria).first()
    assert mine is not None
    for number in range(20):
        Notification.objects.create(
            person=promise.cast.maria, entry_index=10_000 + number, event=mine.event, words="x", url=mine.url
        )
    assert queries_of(maria, "inbox/") == one
