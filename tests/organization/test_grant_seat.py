"""Granting and ending seats."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import actions, queries, rules
from apps.organization.models import Person, Scope, Seat
from apps.organization.roles import Role
from tests.cast import Cast, DelegationFactory, PersonFactory, ScopeFactory, forget_seats, in_days, signed_in
from tests.organization import log

COLUMNS = {
    "vera": {Role.TECHNICAL_PRODUCT_MANAGER, Role.PRODUCT_OWNER, Role.BUSINESS_ANALYST},
    "otto": {Role.ENTERPRISE_ARCHITECT, Role.SOLUTION_ARCHITECT, Role.ENGINEERING_TEAM_LEAD},
    "ines": {Role.SRE_ORGANIZATION_LEAD, Role.SRE_LEAD, Role.SRE},
}
NINE = sorted(set().union(*COLUMNS.values()))


@pytest.mark.parametrize("role", NINE)
@pytest.mark.parametrize("name", COLUMNS)
def test_the_outward_layer_hands_out_seats_of_its_own_column(cast: Cast, name: str, role: Role):
    by, epic = cast.people[name], ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", parent=cast.initiative)
    if role in COLUMNS[name]:
        assert actions.grant_seat(person=cast.nobody, role=role, scope=epic, by=by).granted_by == by
        assert role in rules.roles_to_hand_out(by, epic)
        return
    with pytest.raises(NotAllowed, match="you hand out seats of your own column only"):
        actions.grant_seat(person=cast.nobody, role=role, scope=epic, by=by)
    assert role not in rules.roles_to_hand_out(by, epic)


@pytest.mark.parametrize("role", list(Role))
def test_the_administrator_hands_out_any_seat(cast: Cast, role: Role):
    seat = actions.grant_seat(person=cast.nobody, role=role, scope=cast.organization, by=cast.adam)
    words = f"Adam Roth, Administrator of ORG, gave Nora Body the seat of {role.label} on ORG “Acme Shop”"
    assert log.said("seat.granted") == words
    facts = log.facts("seat.granted")
    assert (facts["seat"], facts["to_themselves"], facts["holder_key"]) == (seat.pk, False, cast.nobody.key)


@pytest.mark.parametrize("name", ["maria", "ruth", "tomas", "sam", "emil", "ada", "nobody"])
def test_others_hand_out_none(cast: Cast, name: str):
    with pytest.raises(NotAllowed, match="Only an administrator, or the outward layer in its own column"):
        actions.grant_seat(person=cast.lena, role=Role.SRE, scope=cast.initiative, by=cast.people[name])
    assert signed_in(cast.people[name]).get("/scopes/I-1/seats/new/").status_code == 403


def test_a_column_reaches_down_its_own_branch_only(cast: Cast):
    with pytest.raises(NotAllowed, match="hands out the seat of Product Owner on I-2"):
        actions.grant_seat(person=cast.lena, role=Role.PRODUCT_OWNER, scope=cast.elsewhere, by=cast.vera)
    with pytest.raises(NotAllowed, match="on ORG"):
        actions.grant_seat(person=cast.lena, role=Role.PRODUCT_OWNER, scope=cast.organization, by=cast.vera)
    page = signed_in(cast.vera).get("/scopes/I-2/seats/new/")
    assert page.status_code == 403
    assert "Seats on I-2 are handed out by an administrator, or by the Technical Product" in page.content.decode()


def test_nobody_gives_a_seat_to_themselves_but_an_administrator(cast: Cast):
    with pytest.raises(NotAllowed, match="Nobody gives a seat to themselves"):
        actions.grant_seat(person=cast.vera, role=Role.PRODUCT_OWNER, scope=cast.initiative, by=cast.vera)
    actions.grant_seat(person=cast.adam, role=Role.PRODUCT_OWNER, scope=cast.initiative, by=cast.adam)
    assert log.facts("seat.granted")["to_themselves"] is True


def test_who_acts_for_an_administrator_gives_themselves_nothing(cast: Cast):
    DelegationFactory.create(seat=cast.seat_of("adam"), delegate=cast.sam)
    actions.grant_seat(person=cast.lena, role=Role.SRE, scope=cast.initiative, by=cast.sam)
    assert "for P-" in log.said("seat.granted")
    with pytest.raises(NotAllowed, match="Nobody gives a seat to themselves"):
        actions.grant_seat(person=cast.sam, role=Role.ADMINISTRATOR, scope=cast.organization, by=cast.sam)


def refused(cast: Cast, **changes: Any) -> str:
    entries, seats = log.size(), Seat.objects.count()
    wish: dict[str, Any] = {
        "person": cast.nobody,
        "role": Role.SRE,
        "scope": cast.initiative,
        "by": cast.adam,
        **changes,
    }
    with pytest.raises(Refused) as error:
        actions.grant_seat(**wish)
    assert (log.size(), Seat.objects.count()) == (entries, seats)
    return error.value.sentence


def test_refusals_in_words(cast: Cast):
    machine, gone = PersonFactory.create(name="CI", is_service=True), PersonFactory.create(name="Gone", is_active=False)
    assert "CI is a service account, and those hold no seats" in refused(cast, person=machine)
    assert "Gone is not active, so the seat would be vacant at once" in refused(cast, person=gone)
    assert "Auditor is held on the organization as a whole, not on I-1" in refused(cast, role=Role.AUDITOR)
    dates: dict[str, Any] = {"from_on": date(2026, 3, 2), "until_on": date(2026, 3, 1)}
    assert "The last day, 1 Mar 2026, comes before the first, 2 Mar 2026" in refused(cast, **dates)
    assert "Sam Okafor holds the seat of SRE on I-1 from" in refused(cast, person=cast.sam)
    cast.initiative.archived_at = cast.adam.joined_at
    words = "I-1 is archived; nobody takes a seat on it any more"
    assert words in refused(cast)
    cast.initiative.save()
    page = signed_in(cast.adam).get("/scopes/I-1/seats/new/")
    assert page.status_code == 409 and words in page.content.decode()


def test_a_seat_may_be_held_again_outside_its_days(cast: Cast):
    person = cast.nobody
    grant: dict[str, Any] = {"person": person, "role": Role.SRE, "scope": cast.initiative, "by": cast.adam}
    actions.grant_seat(**grant, from_on=in_days(0), until_on=in_days(10))
    with pytest.raises(Refused, match="already. End that one first, or choose days outside it"):
        actions.grant_seat(**grant, from_on=in_days(10))
    actions.grant_seat(**grant, from_on=in_days(11))
    assert queries.seats_on([cast.initiative], roles=[Role.SRE]).filter(person=person).count() == 1


def test_the_page_gives_a_seat_and_shows_the_conflict(cast: Cast):
    client = signed_in(cast.adam)
    wish = {"person": "maria", "role": "BUSINESS_ANALYST", "from_on": in_days(0), "until_on": ""}
    answer = client.post("/scopes/I-1/seats/new/", wish, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/scopes/I-1/triad/", 302)]
    assert "Maria Keller is both Business Analyst and Product Owner of I-1" in page
    again = client.post("/scopes/I-1/seats/new/", wish)
    assert again.status_code == 409
    assert "holds the seat of Business Analyst on I-1" in again.content.decode()


def test_the_page_says_what_is_not_filled_in_well(cast: Cast):
    wish = {"person": "ghost", "role": "SRE", "from_on": "tomorrow", "until_on": ""}
    answer = signed_in(cast.adam).post("/scopes/I-1/seats/new/", wish)
    assert answer.status_code == 400
    assert "Choose one of the people here." in answer.content.decode()
    assert "Write the day as 2026-11-23." in answer.content.decode()


def held(person: Person) -> bool:
    return forget_seats(person).has_perm("signoff.sign_epic")


def test_a_seat_ends_at_once(cast: Cast):
    assert held(cast.maria)
    actions.end_seat(seat=cast.seat_of("maria"), by=cast.vera, reason="reorganized")
    assert not held(cast.maria)
    words = "ended Maria Keller's seat of Product Owner on I-1 “Checkout that nobody abandons” at once"
    assert log.last("seat.ended").line.words == words


def test_a_seat_given_by_mistake_today_ends_today(cast: Cast):
    seat = actions.grant_seat(person=cast.nobody, role=Role.PRODUCT_OWNER, scope=cast.initiative, by=cast.adam)
    assert held(cast.nobody)
    actions.end_seat(seat=seat, by=cast.adam)
    assert not held(cast.nobody)
    actions.grant_seat(person=cast.nobody, role=Role.PRODUCT_OWNER, scope=cast.initiative, by=cast.adam)
    assert held(cast.nobody)


def test_a_seat_that_was_to_begin_later_never_does(cast: Cast, time_machine):
    seat = cast.seat(cast.nobody, Role.PRODUCT_OWNER, cast.initiative, from_on=in_days(5))
    actions.end_seat(seat=seat, by=cast.adam)
    time_machine.move_to(timezone.now() + timedelta(days=6))
    assert not held(cast.nobody)


def test_the_last_day_counts(cast: Cast, time_machine):
    time_machine.move_to("2026-11-23T10:00:00Z")
    actions.end_seat(seat=cast.seat_of("maria"), by=cast.maria, last_day=in_days(1))
    time_machine.move_to("2026-11-24T23:59:00Z")
    assert held(cast.maria)
    time_machine.move_to("2026-11-25T00:00:01Z")
    assert not held(cast.maria)


def test_refusals_of_ending(cast: Cast):
    seat = cast.seat_of("maria")
    with pytest.raises(NotAllowed, match="hands out the seat of Product Owner on I-1"):
        actions.end_seat(seat=seat, by=cast.sam)
    with pytest.raises(NotAllowed, match="own column only"):
        actions.end_seat(seat=seat, by=cast.otto)
    with pytest.raises(BadInput, match="The last day lies in the past"):
        actions.end_seat(seat=seat, by=cast.adam, last_day=in_days(-1))
    with pytest.raises(Refused, match="last administrator's seat"):
        actions.end_seat(seat=cast.seat_of("adam"), by=cast.adam)
    with pytest.raises(Refused, match="last administrator's seat"):
        actions.end_seat(seat=cast.seat_of("adam"), by=cast.adam, last_day=in_days(3))
    actions.end_seat(seat=seat, by=cast.adam, last_day=in_days(5))
    with pytest.raises(BadInput, match="give a new one to prolong it"):
        actions.end_seat(seat=seat, by=cast.adam, last_day=in_days(6))
    actions.end_seat(seat=seat, by=cast.adam)
    with pytest.raises(Refused, match="This seat of Maria Keller has ended already"):
        actions.end_seat(seat=seat, by=cast.adam)


def test_the_page_ends_a_seat(cast: Cast):
    seat = cast.seat_of("maria")
    client = signed_in(cast.maria)
    assert "End a seat of Maria Keller" in client.get(f"/seats/{seat.pk}/end/").content.decode()
    assert client.post(f"/seats/{seat.pk}/end/", {"last_day": "", "reason": "done"})["Location"] == "/people/maria/"
    assert client.get(f"/seats/{seat.pk}/end/").status_code == 409
    assert signed_in(cast.sam).get(f"/seats/{cast.seat_of('ruth').pk}/end/").status_code == 403
    assert client.post("/seats/99999/end/").status_code == 404
