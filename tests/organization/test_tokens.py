"""Service accounts, their tokens, and what a token may do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.audit.acts import act
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions
from apps.organization.models import Person, Token
from tests.cast import Cast, PersonFactory, in_days, signed_in
from tests.organization import log


@pytest.fixture
def account(cast: Cast) -> Person:
    """A service account."""
    return actions.add_service_account(username="ci", name="Checkout CI", by=cast.adam)


def ask(secret: str) -> int:
    return APIClient().get("/api/v1/", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code


def test_a_service_account_never_signs_in_and_may_what_its_token_may(cast: Cast, account: Person):
    assert account.is_service and not account.has_usable_password()
    assert account.has_perm("specs.import_results", cast.initiative)
    assert not account.has_perm("signoff.sign_epic", cast.initiative)
    assert log.said("service_account.added") == "Adam Roth, Administrator of ORG, added the service account “ci”"


def test_a_token_opens_the_api_until_its_last_day_is_over(cast: Cast, account: Person, time_machine):
    time_machine.move_to("2026-11-23T10:00:00Z")
    token, secret = actions.create_token(person=account, name="pipeline", expires_on=in_days(1), by=cast.adam)
    assert ask(secret) == 200
    assert token.expires_at == datetime(2026, 11, 25, tzinfo=UTC)
    time_machine.move_to("2026-11-24T23:59:00Z")
    assert ask(secret) == 200
    time_machine.move_to("2026-11-25T00:00:00Z")
    assert ask(secret) == 401


def test_the_secret_is_kept_nowhere(cast: Cast, account: Person):
    token, secret = actions.create_token(person=account, name="pipeline", expires_on=in_days(9), by=cast.adam)
    assert secret.startswith(token.prefix) and len(secret) > 45
    entry = log.last("token.created")
    stored = repr(Token.objects.values().get()) + bytes(entry.entry.body).decode()
    assert secret not in stored and secret[len(token.prefix) :] not in stored
    assert entry.line.words == f"made the token “pipeline” ({token.prefix}…) for the service account “ci”"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/", "/epics/", "/people/new/", "/accounts/2fa/", "/accounts/reauthenticate/"])
def test_a_token_opens_no_page_and_is_told_so(cast: Cast, account: Person, method: str, path: str):
    _, secret = actions.create_token(person=account, name="pipeline", expires_on=in_days(9), by=cast.adam)
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})
    answer = getattr(program, method)(path)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["detail"] == (
        "A token opens the API below /api/v1/ only. This is a page: sign in as a person."
    )


def test_beside_a_session_or_at_a_public_page_a_token_changes_nothing(cast: Cast):
    token = {"Authorization": "bearer of another realm"}
    assert signed_in(cast.maria).get("/epics/", headers=token).status_code == 200
    assert Client().get("/healthz", headers=token).status_code == 200
    assert Client().get("/accounts/login/", headers=token).status_code == 200
    assert Client().get("/epics/", headers={"Authorization": "Basic bWFyaWE6eA=="}).status_code == 302


@pytest.mark.parametrize("secret", ["", "x", "triad_", "é" * 40, "a b", "'; DROP TABLE"])
def test_other_secrets_open_nothing(cast: Cast, account: Person, secret: str):
    assert ask(secret) == 401


def test_a_revoked_token_opens_nothing(cast: Cast, account: Person):
    token, secret = actions.create_token(person=account, name="pipeline", expires_on=in_days(9), by=cast.adam)
    assert signed_in(cast.adam).post(f"/tokens/{token.pk}/revoke/")["Location"] == "/people/ci/tokens/"
    assert ask(secret) == 401
    assert "revoked the token “pipeline”" in log.said("token.revoked")
    with pytest.raises(Refused, match="The token “pipeline” is revoked already"):
        actions.revoke_token(token=token, by=cast.adam)


def test_only_an_administrator_revokes_a_token(cast: Cast, account: Person):
    token, secret = actions.create_token(person=account, name="pipeline", expires_on=in_days(9), by=cast.adam)
    entries = log.size()
    for by in (cast.vera, cast.nobody):
        with pytest.raises(NotAllowed, match="Only an administrator may manage service accounts and their tokens"):
            actions.revoke_token(token=token, by=by)
    assert signed_in(cast.vera).post(f"/tokens/{token.pk}/revoke/").status_code == 403
    assert (ask(secret), log.size()) == (200, entries)


def test_its_use_is_noted_once_a_minute_and_is_no_act(cast: Cast, account: Person, time_machine):
    start = datetime(2026, 11, 23, 10, tzinfo=UTC)
    time_machine.move_to(start, tick=False)
    token, secret = actions.create_token(person=account, name="pipeline", expires_on=in_days(9), by=cast.adam)
    entries = log.size()
    for seconds, noted in ((0, 0), (30, 0), (61, 61), (90, 61)):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        assert ask(secret) == 200
        token.refresh_from_db()
        assert token.last_used_at == start + timedelta(seconds=noted)
    assert log.size() == entries


def test_refusals_in_words(cast: Cast, account: Person):
    def refused(**changes: Any) -> str:
        wish: dict[str, Any] = {
            "person": account,
            "name": "pipeline",
            "expires_on": in_days(9),
            "by": cast.adam,
            **changes,
        }
        with pytest.raises(Refused) as error:
            actions.create_token(**wish)
        return error.value.sentence

    assert "Only an administrator may manage service accounts" in refused(by=cast.vera)
    gone = PersonFactory.create(name="Gone", is_service=True, is_active=False)
    assert "Gone is not active: reactivate the account first" in refused(person=gone)
    assert "Maria Keller is a person; tokens are for service accounts" in refused(person=cast.maria)
    assert "needs a name that says what uses it" in refused(name=" ")
    assert "would have expired already" in refused(expires_on=in_days(0))
    assert "at most two years" in refused(expires_on=in_days(800))
    actions.create_token(person=account, name="Pipeline", expires_on=in_days(9), by=cast.adam)
    assert "has a token named “pipeline” already" in refused()
    Person.objects.filter(pk=account.pk).update(is_active=False)
    assert "Checkout CI is not active" in refused()
    with pytest.raises(NotAllowed):
        actions.add_service_account(username="x", name="X", by=cast.ines)
    with pytest.raises(Refused, match="“ci” is taken"):
        actions.add_service_account(username="ci", name="X", by=cast.adam)
    with pytest.raises(BadInput, match="The name is missing"):
        actions.add_service_account(username="x", name="", by=cast.adam)


def test_the_page_shows_the_secret_once(cast: Cast, account: Person):
    client = signed_in(cast.adam)
    answer = client.post("/people/ci/tokens/", {"name": "pipeline", "expires_on": in_days(9)})
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    secret = re.search(r"triad_[\w-]{43}", answer.content.decode())
    assert secret and ask(secret[0]) == 200
    assert secret[0] not in client.get("/people/ci/tokens/").content.decode()
    again = client.post("/people/ci/tokens/", {"name": "pipeline", "expires_on": in_days(9)})
    assert again.status_code == 409
    assert client.get("/people/maria/tokens/").status_code == 404


def test_the_page_adds_an_account(cast: Cast):
    answer = signed_in(cast.adam).post("/service-accounts/new/", {"username": "bot", "name": "A bot"})
    assert answer["Location"] == "/people/bot/tokens/"


def test_the_service_account_of_an_import_is_made_on_its_first_use(cast: Cast):
    first = actions.service_account(username="importer")
    assert (first.name, first.is_service) == ("Importer", True)
    assert log.said("service_account.added") == "The portal added the service account “importer”"
    entries = log.size()
    assert actions.service_account(username="importer") == first
    assert log.size() == entries
    with pytest.raises(Refused, match="“maria” is a person here"):
        actions.service_account(username="maria")
    Person.objects.filter(pk=first.pk).update(is_active=False)
    with pytest.raises(Refused, match="“importer” is not active"):
        actions.service_account(username="importer")


def test_it_joins_the_act_around_it(cast: Cast):
    @act
    def an_import() -> None:
        actions.service_account(username="importer")
        raise Refused("The file cannot be read.")

    with pytest.raises(Refused):
        an_import()
    assert not Person.objects.filter(username="importer").exists()


def test_an_inactive_account_opens_nothing(cast: Cast, account: Person):
    Token.objects.create(
        person=PersonFactory.create(is_service=True, is_active=False),
        name="t",
        prefix="t",
        secret_hash=Token.hash_of("secret"),
        created_by=cast.adam,
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert ask("secret") == 401
