"""What the counts ask for is opened once: a budget used up, a costly episode, a budget left over twice."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.reliability import actions, tasks
from apps.reliability.models import SLO, Decision
from tests.organization import log
from tests.reliability.deciding import broken
from tests.reliability.world import DAY, HOUR, NOW, World, ago, make_slo


def judge() -> list[Decision]:
    """What stands after a round, in order of opening."""
    tasks.refresh_slos()
    tasks.judge_decisions()
    return list(Decision.objects.order_by("pk"))


def quiet(world: World, days: int, *, good: int = 1000) -> None:
    """Hours without an error, up to a day ago."""
    world.push(*((ago(hours=hour), good, 1000) for hour in range(25, 24 * days + 1)))


def test_a_budget_that_is_used_up_opens_one_decision(world: World) -> None:
    decision = broken(world)
    assert (decision.key, decision.kind, decision.cause_key) == ("D-1", "BROKEN", "SLO-1:BROKEN:2026-11-28")
    assert (decision.due_on, decision.state, decision.policy) == (date(2026, 12, 5), "OPEN", None)
    told = decision.told
    assert (told["good"], told["total"], told["remaining"], told["slo_met"]) == (98, 100, "-1", False)
    assert (told["window"], told["version"], told["policy"]) == ("28d", 1, "the default policy")
    assert told["burn"]["6h"] == "2"
    assert log.said("decision.opened") == "The portal opened D-1 on “Checkout answers in time”, due 2026-12-05"
    size = log.size()
    assert judge() == [decision]
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert judge() == [decision]
    assert log.size() == size


def test_just_within_the_budget_opens_nothing(world: World) -> None:
    world.push((ago(hours=2), 995, 1000))
    assert judge() == []
    world.push((ago(hours=3), 1000, 1000), (ago(hours=2), 980, 1000))
    assert [one.kind for one in judge()] == ["BROKEN"]  # at exactly nothing left
    assert Decision.objects.get().told["slo_met"] is True


def test_an_episode_that_took_a_fifth_of_four_weeks(world: World) -> None:
    """100,000 events allow 1,000 bad ones; 200 are a fifth, which is not yet more."""
    world.push(*((ago(days=day), 5_000, 5_000) for day in range(2, 41)))
    world.push((ago(hours=3), 2_000, 2_200))
    total = 27 * 5_000 + 2_200  # in the four weeks before its end
    share = 200 / (total / 100)
    assert share < 0.2
    assert judge() == []
    world.push((ago(hours=3), 1_900, 2_200))
    (decision,) = judge()
    assert (decision.kind, decision.cause_key) == ("EPISODE", "SLO-1:EPISODE:2026-11-28T09:00Z")
    episode = decision.told["cause"]["episode"]
    assert (episode["start"], episode["bad"]) == ("2026-11-28T09:00:00.000000Z", 300)
    assert round(float(episode["share"]), 4) == round(300 / (total / 100), 4)
    world.push((ago(hours=4), 1_900, 2_200))  # late counts: it began an hour before
    assert judge() == [decision]


def test_an_episode_of_less_than_four_weeks_history_is_not_judged(world: World) -> None:
    world.push(*((ago(days=day), 5_000, 5_000) for day in range(2, 20)))
    world.push((ago(hours=3), 1_700, 2_200))
    assert judge() == []


def test_an_episode_of_last_week_is_found_when_its_counts_come_late(world: World) -> None:
    world.push(*((ago(days=day), 5_000, 5_000) for day in range(1, 45)))
    world.push((ago(days=6), 4_300, 5_000))
    assert judge() == []  # the sweep looks three days back
    tasks.judge_decisions(world.sli.pk)
    assert Decision.objects.get().kind == "EPISODE"


def test_more_than_three_quarters_left_twice_is_a_surplus(world: World) -> None:
    world.push(*((ago(days=day) - timedelta(hours=12), 999, 1000) for day in range(60)), grain=DAY)
    (decision,) = judge()
    assert (decision.kind, decision.cause_key) == ("SURPLUS", "SLO-1:SURPLUS:2026-11-28")
    assert [one["left"] for one in decision.told["cause"]["windows"]] == ["0.9", "0.9"]
    assert judge() == [decision]
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert judge() == [decision]


def test_no_surplus_at_just_three_quarters_nor_in_one_window_alone(world: World) -> None:
    world.push(*((ago(days=day) - timedelta(hours=12), 9975, 10_000) for day in range(60)), grain=DAY)
    assert judge() == []
    world.push(*((ago(days=day) - timedelta(hours=12), 10_000, 10_000) for day in range(28)), grain=DAY)
    assert judge() == []


def test_no_surplus_before_two_windows_were_counted(world: World) -> None:
    quiet(world, 50)
    world.push((ago(hours=1), 1000, 1000))
    assert judge() == []
    quiet(world, 58)
    assert [one.kind for one in judge()] == ["SURPLUS"]


def test_a_calendars_surplus_is_of_the_last_two_that_ended(world: World) -> None:
    actions.archive_slo(slo_key="SLO-1", reason="another", by=world.priya)
    slo = make_slo(world.sli, world.priya, window="month:Europe/Berlin")
    first = NOW.replace(month=8, day=1, hour=0)
    days = [(first + timedelta(days=day), 1000 if day < 92 else 900, 1000) for day in range(119)]
    world.push(*days, grain=DAY)
    found = judge()
    assert [(one.kind, one.slo) for one in found] == [("BROKEN", slo), ("SURPLUS", slo)]
    assert found[1].cause_key == "SLO-2:SURPLUS:2026-11-01"
    assert found[1].told["cause"]["windows"][1]["end"] == "2026-10-31T23:00:00.000000Z"


def test_the_same_cause_opens_once_and_the_same_question_is_asked_once(world: World) -> None:
    decision = broken(world)
    size = log.size()
    for cause in ("SLO-1:BROKEN:2026-11-28", "INC-7"):
        again = actions.open_decision(
            slo_key="SLO-1", kind="BROKEN", cause_key=cause, facts={"incident": "INC-7"}, by=world.priya
        )
        assert again == decision
    assert log.size() == size
    other = actions.open_decision(
        slo_key="SLO-1", kind="EPISODE", cause_key="INC-7", facts={"incident": "INC-7"}, by=world.priya
    )
    assert (other.key, other.opened_by, other.told["cause"]) == ("D-2", world.priya, {"incident": "INC-7"})
    assert log.said("decision.opened").startswith("Priya Raman, SRE Lead of I-1, opened D-2")


def test_refusals(world: World) -> None:
    given: dict[str, Any] = {"slo_key": "SLO-1", "kind": "BROKEN", "cause_key": "x", "facts": {}}
    with pytest.raises(NotAllowed, match="Opening a decision on SLO-1 takes a seat as"):
        actions.open_decision(**given, by=world.cast.ruth)
    with pytest.raises(BadInput, match="“LATE” is no kind of decision: BROKEN, EPISODE, SURPLUS"):
        actions.open_decision(**{**given, "kind": "LATE"}, by=world.priya)
    with pytest.raises(SLO.DoesNotExist):
        actions.open_decision(**{**given, "slo_key": "SLO-9"}, by=world.priya)
    actions.archive_slo(slo_key="SLO-1", reason="x", by=world.priya)
    with pytest.raises(Refused, match="SLO-1 is archived; nothing of it is decided any more"):
        actions.open_decision(**given, by=None)
    assert not Decision.objects.exists()


def test_a_failing_log_opens_nothing(world: World, request: pytest.FixtureRequest) -> None:
    world.push((ago(hours=2), 90, 100), grain=HOUR)
    tasks.refresh_slos()
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        tasks.judge_decisions()
    assert not Decision.objects.exists()
