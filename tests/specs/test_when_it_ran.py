"""When a run counts from where its report does not say, and reports that came before their stories."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.common.refused import BadInput
from apps.delivery.models import Story
from apps.organization import actions as organization
from apps.organization.models import Token
from apps.specs.models import Run
from tests.cast import Cast, signed_in
from tests.specs.evidence import CART, PAY, behave_json, import_bytes, junit, make_story, reread

pytestmark = pytest.mark.django_db
API = "/api/v1/runs/"


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


@pytest.fixture
def machine(cast: Cast) -> Client:
    """A program with a token."""
    account = organization.service_account(username="ci", name="CI")
    secret = Token.hash_of("s3cret")
    Token.objects.create(person=account, name="ci", prefix="x", secret_hash=secret, created_by=cast.adam)
    return Client(headers={"Authorization": "Bearer s3cret"})


def state(story: Story) -> str:
    return str(reread(story).state)


def together(*texts: str) -> bytes:
    return json.dumps([feature for text in texts for feature in json.loads(behave_json(text))]).encode()


# --- when it ran, where the report does not say


def later() -> datetime:
    return timezone.now() + timedelta(days=2)


def test_an_old_report_of_another_revision_is_no_news(cast, story):
    """behave's JSON has no instants: what came once never ran later than that."""
    old = import_bytes(behave_json(CART), by=cast.tomas, revision="a").run
    import_bytes(behave_json(CART, **{"Add one": "failed"}), by=cast.tomas, revision="b")
    assert state(story) == "FAILING"

    with time_machine.travel(later(), tick=False):
        again = import_bytes(behave_json(CART), by=cast.tomas, revision="c")

    assert again.created and again.run != old
    assert state(story) == "FAILING"
    assert again.run.notes[0].startswith("Neither the reports nor who sent them say when they ran.")
    assert again.run.ran_at is None
    assert {one.at for one in again.run.results.all()} == {old.received_at}


def test_who_sends_it_may_say_when_it_ran(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas, revision="a")
    import_bytes(behave_json(CART, **{"Add one": "failed"}), by=cast.tomas, revision="b")

    with time_machine.travel(later(), tick=False):
        ran_at = timezone.now() - timedelta(hours=1)
        again = import_bytes(behave_json(CART), by=cast.tomas, revision="c", ran_at=ran_at)

    assert state(story) == "PASSING"
    assert (again.run.ran_at, again.run.notes) == (ran_at, [])


def test_what_the_report_says_goes_before_what_is_said_of_it(cast, story):
    at = timezone.now().replace(microsecond=0) + timedelta(minutes=1)
    run = import_bytes(junit(CART, at=at), by=cast.tomas, format="junit", ran_at=at - timedelta(days=9)).run
    assert run.ran_at == at


def test_it_cannot_have_run_in_the_future(cast, story):
    with pytest.raises(BadInput, match="which is in the future"):
        import_bytes(behave_json(CART), by=cast.tomas, ran_at=later())
    assert not Run.objects.exists()


def test_page_command_and_api_take_the_instant(cast, story, machine, tmp_path: Path):
    report = tmp_path / "report.json"
    report.write_bytes(behave_json(CART))
    call_command("import_results", str(report), format="behave-json", ran_at="2026-11-01T10:00:00Z", revision="a")
    client = signed_in(cast.tomas)
    with report.open("rb") as file:
        fields = {"reports": file, "ran_at": "2026-11-01 11:00", "revision": "b", "zone": "UTC"}
        assert client.post(reverse("specs:run_import"), fields).status_code == 302
    address = f"{API}?ran_at=2026-11-01T12:00:00Z&revision=c"
    assert machine.post(address, report.read_bytes(), content_type="application/json").status_code == 201
    wrong = machine.post(f"{API}?ran_at=noon&revision=d", report.read_bytes(), content_type="application/json")
    assert wrong.status_code == 400 and "not an instant" in str(wrong.json())
    assert [run.ran_at.hour for run in Run.objects.order_by("pk") if run.ran_at] == [10, 11, 12]
    page = client.get(import_bytes(behave_json(PAY), by=cast.tomas).run.get_absolute_url()).content.decode()
    assert "not said: it counts from when it came" in page


# --- results that came before their stories


def test_the_same_report_is_matched_again_once_its_stories_are_known(cast, story):
    both = together(CART, PAY)
    first = import_bytes(both, by=cast.tomas).run
    assert (first.counts["unknown"], state(story)) == (1, "PASSING")
    nothing = import_bytes(both, by=cast.tomas)
    assert (nothing.created, nothing.run) == (False, first)
    pay = make_story(cast, PAY, epic=story.epic)

    again = import_bytes(both, by=cast.tomas)

    assert again.created and again.after == first
    assert (again.run.counts["unknown"], state(pay), state(story)) == (0, "PASSING", "PASSING")
    assert {one.at for one in again.run.results.all()} == {first.received_at}
    entry = Entry.objects.get(subject=again.run.key)
    assert json.loads(bytes(entry.body))["predicate"]["facts"]["again_after"] == first.key
    last = import_bytes(both, by=cast.tomas)
    assert (last.created, last.run, Run.objects.count()) == (False, again.run, 2)
    assert first.results.filter(story=None).count() == 1


def test_a_report_matched_again_does_not_hide_what_ran_since(cast, story):
    both = together(CART, PAY)
    import_bytes(both, by=cast.tomas)
    import_bytes(behave_json(CART, **{"Add one": "failed"}), by=cast.tomas)
    make_story(cast, PAY, epic=story.epic)
    assert import_bytes(both, by=cast.tomas).after
    assert state(story) == "FAILING"
