"""What to decide is proposed by one of three seats, with an owner, a cause and a last day; the matrix recommends."""

from typing import Any

import pytest
from django.db import DatabaseError

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.reliability import actions, tasks
from apps.reliability.models import Decision, DecisionProposal
from tests.cast import PersonFactory
from tests.organization import log
from tests.reliability.deciding import broken, decided, in_days, propose
from tests.reliability.world import DAY, World, ago


def test_a_proposal_says_what_the_matrix_recommends(world: World) -> None:
    broken(world)
    proposal = propose(world, toil="HIGH", satisfaction="LOW", reason="The cache fell over.")
    assert (proposal.number, proposal.option, proposal.slo_met) == (1, "STOP", False)
    assert proposal.recommendation == "OFFLOAD_TOIL_AND_FIX"
    assert propose(world).recommendation == ""  # nobody knows toil and satisfaction yet
    assert log.said("decision.proposed") == (
        f"Priya Raman, SRE Lead of I-1, proposed in D-1: Stop changes, until {in_days(7)}"
    )
    assert log.facts("decision.proposed")["number"] == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"option": "SHIP"}, "“SHIP” is not among what may be decided here: STOP, KEEP, CHANGE"),
        ({"option": "KEEP"}, "“Keep shipping” takes a reason"),
        ({"cause": ""}, "Choose what used the budget"),
        ({"cause": "MOON"}, "Choose what used the budget"),
        ({"expires_on": in_days(0)}, "A decision holds until a day after today, and by the policy until 2026-12-26"),
        ({"expires_on": in_days(29)}, "A decision holds until a day after today"),
        ({"toil": "SOME"}, "Toil is LOW or HIGH, or left open"),
    ],
)
def test_what_cannot_be_proposed(world: World, said: dict[str, Any], words: str) -> None:
    broken(world)
    with pytest.raises(BadInput, match=words):
        propose(world, **said)
    assert not DecisionProposal.objects.exists()


def test_who_may_not_propose_and_who_cannot_own(world: World) -> None:
    broken(world)
    for name in ("ruth", "emil", "adam", "nobody"):
        with pytest.raises(NotAllowed, match="Proposing in D-1 takes a seat as"):
            propose(world, by=world.cast.people[name])
    with pytest.raises(BadInput, match="The owner is a person with an account that is in use"):
        propose(world, owner=PersonFactory.create(is_active=False))


def test_a_surplus_has_options_of_its_own_and_no_cause(world: World) -> None:
    world.push(*((ago(days=day, hours=12), 1000, 1000) for day in range(60)), grain=DAY)
    tasks.judge_decisions()
    with pytest.raises(BadInput, match="Nothing used the budget here"):
        propose(world, option="BREAK")
    proposal = propose(world, option="BREAK", cause="", toil="LOW", satisfaction="HIGH")
    assert (proposal.slo_met, proposal.recommendation) == (True, "RELAX_RELEASES_OR_STEP_BACK")


def test_nothing_is_proposed_once_it_is_decided(world: World) -> None:
    decided(world)
    with pytest.raises(Refused, match="D-1 is decided already; another cause opens another decision"):
        propose(world)


def test_what_is_restricted_does_not_exist_for_others(world: World) -> None:
    broken(world)
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    with pytest.raises(Decision.DoesNotExist):
        actions.note_outcome(decision_key="D-1", words="x", by=world.cast.nobody)


def test_a_failing_log_takes_the_proposal_with_it(world: World, request: pytest.FixtureRequest) -> None:
    broken(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        propose(world)
    assert not DecisionProposal.objects.exists()
