"""Sixteen hands at one button, by HTTP, at the web as it runs: one signature."""

import html
import re
from functools import partial

import pytest
from django.db import transaction

from apps.audit.models import Entry
from apps.organization.roles import Role
from apps.signatures.models import Signature
from tests.cast import Cast, PersonFactory
from tests.faults.portal import Portal
from tests.faults.signing import Attempt, Signer, assert_kept, make_signers, ready_promise
from tests.faults.visitors import Visitor, at_once
from tests.signoff.promises import make_promise

pytestmark = pytest.mark.long

HANDS = 16


def test_sixteen_posts_with_one_key_make_one_signature_and_sixteen_equal_receipts(web: Portal, cast: Cast) -> None:
    """Without the look-up by key, fifteen are answered 409."""
    (signer,) = make_signers(web.port, cast, 1)
    form = signer.open()
    assert form is not None
    attempts: list[Attempt] = at_once([lambda: signer.send(form)] * HANDS)
    assert {one.answer.status for one in attempts} == {302}, attempts[0]
    (receipt,) = {one.answer.receipt for one in attempts}
    assert receipt and Signature.objects.filter(person=signer.person).count() == 1
    pages = at_once([lambda: signer.page(f"/receipts/{receipt}/")] * HANDS)
    assert len({_receipt_of(page.text) for page in pages}) == 1
    assert_kept(attempts)


def _receipt_of(page: str) -> str:
    return page.partition('id="receipt"')[2].partition("</dl>")[0]


def test_sixteen_owners_make_one_signature_and_fifteen_refusals_that_lead_to_it(web: Portal, cast: Cast) -> None:
    """Without the epic's lock all of them sign on PostgreSQL; without the check for a signature on both databases."""
    with transaction.atomic():
        promise = ready_promise(cast)
        people = PersonFactory.create_batch(HANDS)
        for person in people:
            cast.seat(person, Role.PRODUCT_OWNER, promise.epic.scope)
    signers = [Signer(web.port, person, promise.epic.key) for person in people]
    forms = at_once([signer.open for signer in signers])
    attempts: list[Attempt] = at_once([partial(one.send, form) for one, form in zip(signers, forms, strict=True)])
    _assert_one_signed(attempts, promise.epic.key, "epic.signed_off")
    assert_kept(attempts)


def test_sixteen_analysts_make_one_signature_and_fifteen_refusals_that_lead_to_it(web: Portal, cast: Cast) -> None:
    with transaction.atomic():
        promise = make_promise(cast, stories=1)
        promise.prove()
        people = PersonFactory.create_batch(HANDS)
        for person in people:
            cast.seat(person, Role.BUSINESS_ANALYST, promise.epic.scope)
    (story,) = promise.stories
    path = f"/stories/{story.key}/sign-off/"
    visitors = [Visitor(web.port, person) for person in people]
    forms = at_once([partial(one.form, path, "digest") for one in visitors])

    def send(at: int) -> Attempt:
        answer = visitors[at].post(path, forms[at], {"meaning": "ACCEPT"})
        return Attempt(people[at].pk, forms[at].fields["key"], answer)

    attempts = at_once([partial(send, at) for at in range(HANDS)])
    _assert_one_signed(attempts, story.key, "story.signed_off")


def _assert_one_signed(attempts: list[Attempt], subject: str, event: str) -> None:
    signature = Signature.objects.get(subject=subject)
    assert Entry.objects.filter(event=event, subject=subject).count() == 1
    assert sorted(one.answer.status for one in attempts) == [302, *[409] * (HANDS - 1)]
    assert [one.answer.receipt for one in attempts if one.answer.status == 302] == [signature.key]
    for one in attempts:
        if one.answer.status == 409:
            refusal = re.search(r"Not signed.*?</div>", one.answer.text, re.DOTALL)
            assert refusal, one.answer.text
            assert signature.printed_name in html.unescape(refusal[0])
            assert f'href="/receipts/{signature.key}/"' in refusal[0]
