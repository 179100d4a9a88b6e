"""Pages of decisions and policies: the walk of a signature through plain forms, lists, and what others do not see."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client

from apps.organization.roles import Column, Role
from apps.reliability.models import Decision, DecisionProposal, DecisionSignature, Policy
from tests.cast import PASSWORD, DelegationFactory, PersonFactory, forget_seats, signed_in
from tests.reliability.deciding import broken, decided, in_days, propose, sign
from tests.reliability.world import NOW, World


def text(client: Client, url: str, **asked: Any) -> str:
    """What the page says."""
    answer = client.get(url, **asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def hidden(client: Client, url: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    page = text(client, url)
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def confirm(client: Client, suspended: Any) -> Any:
    """Types the password on the page that the suspended post led to."""
    assert suspended.status_code == 302
    assert suspended["Location"].startswith("/accounts/reauthenticate/")
    assert client.get(suspended["Location"]).status_code == 200
    return client.post(suspended["Location"], {"password": PASSWORD})


def test_three_seats_propose_and_sign_by_plain_forms(world: World) -> None:
    broken(world)
    maria = signed_in(world.cast.maria)
    page = text(maria, "/decisions/D-1/")
    for words in ("98 good of 100 events", "−100 %", "Stop changes", "Keep shipping", "Change the SLO", "due"):
        assert words in page
    given = {"option": "STOP", "owner": world.cast.jonas.pk, "expires_on": in_days(7), "reason": "It hurts."}
    answer = maria.post("/decisions/D-1/", given)
    assert answer.status_code == 400
    assert "Choose what used the budget" in answer.content.decode()
    assert maria.post("/decisions/D-1/", {**given, "cause": "COMPANY_NETWORK"})["Location"] == "/decisions/D-1/"
    assert "The policy obliges to nothing." in text(maria, "/decisions/D-1/")
    for name in ("maria", "jonas", "priya"):
        client = signed_in(world.cast.people[name])
        url = "/decisions/D-1/sign/"
        fields = hidden(client, url)
        meaning = "DISSENT" if name == "jonas" else "AGREE"
        suspended = client.post(url, {**fields, "meaning": meaning, "comment": "I would ship."})
        assert DecisionSignature.objects.count() < 3
        assert confirm(client, suspended)["Location"] == "/decisions/D-1/"
    assert Decision.objects.get().state == "DECIDED"
    page = text(maria, "/decisions/D-1/")
    for words in ("Changes are stopped", "Urgent fixes and security fixes are exempt", "Dissents", "I would ship."):
        assert words in page
    assert "D-1 is decided already" in text(maria, "/decisions/D-1/sign/")
    page = text(maria, "/slos/SLO-1/")
    assert "/decisions/D-1/" in page
    assert "frozen until" in page


def test_a_form_that_was_shown_before_another_proposal_signs_nothing(world: World) -> None:
    broken(world)
    propose(world)
    client = signed_in(world.priya)
    fields = hidden(client, "/decisions/D-1/sign/")
    propose(world, option="KEEP", reason="A release fixes it.")
    done = confirm(client, client.post("/decisions/D-1/sign/", {**fields, "meaning": "AGREE", "comment": ""}))
    assert done.status_code == 409
    assert "Something else is proposed in D-1 than the page showed" in done.content.decode()
    assert not DecisionSignature.objects.exists()


def test_who_may_not_sign_is_told_why_before_any_password(world: World) -> None:
    broken(world)
    assert "Nothing is proposed in D-1 yet" in text(signed_in(world.priya), "/decisions/D-1/sign/")
    propose(world)
    ruth = signed_in(world.cast.ruth)
    page = text(ruth, "/decisions/D-1/sign/")
    assert "You cannot sign this" in page
    assert "Confirm who you are and sign" not in page
    fields = {"digest": "x", "column": "PRODUCT", "signer": "x", "key": "k" * 16, "meaning": "AGREE"}
    assert ruth.post("/decisions/D-1/sign/", fields).status_code == 403
    assert signed_in(world.priya).post("/decisions/D-1/sign/", {}).status_code == 400


def test_who_signed_is_shown_that_and_not_asked_again(world: World) -> None:
    broken(world)
    propose(world)
    signed = sign(world, Column.PRODUCT, by=world.cast.maria)
    page = text(signed_in(world.cast.maria), "/decisions/D-1/")
    assert "You signed" in page and signed.signature.key in page
    assert "/decisions/D-1/sign/" not in page
    assert 'href="/decisions/D-1/sign/"' in text(signed_in(world.cast.jonas), "/decisions/D-1/")


def test_whose_delegate_signed_and_whose_column_has_signed_are_told_so(world: World) -> None:
    broken(world)
    propose(world)
    delegate, other = PersonFactory.create(), PersonFactory.create()
    DelegationFactory.create(seat=world.cast.seat_of("maria"), delegate=delegate)
    world.cast.seat(other, Role.PRODUCT_OWNER, world.scope)
    sign(world, Column.PRODUCT, by=forget_seats(delegate))
    assert "Signed in your seat" in text(signed_in(world.cast.maria), "/decisions/D-1/")
    assert "You signed" in text(signed_in(delegate), "/decisions/D-1/")
    page = text(signed_in(other), "/decisions/D-1/")
    assert "Product has signed already" in page
    assert 'href="/decisions/D-1/sign/"' not in page


def test_who_holds_two_seats_chooses_for_which_column(world: World) -> None:
    broken(world)
    propose(world)
    world.cast.seat(world.cast.maria, Role.SOLUTION_ARCHITECT, world.scope)
    client = signed_in(world.cast.maria)
    assert "You sign for product as" in text(client, "/decisions/D-1/sign/")
    assert "You sign for engineering as" in text(client, "/decisions/D-1/sign/?column=ENGINEERING")


def test_the_list_shows_what_is_overdue_and_filters(world: World) -> None:
    client = signed_in(world.cast.nobody)
    assert "Nothing to decide" in text(client, "/decisions/")
    broken(world)
    page = text(client, "/decisions/")
    assert "Checkout answers in time" in page
    assert "Overdue</" not in page.split("<tbody>")[1]
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        client = signed_in(world.cast.nobody)
        assert "Overdue" in text(client, "/decisions/").split("<tbody>")[1]
        assert "D-1" in text(client, "/decisions/?state=OVERDUE")
        csv = b"".join(client.get("/decisions/?as=csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert "D-1,Checkout answers in time,SLO-1,E-1,Budget used up" in csv
    assert "No decision matches" in text(client, "/decisions/?state=OVERDUE")
    assert "No decision matches" in text(client, "/decisions/?kind=SURPLUS")
    assert "D-1" in text(client, "/decisions/?text=slo-1&state=OPEN")
    partial = text(client, "/decisions/", headers={"HX-Request": "true"})
    assert partial.strip().startswith('<div id="decision-list"')
    assert "/decisions/D-1/" in text(client, "/decisions/")
    assert "D-1" not in text(client, "/decisions/?after=D-1").split("<tbody>")[-1].split("data-announce")[0]


def test_outcome_and_freeze_have_pages(world: World) -> None:
    decided(world)
    client = signed_in(world.priya)
    answer = client.post("/decisions/D-1/outcome/", {"words": "It helped.", "link": "ftp://x"})
    assert (answer.status_code, "The link begins with https://" in answer.content.decode()) == (400, True)
    said = {"words": "It helped.", "link": "https://wiki.example.org/7"}
    assert client.post("/decisions/D-1/outcome/", said)["Location"] == "/decisions/D-1/"
    assert "until" in text(client, "/decisions/D-1/freeze/lift/")
    assert client.post("/decisions/D-1/freeze/lift/", {"reason": "Kept again."})["Location"] == "/decisions/D-1/"
    page = text(client, "/decisions/D-1/")
    for words in ("It helped.", "https://wiki.example.org/7", "The freeze was lifted", "Kept again."):
        assert words in page
    assert client.get("/decisions/D-1/freeze/lift/").status_code == 409
    assert signed_in(world.cast.ruth).get("/decisions/D-1/outcome/").status_code == 403


def test_a_changed_slo_names_its_decision(world: World) -> None:
    decided(world, option="CHANGE", reason="Nobody noticed.")
    client = signed_in(world.priya)
    assert "/slos/SLO-1/change/?decision=D-1" in text(client, "/decisions/D-1/")
    assert 'value="D-1"' in text(client, "/slos/SLO-1/change/?decision=D-1")
    given = {"title": "x", "target": "95", "window": "28d", "rationale": "As decided.", "decision_key": "D-1"}
    assert client.post("/slos/SLO-1/change/", given).status_code == 302
    assert "version 2 of SLO-1" in text(client, "/decisions/D-1/")


def test_a_policy_is_written_and_agreed_by_plain_forms(world: World) -> None:
    maria = signed_in(world.cast.maria)
    page = text(maria, "/policies/")
    assert "No policy yet" in page
    assert "20 % of four weeks" in page
    given = {
        "scope": "I-1",
        "episode_share": "12.5",
        "surplus_share": "60",
        "deadline_days": "3",
        "expiry_days": "14",
        "rationale": "Our users leave at once.",
    }
    assert maria.post("/policies/new/", {**given, "rationale": " "}).status_code == 400
    assert maria.post("/policies/new/", given)["Location"] == "/policies/POL-1/"
    assert "12.5 % of four weeks" in text(maria, "/policies/POL-1/")
    for name in ("maria", "jonas", "priya"):
        client = signed_in(world.cast.people[name])
        suspended = client.post("/policies/POL-1/agree/", {**hidden(client, "/policies/POL-1/agree/"), "comment": ""})
        assert confirm(client, suspended)["Location"] == "/policies/POL-1/"
        if name != "priya":  # then it holds, and nobody is asked
            page = text(client, "/policies/POL-1/")
            assert "You signed" in page
            assert "/policies/POL-1/agree/" not in page
    assert Policy.objects.get().in_force is not None
    page = text(maria, "/policies/POL-1/")
    assert "version 1 is in force" in page
    del given["scope"]
    assert 'value="12.5"' in text(maria, "/policies/POL-1/change/")
    assert maria.post("/policies/POL-1/change/", {**given, "expiry_days": "10"})["Location"] == "/policies/POL-1/"
    assert "To be agreed" in text(maria, "/policies/POL-1/")
    assert "POL-1 version 1" in text(maria, "/policies/")
    assert signed_in(world.cast.ruth).get("/policies/new/").status_code == 403
    assert "You cannot agree to this" in text(signed_in(world.cast.ruth), "/policies/POL-1/agree/")


def test_what_is_restricted_does_not_exist_for_others(world: World) -> None:
    decided(world)
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    stranger = signed_in(world.cast.nobody)
    for url in ("/decisions/D-1/", "/decisions/D-1/sign/", "/decisions/D-1/outcome/", "/decisions/D-1/freeze/lift/"):
        assert stranger.get(url).status_code == 404
    assert "Nothing to decide" in text(stranger, "/decisions/")
    assert "D-1" in text(signed_in(world.cast.emil), "/decisions/")


def test_by_the_api(world: World) -> None:
    broken(world)
    client = signed_in(world.priya)
    (row,) = client.get("/api/v1/decisions/").json()["results"]
    assert (row["key"], row["state"], row["is_overdue"], row["facts"]["good"]) == ("D-1", "OPEN", False, 98)
    given = {"option": "STOP", "cause": "FROZEN_TEAM", "owner": "jonas", "expires_on": str(in_days(7))}
    assert client.post("/api/v1/decisions/D-1/proposals/", {}, content_type="application/json").status_code == 400
    answer = client.post("/api/v1/decisions/D-1/proposals/", given, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["proposals"][0]["owner"]["username"] == "jonas"
    answer = client.post("/api/v1/decisions/D-1/signatures/", {}, content_type="application/json")
    assert (answer.status_code, "signed on its page" in answer.json()["detail"]) == (403, True)
    for column in ("PRODUCT", "ENGINEERING", "SRE"):
        sign(world, column)
    assert len(client.get("/api/v1/decisions/D-1/").json()["proposals"][0]["signatures"]) == 3
    (freeze,) = client.get("/api/v1/freezes/").json()["results"]
    assert (freeze["decision"], freeze["of"], freeze["is_active"]) == ("D-1", "E-1", True)
    lifted = client.post("/api/v1/decisions/D-1/freeze/lift/", {"reason": "x"}, content_type="application/json")
    assert lifted.json()["is_active"] is False
    noted = client.post("/api/v1/decisions/D-1/outcome/", {"words": "It helped."}, content_type="application/json")
    assert noted.json()["outcome"] == "It helped."
    assert DecisionProposal.objects.count() == 1


def test_policies_by_the_api(world: World) -> None:
    client = signed_in(world.priya)
    given = {"scope": "I-1", "deadline_days": 3, "rationale": "Our users leave at once."}
    row = client.post("/api/v1/policies/", given, content_type="application/json").json()
    assert (row["key"], row["in_force"], row["versions"][0]["episode_share"]) == ("POL-1", None, "0.2")
    changed = {"expiry_days": 10, "rationale": "Shorter."}
    row = client.patch("/api/v1/policies/POL-1/", changed, content_type="application/json").json()
    assert [one["number"] for one in row["versions"]] == [2, 1]
    assert (row["versions"][0]["deadline_days"], row["versions"][0]["expiry_days"]) == (3, 10)
    answer = client.post("/api/v1/policies/POL-1/signatures/", {}, content_type="application/json")
    assert answer.status_code == 403
    assert client.get("/api/v1/policies/").json()["results"] == [client.get("/api/v1/policies/POL-1/").json()]
