"""The triad: who holds the nine seats, which are vacant, and who sits on both sides."""

from itertools import product

import pytest

from apps.organization import queries
from apps.organization.models import Person, Scope
from apps.organization.roles import GRID, Role
from apps.organization.sides import SIDES
from tests.cast import Cast, DelegationFactory, PersonFactory, ScopeFactory, TeamFactory, in_days, signed_in


@pytest.fixture
def epic(cast: Cast) -> Scope:
    """An epic of the initiative in which everybody sits."""
    return ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", title="One page", parent=cast.initiative)


def test_three_layers_by_three_columns(cast: Cast, epic: Scope):
    triad = queries.triad(epic)
    roles = [[cell.role for cell in cells] for _, cells in triad.rows]
    assert roles == [
        ["TECHNICAL_PRODUCT_MANAGER", "ENTERPRISE_ARCHITECT", "SRE_ORGANIZATION_LEAD"],
        ["PRODUCT_OWNER", "SOLUTION_ARCHITECT", "SRE_LEAD"],
        ["BUSINESS_ANALYST", "ENGINEERING_TEAM_LEAD", "SRE"],
    ]
    assert triad.findings == ()
    owner = triad.cell(Role.PRODUCT_OWNER).holders[0]
    assert (owner.person, owner.words) == (cast.maria, "on I-1")


def test_several_may_hold_one_seat_and_say_until_when(cast: Cast, epic: Scope):
    cast.seat(cast.nobody, Role.PRODUCT_OWNER, epic, until_on=in_days(0))
    holders = queries.triad(epic).cell(Role.PRODUCT_OWNER).holders
    assert [holder.person.name for holder in holders] == ["Maria Keller", "Nora Body"]
    assert holders[1].words.startswith("until ")


@pytest.mark.parametrize("role", [role for role in GRID])
def test_each_vacant_seat_shows(cast: Cast, epic: Scope, role: Role):
    Person.objects.filter(seats__role=role).update(is_active=False)
    cell = queries.triad(epic).cell(role)
    assert cell.vacant
    words = [finding.words for finding in queries.triad(epic).vacancies]
    asked = {Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, Role.BUSINESS_ANALYST}
    assert words == ([f"E-1 “One page” has no {role.label}."] if role in asked else [])
    page = signed_in(cast.nobody).get("/scopes/E-1/triad/").content.decode()
    assert page.count("Vacant") == (2 if role in asked else 1)


@pytest.mark.parametrize(
    ("from_on", "until_on", "holds"),
    [(0, None, True), (1, None, False), (-5, -1, False), (-5, 0, True), (0, 0, True)],
)
def test_a_seat_counts_between_its_days(cast: Cast, epic: Scope, from_on: int, until_on: int | None, holds: bool):
    last = None if until_on is None else in_days(until_on)
    cast.seat(cast.nobody, Role.SRE, epic, from_on=in_days(from_on), until_on=last)
    people = [holder.person for holder in queries.triad(epic).cell(Role.SRE).holders]
    assert (cast.nobody in people) is holds


def test_an_initiative_shows_its_epics_seats_and_vacancies(cast: Cast):
    first = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", title="One", parent=cast.elsewhere)
    ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-2", title="Two", parent=cast.elsewhere)
    cast.seat(cast.maria, Role.PRODUCT_OWNER, first)
    triad = queries.triad(cast.elsewhere)
    assert triad.cell(Role.PRODUCT_OWNER).holders[0].words == "on E-1"
    words = {finding.words for finding in triad.vacancies}
    assert "I-2 “Returns without a letter” has no Enterprise Architect." in words
    assert "E-2 “Two” has no Product Owner." in words
    assert "E-1 “One” has no Product Owner." not in words


def test_the_seats_of_the_epics_team_count_beside(cast: Cast):
    team = TeamFactory.create(key="checkout-team")
    cast.seat(cast.ruth, Role.BUSINESS_ANALYST, team.scope)
    alone = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", parent=cast.elsewhere)
    epic = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-2", parent=cast.elsewhere, worked_by=team.scope)
    assert queries.triad(alone).cell(Role.BUSINESS_ANALYST).vacant
    assert queries.triad(epic).cell(Role.BUSINESS_ANALYST).holders[0].person == cast.ruth
    client = signed_in(cast.nobody)
    page = client.get("/scopes/E-2/triad/").content.decode()
    assert "Ruth Adeyemi" in page and "on checkout-team" in page and f"with the seats of {team.scope.title}" in page
    assert "Ruth Adeyemi" not in client.get("/scopes/E-1/triad/?team=checkout-team").content.decode()


def test_the_team_that_works_on_an_epic_counts_for_it_and_for_no_other(cast: Cast):
    team = TeamFactory.create(key="payments")
    elsewhere = cast.elsewhere
    for role in GRID:
        if role not in (Role.BUSINESS_ANALYST,):
            cast.seat(PersonFactory.create(), role, elsewhere)
    cast.seat(cast.nobody, Role.BUSINESS_ANALYST, team.scope)
    ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-8", title="Theirs", parent=elsewhere, worked_by=team.scope)
    ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-9", title="Nobody's", parent=elsewhere)
    triad = queries.triad(elsewhere)
    assert [finding.words for finding in triad.findings] == ["E-9 “Nobody's” has no Business Analyst."]
    assert [holder.person for holder in triad.cell(Role.BUSINESS_ANALYST).holders] == [cast.nobody]


PAIRS = {frozenset({sides.one, sides.other}) for sides in SIDES}


@pytest.mark.parametrize(("one", "other"), [(a, b) for a, b in product(GRID, GRID) if a < b])
def test_two_seats_conflict_where_they_meet_in_one_sign_off(cast: Cast, one: Role, other: Role):
    epic = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", parent=cast.elsewhere)
    cast.seat(cast.nobody, one, cast.elsewhere)
    cast.seat(cast.nobody, other, epic)
    conflicts = queries.conflicts_on(epic)
    assert bool(conflicts) is (frozenset({one, other}) in PAIRS)
    assert queries.triad(epic).conflicts == conflicts
    assert queries.conflicts_on(cast.elsewhere) == []
    if conflicts:
        assert conflicts[0].words.startswith("Nora Body is both ")
        assert {conflicts[0].person} == {cast.nobody}


def test_a_delegate_sits_on_both_sides_too(cast: Cast, epic: Scope):
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.ruth)
    (conflict,) = queries.conflicts_on(epic)
    assert conflict.words == (
        "Ruth Adeyemi is both Business Analyst and Product Owner of E-1,"
        " so nobody else would check the stories before the epic is signed."
    )
    grid = queries.triad(epic)
    assert grid.cell(Role.PRODUCT_OWNER).conflict == "Ruth Adeyemi is Business Analyst of E-1 too."
    assert grid.cell(Role.PRODUCT_OWNER).holders[0].words == "on I-1, delegated to Ruth Adeyemi"


def test_a_conflict_of_an_epic_is_found_on_its_initiative(cast: Cast, epic: Scope):
    cast.seat(cast.maria, Role.SRE_LEAD, epic)
    (conflict,) = queries.triad(cast.initiative).conflicts
    assert conflict.scope == epic and "is both Product Owner and SRE Lead of E-1" in conflict.words


def test_a_role_on_the_initiative_conflicts_once_for_all_its_epics(cast: Cast, epic: Scope):
    cast.seat(cast.maria, Role.BUSINESS_ANALYST, cast.initiative)
    assert [one.scope.key for one in queries.triad(cast.initiative).conflicts] == ["I-1"]


def test_a_teams_own_product_owner_is_not_the_epics(cast: Cast):
    team = TeamFactory.create()
    epic = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-9", parent=cast.elsewhere, worked_by=team.scope)
    cast.seat(cast.nobody, Role.PRODUCT_OWNER, team.scope)
    cast.seat(cast.nobody, Role.BUSINESS_ANALYST, team.scope)
    found = queries.triad(epic)
    assert found.cell(Role.PRODUCT_OWNER).vacant and not found.cell(Role.BUSINESS_ANALYST).vacant
    assert Role.PRODUCT_OWNER in [finding.roles[0] for finding in found.vacancies]
    assert not found.conflicts
    assert queries.triad(cast.elsewhere).cell(Role.PRODUCT_OWNER).vacant
    assert not queries.triad(team.scope).cell(Role.PRODUCT_OWNER).vacant
