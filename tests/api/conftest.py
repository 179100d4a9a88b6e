"""The demo in a database of its own, for a whole file: the API asked by a token and by people in a session."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from celery import current_app
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from apps.audit import actions as audit
from apps.delivery import actions as delivery
from apps.delivery.feature_files import pack
from apps.organization import actions as organization
from apps.organization.models import Person
from apps.signoff import actions as signoff
from apps.specs import actions as specs
from portal.demo import load
from tests.cast import PASSWORD, in_days, signed_in
from tests.committed_db import own_database

FILES = [
    ("cards/give.feature", b"Feature: Give a card\n  Scenario: At once\n    When I give it\n    Then it is theirs\n")
]


@dataclass(frozen=True)
class Demo:
    """The demo's people, and the secret of a service account's token."""

    secret: str
    browsers: dict[str, Client] = field(default_factory=dict)

    @property
    def pipeline(self) -> Client:
        """A program with the token."""
        return Client(headers={"Authorization": f"Bearer {self.secret}"})

    def browser(self, username: str) -> Client:
        """Somebody of the demo in a session."""
        if username not in self.browsers:
            self.browsers[username] = signed_in(Person.objects.get(username=username))
        return self.browsers[username]


@pytest.fixture(scope="module")
def demo(
    migrated_template: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The demo after somebody commented, imported, asked for a signature and a run, and made a token.

    Rings go to a broker in memory: waiting for none takes seconds each.
    """
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, own_database(migrated_template, django_db_blocker, folder):
        patch.setattr(current_app.conf, "broker_url", "memory://")
        load(password=PASSWORD)
        adam, maria, vera = (Person.objects.get(username=name) for name in ("adam", "maria", "vera"))
        account = organization.add_service_account(username="robot", name="The pipeline", by=adam)
        _, secret = organization.create_token(person=account, name="all", expires_on=in_days(30), by=adam)
        delivery.comment_on_epic(epic_key="E-3", text="When may it *ship*?", by=vera)
        signoff.request_epic_sign_off(epic_key="E-3", of=maria, words="Please look.", by=vera)
        delivery.ask_feature_import(initiative_title="More", source="more.zip", archive=pack(FILES), by=adam)
        specs.request_execution(suite_name="portal", by=maria)
        audit.verify()
        yield Demo(secret)
