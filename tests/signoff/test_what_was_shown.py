"""What is signed is what the page printed: the sentence with name and seat, the texts, and the evidence."""

import json
from typing import Any

import pytest

from apps.delivery.actions.texts import read_story
from apps.delivery.models import Epic, Story
from apps.organization.models import Person, Seat
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff import reading
from apps.signoff.models import EpicSignOff
from apps.signoff.moved import Moved
from tests.cast import Cast, DelegationFactory, PersonFactory, forget_seats, in_days, signed_in
from tests.signoff.promises import Promise, key, make_promise
from tests.signoff.test_pages import confirm, hidden
from tests.specs.evidence import behave_feature, import_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_seats(promise: Promise) -> Person:
    """Holds a product owner's seat, and acts in Maria's as well."""
    person = PersonFactory.create(name="Two Seats")
    promise.cast.seat(person, Role.PRODUCT_OWNER, promise.epic.scope)
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=person)
    return forget_seats(person)


def test_a_seat_that_ended_meanwhile_is_not_replaced_by_another(promise: Promise, two_seats: Person) -> None:
    client, url = signed_in(two_seats), f"/epics/{promise.epic.key}/sign-off/"
    page = client.get(url)
    assert f"I, Two Seats, Product Owner of {promise.epic.key}, accept" in page.content.decode()
    Seat.objects.filter(person=two_seats).update(until_on=in_days(-1))
    answer = confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT", "comment": "Checked."}))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert f"Two Seats, Product Owner of {promise.epic.key}." in text
    assert f"Now: Two Seats, Product Owner of {promise.cast.initiative.key}, for Maria Keller." in text
    assert "Checked." in text
    assert not EpicSignOff.objects.exists()
    done = client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    assert Signature.objects.latest("pk").statement.startswith("I, Two Seats, Product Owner of I-1, for Maria Keller,")
    assert done["Location"].startswith("/receipts/")


def test_a_name_that_changed_meanwhile_is_read_again(promise: Promise) -> None:
    client, url = signed_in(promise.cast.maria), f"/epics/{promise.epic.key}/sign-off/"
    page = client.get(url)
    Person.objects.filter(pk=promise.cast.maria.pk).update(name="Maria Oliveira")
    answer = confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT"}))
    assert answer.status_code == 409
    assert "as the page showed it: Maria Keller, Product Owner of I-1. Now: Maria Oliveira" in answer.content.decode()


def test_one_story_likewise(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    made.prove()
    client, url = signed_in(cast.lena), f"/stories/{made.stories[0].key}/sign-off/"
    page = client.get(url)
    Person.objects.filter(pk=cast.lena.pk).update(name="Lena Vogt")
    answer = confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT"}))
    assert answer.status_code == 409
    assert "Lena Brandt, Business Analyst of I-1. Now: Lena Vogt" in answer.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.parametrize("path", ["/epics/{}/sign-off/", "/stories/{}/sign-off/"])
def test_a_form_that_does_not_say_who_signs_is_incomplete(promise: Promise, path: str) -> None:
    thing, name = (promise.epic, "maria") if "epics" in path else (promise.stories[0], "lena")
    client, url = signed_in(promise.cast.people[name]), path.format(thing.key)
    fields = {name: value for name, value in hidden(client.get(url)).items() if name != "signer"}
    assert client.post(url, {**fields, "meaning": "REJECT", "comment": "No."}).status_code == 400


# --- the texts


@pytest.mark.parametrize("edited", ["before", "after"])
def test_an_edit_while_the_page_is_made_prints_no_other_text_than_the_dossiers(
    promise: Promise, monkeypatch: pytest.MonkeyPatch, edited: str
) -> None:
    """Between two queries somebody edits a story: whatever is printed is what the promise holds."""
    story_texts = reading.story_texts

    def meanwhile(epic: Epic) -> list[Story]:
        before = story_texts(epic) if edited == "after" else None
        promise.edit(promise.stories[0], outcome="the customer pays twice")
        return before or story_texts(epic)

    monkeypatch.setattr(reading, "story_texts", meanwhile)
    page = signed_in(promise.cast.maria).get(f"/epics/{promise.epic.key}/sign-off/")
    printed = {one.key: read_story(one.version.text)[1].digest for one in page.context["stories"]}
    assert printed == {leaf.key: leaf.digest for leaf in page.context["dossier"].leaves if leaf.type == "story"}


# --- the evidence


def imported(promise: Promise, story: Story, *, revision: str) -> Any:
    version = story.version
    assert version is not None
    report = json.dumps([behave_feature(version.text, f"features/{story.key}.feature", {})])
    return import_bytes(report.encode(), by=promise.cast.tomas, revision=revision).run


def test_the_dossier_holds_the_runs_that_its_verdicts_stand_on(cast: Cast) -> None:
    made = make_promise(cast)
    before = made.fresh()
    imported(made, before[0], revision="0" * 40)
    first, second = (imported(made, story, revision=f"{number}abc") for number, story in enumerate(before, 1))
    made.sign_stories()
    promise_before = made.dossier().promise
    client, url = signed_in(cast.maria), f"/epics/{made.epic.key}/sign-off/"
    page = client.get(url)
    assert first.digest in page.content.decode()
    confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT"}))
    sign_off = EpicSignOff.objects.get()
    evidence = json.loads(bytes(sign_off.dossier.body))["evidence"]
    names = ("key", "revision", "digest", "results", "passed")
    assert {tuple(one[name] for name in names) for one in evidence} == {
        (first.key, "1abc", first.digest, 1, 1),
        (second.key, "2abc", second.digest, 1, 1),
    }
    receipt = client.get(f"/receipts/{sign_off.signature.key}/").content.decode()
    assert second.digest in receipt
    assert "2abc" in receipt
    # One more run is no other promise.
    imported(made, made.fresh()[0], revision="later")
    assert made.dossier().promise == promise_before == sign_off.promise
    assert made.reread().state == "SIGNED"


def test_a_run_of_an_older_text_is_no_evidence(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    imported(made, made.fresh()[0], revision="old")
    made.edit(made.stories[0], outcome="nothing is charged")
    assert made.dossier().evidence == []


def test_the_act_that_shows_no_page_needs_no_signer(promise: Promise) -> None:
    """Such as the demo's; with one, the act compares it."""
    words = (
        "Your name or your seat is not the one that the page showed. Nothing was recorded. Read the sentence as it is "
        "now, then sign again."
    )
    with pytest.raises(Moved, match=words):
        promise.sign(signer="Somebody else")
    assert promise.sign(key=key()).meaning == "ACCEPT"
