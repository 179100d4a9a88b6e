"""The inbox: what is shown, what counts as read, and for whom."""

import pytest
from django.test import Client

from apps.audit import actions as audit
from apps.delivery.actions import comment_on_epic
from apps.desk import actions
from apps.desk.models import Notification
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signoff import actions as signoff
from tests.cast import Cast, signed_in
from tests.signoff.promises import Promise

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def told(person: Person, count: int, entry: int = 10_000) -> list[Notification]:
    """So many unread notifications of made-up entries."""
    made = [
        Notification(person=person, entry_index=entry + n, event="epic.drifted", words=f"Word {n}.", url="/epics/")
        for n in range(count)
    ]
    return Notification.objects.bulk_create(made)


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_says_why_one_is_told_and_what_the_log_says(promise: Promise) -> None:
    comment_on_epic(epic_key=promise.epic.key, text="Ship it?", by=promise.cast.jonas)
    actions.follow_log()
    html = text(signed_in(promise.cast.maria), "/inbox/")
    assert f"A comment on {promise.epic.key} “Checkout in one page”." in html
    assert "Jonas Weber, Solution Architect of I-1" in html


def test_an_erased_name_is_erased_here_too(promise: Promise) -> None:
    comment_on_epic(epic_key=promise.epic.key, text="Ship it?", by=promise.cast.jonas)
    actions.follow_log()
    audit.erase_values(person=promise.cast.jonas.key, by=promise.cast.adam, reason="He left")
    html = text(signed_in(promise.cast.maria), "/inbox/")
    assert "Jonas Weber" not in html
    assert promise.cast.jonas.key in html


def test_an_empty_inbox_says_what_it_is_for(cast: Cast) -> None:
    html = text(signed_in(cast.maria), "/inbox/")
    assert "Nothing here yet" in html
    assert "Mark all as read" not in html
    assert "Nothing is unread" in text(signed_in(cast.maria), "/inbox/?show=unread")


def test_only_one_s_own_is_shown(cast: Cast) -> None:
    (mine,) = told(cast.maria, 1)
    assert "Word 0." not in text(signed_in(cast.lena), "/inbox/")
    for method, path in (("post", f"/inbox/{mine.pk}/"), ("post", f"/inbox/{mine.pk}/read/")):
        assert getattr(signed_in(cast.lena), method)(path).status_code == 404
    mine.refresh_from_db()
    assert mine.read_at is None


def test_opening_leads_there_and_counts_as_read_once(cast: Cast) -> None:
    (mine,) = told(cast.maria, 1)
    client = signed_in(cast.maria)
    response = client.post(f"/inbox/{mine.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/epics/")
    mine.refresh_from_db()
    first = mine.read_at
    assert first is not None
    client.post(f"/inbox/{mine.pk}/")
    assert client.get(f"/inbox/{mine.pk}/").status_code == 405
    mine.refresh_from_db()
    assert mine.read_at == first


def test_marking_one_as_read_with_and_without_scripts(cast: Cast) -> None:
    first, second = told(cast.maria, 2)
    client = signed_in(cast.maria)
    response = client.post(f"/inbox/{first.pk}/read/?show=unread")
    assert (response.status_code, response["Location"]) == (302, "/inbox/?show=unread")
    response = client.post(f"/inbox/{second.pk}/read/", headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.strip().startswith('<section class="panel" id="notification-list"')
    assert "Mark as read" not in html
    assert client.get(f"/inbox/{first.pk}/read/").status_code == 405


def test_marking_all_leaves_what_came_meanwhile(cast: Cast) -> None:
    told(cast.maria, 3)
    told(cast.lena, 1)
    client = signed_in(cast.maria)
    newest = client.get("/inbox/").context["newest"]
    (later,) = told(cast.maria, 1, entry=20_000)
    assert client.post("/inbox/read/", {"newest": newest})["Location"] == "/inbox/"
    assert list(Notification.objects.filter(read_at=None).values_list("person__username", flat=True)) == [
        "maria",
        "lena",
    ]
    later.refresh_from_db()
    assert later.read_at is None


@pytest.mark.parametrize("newest", ["", "x", "-1", "²", "9" * 30])
def test_bad_input_marks_nothing(cast: Cast, newest: str) -> None:
    told(cast.maria, 1)
    assert signed_in(cast.maria).post("/inbox/read/", {"newest": newest}).status_code == 302
    assert Notification.objects.filter(read_at=None).count() == 1
    assert "Word 0." in text(signed_in(cast.maria), f"/inbox/?before={newest}")


def test_unread_alone(cast: Cast) -> None:
    first, _ = told(cast.maria, 2)
    actions.mark_read(person=cast.maria, pk=first.pk)
    html = text(signed_in(cast.maria), "/inbox/?show=unread")
    assert "Word 1." in html
    assert "Word 0." not in html


def test_more_than_fifty_go_on_below(cast: Cast) -> None:
    told(cast.maria, 60)
    client = signed_in(cast.maria)
    first = client.get("/inbox/")
    assert "Word 10." in first.content.decode()
    assert "Word 9." not in first.content.decode()
    html = text(client, first.context["next_url"])
    assert "Word 9." in html
    assert "Show more" not in html
    assert "show=unread&amp;before=" in text(client, "/inbox/?show=unread")


@pytest.mark.parametrize(("unread", "shown"), [(0, ""), (7, "7"), (100, "99+"), (140, "99+")])
def test_the_frame_s_number(cast: Cast, unread: int, shown: str) -> None:
    told(cast.maria, unread)
    response = signed_in(cast.maria).get("/inbox/count/")
    assert response.content.decode() == shown
    assert "no-store" in response["Cache-Control"]


def test_a_session_that_ended_gets_no_sign_in_page_into_its_frame() -> None:
    response = Client().get("/inbox/count/")
    assert (response.status_code, response.content) == (200, b"")
    assert Client().get("/inbox/").status_code == 302


def test_the_frame_leads_to_the_inbox(cast: Cast) -> None:
    html = text(signed_in(cast.maria), "/inbox/")
    assert 'href="/inbox/"' in html
    assert 'hx-get="/inbox/count/"' in html


def test_what_is_hidden_by_now_is_no_longer_told(promise: Promise) -> None:
    cast = promise.cast
    cast.seat_of("maria").delete()
    cast.seat(cast.maria, Role.PRODUCT_OWNER, promise.epic.scope)
    comment_on_epic(epic_key=promise.epic.key, text="Ship it?", by=cast.jonas)
    signoff.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="Today?", by=cast.vera)
    actions.follow_log()
    client = signed_in(cast.maria)
    cast.initiative.restricted = True
    cast.initiative.save()
    assert "Checkout in one page" in text(client, "/inbox/")
    assert "Checkout in one page" in text(client, "/people/maria/")
    cast.maria.seats.all().delete()
    assert "Checkout in one page" not in text(client, "/inbox/")
    assert "Checkout in one page" not in text(client, "/people/maria/")
    assert text(client, "/inbox/count/") == ""
