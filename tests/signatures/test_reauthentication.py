"""How lately somebody confirmed who they are: read from the session, failing closed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils import timezone

from apps.organization.models import Person
from apps.signatures.reauthentication import Authentication, fresh_authentication, latest_authentication
from tests.cast import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria() -> Person:
    return PersonFactory.create(username="maria")


def test_a_password_typed_just_now_counts(client: Any, maria: Person) -> None:
    client.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/accounts/reauthenticate/", {"password": "a fine day in May"})
    request = RequestFactory().get("/")
    request.user, request.session = maria, client.session
    found = fresh_authentication(request)
    assert found is not None
    assert found.method == "password"
    assert timezone.now() - found.at < timedelta(seconds=30)


def test_a_fresh_sign_in_does_not_count(client: Any, maria: Person) -> None:
    client.post("/accounts/login/", {"login": "maria", "password": "a fine day in May"})
    request = RequestFactory().get("/")
    request.user, request.session = maria, client.session
    assert request.session["account_authentication_methods"]
    assert fresh_authentication(request) is None


@pytest.mark.parametrize("seconds", [121, 3600])
def test_an_older_one_does_not(client: Any, maria: Person, seconds: int) -> None:
    client.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/accounts/reauthenticate/", {"password": "a fine day in May"})
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= seconds
    request = RequestFactory().get("/")
    request.user, request.session = maria, session
    assert latest_authentication(request) is not None
    assert fresh_authentication(request) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"reauthenticated": "yes"},
        {"reauthenticated": False},
        {"at": None},
        {"at": True},
        {"at": "now"},
        {"at": 1e30},
        {"method": ""},
    ],
)
def test_a_record_that_is_not_as_it_should_be_does_not(client: Any, maria: Person, broken: dict[str, Any]) -> None:
    client.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/accounts/reauthenticate/", {"password": "a fine day in May"})
    session = client.session
    session["account_authentication_methods"][-1].update(broken)
    request = RequestFactory().get("/")
    request.user, request.session = maria, session
    assert fresh_authentication(request) is None


def test_somebody_elses_does_not(client: Any, maria: Person) -> None:
    client.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/accounts/reauthenticate/", {"password": "a fine day in May"})
    request = RequestFactory().get("/")
    request.user, request.session = PersonFactory.create(username="ruth"), client.session
    assert fresh_authentication(request) is None


def test_without_a_session_or_a_person_there_is_none(maria: Person) -> None:
    request = RequestFactory().get("/")
    request.user = maria
    assert fresh_authentication(request) is None
    request.session, request.user = SessionStore(), AnonymousUser()
    assert fresh_authentication(request) is None


def test_two_minutes_are_the_limit_and_the_future_is_not_believed() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert Authentication("totp", now - timedelta(minutes=2)).is_fresh(now)
    assert not Authentication("totp", now - timedelta(minutes=2, seconds=1)).is_fresh(now)
    assert not Authentication("totp", now + timedelta(seconds=6)).is_fresh(now)
