"""Somebody else changed what a person signs in with: for some hours it signs nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, yield_hotp_counters_from_time
from allauth.mfa.totp.internal.auth import hotp_value as code_at
from django.conf import LazySettings
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from apps.audit.models import Entry
from apps.common.refused import NotAllowed
from apps.desk.queries import read_desk
from apps.organization import actions, tasks
from apps.organization.models import Letter, Person
from apps.signatures.models import Signature
from apps.signatures.reauthentication import Authentication
from tests.cast import PASSWORD, Cast, forget_seats, signed_in
from tests.organization.log import facts, said
from tests.signatures.test_sign import sign_something
from tests.signoff.conftest import failing_log as failing_log
from tests.signoff.promises import Promise, make_promise
from tests.signoff.promises import promise as promise  # a fixture
from tests.signoff.test_pages import hidden

pytestmark = pytest.mark.django_db

TAKEN = "a cold night in June"
SHUT = "Your mail address was changed by somebody else"


def change_mail(person: Person, by: Person, email: str = "other@example.com") -> None:
    """By the administrator's own page."""
    client = signed_in(by)
    fields = {"name": person.name, "email": email, "time_zone": "UTC"}
    assert client.post(f"/people/{person.username}/edit/", fields).status_code == 302


def take_over(email: str) -> None:
    """Whoever reads the mailbox asks for a link and chooses a password."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": email})
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    page = client.get(client.get(found[1])["Location"])
    url = page.request["PATH_INFO"]
    assert client.post(url, {"password1": TAKEN, "password2": TAKEN}).status_code == 302


def signing(username: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": password})
    return client


def hours_ago(person: Person, hours: float) -> Person:
    Person.objects.filter(pk=person.pk).update(credentials_changed_at=timezone.now() - timedelta(hours=hours))
    return Person.objects.get(pk=person.pk)


def code_app(person: Person, *, hours: float, secret: str = "") -> Authenticator:
    """Set up so many hours ago."""
    TOTP.activate(person, secret or generate_totp_secret())
    Authenticator.objects.filter(user=person).update(created_at=timezone.now() - timedelta(hours=hours))
    return Authenticator.objects.get(user=person)


def test_an_administrator_who_takes_an_account_over_signs_nothing_with_it(promise: Promise) -> None:
    url = f"/epics/{promise.epic.key}/sign-off/"
    form = {**hidden(signed_in(promise.cast.maria).get(url)), "meaning": "ACCEPT"}
    change_mail(promise.cast.maria, promise.cast.adam)
    take_over("other@example.com")
    client = signing("maria", TAKEN)
    page = client.get(url).content.decode()
    assert "Maria Keller" in page
    assert SHUT in page
    assert client.post(url, form).status_code == 403
    client.post("/accounts/reauthenticate/", {"password": TAKEN})
    assert client.post(url, form).status_code == 403
    assert not Signature.objects.filter(subject=promise.epic.key).exists()


def test_nor_stories_one_or_several(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    change_mail(cast.lena, cast.adam)
    client = signed_in(Person.objects.get(pk=cast.lena.pk))
    (first, second) = made.shown()
    form = {"key": "a" * 32, "digest": first.digest, "signer": "Lena Brandt", "meaning": "ACCEPT"}
    one = client.post(f"/stories/{first.key}/sign-off/", form)
    bulk = f"/epics/{made.epic.key}/stories/sign-off/"
    several = client.post(bulk, {"key": "b" * 32, "stories": [f"{second.key}={second.digest}"]})
    assert (one.status_code, several.status_code) == (403, 403)
    assert SHUT in client.get(bulk).content.decode()
    with pytest.raises(NotAllowed, match=SHUT):
        made.sign_stories(by=cast.lena)


def test_the_act_reads_the_row_and_not_the_request_s_person(cast: Cast) -> None:
    change_mail(cast.maria, cast.adam)
    assert cast.maria.credentials_changed_at is None
    with pytest.raises(NotAllowed, match=SHUT):
        sign_something(by=cast.maria)


def test_it_opens_by_itself_and_shuts_again_with_a_new_password_by_link(cast: Cast, settings: LazySettings) -> None:
    change_mail(cast.maria, cast.adam)
    with pytest.raises(NotAllowed, match=r"until \d\d \w{3} \d{4} \d\d:\d\d UTC you cannot sign"):
        sign_something(by=hours_ago(cast.maria, 23.9))
    assert sign_something(by=hours_ago(cast.maria, 24.1))
    take_over("other@example.com")
    with pytest.raises(NotAllowed, match=SHUT):
        sign_something(by=Person.objects.get(pk=cast.maria.pk), key="b" * 32)
    settings.SIGNING_HOLD_HOURS = 0
    assert sign_something(by=Person.objects.get(pk=cast.maria.pk), key="b" * 32)


def test_who_forgot_a_password_signs_at_once_where_nobody_changed_the_address(promise: Promise) -> None:
    take_over("maria@example.org")
    client, url = signing("maria", TAKEN), f"/epics/{promise.epic.key}/sign-off/"
    suspended = client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    done = client.post(suspended["Location"], {"password": TAKEN})
    assert done["Location"].startswith("/receipts/")
    assert said("person.password_set") == "The portal took a new password for Maria Keller, chosen by a one-time link"


def test_neither_a_first_password_nor_one_s_own_change_shuts_anything(cast: Cast) -> None:
    new = actions.add_person(username="nina", name="Nina New", by=cast.adam)
    change_mail(new, cast.adam)
    actions.choose_password_by_link(person=new, password_hash="x")
    assert facts("person.password_set") == {"first": True, "shuts_signing": False}
    change_mail(cast.adam, cast.adam, "adam@example.com")
    assert not Person.objects.exclude(credentials_changed_at=None).exists()


def test_the_log_tells_and_the_old_address_too(cast: Cast) -> None:
    change_mail(cast.ruth, cast.adam)
    assert facts("person.edited") == {"changed": ["email"], "shuts_signing": True}
    tasks.send_letter(Letter.objects.get().pk)
    (letter,) = mail.outbox
    assert letter.to == ["ruth@example.org"]
    assert "for 24 hours nobody\ncan sign in your name" in letter.body
    assert "other@example.com" not in letter.body
    for address in ("ruth@example.org", "other@example.com", "ruth@example.org"):
        change_mail(cast.ruth, cast.adam, address)
    tasks.send_letter(Letter.objects.get(detail="ruth@example.org").pk)
    assert len(mail.outbox) == 1


def test_the_task_that_tells_the_old_address_is_rung_for(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[tuple[str, Any]] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda task, args, **_: rung.append((task, args)))
    with django_capture_on_commit_callbacks(execute=True):
        change_mail(cast.ruth, cast.adam)
    assert rung == [("organization.send_letter", (Letter.objects.get().pk,))]


def test_the_old_address_gets_no_links_any_more(cast: Cast) -> None:
    take_over("ruth@example.org")
    change_mail(cast.ruth, cast.adam)
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": "ruth@example.org"})
    assert not any("/reset/key/" in letter.body for letter in mail.outbox)


def test_an_older_code_app_signs_and_leads_there_at_once(promise: Promise) -> None:
    maria = promise.cast.maria
    secret = generate_totp_secret()
    code_app(maria, hours=1, secret=secret)
    change_mail(maria, promise.cast.adam)
    client, url = signed_in(Person.objects.get(pk=maria.pk)), f"/epics/{promise.epic.key}/sign-off/"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(url)
    assert SHUT not in page.content.decode()
    suspended = client.post(url, {**hidden(page), "meaning": "ACCEPT"})
    assert suspended["Location"].startswith("/accounts/2fa/reauthenticate/")
    counter = next(yield_hotp_counters_from_time())
    done = client.post(suspended["Location"], {"code": format_hotp_value(code_at(secret, counter))})
    assert done["Location"].startswith("/receipts/")
    assert Signature.objects.get(subject=promise.epic.key).authenticated_with == "totp"


@pytest.mark.parametrize("used", ["password", "newer", "recovery"])
def test_nothing_but_the_older_factor_will_do(cast: Cast, used: str) -> None:
    older = code_app(cast.maria, hours=1)
    change_mail(cast.maria, cast.adam)
    now = timezone.now()
    person = Person.objects.get(pk=cast.maria.pk)
    kinds = {"newer": Authenticator.Type.WEBAUTHN, "recovery": Authenticator.Type.RECOVERY_CODES}
    other = None
    if used in kinds:
        other = Authenticator.objects.create(user=person, type=kinds[used], data={}, created_at=now)
    if used == "recovery":
        Authenticator.objects.filter(pk=other.pk if other else 0).update(created_at=now - timedelta(hours=2))
    with pytest.raises(NotAllowed, match="UTC confirm with a code or passkey that you had before"):
        sign_something(by=person, authentication=Authentication(used, now, other.pk if other else None))
    assert sign_something(by=person, authentication=Authentication("totp", now, older.pk))


def test_another_person_s_factor_will_not_do(cast: Cast) -> None:
    code_app(cast.maria, hours=1)
    foreign = code_app(cast.ruth, hours=1)
    change_mail(cast.maria, cast.adam)
    with pytest.raises(NotAllowed, match=SHUT):
        sign_something(by=cast.maria, authentication=Authentication("totp", timezone.now(), foreign.pk))


def test_the_desk_offers_nothing_to_sign(promise: Promise) -> None:
    change_mail(promise.cast.maria, promise.cast.adam)
    person = forget_seats(Person.objects.get(pk=promise.cast.maria.pk))
    (row,) = read_desk(person, at=timezone.now()).work.ready.rows
    assert SHUT in row.may_not


def test_a_failing_log_takes_the_new_password_with_it(cast: Cast, failing_log: None) -> None:
    before = cast.maria.password
    with pytest.raises(DatabaseError, match="disk is full"):
        actions.choose_password_by_link(person=cast.maria, password_hash="x")
    assert Person.objects.get(pk=cast.maria.pk).password == before
    assert not Entry.objects.filter(event="person.password_set").exists()
