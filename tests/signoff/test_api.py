"""`/api/v1/` of sign-off: who signed what, receipts, waivers, requests, regressions, histories; nobody signs by it."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.audit import merkle
from apps.delivery.actions.nfrs import create_nfr
from apps.signatures.models import Signature
from apps.signoff import actions
from apps.signoff.models import SignOffRequest, WaiverGrant
from tests.api.asking import every_row, pipeline_of, problem, queries_of, read, rows, send
from tests.cast import in_days, signed_in
from tests.signoff.promises import Promise
from tests.signoff.test_waiver import ask, granted
from tests.specs.evidence import behave_json, import_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(promise: Promise) -> Client:
    return signed_in(promise.cast.maria)


# --- reading


def test_sign_offs_and_a_receipt_that_proves_itself(promise: Promise, maria: Client) -> None:
    sign_off = promise.sign()
    (row,) = rows(maria, f"epics/{promise.epic.key}/sign-offs/")
    assert (row["signature"], row["meaning"], row["digest"]) == (sign_off.signature.key, "ACCEPT", sign_off.promise)
    assert row["signed_by"] == {"username": "maria", "name": "Maria Keller"}
    receipt = read(maria, f"receipts/{row['signature']}/")
    assert (receipt["holds"], receipt["proof_error"]) == ("valid, nothing of the promise has changed", "")
    assert receipt["statement"] == sign_off.signature.statement
    proof = receipt["proof"]
    merkle.check_inclusion(
        leaf=bytes.fromhex(proof["leaf"]),
        index=proof["index"],
        size=proof["size"],
        proof=[bytes.fromhex(step) for step in proof["path"]],
        root=bytes.fromhex(proof["root"]),
    )
    signed = rows(maria, f"stories/{promise.stories[0].key}/sign-offs/")
    assert [one["signed_by"]["username"] for one in signed] == ["lena"]
    assert problem(maria.get("/api/v1/receipts/SIG-999/"), 404)


def test_waivers_with_who_said_yes(promise: Promise, maria: Client) -> None:
    waiver = granted(promise)
    (row,) = rows(maria, f"epics/{promise.epic.key}/waivers/")
    assert (row["key"], row["state"], row["owner"]["username"]) == (waiver.key, "GRANTED", "jonas")
    assert {grant["granted_by"]["username"] for grant in row["grants"]} == {"maria", "priya"}
    assert read(maria, f"waivers/{waiver.key}/") == row


def test_attestations(promise: Promise, maria: Client) -> None:
    nfr = create_nfr(epic_key=promise.epic.key, title="Fast", statement="Within 2 s.", by=promise.cast.maria)
    actions.attest_nfr(
        nfr_key=nfr.key,
        digest=nfr.digest,
        verdict="MET",
        words="Measured.",
        until_on=in_days(30),
        by=promise.cast.priya,
    )
    (row,) = rows(maria, f"nfrs/{nfr.key}/attestations/")
    assert (row["verdict"], row["until_on"], row["nfr_digest"]) == ("MET", in_days(30).isoformat(), nfr.digest)


def test_a_history_page_by_page(promise: Promise, maria: Client) -> None:
    story = promise.stories[0]
    for number in range(5):
        promise.edit(story, outcome=f"outcome {number}")
    whole = rows(maria, f"stories/{story.key}/history/")
    assert [row["version"] for row in whole if row["kind"] == "version"] == [6, 5, 4, 3, 2, 1]
    assert every_row(maria, f"stories/{story.key}/history/?limit=2") == whole
    assert "is not an instant" in problem(maria.get(f"/api/v1/stories/{story.key}/history/?after=x"), 400)


def test_an_epics_life_is_what_the_log_says_of_it(promise: Promise, maria: Client) -> None:
    promise.sign()
    life = rows(maria, f"epics/{promise.epic.key}/life/?limit=200")
    assert life[0]["event"] == "epic.created"
    assert life[-1]["event"] == "epic.signed_off"
    assert "Maria Keller" in life[-1]["words"]


@pytest.mark.parametrize("path", ["epics/{epic}/waivers/", "requests/"])
def test_the_same_number_of_queries_for_one_row_and_for_twenty(promise: Promise, maria: Client, path: str) -> None:
    asked = path.format(epic=promise.epic.key)

    def add(number: int) -> None:
        ask(promise, until_on=in_days(number + 1))
        row = SignOffRequest(epic=promise.epic, asked_by=promise.cast.vera, asked_of=promise.cast.maria)
        row.save()

    add(0)
    one = queries_of(maria, asked)
    for number in range(20):
        add(number)
    assert queries_of(maria, asked) == one


# --- acts


def test_asking_for_a_signature(promise: Promise, maria: Client) -> None:
    vera = signed_in(promise.cast.vera)
    asked = send(vera, f"epics/{promise.epic.key}/requests/", {"of": "maria", "words": "Please."})
    assert (asked.status_code, asked.json()["asked_of"]["username"]) == (201, "maria")
    assert send(vera, f"stories/{promise.stories[0].key}/requests/", {"of": "lena"}).status_code == 201
    # One sees what one asked for and what one is asked for.
    assert [row["subject"] for row in rows(maria, "requests/")] == [promise.epic.key]
    assert len(rows(vera, "requests/")) == 2
    nobody = send(vera, f"epics/{promise.epic.key}/requests/", {"of": "sam"})
    assert "of" in nobody.json()["errors"]


def test_asking_for_a_waiver_and_taking_it_back(promise: Promise) -> None:
    tomas = signed_in(promise.cast.tomas)
    body = {"criterion": "nfrs_attested", "reason": "Soon.", "owner": "jonas", "until_on": in_days(9).isoformat()}
    asked = send(tomas, f"epics/{promise.epic.key}/waivers/", body)
    assert (asked.status_code, asked.json()["state"], asked.json()["asked_by"]["username"]) == (201, "ASKED", "tomas")
    key = asked.json()["key"]
    assert "Only Tomás Novák" in problem(send(signed_in(promise.cast.vera), f"waivers/{key}/withdraw/"), 403)
    assert send(tomas, f"waivers/{key}/withdraw/").json()["state"] == "WITHDRAWN"
    assert "withdrawn already" in problem(send(tomas, f"waivers/{key}/withdraw/"), 409)


SIGNING: list[tuple[str, Callable[[Promise], str]]] = [
    ("epic", lambda promise: f"epics/{promise.epic.key}/sign-offs/"),
    ("story", lambda promise: f"stories/{promise.stories[0].key}/sign-offs/"),
    ("nfr", lambda promise: f"nfrs/{nfr_of(promise)}/attestations/"),
    ("waiver", lambda promise: f"waivers/{ask(promise).key}/grants/"),
]


def nfr_of(promise: Promise) -> str:
    return create_nfr(epic_key=promise.epic.key, title="Fast", statement="Within 2 s.", by=promise.cast.maria).key


@pytest.mark.parametrize(("what", "path"), SIGNING, ids=[what for what, _ in SIGNING])
def test_nobody_signs_by_the_api(promise: Promise, what: str, path: Callable[[Promise], str]) -> None:
    asked = path(promise)
    for person in (promise.cast.maria, promise.cast.lena, promise.cast.priya):
        assert "on its page" in problem(send(signed_in(person), asked), 403)
    assert "A token does not do this." in problem(send(pipeline_of(promise.cast), asked), 403)
    assert Signature.objects.count() == len(promise.stories)  # Lena's, from the fixture
    assert not WaiverGrant.objects.exists()


@pytest.mark.parametrize("path", ["epics/E-99/sign-offs/", "stories/S-99/sign-offs/", "waivers/W-99/grants/"])
def test_what_one_may_not_read_is_not_there_to_sign_either(promise: Promise, maria: Client, path: str) -> None:
    assert problem(send(maria, path), 404)


def test_a_run_that_fails_a_signed_story_is_a_regression(promise: Promise, maria: Client) -> None:
    story = promise.stories[0]
    text = read(maria, f"stories/{story.key}/")["text"]
    import_bytes(behave_json(text), by=promise.cast.tomas, revision="good")
    import_bytes(behave_json(text, **{"Pay in way 1 0": "failed"}), by=promise.cast.tomas, revision="bad")
    (row,) = rows(maria, "regressions/")
    assert (row["story"], row["failing_revision"], row["good_revision"]) == (story.key, "bad", "good")
    assert [person["username"] for person in row["signed_by"]] == ["lena"]
