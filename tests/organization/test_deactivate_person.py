"""Deactivating people, handing over their seats, reactivating them."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.test import APIClient

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions, queries
from apps.organization.models import Person, Seat, Token
from apps.organization.roles import Role
from tests.cast import Cast, DelegationFactory, PersonFactory, forget_seats, in_days, signed_in
from tests.organization import log


def test_it_ends_sessions_and_tokens_at_once(cast: Cast):
    theirs, mine = signed_in(cast.maria), signed_in(cast.adam)
    account = PersonFactory.create(username="ci", is_service=True)
    Token.objects.create(person=account, name="t", prefix="t", secret_hash=Token.hash_of("s"), created_by=cast.adam)
    assert theirs.get("/people/").status_code == 200
    for username in ("maria", "ci"):
        answer = mine.post(f"/people/{username}/deactivate/", {"reason": "left"})
        assert answer["Location"] == f"/people/{username}/deactivate/"
    assert theirs.get("/people/").status_code == 302
    assert Session.objects.count() == 1, "only the administrator's is left"
    assert Token.objects.get().revoked_at is not None
    assert APIClient().get("/api/v1/", HTTP_AUTHORIZATION="Bearer s").status_code == 401
    assert mine.get("/people/").status_code == 200


def test_the_log_says_which_seats_wait(cast: Cast):
    seat = cast.seat_of("maria")
    actions.deactivate_person(person=cast.maria, by=cast.adam, reason="moved on")
    entry = log.last("person.deactivated")
    assert entry.line.words == "deactivated Maria Keller; 1 seat waits for a successor"
    assert log.facts("person.deactivated")["seats"] == [seat.pk]
    assert entry.values["reason"] == "moved on"
    assert b"moved on" not in bytes(entry.entry.body)


def test_nobody_acts_in_the_seats_meanwhile_and_they_stay(cast: Cast):
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.sam)
    assert cast.sam.has_perm("signoff.sign_epic", cast.initiative)
    actions.deactivate_person(person=cast.maria, by=cast.adam)
    assert not forget_seats(cast.sam).has_perm("signoff.sign_epic", cast.initiative)
    assert queries.triad(cast.initiative).cell(Role.PRODUCT_OWNER).vacant
    assert [seat.role for seat in queries.open_seats_of(cast.maria)] == ["PRODUCT_OWNER"]


def test_the_last_administrator_stays(cast: Cast):
    with pytest.raises(Refused, match="You are the last administrator. Give somebody else"):
        actions.deactivate_person(person=cast.adam, by=cast.adam)
    cast.seat(cast.vera, Role.ADMINISTRATOR, cast.organization)
    with_two = signed_in(cast.adam)
    assert with_two.post("/people/adam/deactivate/", {"reason": ""})["Location"] == "/accounts/login/"
    assert with_two.get("/people/").status_code == 302
    with pytest.raises(Refused, match="Vera Lindqvist is the last administrator|You are the last"):
        actions.deactivate_person(person=cast.vera, by=forget_seats(cast.vera))


def test_an_administrator_whose_seat_ended_does_not_count(cast: Cast):
    cast.seat(cast.vera, Role.ADMINISTRATOR, cast.organization, until_on=in_days(-1))
    with pytest.raises(Refused, match="last administrator"):
        actions.deactivate_person(person=cast.adam, by=cast.adam)


def test_refusals(cast: Cast):
    with pytest.raises(NotAllowed, match="Only an administrator"):
        actions.deactivate_person(person=cast.maria, by=cast.vera)
    actions.deactivate_person(person=cast.maria, by=cast.adam)
    with pytest.raises(Refused, match="Maria Keller is not active already"):
        actions.deactivate_person(person=cast.maria, by=cast.adam)
    with pytest.raises(Refused, match="Sam Okafor is active"):
        actions.reactivate_person(person=cast.sam, by=cast.adam)
    with pytest.raises(NotAllowed, match="Only an administrator may add, change or deactivate people"):
        actions.reactivate_person(person=cast.maria, by=cast.vera)
    answer = signed_in(cast.vera).post("/people/maria/reactivate/")
    assert answer.status_code == 403
    assert not Person.objects.get(username="maria").is_active


def test_reactivated_people_sign_in_again_in_their_seats(cast: Cast):
    actions.deactivate_person(person=cast.maria, by=cast.adam)
    assert signed_in(cast.adam).post("/people/maria/reactivate/").status_code == 302
    maria = Person.objects.get(username="maria")
    assert maria.is_active and maria.has_perm("signoff.sign_epic", cast.initiative)
    assert log.said("person.reactivated").endswith("reactivated Maria Keller")


def test_each_seat_passes_to_its_successor_on_the_same_page(cast: Cast):
    owner = cast.seat_of("maria")
    analyst = cast.seat(cast.maria, Role.BUSINESS_ANALYST, cast.elsewhere, until_on=in_days(40))
    later = cast.seat(cast.maria, Role.SRE, cast.elsewhere)
    actions.deactivate_person(person=cast.maria, by=cast.adam)
    client = signed_in(cast.adam)
    page = client.get("/people/maria/deactivate/").content.decode()
    assert "Product Owner of I-1 “Checkout that nobody abandons”" in page
    answer = client.post(
        "/people/maria/hand-over/",
        {f"seat-{owner.pk}": "vera", f"seat-{analyst.pk}": "-", f"seat-{later.pk}": ""},
    )
    assert answer.status_code == 302
    assert not Seat.objects.held_on(queries.today()).filter(pk__in=[owner.pk, analyst.pk]).exists()
    assert [seat.pk for seat in queries.open_seats_of(cast.maria)] == [later.pk]
    given = cast.vera.seats.latest("pk")
    assert (given.role, given.scope, given.from_on) == ("PRODUCT_OWNER", cast.initiative, queries.today())
    assert "handed over 1 of 2 seats of Maria Keller" in log.said("person.handed_over")


def test_one_refused_seat_leaves_all_as_they_were(cast: Cast):
    owner, other = cast.seat_of("maria"), cast.seat(cast.maria, Role.SRE, cast.initiative)
    before = log.size()
    answer = signed_in(cast.adam).post(
        "/people/maria/hand-over/", {f"seat-{owner.pk}": "vera", f"seat-{other.pk}": "sam"}
    )
    assert answer.status_code == 409
    assert "Sam Okafor holds the seat of SRE on I-1" in answer.content.decode()
    assert log.size() == before and cast.vera.seats.count() == 1


def test_a_hand_over_says_what_is_wrong(cast: Cast):
    with pytest.raises(BadInput, match="Choose a successor for at least one seat"):
        actions.hand_over_seats(person=cast.maria, successors={}, by=cast.adam)
    with pytest.raises(BadInput, match="no open seat of Maria Keller any more"):
        actions.hand_over_seats(person=cast.maria, successors={cast.seat_of("sam").pk: None}, by=cast.adam)
    with pytest.raises(NotAllowed, match="Only an administrator"):
        actions.hand_over_seats(person=cast.maria, successors={}, by=cast.ines)


def test_the_last_administrators_seat_changes_hands_without_a_gap(cast: Cast):
    seat = cast.seat_of("adam")
    actions.hand_over_seats(person=cast.adam, successors={seat.pk: cast.vera}, by=cast.adam)
    assert forget_seats(cast.vera).has_perm("organization.manage_people")
    assert not forget_seats(cast.adam).has_perm("organization.manage_people")


def test_a_session_that_ended_long_ago_does_no_harm(cast: Cast):
    Session.objects.create(session_key="x", session_data="rubbish", expire_date=timezone.now())
    actions.deactivate_person(person=cast.maria, by=cast.adam)
