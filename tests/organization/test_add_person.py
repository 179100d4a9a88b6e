"""Adding, editing and inviting people."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client

from apps.audit.models import EntryValue
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions, tasks
from apps.organization.models import Letter, Person
from tests.cast import PASSWORD, Cast, PersonFactory, signed_in
from tests.organization import log


def test_an_administrator_adds_somebody(cast: Cast):
    person = actions.add_person(username="kim", name="  Kim   Park ", email="Kim@Example.org", by=cast.adam)
    assert (person.name, person.email, person.has_usable_password()) == ("Kim Park", "kim@example.org", False)
    assert log.said("person.added") == "Adam Roth, Administrator of ORG, added Kim Park (kim)"
    assert log.statement("person.added").subject == person.key
    body = bytes(log.last("person.added").entry.body).decode()
    assert "Kim" not in body and "kim" not in body, "personal values enter the log as commitments"


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"username": "Maria"}, Refused, "The username “Maria” is taken"),
        ({"username": "a b"}, BadInput, "“a b” cannot be a username: use at most 150 letters"),
        ({"username": "kim@x.org"}, BadInput, "“kim@x.org” has an @: people may sign in by mail address too"),
        ({"username": "new"}, BadInput, "a page has that name"),
        ({"username": " "}, BadInput, "A person needs a username"),
        ({"name": " \n"}, BadInput, "The name is missing"),
        ({"name": "a\x00b"}, BadInput, "The name holds a NUL character"),
        ({"name": "a\ud800b"}, BadInput, "The name is not valid Unicode at character 2"),
        ({"name": "x" * 201}, BadInput, "The name has 201 characters; at most 200"),
        ({"email": "MARIA@example.org"}, Refused, "maria@example.org belongs to somebody else"),
        ({"email": "kim"}, BadInput, "“kim” is not a mail address"),
        ({"time_zone": "Mars/Olympus"}, BadInput, "“Mars/Olympus” is no time zone"),
    ],
)
def test_what_cannot_be_added_is_refused_in_words(
    cast: Cast, changes: dict[str, str], error: type[Refused], words: str
):
    wish: dict[str, Any] = {"username": "kim", "name": "Kim Park", "by": cast.adam, **changes}
    people, entries = Person.objects.count(), log.size()
    with pytest.raises(error, match=words):
        actions.add_person(**wish)
    assert (Person.objects.count(), log.size()) == (people, entries)


@pytest.mark.parametrize("name", ["maria", "vera", "emil", "ada", "nobody"])
def test_only_administrators_add_people(cast: Cast, name: str):
    with pytest.raises(NotAllowed, match="Only an administrator may add"):
        actions.add_person(username="kim", name="Kim Park", by=cast.people[name])


def test_nobody_is_added_where_the_log_cannot_be_written(cast: Cast):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry_value RENAME TO gone")
    with pytest.raises(DatabaseError, match="audit_entry_value"):
        actions.add_person(username="kim", name="Kim Park", by=cast.adam)
    assert not Person.objects.filter(username="kim").exists()


def test_the_page_shows_a_link_that_works_once(cast: Cast):
    answer = signed_in(cast.adam).post("/people/new/", {"username": "kim", "name": "Kim Park", "email": ""})
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    link = re.search(r"http://testserver(/accounts/password/reset/key/[^<]+)", answer.content.decode())
    assert link
    browser = Client()
    form = browser.get(link[1], follow=True)
    chosen = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    assert browser.post(form.request["PATH_INFO"], chosen).status_code == 302
    assert Client().login(username="kim", password=PASSWORD + "!")
    again = Client().get(link[1], follow=True)
    assert "password1" not in again.content.decode()


def test_the_page_keeps_what_was_typed_and_says_why(cast: Cast):
    answer = signed_in(cast.adam).post("/people/new/", {"username": "maria", "name": "Mary Two", "email": ""})
    assert answer.status_code == 409
    assert "The username “maria” is taken." in answer.content.decode()
    assert "Mary Two" in answer.content.decode()


def invited(cast: Cast) -> Letter:
    actions.add_person(
        username="kim",
        name="Kim Park",
        email="kim@example.org",
        by=cast.adam,
        link_base="https://portal.example.org",
    )
    return Letter.objects.get()


def test_the_link_goes_by_mail_too(cast: Cast):
    tasks.send_letter(invited(cast).pk)
    (letter,) = mail.outbox
    assert letter.to == ["kim@example.org"]
    assert "https://portal.example.org/accounts/password/reset/key/" in letter.body
    assert "Your username is kim" in letter.body


def test_no_letter_goes_to_who_chose_a_password_meanwhile(cast: Cast):
    letter = invited(cast)
    Person.objects.filter(username="kim").update(password=make_password(PASSWORD))
    tasks.send_letter(letter.pk)
    assert mail.outbox == []
    assert not Letter.objects.exists()


def test_a_new_link_is_for_who_has_no_password_yet(cast: Cast):
    person = actions.add_person(username="kim", name="Kim Park", by=cast.adam)
    answer = signed_in(cast.adam).post("/people/kim/invite/")
    assert "/accounts/password/reset/key/" in answer.content.decode()
    assert log.said("person.invited") == "Adam Roth, Administrator of ORG, made a new one-time link for Kim Park"
    with pytest.raises(Refused, match="Maria Keller has chosen a password already"):
        actions.invite_person(person=cast.maria, by=cast.adam)
    with pytest.raises(NotAllowed, match="Only an administrator"):
        actions.invite_person(person=person, by=cast.vera)
    with pytest.raises(Refused, match="is a service account: it never signs in. Make a token instead"):
        actions.invite_person(person=PersonFactory.create(is_service=True), by=cast.adam)
    with pytest.raises(Refused, match="is not active: reactivate the account first"):
        actions.invite_person(person=PersonFactory.create(is_active=False), by=cast.adam)


def test_an_administrator_edits_people_and_they_their_time_zone(cast: Cast):
    answer = signed_in(cast.adam).post(
        "/people/maria/edit/", {"name": "Maria Keller-Roth", "email": "mk@example.org", "time_zone": "Europe/Lisbon"}
    )
    assert answer.status_code == 302
    assert log.said("person.edited").endswith("edited Maria Keller-Roth: name, email, time zone")
    own = {"name": "Queen Maria", "email": "queen@example.org", "time_zone": "UTC"}
    assert signed_in(cast.maria).post("/people/maria/edit/", own).status_code == 302
    maria = Person.objects.get(username="maria")
    assert (maria.name, maria.email, maria.time_zone) == ("Maria Keller-Roth", "mk@example.org", "UTC")


def test_nobody_else_edits_them(cast: Cast):
    entries = log.size()
    for by in (cast.sam, cast.vera):
        with pytest.raises(NotAllowed, match="Only an administrator may change other people; your own time zone"):
            actions.edit_person(person=cast.maria, by=by, name="Queen Maria")
    answer = signed_in(cast.sam).post("/people/maria/edit/", {"name": "Queen Maria", "time_zone": "UTC"})
    assert answer.status_code == 403 and "Only an administrator may change other people" in answer.content.decode()
    assert (Person.objects.get(username="maria").name, log.size()) == ("Maria Keller", entries)


def test_editing_nothing_writes_no_entry(cast: Cast):
    before = log.size()
    actions.edit_person(person=cast.maria, by=cast.adam, name=cast.maria.name)
    assert log.size() == before


def test_people_sign_in_by_username_or_mail_unless_inactive(cast: Cast):
    for login in ("maria", "MARIA@example.org"):
        browser = Client()
        browser.post("/accounts/login/", {"login": login, "password": PASSWORD})
        assert browser.get("/people/").status_code == 200
    Person.objects.filter(username="maria").update(is_active=False)
    browser = Client()
    browser.post("/accounts/login/", {"login": "maria", "password": PASSWORD})
    assert browser.get("/people/").status_code == 302


def test_personal_values_in_the_log_belong_to_whom_they_name(cast: Cast):
    person = actions.add_person(username="kim", name="Kim Park", by=cast.adam)
    actions.grant_seat(person=person, role="SRE", scope=cast.initiative, by=cast.adam)
    owned = EntryValue.objects.filter(person=person.key).values_list("name", flat=True)
    assert sorted(owned) == ["holder", "name", "username"]
