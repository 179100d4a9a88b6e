"""Delegating a seat for some days, and revoking that."""

from typing import Any

import pytest

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions, queries
from apps.organization.models import Delegation
from apps.organization.roles import Role
from tests.cast import (
    Cast,
    DelegationFactory,
    PersonFactory,
    ScopeFactory,
    SeatFactory,
    forget_seats,
    in_days,
    signed_in,
)
from tests.organization import log

SIGN = "signoff.sign_epic"


def test_the_delegate_acts_in_the_seat_and_is_named(cast: Cast):
    actions.delegate_seat(
        seat=cast.seat_of("maria"), delegate=cast.sam, until_on=in_days(7), by=cast.maria, reason="on leave"
    )
    seat = queries.seat_for(cast.sam, SIGN, cast.initiative)
    assert seat is not None
    assert (seat.delegated_by, seat.words) == (cast.maria.key, "Product Owner of I-1, for Maria Keller")
    assert "delegated the seat of Product Owner on I-1 to Sam Okafor until" in log.said("seat.delegated")
    assert log.last("seat.delegated").values["reason"] == "on leave"


def test_it_ends_after_its_last_day(cast: Cast, time_machine):
    time_machine.move_to("2026-11-23T10:00:00Z")
    seat = SeatFactory.create(person=cast.maria, scope=cast.elsewhere)
    actions.delegate_seat(seat=seat, delegate=cast.sam, until_on=in_days(1), by=cast.maria)
    time_machine.move_to("2026-11-24T23:00:00Z")
    assert forget_seats(cast.sam).has_perm(SIGN)
    time_machine.move_to("2026-11-25T01:00:00Z")
    assert not forget_seats(cast.sam).has_perm(SIGN)


def test_it_ends_with_the_seat(cast: Cast):
    actions.delegate_seat(seat=cast.seat_of("maria"), delegate=cast.sam, until_on=in_days(7), by=cast.maria)
    actions.end_seat(seat=cast.seat_of("maria"), by=cast.adam)
    assert not forget_seats(cast.sam).has_perm(SIGN)


def refused(cast: Cast, **changes: Any) -> str:
    wish: dict[str, Any] = {
        "seat": cast.seat_of("maria"),
        "delegate": cast.sam,
        "until_on": in_days(7),
        "by": cast.maria,
        **changes,
    }
    entries, rows = log.size(), Delegation.objects.count()
    with pytest.raises(Refused) as error:
        actions.delegate_seat(**wish)
    assert (log.size(), Delegation.objects.count()) == (entries, rows)
    return error.value.sentence


def test_refusals_in_words(cast: Cast):
    short = SeatFactory.create(person=cast.maria, role=Role.SRE, scope=cast.elsewhere, until_on=in_days(3))
    over = SeatFactory.create(person=cast.maria, role=Role.SRE_LEAD, scope=cast.elsewhere, until_on=in_days(-1))
    assert "Only Maria Keller, who holds this seat, may delegate it" in refused(cast, by=cast.adam)
    assert "You cannot delegate a seat to yourself" in refused(cast, delegate=cast.maria)
    assert "is not active" in refused(cast, delegate=PersonFactory.create(is_active=False))
    assert "is a service account, and those act in no seat" in refused(
        cast, delegate=PersonFactory.create(is_service=True)
    )
    assert "cannot begin in the past" in refused(cast, from_on=in_days(-1))
    assert "comes before the first" in refused(cast, from_on=in_days(2), until_on=in_days(1))
    assert "lasts at most a year" in refused(cast, until_on=in_days(400))
    assert f"The seat itself is held from {short.from_on:%-d %b %Y} to" in refused(
        cast, seat=short, until_on=in_days(4)
    )
    assert "This seat has ended" in refused(cast, seat=over)
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.sam)
    assert "This seat is delegated to Sam Okafor until" in refused(cast)


def test_a_delegate_does_not_pass_it_on(cast: Cast):
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.sam)
    words = refused(cast, by=cast.sam, delegate=cast.ruth)
    assert "who acts in it as a delegate may not pass it on" in words
    assert signed_in(cast.sam).get(f"/seats/{cast.seat_of('maria').pk}/delegate/").status_code == 403


@pytest.mark.parametrize("name", ["maria", "sam", "adam"])
def test_holder_delegate_and_administrator_revoke_it(cast: Cast, name: str):
    delegation = DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.sam)
    by = cast.people[name]
    assert signed_in(by).post(f"/delegations/{delegation.pk}/revoke/")["Location"] == f"/people/{name}/"
    assert not forget_seats(cast.sam).has_perm(SIGN)
    assert "revoked that Sam Okafor acts for Maria Keller as Product Owner of I-1" in log.said("delegation.revoked")
    with pytest.raises(Refused, match="This delegation has ended already"):
        actions.revoke_delegation(delegation=delegation, by=by)


def test_others_do_not_revoke_it(cast: Cast):
    delegation = DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.sam)
    with pytest.raises(NotAllowed, match="Only who delegated the seat"):
        actions.revoke_delegation(delegation=delegation, by=cast.vera)


def test_a_delegate_reads_the_restricted_initiative(cast: Cast):
    secret = ScopeFactory.create(key="I-7", title="Quiet merger", restricted=True)
    seat = SeatFactory.create(person=cast.maria, scope=secret)
    assert signed_in(cast.sam).get("/scopes/I-7/triad/").status_code == 404
    actions.delegate_seat(seat=seat, delegate=cast.sam, until_on=in_days(1), by=cast.maria)
    assert signed_in(cast.sam).get("/scopes/I-7/triad/").status_code == 200


def test_the_page_delegates_and_keeps_what_was_typed(cast: Cast):
    path, client = f"/seats/{cast.seat_of('maria').pk}/delegate/", signed_in(cast.maria)
    wish = {"delegate": "sam", "from_on": in_days(0), "until_on": in_days(500), "reason": "a long journey"}
    answer = client.post(path, wish)
    assert answer.status_code == 400
    assert "lasts at most a year" in answer.content.decode() and "a long journey" in answer.content.decode()
    assert client.post(path, {**wish, "until_on": in_days(5)})["Location"] == "/people/maria/"
    page = client.get("/people/maria/").content.decode()
    assert "acts here" in page and "Revoke" in page


def test_bad_input_is_told_in_words(cast: Cast):
    with pytest.raises(BadInput, match="The reason has 501 characters"):
        actions.delegate_seat(
            seat=cast.seat_of("maria"), delegate=cast.sam, until_on=in_days(1), by=cast.maria, reason="x" * 501
        )
