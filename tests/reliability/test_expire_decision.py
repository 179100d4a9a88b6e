"""A decision ends after its last day, its freeze with it or before; what came of it is noted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.roles import Column
from apps.reliability import actions, queries, tasks
from apps.reliability.models import Decision, Freeze
from tests.organization import log
from tests.reliability.deciding import broken, decided, in_days, propose, sign
from tests.reliability.world import NOW, World


def frozen(world: World) -> bool:
    """Whether the epic is, today."""
    return bool(queries.active_freezes([world.scope.pk], on=timezone.now().date()))


def test_from_counts_to_expiry_and_the_question_is_asked_anew(world: World) -> None:
    decision = decided(world)
    assert frozen(world)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        tasks.expire_decisions()
        decision.refresh_from_db()
        assert (decision.state, frozen(world)) == ("DECIDED", True)  # its last day
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        assert not frozen(world)
        tasks.expire_decisions()
        decision.refresh_from_db()
        assert decision.state == "EXPIRED"
        assert log.said("decision.expired") == (
            f"The portal ended D-1 “Checkout answers in time”, which held until {in_days(7)}"
        )
        size = log.size()
        tasks.expire_decisions()
        assert log.size() == size
        tasks.refresh_slos()
        tasks.judge_decisions()
        assert [one.cause_key for one in Decision.objects.order_by("pk")] == [
            "SLO-1:BROKEN:2026-11-28",
            "SLO-1:BROKEN:2026-12-06",
        ]


def test_expiring_what_still_holds_changes_nothing(world: World) -> None:
    decided(world)
    size = log.size()
    assert actions.expire_decision(decision_key="D-1").state == "DECIDED"
    assert log.size() == size


def test_overdue_is_what_was_not_decided_in_time(world: World) -> None:
    broken(world)
    assert list(queries.overdue(on=in_days(7))) == []
    assert [one.key for one in queries.overdue(on=in_days(8))] == ["D-1"]


def test_a_freeze_is_lifted_by_who_answers_for_the_measurement(world: World) -> None:
    decided(world)
    for name in ("maria", "jonas", "sam", "nobody"):
        with pytest.raises(NotAllowed, match="Lifting the freeze of D-1 takes a seat as"):
            actions.lift_freeze(decision_key="D-1", reason="x", by=world.cast.people[name])
    with pytest.raises(BadInput, match="Say why changes may be released again"):
        actions.lift_freeze(decision_key="D-1", reason=" ", by=world.priya)
    freeze = actions.lift_freeze(decision_key="D-1", reason="The budget is kept again.", by=world.priya)
    assert (freeze.lifted_by, freeze.lift_reason, frozen(world)) == (world.priya, "The budget is kept again.", False)
    assert log.said("freeze.lifted").endswith("lifted the freeze of E-1 by D-1: The budget is kept again.")
    with pytest.raises(Refused, match="The freeze of D-1 is lifted already"):
        actions.lift_freeze(decision_key="D-1", reason="x", by=world.priya)
    assert Decision.objects.get().state == "DECIDED"


def test_there_must_be_a_freeze_to_lift(world: World) -> None:
    broken(world)
    with pytest.raises(Refused, match="D-1 froze nothing"):
        actions.lift_freeze(decision_key="D-1", reason="x", by=world.priya)
    propose(world)
    for column in Column:
        sign(world, column)
    with (
        time_machine.travel(NOW + timedelta(days=8), tick=False),
        pytest.raises(Refused, match="The freeze of D-1 ended on"),
    ):
        actions.lift_freeze(decision_key="D-1", reason="x", by=world.priya)


def test_what_came_of_it_is_noted_and_linked(world: World) -> None:
    broken(world)
    with pytest.raises(Refused, match="D-1 is not decided yet"):
        actions.note_outcome(decision_key="D-1", words="x", by=world.priya)
    propose(world)
    for column in Column:
        sign(world, column)
    with pytest.raises(NotAllowed, match="Noting what came of D-1 takes a seat"):
        actions.note_outcome(decision_key="D-1", words="x", by=world.cast.ruth)
    with pytest.raises(BadInput, match="Say what came of it"):
        actions.note_outcome(decision_key="D-1", words=" ", by=world.priya)
    with pytest.raises(BadInput, match="The link begins with https://"):
        actions.note_outcome(decision_key="D-1", words="x", link="javascript:alert(1)", by=world.priya)
    said = {"words": "The cache has a limit now.", "link": "https://wiki.example.org/pm-7"}
    decision = actions.note_outcome(decision_key="D-1", **said, by=world.priya)
    assert (decision.outcome, decision.outcome_by) == ("The cache has a limit now.", world.priya)
    assert log.said("decision.outcome_noted").endswith("noted what came of D-1: The cache has a limit now.")
    size = log.size()
    actions.note_outcome(decision_key="D-1", **said, by=world.priya)
    assert log.size() == size


def test_a_changed_target_is_linked_with_the_decision_that_it_comes_of(world: World) -> None:
    given: dict[str, Any] = {
        "title": world.slo.title,
        "window": "28d",
        "rationale": "Users accept it.",
        "by": world.priya,
    }
    broken(world)
    with pytest.raises(Refused, match="D-1 has not decided that SLO-1 changes"):
        actions.change_slo(slo_key="SLO-1", target=Decimal("0.95"), decision_key="D-1", **given)
    propose(world, option="CHANGE", reason="Nobody noticed.")
    for column in Column:
        sign(world, column)
    actions.change_slo(slo_key="SLO-1", target=Decimal("0.95"), decision_key="D-1", **given)
    decision = Decision.objects.get()
    assert decision.slo_version is not None
    assert (decision.slo_version.number, decision.slo_version.slo) == (2, world.slo)
    assert log.facts("slo.changed")["decision"] == "D-1"
    with pytest.raises(Refused, match="D-1 led to a new version already"):
        actions.change_slo(slo_key="SLO-1", target=Decimal("0.9"), decision_key="D-1", **given)


def test_a_failing_log_leaves_all_as_it_was(world: World, request: pytest.FixtureRequest) -> None:
    decided(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        actions.lift_freeze(decision_key="D-1", reason="x", by=world.priya)
    with pytest.raises(DatabaseError, match="disk is full"):
        actions.note_outcome(decision_key="D-1", words="x", by=world.priya)
    with time_machine.travel(NOW + timedelta(days=9), tick=False), pytest.raises(DatabaseError, match="disk is full"):
        tasks.expire_decisions()
    assert Freeze.objects.get().lifted_at is None
    assert Decision.objects.get().state == "DECIDED"
