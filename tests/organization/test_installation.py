"""The first administrator: by command, and by the first-run page that works once."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from apps.common.refused import Refused
from apps.organization import actions
from apps.organization.models import Person, Scope
from apps.organization.roles import Role
from tests.cast import PASSWORD, Cast, PersonFactory, signed_in
from tests.organization import log

pytestmark = pytest.mark.django_db

WISH = {
    "organization": "Acme Shop",
    "name": "Adam Roth",
    "username": "adam",
    "email": "adam@example.org",
    "password": PASSWORD,
    "again": PASSWORD,
}
KEY = "a-first-run-key-of-some-length"


@pytest.fixture
def key_file(tmp_path: Path) -> Iterator[Path]:
    """The file into which `up` writes the key."""
    file = tmp_path / "first_run_key"
    file.write_text(KEY + "\n")
    with override_settings(FIRST_RUN_KEY_FILE=file):
        yield file


def near() -> Client:
    return Client(SERVER_NAME="localhost", REMOTE_ADDR="127.0.0.1")


def far() -> Client:
    return Client(REMOTE_ADDR="203.0.113.9")


def test_the_page_makes_the_first_administrator_and_works_once():
    client = near()
    assert "Set up the portal" in client.get("/first-run/").content.decode()
    assert client.post("/first-run/", WISH)["Location"] == "/accounts/login/"
    adam = Person.objects.get()
    assert adam.has_perm("organization.manage_people")
    assert Scope.objects.get().title == "Acme Shop"
    assert log.said("organization.installed") == "The portal installed the portal for “Acme Shop”"
    assert log.said("administrator.created") == "The portal made Adam Roth an administrator"
    assert client.login(username="adam", password=PASSWORD)
    other = near()
    assert other.get("/first-run/")["Location"] == "/accounts/login/"
    again = other.post("/first-run/", {**WISH, "username": "eve", "email": ""})
    assert again.status_code == 409
    assert "has been set up already" in again.content.decode()
    assert Person.objects.count() == 1


def test_the_name_given_on_the_page_holds_where_an_import_made_the_organization_before():
    actions.install_organization(title="Our organization")
    assert near().post("/first-run/", WISH).status_code == 302
    assert Scope.objects.get().title == "Acme Shop"
    said = "The portal named the organization “Acme Shop”, which was “Our organization”"
    assert log.said("organization.renamed") == said


def test_a_later_administrator_by_command_renames_nothing():
    actions.install_organization(title="Acme Shop")
    hashed = actions.hashed_password(PASSWORD, username="a", name="A")
    actions.create_administrator(username="adam", name="Adam", password_hash=hashed)
    assert Scope.objects.get().title == "Acme Shop"


def test_even_two_that_began_at_once_make_one():
    hashed = actions.hashed_password(PASSWORD, username="a", name="A")
    actions.create_administrator(username="adam", name="Adam", password_hash=hashed, first=True)
    with pytest.raises(Refused, match="has been set up already"):
        actions.create_administrator(username="eve", name="Eve", password_hash=hashed, first=True)
    assert Person.objects.count() == 1


@pytest.mark.parametrize("said", ["", "wrong", KEY[:-1], KEY + "x", "é"])
def test_from_afar_it_needs_the_key(key_file: Path, said: str):
    answer = far().post("/first-run/", {**WISH, "key": said})
    assert answer.status_code in (400, 403)
    assert not Person.objects.exists()


def test_the_key_opens_it_from_afar(key_file: Path):
    assert "the key that" in far().get("/first-run/").content.decode()
    assert far().post("/first-run/", {**WISH, "key": KEY}).status_code == 302
    assert Person.objects.count() == 1


def test_without_a_key_nothing_opens_it_from_afar(tmp_path: Path):
    with override_settings(FIRST_RUN_KEY_FILE=tmp_path / "none"):
        assert far().post("/first-run/", {**WISH, "key": "x"}).status_code == 403
        (tmp_path / "none").write_text(" \n")
        assert far().post("/first-run/", {**WISH, "key": " "}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_X_REAL_IP": "203.0.113.9"},
        {"HTTP_HOST": "testserver"},
    ],
)
def test_behind_a_proxy_on_the_same_machine_it_needs_the_key(key_file: Path, headers: dict[str, Any]):
    answer = near().post("/first-run/", {**WISH, "key": "wrong"}, **headers)
    assert answer.status_code == 403
    assert "This is not the first-run key" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short", "again": "short"}, "This password is too short"),
        ({"password": "123456789012345", "again": "123456789012345"}, "entirely numeric"),
        ({"password": "adam@example.org", "again": "adam@example.org"}, "too similar to the email"),
        ({"again": "another one"}, "The two passwords differ."),
        ({"username": "a b"}, "cannot be a username"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_stored(changes: dict[str, str], words: str):
    answer = near().post("/first-run/", {**WISH, **changes})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "Acme Shop" in answer.content.decode()
    assert not Person.objects.exists() and not Scope.objects.exists()


def test_the_command_takes_the_password_from_the_environment_or_a_file(monkeypatch, tmp_path: Path):
    out = io.StringIO()
    monkeypatch.setenv("PORTAL_ADMIN_PASSWORD", PASSWORD)
    call_command("create_admin", username="adam", name="Adam Roth", organization="Acme Shop", stdout=out)
    assert out.getvalue() == "Adam Roth (adam) is an administrator.\n"
    file = tmp_path / "password"
    file.write_text(PASSWORD + " two\n")
    monkeypatch.setenv("PORTAL_ADMIN_PASSWORD_FILE", str(file))
    call_command("create_admin", username="eva", name="Eva Roth", stdout=out)
    assert Client().login(username="adam", password=PASSWORD)
    assert Client().login(username="eva", password=PASSWORD + " two")
    assert Scope.objects.get().title == "Acme Shop"


def test_the_command_refuses_in_words(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PORTAL_ADMIN_PASSWORD", "password1234")
    with pytest.raises(CommandError, match="too common"):
        call_command("create_admin", username="adam", name="Adam Roth")
    monkeypatch.setenv("PORTAL_ADMIN_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match="cannot be a username"):
        call_command("create_admin", username="a b", name="Adam Roth")
    monkeypatch.setenv("PORTAL_ADMIN_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="The password's file cannot be read: No such file"):
        call_command("create_admin", username="adam", name="Adam Roth")
    assert not Person.objects.exists()


def test_the_organization_is_installed_once(cast: Cast):
    entries = log.size()
    assert actions.install_organization(title="Another") == cast.organization
    assert (log.size(), Scope.objects.filter(kind="ORGANIZATION").count()) == (entries, 1)


def test_the_demo_shows_its_people_in_demo_mode_alone(cast: Cast, tmp_path: Path):
    Person.objects.filter(username__in=["maria", "adam"]).update(is_demo=True)
    assert Client().get("/demo/sign-in/").status_code == 404
    assert "Maria Keller" not in Client().get("/accounts/login/").content.decode()
    (settings.VAR / "demo_password").write_text(PASSWORD)
    try:
        with override_settings(PORTAL_DEMO=True):
            page = Client().get("/demo/sign-in/").content.decode()
            assert "Maria Keller" in page and "Sam Okafor" not in page and PASSWORD in page
            assert page.index("Maria Keller") < page.index("Adam Roth")
            browser = Client()
            browser.post("/accounts/login/", {"login": "maria", "password": PASSWORD})
            assert browser.get("/profile/")["Location"] == "/people/maria/"
    finally:
        (settings.VAR / "demo_password").unlink()


def test_an_administrator_seat_is_held_by_who_was_created(cast: Cast):
    hashed = actions.hashed_password(PASSWORD, username="eva", name="Eva")
    eva = actions.create_administrator(username="eva", name="Eva", password_hash=hashed)
    assert eva.seats.get().role == Role.ADMINISTRATOR
    assert signed_in(eva).get("/people/new/").status_code == 200
    assert PersonFactory.create().has_perm("organization.manage_people") is False
