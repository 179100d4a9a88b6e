"""The pages of one epic and one story: the walk of a signature through them, by plain forms."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from apps.delivery import actions as delivery
from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.actions.threads import add_dependency, remove_dependency
from apps.organization.models import Scope
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff.models import EpicSignOff, NFRAttestation, SignOffRequest, Waiver
from tests.cast import PASSWORD, Cast, forget_seats, in_days, signed_in
from tests.signoff.promises import Promise, make_promise
from tests.signoff.test_waiver import ask

pytestmark = pytest.mark.django_db


def hidden(response: Any) -> dict[str, str]:
    """The hidden fields of the page's form."""
    page = response.content.decode()
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def confirm(client: Client, suspended: Any) -> Any:
    """Types the password on the page that the suspended post led to."""
    assert suspended.status_code == 302
    assert suspended["Location"].startswith("/accounts/reauthenticate/")
    assert client.get(suspended["Location"]).status_code == 200
    return client.post(suspended["Location"], {"password": PASSWORD})


def test_the_product_owner_signs_by_plain_forms(promise: Promise) -> None:
    client = signed_in(promise.cast.maria)
    url = f"/epics/{promise.epic.key}/sign-off/"
    page = client.get(url)
    assert "I, Maria Keller, Product Owner" in page.content.decode()
    suspended = client.post(url, {**hidden(page), "meaning": "ACCEPT", "comment": "Checked."})
    assert not EpicSignOff.objects.exists()
    done = confirm(client, suspended)
    signature = Signature.objects.get(subject=promise.epic.key)
    assert done.status_code == 302
    assert done["Location"] == f"/receipts/{signature.key}/"
    receipt = client.get(done["Location"]).content.decode()
    assert "Maria Keller" in receipt
    assert "valid, nothing of the promise has changed" in receipt
    assert promise.reread().state == "SIGNED"


def test_within_two_minutes_the_next_signature_asks_for_no_password(promise: Promise) -> None:
    client = signed_in(promise.cast.maria)
    url = f"/epics/{promise.epic.key}/sign-off/"
    confirm(client, client.post(url, {**hidden(client.get(url)), "meaning": "REJECT", "comment": "Not yet."}))
    done = client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    assert done["Location"].startswith("/receipts/")


def test_a_fresh_sign_in_is_no_confirmation(promise: Promise) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "maria", "password": PASSWORD})
    url = f"/epics/{promise.epic.key}/sign-off/"
    answer = client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not EpicSignOff.objects.exists()


def test_what_moved_meanwhile_is_shown_and_the_words_are_kept(promise: Promise) -> None:
    client = signed_in(promise.cast.maria)
    url = f"/epics/{promise.epic.key}/sign-off/"
    page = client.get(url)
    story = promise.edit(promise.stories[0], outcome="nothing is charged")
    answer = confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT", "comment": "Checked by hand."}))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "The epic changed while you were reading" in text
    assert story.key in text
    assert "Checked by hand." in text
    assert not EpicSignOff.objects.exists()


def test_a_blocked_epic_says_why_and_keeps_what_was_typed(cast: Cast) -> None:
    made = make_promise(cast)
    client = signed_in(cast.maria)
    url = f"/epics/{made.epic.key}/sign-off/"
    page = client.get(url)
    assert "It can only be rejected now" in page.content.decode()
    answer = confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT", "comment": "Please."}))
    assert answer.status_code == 409
    assert "cannot be accepted yet. Stories signed" in answer.content.decode()
    assert "Please." in answer.content.decode()


def test_an_altered_dossier_is_refused(promise: Promise) -> None:
    client = signed_in(promise.cast.maria)
    url = f"/epics/{promise.epic.key}/sign-off/"
    fields = hidden(client.get(url))
    answer = client.post(url, {**fields, "dossier": fields["dossier"][:-2] + "xx", "meaning": "ACCEPT"})
    assert answer.status_code == 400
    assert "did not come whole" in answer.content.decode()


@pytest.mark.parametrize("name", ["ruth", "nobody", "emil"])
def test_who_may_not_sign_is_told_why_and_gets_no_form(promise: Promise, name: str) -> None:
    client = signed_in(promise.cast.people[name])
    url = f"/epics/{promise.epic.key}/sign-off/"
    page = client.get(url)
    assert page.status_code == 200
    assert "Only a Product Owner of" in page.content.decode()
    assert "dossier" not in hidden(page)
    answer = client.post(url, {"dossier": "x", "key": "k" * 32, "meaning": "ACCEPT"})
    assert answer.status_code in {400, 403}
    assert not EpicSignOff.objects.exists()


def test_an_analyst_signs_one_story_and_then_the_rest_at_once(cast: Cast) -> None:
    made = make_promise(cast, stories=3)
    made.prove()
    client = signed_in(cast.lena)
    url = f"/stories/{made.stories[0].key}/sign-off/"
    done = confirm(client, client.post(url, {**hidden(client.get(url)), "meaning": "ACCEPT"}))
    assert done["Location"].startswith("/receipts/")
    url = f"/epics/{made.epic.key}/stories/sign-off/"
    page = client.get(url).content.decode()
    values = re.findall(r'name="stories" id="[^"]+" value="([^"]+)" checked', page)
    assert len(values) == 2
    done = client.post(url, {"key": "f" * 32, "stories": values})
    assert done["Location"] == f"/epics/{made.epic.key}/"
    assert made.reread().signed_story_count == 3


def test_a_story_that_changed_meanwhile_shows_the_step(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    made.prove()
    client = signed_in(cast.lena)
    url = f"/stories/{made.stories[0].key}/sign-off/"
    page = client.get(url)
    made.edit(made.stories[0], outcome="nothing is charged")
    answer = confirm(client, client.post(url, {**hidden(page), "meaning": "ACCEPT"}))
    assert answer.status_code == 409
    assert "Then nothing is charged" in answer.content.decode()


def test_a_waiver_is_asked_for_and_granted_by_forms(promise: Promise) -> None:
    tomas = signed_in(promise.cast.tomas)
    answer = tomas.post(
        f"/epics/{promise.epic.key}/waivers/new/",
        {
            "criterion": "seats_filled",
            "reason": "We are hiring.",
            "owner": promise.cast.jonas.pk,
            "until_on": in_days(10).isoformat(),
        },
    )
    waiver = Waiver.objects.get()
    assert answer["Location"] == f"/waivers/{waiver.key}/"
    refused = tomas.post(answer["Location"], {"act": "grant"})
    assert refused.status_code == 403
    for name in ("maria", "priya"):
        done = signed_in(promise.cast.people[name]).post(answer["Location"], {"act": "grant"})
        assert done.status_code == 302
    assert Waiver.objects.get().state == "GRANTED"


def test_a_waiver_is_refused_with_its_reason(promise: Promise) -> None:
    waiver = ask(promise)
    priya = signed_in(promise.cast.priya)
    url = f"/waivers/{waiver.key}/"
    assert priya.post(url, {"act": "refuse", "reason": ""}).status_code == 400
    assert priya.post(url, {"act": "nonsense"}).status_code == 400
    priya.post(url, {"act": "refuse", "reason": "Too risky."})
    assert Waiver.objects.get().state == "REFUSED"


def test_an_nfr_is_attested_by_a_form(promise: Promise) -> None:
    nfr = create_nfr(epic_key=promise.epic.key, title="Cold start", statement="Under 2 s.", by=promise.cast.maria)
    client = signed_in(promise.cast.priya)
    url = f"/nfrs/{nfr.key}/attest/"
    fields = {**hidden(client.get(url)), "verdict": "MET", "words": "Measured.", "until_on": in_days(9).isoformat()}
    assert client.post(url, {**fields, "words": ""}).status_code == 400
    assert client.post(url, fields)["Location"] == f"/epics/{promise.epic.key}/"
    assert NFRAttestation.objects.get().verdict == "MET"
    other = signed_in(promise.cast.maria)
    assert other.post(url, fields).status_code == 403


def test_somebody_is_asked_to_sign_by_a_form(promise: Promise) -> None:
    client = signed_in(promise.cast.vera)
    client.post(f"/epics/{promise.epic.key}/requests/new/", {"of": "maria", "words": "Today?"})
    assert SignOffRequest.objects.get().asked_of == promise.cast.maria


def test_what_one_may_not_read_is_not_found(promise: Promise) -> None:
    sign_off = promise.sign()
    waiver = ask(promise)
    promise.cast.initiative.restricted = True
    promise.cast.initiative.save()
    outsider, insider = signed_in(promise.cast.nobody), signed_in(promise.cast.maria)
    story = promise.stories[0].key
    for path in (
        f"/epics/{promise.epic.key}/",
        f"/epics/{promise.epic.key}/sign-off/",
        f"/epics/{promise.epic.key}/life/",
        f"/epics/{promise.epic.key}/stories/sign-off/",
        f"/epics/{promise.epic.key}/waivers/new/",
        f"/epics/{promise.epic.key}/requests/new/",
        f"/stories/{story}/",
        f"/stories/{story}/sign-off/",
        f"/stories/{story}/requests/new/",
        f"/receipts/{sign_off.signature.key}/",
        f"/waivers/{waiver.key}/",
    ):
        assert outsider.get(path).status_code == 404, path
        assert insider.get(path).status_code == 200, path


def test_the_page_has_one_act_and_says_why_it_is_shut(promise: Promise) -> None:
    page = signed_in(promise.cast.ruth).get(f"/epics/{promise.epic.key}/").content.decode()
    assert "Only a Product Owner of" in page
    page = signed_in(promise.cast.maria).get(f"/epics/{promise.epic.key}/").content.decode()
    assert f'href="/epics/{promise.epic.key}/sign-off/"' in page


def test_the_life_of_an_epic_reads_as_a_story(promise: Promise) -> None:
    promise.sign()
    delivery.archive_story(story_key=promise.stories[0].key, reason="merged", by=promise.cast.maria)
    page = signed_in(promise.cast.ada).get(f"/epics/{promise.epic.key}/life/").content.decode()
    assert "signed off" in page
    assert "Maria Keller" in page


def test_the_life_of_an_open_epic_names_no_restricted_one(promise: Promise) -> None:
    """Nor does the epic's own page; who may read the restricted one is told all."""
    cast = promise.cast
    cast.seat(cast.maria, Role.PRODUCT_OWNER, cast.elsewhere)
    cast.seat(cast.jonas, Role.SOLUTION_ARCHITECT, cast.elsewhere)
    other = make_promise(replace(cast, initiative=cast.elsewhere), stories=0, title="Hush")
    both = {"epic_key": promise.epic.key, "needs_key": other.epic.key, "by": forget_seats(cast.jonas)}
    add_dependency(**both, kind="HARD")  # type: ignore[arg-type]
    remove_dependency(**both)  # type: ignore[arg-type]
    Scope.objects.filter(pk=cast.elsewhere.pk).update(restricted=True)
    for path in ("", "life/"):
        url = f"/epics/{promise.epic.key}/{path}"
        hidden_from, told = (signed_in(cast.people[name]).get(url).content.decode() for name in ("lena", "maria"))
        assert f"no longer needs {other.epic.key}" in told
        assert other.epic.key not in hidden_from
        assert "signed" in hidden_from


def test_the_form_for_several_stories_takes_those_of_its_epic_alone(cast: Cast) -> None:
    promise, other = make_promise(cast), make_promise(cast, title="Another")
    promise.prove()
    other.prove()
    client, url = signed_in(cast.lena), f"/epics/{promise.epic.key}/stories/sign-off/"
    foreign = other.fresh()[0]
    for value in (f"{foreign.key}={foreign.digest}", f"S-999={foreign.digest}", "=", "S-1%00"):
        answer = client.post(url, {**hidden(client.get(url)), "stories": [value]})
        assert answer.status_code == 400, value
        assert f"is no story of {promise.epic.key}" in answer.content.decode()
    assert not Signature.objects.exists()
