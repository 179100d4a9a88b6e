"""Receipts of signatures on decisions and policies: proven by the log, where all is as it was signed."""

import pytest

from apps.audit.beside import BadEntry
from apps.organization.roles import Column
from apps.reliability.comparing import check_decisions
from apps.reliability.models import DecisionProposal, DecisionSignature
from apps.signoff.receipts import receipt_of
from tests.cast import signed_in
from tests.reliability.deciding import broken, decided, propose, sign
from tests.reliability.test_policy import agree, write
from tests.reliability.world import World
from tests.tampering import drop_trigger


def test_the_receipt_of_a_decision_proves_itself(world: World) -> None:
    decided(world)
    signed = DecisionSignature.objects.filter(column=Column.PRODUCT).select_related("signature").get()
    receipt = receipt_of(signed.signature.key, reader=world.cast.nobody)
    assert (receipt.differs, receipt.erased, receipt.proof_error) == ([], [], "")
    assert receipt.holds.startswith("decided, holding until")
    check_decisions()
    client = signed_in(world.cast.nobody)
    page = client.get(f"/receipts/{signed.signature.key}/").content.decode()
    for words in ("Proven", "Agrees", "Maria Keller", "agree for product", "Back to D-1"):
        assert words in page
    row = client.get(f"/api/v1/receipts/{signed.signature.key}/").json()
    assert (row["subject"], row["meaning"], row["differs"]) == ("D-1", "AGREE", [])


def test_what_holds_is_said(world: World) -> None:
    broken(world)
    propose(world)
    first = sign(world, Column.SRE).signature.key
    assert receipt_of(first, reader=world.priya).holds == "not decided yet"
    propose(world, option="KEEP", reason="A release fixes it.")
    assert receipt_of(first, reader=world.priya).holds == "replaced by another proposal"
    for column in Column:
        sign(world, column)
    assert receipt_of(first, reader=world.priya).holds == "replaced by another proposal"


def test_the_receipt_of_a_policy(world: World) -> None:
    write(world)
    key = agree(world, Column.PRODUCT).signature.key
    assert receipt_of(key, reader=world.priya).holds == "not in force until all three agree"
    agree(world, Column.SRE)
    agree(world, Column.ENGINEERING)
    assert receipt_of(key, reader=world.priya).holds == "in force"
    assert "Back to POL-1" in signed_in(world.priya).get(f"/receipts/{key}/").content.decode()
    check_decisions()


def test_what_was_changed_after_signing_is_found(world: World) -> None:
    decided(world)
    drop_trigger("reliability_decisionproposal_update")
    DecisionProposal.objects.update(reason="Another one.")
    with pytest.raises(BadEntry, match="is not as it was: text"):
        check_decisions()
    signed = DecisionSignature.objects.select_related("signature").earliest("pk")
    assert receipt_of(signed.signature.key, reader=world.priya).differs == ["text"]


def test_a_signature_that_is_gone_is_missed(world: World) -> None:
    decided(world)
    drop_trigger("reliability_decisionsignature_delete")
    DecisionSignature.objects.earliest("pk").delete()
    with pytest.raises(BadEntry, match="of which it tells, is gone"):
        check_decisions()


def test_what_is_restricted_has_no_receipt_for_others(world: World) -> None:
    broken(world)
    propose(world)
    key = sign(world, Column.SRE).signature.key
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    assert signed_in(world.cast.nobody).get(f"/receipts/{key}/").status_code == 404
