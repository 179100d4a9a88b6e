"""The walk of `up --check`: what it proves, and what it says where the portal does not do it."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.signatures.models import Signature
from portal.up.browser import Browser, Page
from portal.up.walk import NotProven, demo_password, ready_to_sign, sign_an_epic, sign_in
from tests.cast import PASSWORD, make_cast
from tests.committed_db import CommittedDatabase
from tests.signoff.promises import Promise, make_promise


@pytest.fixture
def ready(committed_db: CommittedDatabase) -> Promise:
    """An epic that its product owner may sign, for other threads to see."""
    made = make_promise(make_cast())
    made.prove()
    made.sign_stories()
    return made


@pytest.fixture
def server(ready: Promise) -> Iterator[str]:
    live = LiveServer("127.0.0.1")
    yield live.url + "/"
    live.stop()


def test_it_signs_by_the_real_forms(ready: Promise, server: str) -> None:
    browser = Browser(server)
    sign_in(browser, "maria", PASSWORD)
    assert sign_an_epic(browser, PASSWORD, f"/epics/{ready.epic.key}/sign-off/") == ready.epic.key
    assert Signature.objects.get(subject=ready.epic.key).person == ready.cast.maria
    with pytest.raises(NotProven, match="signing did not ask for the password again: .* .409."):
        sign_an_epic(browser, PASSWORD, f"/epics/{ready.epic.key}/sign-off/")


def test_a_wrong_password_is_no_proof(ready: Promise, server: str) -> None:
    with pytest.raises(NotProven, match="“maria” could not sign in"):
        sign_in(Browser(server), "maria", "wrong")
    browser = Browser(server)
    sign_in(browser, "maria", PASSWORD)
    with pytest.raises(NotProven, match="after signing came no receipt"):
        sign_an_epic(browser, "wrong", f"/epics/{ready.epic.key}/sign-off/")
    assert not Signature.objects.filter(subject=ready.epic.key).exists()


def test_who_may_not_sign_proves_nothing(ready: Promise, server: str) -> None:
    browser = Browser(server)
    sign_in(browser, "sam", PASSWORD)
    with pytest.raises(NotProven, match="has no form to sign with"):
        sign_an_epic(browser, PASSWORD, f"/epics/{ready.epic.key}/sign-off/")


def test_a_desk_without_anything_to_sign_is_no_proof() -> None:
    desk = Page("http://127.0.0.1/", 200, "", [("/epics/E-1/", "")], [])
    with pytest.raises(NotProven, match="no epic that is ready to sign"):
        ready_to_sign(desk)
    desk.links.append(("/epics/E-2/sign-off/", ""))
    assert ready_to_sign(desk) == "/epics/E-2/sign-off/"


def test_a_demo_s_password_is_easy_to_type_and_new_each_time() -> None:
    assert demo_password() != demo_password()
    assert [len(part) for part in demo_password().split("-")] == [4, 4, 4, 4]
