"""A case for another target: saved as the page showed it, signed by the product owner, proven by the log."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from apps.audit.beside import BadEntry
from apps.audit.verify import verify_log
from apps.common.refused import NotAllowed, Refused
from apps.organization.models import Person
from apps.reliability import actions, queries
from apps.reliability.actions import CaseSigning
from apps.reliability.models import NineCase, NineCaseSignature
from apps.reliability.nine_case import Weighed
from apps.reliability.receipts import check_cases
from apps.signatures.models import Signature
from tests.cast import PASSWORD, signed_in
from tests.organization import log
from tests.reliability.test_slo_nines import MIDNIGHT, push_errors
from tests.reliability.world import DAY, NOW, World
from tests.signoff.promises import confirmed, key
from tests.tampering import drop_trigger

WEIGHED = Weighed(Fraction("0.9995"), "$", Decimal(1_000_000), Decimal(300), Decimal(3), Decimal(50))
NUMBERS = {"target": 99.95, "revenue": 1_000_000, "one_off": 300, "lifetime_years": 3, "running": 50}
ASKED = {"target": "99.95", "revenue": "1000000", "one_off": "300", "lifetime_years": "3", "running": "50"}


def save(world: World, weighed: Weighed = WEIGHED, digest: str = "") -> NineCase:
    """By Priya."""
    return actions.save_nine_case(slo_key="SLO-1", weighed=weighed, digest=digest, by=world.priya)


def sign(world: World, case: NineCase, by: Person | None = None, **said: Any) -> NineCaseSignature:
    """By Maria, the product owner of the initiative."""
    by = by or world.cast.maria
    shown = {"digest": case.digest, "signer": f"{by.name}, Product Owner of I-1", "comment": "", "key": key()}
    signing = CaseSigning(**{**shown, **said})
    return actions.sign_nine_case(case_key=case.key, signing=signing, by=by, authentication=confirmed())


def test_it_holds_all_that_was_put_in_and_came_out_exactly(world: World) -> None:
    push_errors(world)
    actions.judge_error_class(sli_key="SLI-1", name="timeout", effort="CHEAP", why="Retry", by=world.cast.jonas)
    case = save(world)
    told = case.told
    assert sha256(case.body.encode()).hexdigest() == case.digest
    assert json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == case.body
    assert told["put_in"] == {
        "currency": "$",
        "revenue": "1000000",
        "one_off": "300",
        "lifetime_years": "3",
        "running": "50",
    }
    assert (told["promised"], told["target"]) == ("0.99", "0.9995")
    assert (told["value_a_year"], told["cost_a_year"], told["verdict"]) == ("9500", "150", "WORTH_IT")
    assert told["rests_on"] == {
        "first": "2026-10-31",
        "last": "2026-11-27",
        "days_with_data": 28,
        "total": 280_000,
        "bad": 200,
        "window_days": 28,
        "windows": 1,
    }
    assert told["chance"] == {"met": 0, "windows": 1, "low": None, "high": None}
    assert told["errors"] == [
        {
            "name": "timeout",
            "bad": 120,
            "effort": "CHEAP",
            "judged_by": world.cast.jonas.key,
            "judged_at": "2026-11-28T12:00:00.000000Z",
        }
    ]
    assert (told["left"], told["unclassified"]) == (80, 20)
    assert log.facts("nine_case.saved") == {"slo": "SLO-1", "target": "99.95 %"}


def test_saved_again_unchanged_it_is_the_same_case(world: World) -> None:
    push_errors(world)
    first, size = save(world), log.size()
    assert save(world) == first
    assert log.size() == size
    assert save(world, replace(WEIGHED, running=Decimal(60))).key == "CASE-2"


def test_figures_that_moved_since_the_page_are_not_saved(world: World) -> None:
    push_errors(world)
    digest = sha256(queries.case_body(world.slo, WEIGHED, at=NOW, hidden=())).hexdigest()
    world.push((MIDNIGHT.replace(day=26), 9_999, 10_000), grain=DAY)
    with pytest.raises(Refused, match="The figures of SLO-1 are not those that the page showed"):
        save(world, digest=digest)
    assert not NineCase.objects.exists()


def test_the_product_owner_signs_it_once(world: World) -> None:
    push_errors(world)
    case, form_key = save(world), key()
    signed = sign(world, case, key=form_key, comment="Worth it")
    assert signed.signature.statement == (
        "I, Maria Keller, Product Owner of I-1, stand for the case CASE-1 for 99.95 % in “Checkout answers in time” "
        f"(SLO-1), with what it puts in and what comes out, as described at digest {case.digest}."
    )
    assert (signed.signature.subject, signed.signature.digest) == ("CASE-1", case.digest)
    size = log.size()
    assert sign(world, case, key=form_key) == signed
    assert log.size() == size
    with pytest.raises(Refused, match=f"CASE-1 is signed already, as {signed.signature.key}"):
        sign(world, case)
    assert log.statement("nine_case.signed").digest == case.digest


def test_refusals(world: World) -> None:
    push_errors(world)
    with pytest.raises(NotAllowed, match="Saving a case for SLO-1 takes a seat as"):
        actions.save_nine_case(slo_key="SLO-1", weighed=WEIGHED, by=world.cast.ruth)
    case = save(world)
    with pytest.raises(NotAllowed, match="Signing CASE-1 takes a seat as Product Owner"):
        sign(world, case, by=world.priya)
    with pytest.raises(Refused, match="CASE-1 is not the case that the page showed"):
        sign(world, case, digest="0" * 64)
    with pytest.raises(Refused, match="Your name or your seat is not the one that the page showed"):
        sign(world, case, signer="Somebody else")
    signing = CaseSigning(case.digest, "Maria Keller, Product Owner of I-1", "", key())
    with pytest.raises(NotAllowed, match="Confirm who you are"):
        actions.sign_nine_case(case_key="CASE-1", signing=signing, by=world.cast.maria, authentication=None)
    actions.archive_slo(slo_key="SLO-1", reason="Replaced", by=world.priya)
    with pytest.raises(Refused, match="SLO-1 is archived; nothing is weighed for it any more"):
        save(world)
    with pytest.raises(Refused, match="SLO-1 is archived; nobody stands for a case of it any more"):
        sign(world, case)
    assert not Signature.objects.exists()


def test_neither_case_nor_signature_is_ever_changed(world: World) -> None:
    push_errors(world)
    case = save(world)
    sign(world, case)
    for rows in (NineCase.objects.all(), NineCaseSignature.objects.all()):
        with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
            rows._raw_delete("default")
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        NineCase.objects.update(body="{}")


def test_what_was_changed_behind_the_portal_is_found(world: World) -> None:
    push_errors(world)
    case = save(world)
    signed = sign(world, case)
    assert verify_log().ok
    drop_trigger("reliability_ninecase_update")
    NineCase.objects.update(body=case.body.replace('"9500"', '"9501"'))
    words = f"what {signed.signature.key} signed is not as it was: the case"
    assert words in str(verify_log().words)
    assert "This record was changed after signing" in main_of(signed_in(world.priya), "/nine-cases/CASE-1/")
    with pytest.raises(
        Refused, match="What is stored of CASE-2 is not what was saved. Nothing was signed: tell an auditor."
    ):
        sign(world, tampered(save(world, replace(WEIGHED, running=Decimal(60)))))


def tampered(case: NineCase) -> NineCase:
    """The case with another body."""
    NineCase.objects.filter(pk=case.pk).update(body="{}")
    return case


def test_a_signature_that_is_gone_is_missed(world: World) -> None:
    push_errors(world)
    signed = sign(world, save(world))
    drop_trigger("reliability_ninecasesignature_delete")
    NineCaseSignature.objects.all()._raw_delete("default")
    with pytest.raises(BadEntry, match=f"what {signed.signature.key} signed, of which it tells, is gone"):
        check_cases()


# --- pages


def hidden_of(page: str) -> dict[str, str]:
    """Hidden fields of the last form that posts."""
    form = page[page.rindex('<form method="post"') if '<form method="post"' in page else page.rindex("<form") :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', form)
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def main_of(client: Client, path: str, **asked: str) -> str:
    """The page's own part."""
    whole = client.get(path, asked).content.decode()
    return str(whole[whole.index("<main") : whole.index("</main>")])


def test_from_the_page_of_the_price_to_the_receipt(world: World) -> None:
    push_errors(world)
    priya, maria = signed_in(world.priya), signed_in(world.cast.maria)
    shown = main_of(priya, "/slos/SLO-1/nines/", **ASKED)
    saved = priya.post("/slos/SLO-1/nines/save/", hidden_of(shown))
    assert (saved.status_code, saved["Location"]) == (302, "/nine-cases/CASE-1/")
    assert "CASE-1" in main_of(priya, "/slos/SLO-1/nines/")
    assert "Not signed" in main_of(maria, "/nine-cases/CASE-1/")
    page = main_of(maria, "/nine-cases/CASE-1/sign/")
    assert "I, Maria Keller, Product Owner of I-1, stand for the case CASE-1" in page
    form = page[page.index('<input type="hidden" name="digest"') :]
    fields = dict(re.findall(r'name="(digest|signer|key)"[^>]* value="([^"]*)"', form))
    suspended = maria.post("/nine-cases/CASE-1/sign/", {**fields, "comment": "Worth it"})
    assert suspended["Location"].startswith("/accounts/reauthenticate/")
    assert not Signature.objects.exists()
    asked = maria.get(suspended["Location"]).content.decode()
    assert "Stand for the case CASE-1" in asked
    assert maria.post(suspended["Location"], {"password": PASSWORD})["Location"] == "/nine-cases/CASE-1/"
    receipt = main_of(signed_in(world.cast.nobody), "/nine-cases/CASE-1/")
    for words in ("Proven", "Worth it", "What was stated", NineCase.objects.get().digest, "$9,500"):
        assert words in receipt
    assert Signature.objects.get().key in receipt


def test_a_signature_leads_to_its_case(world: World) -> None:
    push_errors(world)
    case = save(world)
    signature = sign(world, case).signature
    answer = signed_in(world.cast.nobody).get(f"/receipts/{signature.key}/")
    assert (answer.status_code, answer["Location"]) == (302, "/nine-cases/CASE-1/")
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    assert signed_in(world.cast.nobody).get(f"/receipts/{signature.key}/").status_code == 404


def test_a_case_without_what_is_at_risk_is_none(world: World) -> None:
    answer = signed_in(world.priya).post("/slos/SLO-1/nines/save/", {"target": "99.95"})
    assert answer.status_code == 400
    assert "what revenue is at risk a year" in answer.content.decode()


def test_the_api_saves_and_reads_and_leaves_signing_to_the_page(world: World) -> None:
    push_errors(world)
    client = signed_in(world.priya)
    sent = client.post("/api/v1/slos/SLO-1/nine-cases/", NUMBERS, content_type="application/json")
    assert (sent.status_code, sent.json()["key"], sent.json()["says"]["value_a_year"]) == (201, "CASE-1", "9500")
    case = NineCase.objects.get()
    assert sent.json()["digest"] == case.digest
    assert client.get("/api/v1/nine-cases/CASE-1/").json()["signed_as"] == ""
    signature = sign(world, case).signature
    assert client.get("/api/v1/slos/SLO-1/nine-cases/").json()[0]["signed_as"] == signature.key
    refused = client.post("/api/v1/nine-cases/CASE-1/sign/")
    assert (refused.status_code, "/nine-cases/…/sign/" in refused.json()["detail"]) == (403, True)
