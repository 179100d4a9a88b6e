"""A product owner signs an epic: who may, what it takes, what is refused, what the log says."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from apps.audit import queries as audit
from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.models import Comment, Epic
from apps.organization import actions as organization
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff.actions import attest_nfr
from apps.signoff.dossier import ShownVerdict, read_dossier, seal, unseal
from apps.signoff.models import Dossier, EpicSignOff
from apps.signoff.moved import Moved
from tests.cast import Cast, DelegationFactory, PersonFactory, forget_seats, in_days, signed_in
from tests.signoff.promises import Promise, confirmed, key, make_promise
from tests.signoff.test_waiver import granted

pytestmark = pytest.mark.django_db


def written() -> tuple[int, int, int, int]:
    """How many rows a signature could have left."""
    return Signature.objects.count(), EpicSignOff.objects.count(), Dossier.objects.count(), Entry.objects.count()


def test_the_product_owner_accepts_what_was_shown(promise: Promise) -> None:
    shown = promise.dossier()
    sign_off = promise.sign(shown=shown)

    epic = promise.reread()
    assert epic.state == "SIGNED"
    assert epic.signed_promise == shown.promise == sign_off.promise
    assert bytes(sign_off.dossier.body) == shown.body
    signature = sign_off.signature
    assert signature.printed_name == "Maria Keller"
    assert signature.seat_role == Role.PRODUCT_OWNER
    assert signature.seat_scope == promise.cast.initiative.key
    assert signature.statement == (
        f"I, Maria Keller, Product Owner of {promise.cast.initiative.key}, accept the delivery of "
        f"“Checkout in one page” ({epic.key}) as described in dossier {shown.digest}."
    )


def test_the_log_says_who_signed_what_in_which_seat(promise: Promise) -> None:
    sign_off = promise.sign(comment="Refund path checked with support.")
    entry = audit.entry_for(sign_off.signature.key)
    body: dict[str, Any] = json.loads(bytes(entry.body))

    assert entry.event == "epic.signed_off"
    assert body["subject"][0]["name"] == promise.epic.key
    assert body["subject"][0]["digest"]["sha256"] == sign_off.promise
    told = body["predicate"]
    assert told["meaning"] == "ACCEPT"
    assert told["seat"]["role"] == Role.PRODUCT_OWNER
    assert told["facts"]["dossier"] == sign_off.dossier.digest
    # Personal words are committed to, never in the body.
    assert b"Maria" not in bytes(entry.body)
    assert b"Refund path" not in bytes(entry.body)
    audit.inclusion_proof(entry.index).check()


def test_a_failing_log_takes_the_signature_with_it(promise: Promise, request: pytest.FixtureRequest) -> None:
    before = written()

    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        promise.sign()
    assert written() == before
    assert promise.reread().signed_promise == ""


@pytest.mark.parametrize("name", ["ruth", "priya", "jonas", "emil", "adam", "nobody"])
def test_only_a_product_owner_of_the_epic_signs(promise: Promise, name: str) -> None:
    with pytest.raises(NotAllowed, match=f"Only a Product Owner of {promise.epic.key} may sign it"):
        promise.sign(by=promise.cast.people[name])


def test_a_seat_on_another_initiative_does_not_reach_it(promise: Promise) -> None:
    other = PersonFactory.create()
    promise.cast.seat(other, Role.PRODUCT_OWNER, promise.cast.elsewhere)
    with pytest.raises(NotAllowed, match="you hold no such seat today"):
        promise.sign(by=other)


def test_a_seat_that_ended_yesterday_signs_nothing(promise: Promise) -> None:
    seat = promise.cast.seat_of("maria")
    seat.until_on = in_days(-1)
    seat.save()
    with pytest.raises(NotAllowed, match="you hold no such seat today"):
        promise.sign()


def test_who_signed_a_story_as_analyst_does_not_sign_the_epic(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    both = PersonFactory.create(name="Bo Both")
    cast.seat(both, Role.BUSINESS_ANALYST, made.epic.scope)
    made.sign_stories(by=both)
    cast.seat(both, Role.PRODUCT_OWNER, made.epic.scope)
    with pytest.raises(NotAllowed, match=f"{made.stories[0].key} carries your signature"):
        made.sign(by=both)


def test_a_delegate_signs_in_the_delegating_seat_and_is_named(promise: Promise) -> None:
    delegate = PersonFactory.create(name="Dara Deputy")
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=delegate)
    signature = promise.sign(by=delegate).signature
    assert signature.delegated_by == promise.cast.maria
    assert "for Maria Keller" in signature.statement


def test_a_delegate_is_bound_by_what_the_seats_holder_did(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    cast.seat(cast.maria, Role.BUSINESS_ANALYST, made.epic.scope)
    made.sign_stories(by=cast.maria)
    delegate = PersonFactory.create()
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=delegate)
    with pytest.raises(NotAllowed, match="the signature of Maria Keller, for whom you act"):
        made.sign(by=delegate)


def test_without_confirming_who_one_is_nothing_is_signed(promise: Promise) -> None:
    before = written()
    for stale in (
        confirmed(timezone.now() - timedelta(minutes=2, seconds=1)),
        confirmed(timezone.now() + timedelta(minutes=1)),
    ):
        with pytest.raises(NotAllowed, match="within the last two minutes"):
            promise.sign(authentication=stale)
    assert written() == before


def test_a_token_at_the_page_signs_nothing_and_is_told_so(promise: Promise) -> None:
    account = organization.add_service_account(username="ci", name="Checkout CI", by=promise.cast.adam)
    _, secret = organization.create_token(person=account, name="gate", expires_on=in_days(3), by=promise.cast.adam)
    before = written()
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    asked = {"meaning": "ACCEPT", "comment": "", "key": key()}
    for path in (f"/epics/{promise.epic.key}/sign-off/", f"/stories/{promise.stories[0].key}/sign-off/"):
        answer = program.post(path, asked)
        assert answer.status_code == 403
        assert answer.json()["detail"].endswith("This is a page: sign in as a person.")
    assert written() == before


def test_a_person_who_cannot_confirm_cannot_sign(promise: Promise) -> None:
    promise.cast.maria.set_unusable_password()
    promise.cast.maria.save()
    with pytest.raises(NotAllowed, match="neither a password nor a passkey"):
        promise.sign()


def test_the_same_form_sent_again_returns_the_first_receipt(promise: Promise) -> None:
    sent, shown = key(), promise.dossier()
    first = promise.sign(key=sent, shown=shown)
    before = written()
    assert promise.sign(key=sent, shown=shown) == first
    assert written() == before


def test_the_same_promise_is_signed_once_and_the_signer_named(promise: Promise) -> None:
    shown = promise.dossier()
    receipt = promise.sign(shown=shown).signature.key
    second = PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    with pytest.raises(Refused, match=f"already signed at just this promise, by Maria Keller: receipt {receipt}"):
        promise.sign(by=second, shown=shown)


def test_an_edit_after_the_page_was_shown_refuses_the_signature_with_the_difference(promise: Promise) -> None:
    shown = promise.dossier()
    story = promise.edit(promise.stories[0], outcome="the order is placed twice")
    before = written()
    with pytest.raises(Moved, match="Nothing was recorded. Read the difference, then sign again") as caught:
        promise.sign(shown=shown)
    difference = caught.value.promise
    assert difference is not None
    assert [new.key for _, new in difference.changed] == [story.key]
    assert {item.title for item in caught.value.otherwise} >= {"Stories signed"}
    assert written() == before


def test_a_run_that_failed_meanwhile_refuses_it_though_the_promise_stands(promise: Promise) -> None:
    shown = promise.dossier()
    promise.prove(promise.stories[0], verdict="FAILED")
    with pytest.raises(Moved) as caught:
        promise.sign(shown=shown)
    assert not caught.value.promise
    assert [item.title for item in caught.value.otherwise] == ["Latest run green"]


def test_a_page_that_said_not_met_is_read_again_before_it_is_accepted(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    shown = made.dossier()
    made.sign_stories()
    with pytest.raises(Moved, match=f"{made.epic.key} got better while you were reading") as caught:
        made.sign(shown=shown)
    (item,) = caught.value.otherwise
    assert (item.title, item.shown) == ("Stories signed", "Not met")
    assert item.now.startswith("Met: ")
    assert not EpicSignOff.objects.exists()
    assert made.sign().promise == shown.promise


def test_what_was_waived_when_shown_and_is_met_now_is_read_again_too(promise: Promise) -> None:
    nfr = create_nfr(epic_key=promise.epic.key, title="Fast", statement="Below 300 ms.", by=promise.cast.maria)
    granted(promise, subject=nfr.key)
    shown = promise.dossier()
    attest_nfr(
        nfr_key=nfr.key, digest=nfr.digest, verdict="MET", words="So.", until_on=in_days(9), by=promise.cast.priya
    )
    with pytest.raises(Moved, match="as the page showed it, it could not be accepted so"):
        promise.sign(shown=shown)
    assert promise.sign()


def test_it_may_be_rejected_as_it_was_shown(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    shown = made.dossier()
    made.sign_stories()
    assert made.sign(shown=shown, meaning="REJECT", comment="Not yet.").dossier.digest == shown.digest


def test_the_receipt_shows_the_gate_as_it_was_signed(promise: Promise) -> None:
    sign_off = promise.sign()
    promise.prove(promise.stories[0], verdict="FAILED")
    promise.edit(promise.stories[1], outcome="nothing is charged")
    page = signed_in(promise.cast.ada).get(f"/receipts/{sign_off.signature.key}/").content.decode()
    gate = page[page.index("Gate as it was signed") :].partition("</ul>")[0]
    assert "2 of 2 stories signed" in gate
    assert gate.count('<li class="good">') == len(sign_off_gate(sign_off))
    assert "Not met" not in gate


def sign_off_gate(sign_off: EpicSignOff) -> list[ShownVerdict]:
    return read_dossier(bytes(sign_off.dossier.body)).judged


def test_an_epic_without_stories_cannot_be_accepted(cast: Cast) -> None:
    made = make_promise(cast, stories=0)
    with pytest.raises(Refused, match="has no stories: there is nothing to accept"):
        made.sign()


def test_accepting_needs_every_criterion_and_names_the_first_that_is_not(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    with pytest.raises(Refused, match="Stories signed: 0 of 2 stories signed at their current text"):
        made.sign()


def test_accepting_with_exceptions_needs_an_exception(promise: Promise) -> None:
    with pytest.raises(Refused, match="nothing is waived: accept the delivery instead"):
        promise.sign(meaning="ACCEPT_WITH_EXCEPTIONS")


def test_rejecting_is_always_possible_and_becomes_a_comment(cast: Cast) -> None:
    made = make_promise(cast)
    made.sign(meaning="REJECT", comment="The refund path is missing.")
    epic = made.reread()
    assert epic.state == "REJECTED"
    assert Comment.objects.get(epic=epic).text == "The refund path is missing."


def test_a_rejection_takes_back_what_was_accepted(promise: Promise) -> None:
    promise.sign()
    promise.sign(meaning="REJECT", comment="Customers were charged twice.")
    assert Epic.objects.get(pk=promise.epic.pk).signed_promise == ""


def test_a_rejection_without_a_reason_is_refused(promise: Promise) -> None:
    with pytest.raises(BadInput, match="Say why you reject it"):
        promise.sign(meaning="REJECT", comment="  ")


def test_the_dossier_in_the_form_is_the_portals_own_and_this_persons(promise: Promise) -> None:
    shown, maria, ruth = promise.dossier(), promise.cast.maria, promise.cast.ruth
    sealed = seal(shown.body, person_key=maria.key)
    assert unseal(sealed, person_key=maria.key).digest == shown.digest
    with pytest.raises(BadInput, match="opened by somebody else"):
        unseal(sealed, person_key=ruth.key)
    with pytest.raises(BadInput, match="did not come whole"):
        unseal(sealed[:-1] + ("A" if sealed[-1] != "A" else "B"), person_key=maria.key)
    later = timezone.now() + timedelta(hours=13)
    with time_machine.travel(later), pytest.raises(BadInput, match="has been open for more than twelve hours"):
        unseal(sealed, person_key=maria.key)


def test_the_same_form_with_another_meaning_is_refused(promise: Promise) -> None:
    sent, shown = key(), promise.dossier()
    promise.sign(key=sent, shown=shown)
    before = written()
    with pytest.raises(Refused, match="This form was used for another signature"):
        promise.sign(key=sent, shown=shown, meaning="REJECT", comment="The basket is lost.")
    assert written() == before


def test_an_epic_renamed_after_the_page_was_shown_is_read_again(promise: Promise) -> None:
    shown = promise.dossier()
    delivery.edit_epic(
        epic_key=promise.epic.key, title="Anything", summary="", team_key="", promised_for="", by=promise.cast.maria
    )
    with pytest.raises(Refused, match="was called “Checkout in one page” when you opened the page"):
        promise.sign(shown=shown)
    assert promise.sign().signature.subject_title == "Anything"


def test_whose_delegate_signed_a_story_as_analyst_does_not_sign_the_epic(cast: Cast) -> None:
    promise, second = make_promise(cast), PersonFactory.create()
    owner = cast.seat(second, Role.PRODUCT_OWNER, cast.initiative).person
    as_analyst = cast.seat(owner, Role.BUSINESS_ANALYST, cast.initiative, until_on=in_days(0))
    promise.prove()
    DelegationFactory.create(seat=as_analyst, delegate=cast.nobody)
    promise.sign_stories(by=forget_seats(cast.nobody))
    as_analyst.until_on = in_days(-1)
    as_analyst.save()
    with pytest.raises(NotAllowed, match="carries a signature given in your seat"):
        promise.sign(by=owner)
    assert promise.sign(by=cast.maria)


def test_somebody_deactivated_meanwhile_signs_nothing(promise: Promise) -> None:
    """The request began while she was active."""
    second = PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    organization.deactivate_person(person=second, by=promise.cast.adam)
    second.is_active = True
    with pytest.raises(NotAllowed, match="you hold no such seat today"):
        promise.sign(by=second)
