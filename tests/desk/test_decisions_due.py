"""Decisions on error budgets on the desk: whom they wait for, who else can move them, and at what cost."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.desk import queries
from apps.desk.queries.desks import LIMIT
from apps.desk.queries.reliability import DecisionRow
from apps.organization.models import Person, Scope
from apps.organization.roles import Column, Role
from apps.reliability import actions
from apps.reliability.models import Decision
from tests.api.asking import queries_of, read
from tests.cast import DelegationFactory, PersonFactory, ScopeFactory, forget_seats, signed_in
from tests.reliability.deciding import broken, decided, propose, sign
from tests.reliability.world import NOW, World, make_sli, make_slo

pytestmark = pytest.mark.django_db


def due_of(person: Person) -> list[DecisionRow]:
    return list(queries.read_desk(forget_seats(person), at=timezone.now()).work.decisions.rows)


def told(person: Person) -> list[tuple[str, str]]:
    return [(row.act, row.waits_for) for row in due_of(person)]


def page(person: Person) -> str:
    return " ".join(signed_in(person).get("/").content.decode().split())


def test_what_nobody_proposed_in_waits_for_each_of_the_three(world: World) -> None:
    broken(world)
    for name in ("maria", "jonas", "priya"):
        (row,) = due_of(world.cast.people[name])
        assert (row.decision.key, row.state, row.act) == ("D-1", "OPEN", "Propose")
    html = page(world.cast.maria)
    assert "Decisions due" in html
    assert "1 decision due" in html
    assert "Nothing is proposed that can be signed" in html


def test_a_proposal_waits_for_those_who_have_not_signed_and_names_the_others(world: World) -> None:
    broken(world)
    propose(world)
    sign(world, Column.SRE)
    assert told(world.priya) == []
    names = "Jonas Weber, Otto Hansen, Tomás Novák"
    assert told(world.cast.maria) == [("Read and sign", f"Your signature for Product; then Engineering ({names})")]
    assert 'href="/decisions/D-1/sign/"' in page(world.cast.maria)
    row = read(signed_in(world.cast.maria), "desk/")["decisions_due"][0]
    assert (row["key"], row["title"]) == ("D-1", "Checkout answers in time")
    assert row["words"].startswith("Due ")


def test_an_overdue_one_is_shown_to_who_signed_with_whom_it_waits_for(world: World) -> None:
    broken(world)
    propose(world, expires_on=NOW.date() + timedelta(days=28))
    sign(world, Column.SRE)
    assert told(world.priya) == []
    late = Decision.objects.get().due_on + timedelta(days=1)
    with time_machine.travel(late, tick=False):
        (row,) = due_of(world.priya)
        assert (row.state, row.act) == ("OVERDUE", "Open")
        assert row.waits_for.startswith("Waits for Product (Maria")
        (hers,) = due_of(world.cast.maria)
        assert (hers.state, hers.act) == ("OVERDUE", "Read and sign")
        assert "Overdue since" in page(world.cast.maria)


def test_a_proposal_that_two_dissented_from_is_to_be_made_anew(world: World) -> None:
    broken(world)
    propose(world)
    for column in (Column.PRODUCT, Column.SRE):
        sign(world, column, agrees=False, comment="It was the network.")
    assert [act for act, _ in told(world.cast.maria)] == ["Propose"]


def test_its_owner_is_asked_what_came_of_it_until_they_say_it(world: World) -> None:
    decision = decided(world)
    (row,) = due_of(world.cast.jonas)
    assert (row.decision.key, row.act, row.state) == ("D-1", "Note what came of it", "DECIDED")
    assert row.words.startswith("Holds until")
    assert told(world.cast.maria) == []
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        actions.expire_decisions()
        (row,) = due_of(world.cast.jonas)
        assert row.state == "EXPIRED"
        actions.note_outcome(decision_key=decision.key, words="The bug is mended.", by=world.cast.jonas)
        assert told(world.cast.jonas) == []


def test_a_delegate_does_not_sign_for_whom_signed_already(world: World) -> None:
    broken(world)
    propose(world)
    DelegationFactory.create(seat=world.cast.seat_of("maria"), delegate=world.priya)
    assert "Product and SRE" in told(world.priya)[0][1]
    sign(world, Column.SRE)
    assert told(world.priya) == []


def test_the_organization_s_lead_signs_for_a_column_that_is_vacant(world: World) -> None:
    broken(world)
    propose(world)
    assert told(world.cast.ines)[0][1].startswith("Your signature for SRE; then Product (Maria Keller, Vera Lindqvist)")
    for name in ("maria", "vera"):
        world.cast.seat_of(name).delete()
    assert told(world.cast.ines)[0][1].startswith("Your signature for Product and SRE; then Engineering")
    assert told(world.priya)[0][1].startswith("Your signature for SRE; then Product (nobody holds a seat)")


@pytest.mark.parametrize("name", ["nobody", "ada", "lena"])
def test_who_holds_no_seat_that_decides_sees_none(world: World, name: str) -> None:
    broken(world)
    assert told(world.cast.people[name]) == []
    assert "D-1" not in page(world.cast.people[name])


def test_seats_elsewhere_see_none(world: World) -> None:
    broken(world)
    other = PersonFactory.create()
    world.cast.seat(other, Role.PRODUCT_OWNER, world.cast.elsewhere)
    assert told(other) == []


def test_the_restricted_is_unknown_to_a_seat_on_the_team(world: World) -> None:
    team = ScopeFactory.create(kind=Scope.Kind.TEAM, key="crew", parent=world.cast.organization)
    Scope.objects.filter(pk=world.scope.pk).update(worked_by=team)
    member = PersonFactory.create()
    world.cast.seat(member, Role.SRE, team)
    broken(world)
    assert len(told(member)) == 1
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    assert told(member) == []


def test_the_same_number_of_queries_for_one_decision_and_for_twenty(world: World) -> None:
    broken(world)
    propose(world)
    client = signed_in(world.cast.maria)
    one = queries_of(client, "desk/")
    for number in range(LIMIT):
        slo = make_slo(make_sli(world.scope, world.priya, f"Other {number}"), world.priya)
        found = actions.open_decision(
            slo_key=slo.key, kind="BROKEN", cause_key=f"told {number}", facts={}, by=world.priya
        )
        propose(world, decision_key=found.key)
    assert len(due_of(world.cast.maria)) == LIMIT
    assert queries_of(client, "desk/") == one
    assert "The first 20 are shown" in page(world.cast.maria)
