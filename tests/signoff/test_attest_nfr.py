"""The SRE lead attests what must hold besides the stories."""

from datetime import date

import pytest
import time_machine

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery.actions.nfrs import create_nfr, edit_nfr
from apps.delivery.models import NFR
from apps.organization.models import Person
from apps.signoff import actions
from apps.signoff.models import NFRAttestation
from apps.signoff.states import VerdictState
from tests.cast import in_days
from tests.signoff.promises import Promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def nfr(promise: Promise) -> NFR:
    return create_nfr(epic_key=promise.epic.key, title="Cold start", statement="Under 2 s.", by=promise.cast.maria)


def attest(
    nfr: NFR, *, by: Person, verdict: str = "MET", words: str = "Measured 1.4 s.", until_on: date | None = None
) -> NFRAttestation:
    return actions.attest_nfr(
        nfr_key=nfr.key, digest=nfr.digest, verdict=verdict, words=words, until_on=until_on or in_days(30), by=by
    )


def verdict_of(promise: Promise) -> VerdictState:
    return promise.dossier().verdicts["nfrs_attested"]


def test_it_is_unknown_until_attested_and_met_afterwards(promise: Promise, nfr: NFR) -> None:
    assert verdict_of(promise) == VerdictState.UNKNOWN
    attest(nfr, by=promise.cast.priya)
    assert verdict_of(promise) == VerdictState.MET
    assert promise.sign()


def test_the_log_keeps_it(promise: Promise, nfr: NFR) -> None:
    attest(nfr, by=promise.cast.priya)
    entry = Entry.objects.get(event="nfr.attested")
    assert entry.subject == nfr.key
    assert b"Measured" not in bytes(entry.body)


def test_not_met_blocks(promise: Promise, nfr: NFR) -> None:
    attest(nfr, by=promise.cast.priya, verdict="UNMET")
    assert verdict_of(promise) == VerdictState.UNMET


def test_an_attestation_expires(promise: Promise, nfr: NFR) -> None:
    attest(nfr, by=promise.cast.priya, until_on=in_days(3))
    with time_machine.travel(in_days(5)):
        assert verdict_of(promise) == VerdictState.UNKNOWN


def test_another_definition_voids_it(promise: Promise, nfr: NFR) -> None:
    attest(nfr, by=promise.cast.priya)
    edit_nfr(nfr_key=nfr.key, title="Cold start", statement="Under 1 s.", by=promise.cast.maria)
    assert verdict_of(promise) == VerdictState.UNKNOWN
    with pytest.raises(BadInput, match="was defined anew while you were reading"):
        attest(nfr, by=promise.cast.priya)


@pytest.mark.parametrize("name", ["maria", "sam", "jonas", "nobody"])
def test_only_the_sre_lead_attests(promise: Promise, nfr: NFR, name: str) -> None:
    with pytest.raises(
        NotAllowed,
        match=f"Only an SRE Lead of {promise.epic.key} may attest {nfr.key}, and you hold no such seat today",
    ):
        attest(nfr, by=promise.cast.people[name])


def test_it_needs_words_a_verdict_and_an_end(promise: Promise, nfr: NFR) -> None:
    priya = promise.cast.priya
    with pytest.raises(BadInput, match="How you know is needed: others must be able to understand it later"):
        attest(nfr, by=priya, words=" ")
    with pytest.raises(BadInput, match="Say whether the requirement is met"):
        attest(nfr, by=priya, verdict="PERHAPS")
    with pytest.raises(BadInput, match="cannot end in the past"):
        attest(nfr, by=priya, until_on=in_days(-1))


def test_nothing_of_an_archived_epic_is_attested(promise: Promise, nfr: NFR) -> None:
    delivery.archive_epic(epic_key=promise.epic.key, reason="Not needed.", by=promise.cast.maria)
    with pytest.raises(Refused, match=f"{promise.epic.key} is archived"):
        attest(nfr, by=promise.cast.priya)


def test_an_archived_requirement_is_not_attested(promise: Promise, nfr: NFR) -> None:
    delivery.archive_nfr(nfr_key=nfr.key, reason="Not needed.", by=promise.cast.maria)
    with pytest.raises(Refused, match=f"{nfr.key} is archived and can no longer be attested"):
        attest(nfr, by=promise.cast.priya)
    assert not NFRAttestation.objects.exists()
