"""A form that is sent when the session has ended leads back to its page, not to an address that takes forms alone."""

import pytest
from django.test import Client

from tests.cast import Cast, signed_in

ENDS = "/memberships/1/end/"


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://testserver/teams/checkout/?show=all", "/teams/checkout/%3Fshow%3Dall"),
        ("https://elsewhere.example.org/teams/checkout/", "/"),
        ("", "/"),
    ],
)
def test_back_to_the_page_of_the_form(db: None, came: str, back: str) -> None:
    answer = Client().post(ENDS, headers={"referer": came})
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={back}")


def test_a_page_leads_back_to_itself(db: None) -> None:
    assert Client().get("/epics/?state=OPEN")["Location"] == "/accounts/login/?next=/epics/%3Fstate%3DOPEN"


def test_whoever_opens_the_address_of_a_form_reads_why_nothing_is_there(cast: Cast) -> None:
    answer = signed_in(cast.adam).get(ENDS)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address takes nothing but what its form sends" in answer.content.decode()


def test_a_form_from_before_signing_in_says_so_to_scripts_too(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.adam)
    page = client.post(ENDS)
    part = client.post(ENDS, headers={"hx-request": "true"})
    assert (page.status_code, part.status_code) == (403, 403)
    assert ">This form is too old</h1>" in page.content.decode()
    assert part.content.decode().startswith('<p role="alert" data-refused>This form is too old.')
