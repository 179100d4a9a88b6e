"""Confirming who one is, with several signing pages open at once: each confirmation signs what its own page names."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from apps.signatures.models import Signature
from apps.signatures.suspending import KEPT
from tests.cast import PASSWORD, Cast, signed_in
from tests.signoff.promises import Promise, make_promise
from tests.signoff.test_pages import hidden

pytestmark = pytest.mark.django_db


def confirm(client: Client, suspended: Any) -> Any:
    """As a browser does: opens the page, and sends its form with the hidden field that says where to go on."""
    page = client.get(suspended["Location"]).content.decode()
    found = re.search(r'name="next" value="([^"]+)"', page)
    assert found
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": found[1].replace("&amp;", "&")})


def signed() -> list[tuple[str, str]]:
    return list(Signature.objects.order_by("pk").values_list("subject", "meaning"))


@pytest.fixture
def passing(cast: Cast) -> Promise:
    """Two passing stories that nobody signed."""
    made = make_promise(cast)
    made.prove()
    return made


def test_two_forms_of_one_page_are_not_mixed_up(passing: Promise) -> None:
    client, url = signed_in(passing.cast.lena), f"/epics/{passing.epic.key}/stories/sign-off/"
    first, second = re.findall(r'name="stories" id="[^"]+" value="([^"]+)"', client.get(url).content.decode())
    one = client.post(url, {"key": "a" * 32, "stories": [first]})
    client.post(url, {"key": "b" * 32, "stories": [second]})
    confirm(client, one)
    assert signed() == [(passing.stories[0].key, "ACCEPT")]


def test_each_of_two_tabs_signs_its_own_whichever_comes_first(passing: Promise) -> None:
    client = signed_in(passing.cast.lena)
    url = f"/stories/{passing.stories[0].key}/sign-off/"
    fields = hidden(client.get(url))
    rejecting = client.post(url, {**fields, "meaning": "REJECT", "comment": "No."})
    accepting = client.post(url, {**fields, "key": "b" * 32, "meaning": "ACCEPT"})
    done = confirm(client, rejecting)
    assert done["Location"].startswith("/receipts/")
    assert signed() == [(passing.stories[0].key, "REJECT")]
    confirm(client, accepting)
    assert signed()[1:] == [(passing.stories[0].key, "ACCEPT")]


def test_the_page_names_what_it_confirms(passing: Promise) -> None:
    client, story = signed_in(passing.cast.lena), passing.stories[0]
    url = f"/stories/{story.key}/sign-off/"
    one = client.post(url, {**hidden(client.get(url)), "meaning": "REJECT", "comment": "No."})
    bulk = f"/epics/{passing.epic.key}/stories/sign-off/"
    chosen = [f"{item.key}={item.digest}" for item in passing.shown()]
    other = client.post(bulk, {"key": "b" * 32, "stories": chosen})
    assert f"Reject {story.key} “{story.title}”" in client.get(one["Location"]).content.decode()
    page = client.get(other["Location"]).content.decode()
    assert f"Accept {passing.stories[0].key}, {passing.stories[1].key} of {passing.epic.key}" in page


def test_a_form_that_is_not_kept_any_more_signs_nothing(passing: Promise) -> None:
    client, url = signed_in(passing.cast.lena), f"/stories/{passing.stories[0].key}/sign-off/"
    first = client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    for number in range(KEPT):
        client.post(url, {**hidden(client.get(url)), "meaning": "REJECT", "comment": f"No {number}."})
    done = confirm(client, first)
    assert urlsplit(done["Location"]).path == url
    assert signed() == []
    assert "Nothing was signed" in client.get(done["Location"]).content.decode()


def test_a_confirmation_for_another_page_leaves_what_waits_alone(passing: Promise) -> None:
    client, url = signed_in(passing.cast.lena), f"/stories/{passing.stories[0].key}/sign-off/"
    waiting = client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    done = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/people/lena/"})
    assert done["Location"] == "/people/lena/"
    assert signed() == []
    assert confirm(client, waiting)["Location"].startswith("/receipts/")
    assert signed() == [(passing.stories[0].key, "ACCEPT")]


@pytest.mark.parametrize("where", ["https://example.org/", "//example.org"])
def test_nobody_is_led_away(passing: Promise, where: str) -> None:
    client, url = signed_in(passing.cast.lena), f"/stories/{passing.stories[0].key}/sign-off/"
    client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": where})["Location"] == "/"
    assert signed() == []


def test_where_to_go_on_tells_nothing_of_the_form(passing: Promise) -> None:
    client, url = signed_in(passing.cast.lena), f"/stories/{passing.stories[0].key}/sign-off/"
    fields = hidden(client.get(url))
    answers = [client.post(url, {**fields, "meaning": "REJECT", "comment": "No."}) for _ in range(2)]
    names = [parse_qs(urlsplit(answer["Location"]).query)["next"][0] for answer in answers]
    assert names[0] != names[1]
    assert fields["key"] not in names[0]
