"""The page of the price of a nine, from stored days: chances with their interval, worth, errors, dependencies."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache

from apps.organization.models import ServiceDependency
from apps.reliability import actions, queries
from apps.reliability.counts import DAY, HOUR, batch_of
from apps.reliability.models import SLO
from apps.reliability.nines import USUAL_TARGETS, replay, slide
from tests.cast import Cast, ServiceFactory, signed_in
from tests.reliability.world import NOW, World, make_sli, make_slo

MIDNIGHT = datetime(2026, 11, 28, tzinfo=UTC)
A_YEAR = 365


@pytest.fixture(autouse=True)
def _no_replay_is_kept() -> None:
    cache.clear()


def year() -> list[tuple[int, int]]:
    """A day in ten has 2 % bad of 10,000, by a seed; the oldest first."""
    chance = Random(3)  # noqa: S311, made-up counts
    return [(9800 if chance.random() < 0.1 else 10_000, 10_000) for _ in range(A_YEAR)]


def push(world: World, days: list[tuple[int, int]]) -> None:
    """The last of `days` is yesterday."""
    first = MIDNIGHT - timedelta(days=len(days))
    world.push(*((first + timedelta(days=place), *day) for place, day in enumerate(days)), grain=DAY)


def page(world: World, **asked: Any) -> str:
    """As somebody without a seat sees it."""
    response = signed_in(world.cast.nobody).get("/slos/SLO-1/nines/", asked)
    assert response.status_code == 200
    whole = response.content.decode()
    return str(whole[whole.index('<div id="slo-nines"') : whole.index("</main>")])


def test_the_stored_days_are_what_is_replayed_today_left_out(world: World) -> None:
    push(world, year())
    world.push((NOW - timedelta(hours=1), 0, 100_000), grain=HOUR)
    found = queries.replayed(world.slo, USUAL_TARGETS, at=NOW)
    assert (found.first, found.last, found.length) == (date(2025, 11, 28), date(2026, 11, 27), 28)
    assert found.replay.history == slide(year(), 28)
    assert found.total == 3_650_000
    assert len(found.replay.history.windows) == 338


def test_the_page_is_the_same_each_time_and_tells_what_it_rests_on(world: World) -> None:
    push(world, year())
    shown = page(world)
    assert (
        "As of 27 Nov 2026: 365 days with counts since 28 Nov 2025, 3,650,000 events, 338 windows of 28 days." in shown
    )
    cache.clear()
    assert page(world) == shown
    chance = queries.replayed(world.slo, USUAL_TARGETS, at=NOW).replay.chances[1]
    assert chance.interval
    assert f"{chance.met} of 338 windows; 95 %: {chance.interval.words(1)}" in shown


def test_the_seed_is_of_the_slo_and_its_last_day(world: World) -> None:
    push(world, year())
    seeds = {queries.nines._seed(slo, last) for slo in (world.slo, SLO(key="SLO-2")) for last in (DAY, 2 * DAY)}
    assert len(seeds) == 4
    found = queries.replayed(world.slo, USUAL_TARGETS, at=NOW)
    seed = queries.nines._seed(world.slo, int(MIDNIGHT.timestamp()) - DAY)
    assert found.replay == replay(slide(year(), 28), USUAL_TARGETS, seed=seed)


def test_late_counts_are_replayed_and_what_was_kept_is_not_shown_for_them(world: World) -> None:
    push(world, year())
    before = page(world)
    world.push((MIDNIGHT - timedelta(days=30), 0, 10_000), grain=DAY)
    assert page(world) != before


def test_days_without_counts_are_no_data(world: World) -> None:
    days = [(0, 0) if 50 <= place < 90 else day for place, day in enumerate(year())]
    first = MIDNIGHT - timedelta(days=A_YEAR)
    counted = ((first + timedelta(days=place), *day) for place, day in enumerate(days) if day[1])
    world.push(*counted, grain=DAY)
    assert "40 days without data; 13 windows without any data left out." in page(world)
    assert "325 days with counts since 28 Nov 2025" in page(world)


def test_what_is_counted_no_longer_ends_at_its_last_day(world: World) -> None:
    push(world, year()[:100])
    found = queries.replayed(world.slo, USUAL_TARGETS, at=NOW + timedelta(days=50))
    assert (found.first, found.last) == (date(2026, 8, 20), date(2026, 11, 27))


def test_a_short_history_has_no_interval_and_says_so(world: World) -> None:
    push(world, year()[:40])
    shown = page(world)
    assert "Too short: 40 days with data, at least 90 are needed." in shown
    assert "13 windows" in shown


def test_without_any_day_nothing_is_replayed(world: World) -> None:
    shown = page(world)
    assert "No day has been counted yet, so nothing can be replayed." in shown
    assert "no data" in shown


def test_any_target_may_be_asked_and_the_part_alone_for_htmx(world: World) -> None:
    push(world, year())
    client = signed_in(world.cast.nobody)
    part = client.get("/slos/SLO-1/nines/?target=99.93", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="slo-nines"')
    assert 'value="99.93"' in part
    assert "99.93 % would have been met in" in part
    assert "Ensure this value is less than or equal to 100" in page(world, target="101")


def test_the_next_nine_is_shown_first(world: World) -> None:
    assert 'type="range" id="target-slider" name="target" min="99" max="99.999" step="0.001" value="99.5"' in page(
        world
    )


def test_worth_a_year_against_its_cost_is_exact(world: World) -> None:
    """From 99 to 99.9 % of $1M is $9,000; 99.9 to 99.99 % of it $900."""
    push(world, year())
    shown = page(world, target="99.9", revenue="1000000", one_off="20000", lifetime_years="4", running="3000")
    assert (
        "Going from 99 % to 99.9 % is worth $9,000 a year on $1,000,000 at risk, and costs $8,000 a year: worth it. "
        "It pays above $888,888.89 at risk a year."
    ) in shown
    assert "$9,900" in shown  # to 99.99 %: 9,000 and 900 more
    assert "not worth it" in page(world, target="99.9", revenue="1000000", running="9000")
    assert "Say what revenue is at risk a year" in page(world)


def test_what_may_fail_all_at_once(world: World) -> None:
    assert "40 min 19 s" in page(world, target="99.9")
    assert "in 28 days: 8.1 of 5 min, 2.7 of 15 min, 1.3 of 30 min" in page(world, target="99.9")
    assert "in 28 days: 0.806 of 5 min, 0.269 of 15 min, 0.134 of 30 min" in page(world, target="99.99")


# --- errors by class


def push_errors(world: World) -> None:
    """200 bad of 10,000 on one of 28 days: 120 time-outs, 60 of the database, 20 without a class."""
    push(world, [(10_000, 10_000)] * 28)
    start = int((MIDNIGHT - timedelta(days=3)).timestamp())
    errors = [(start, "timeout", 120), (start, "database", 60)]
    actions.record_counts(
        batches={"SLI-1": batch_of([(start, 9800, 10_000)], grain=DAY, errors=errors)}, by=world.priya
    )


def test_errors_that_must_vanish_and_who_judged_them(world: World) -> None:
    push_errors(world)
    actions.judge_error_class(sli_key="SLI-1", name="timeout", effort="CHEAP", why="Retry once", by=world.cast.jonas)
    shown = page(world, target="99.95")
    assert "99.95 % allows 140 bad of 280,000; there were 200. Without “timeout” (120, cheap), 80 are left." in shown
    assert "Retry once" in shown
    assert "Jonas" in shown
    assert shown.count("Must vanish") == 1
    assert "not judged yet" in shown
    assert "Even without “timeout” (120, cheap), “database” (60, not judged yet) 20 have no class" in page(
        world, target="99.995"
    )


def test_judging_by_the_page_is_an_act_of_engineering(world: World) -> None:
    push_errors(world)
    client, address = signed_in(world.cast.jonas), "/slis/SLI-1/errors/judge/"
    assert address in signed_in(world.cast.jonas).get("/slos/SLO-1/nines/").content.decode()
    assert address not in page(world)
    assert "rid of “timeout”" in client.get(address, {"name": "timeout"}).content.decode()
    assert client.get(address, {"name": "unheard of"}).status_code == 404
    assert client.post(address, {"name": "timeout", "effort": "REDESIGN", "why": ""}).status_code == 400
    sent = client.post(address, {"name": "timeout", "effort": "REDESIGN", "why": "Two regions"})
    assert sent.status_code == 302
    (judged,) = queries.judgments_of(world.sli).values()
    assert (judged.effort, judged.why, judged.judged_by) == ("REDESIGN", "Two regions", world.cast.jonas)
    assert signed_in(world.cast.nobody).get(address, {"name": "timeout"}).status_code == 403


# --- dependencies


def on_a_service(cast: Cast, world: World) -> SLO:
    """A service that needs two others hard and one soft; of one nothing is promised."""
    service, payments, mail, search = (
        ServiceFactory.create(key=key, title=key.capitalize()) for key in ("shop", "payments", "mail", "search")
    )
    for needs, kind in ((payments, "HARD"), (mail, "HARD"), (search, "SOFT")):
        ServiceDependency.objects.create(service=service, needs=needs, kind=kind, linked_by=cast.adam)
    world.slo.scope = world.sli.scope = service.scope
    world.sli.save()
    world.slo.save()
    for scope, target in ((payments.scope, "0.999"), (payments.scope, "0.998"), (search.scope, "0.9")):
        sli = make_sli(world.scope, cast.priya, title=f"{scope.title} answers")
        slo = make_slo(sli, cast.priya, target=target)
        SLO.objects.filter(pk=slo.pk).update(scope=scope)
    return world.slo


def test_hard_dependencies_set_a_ceiling(cast: Cast, world: World) -> None:
    slo = on_a_service(cast, world)
    needed = queries.needed_by(slo, set())
    assert [(one.title, one.slo and one.slo.share) for one in needed] == [
        ("Mail", None),
        ("Payments", Fraction("0.998")),
    ]
    shown = page(world, target="99.9")
    assert "Its hard dependency promises 99.8 %, so 99.9 % cannot be kept" in shown
    assert "nothing of this kind is promised, so no ceiling is known" in shown
    assert "Search" not in shown


def test_an_slo_of_an_epic_stands_on_no_service(world: World) -> None:
    assert "This SLO stands on no service" in page(world)
    assert "finer than any user can see: even the best of their own networks fail 0.01 %." in page(
        world, target="99.999"
    )


# --- API


def test_the_api_tells_the_same_figures(world: World) -> None:
    push(world, year())
    told = signed_in(world.cast.nobody).get("/api/v1/slos/SLO-1/nines/?target=99.93").json()
    found = queries.replayed(world.slo, {*USUAL_TARGETS, Fraction("0.9993")}, at=NOW).replay
    assert (told["windows"], told["days_with_data"], told["total"], told["last"]) == (338, 365, 3_650_000, "2026-11-27")
    assert [one["target"] for one in told["targets"]][2:4] == ["0.999", "0.9993"]
    (asked,) = (one for one in found.chances if one.target == Fraction("0.9993"))
    assert asked.interval
    told_of = told["targets"][3]
    assert (told_of["met"], told_of["low"], told_of["high"]) == (asked.met, asked.interval.low, asked.interval.high)
    assert Decimal(told["achievable"]) == round(Decimal(str(float(found.achievable.target or 0))), 12)
    wrong = signed_in(world.cast.nobody).get("/api/v1/slos/SLO-1/nines/?target=x")
    assert (wrong.status_code, "target" in str(wrong.json())) == (400, True)


def test_judging_by_the_api(world: World) -> None:
    push_errors(world)
    address = "/api/v1/slis/SLI-1/errors/judge/"
    sent = {"name": "timeout", "effort": "CHEAP", "why": "Retry once"}
    answer = signed_in(world.cast.jonas).post(address, sent, content_type="application/json")
    assert (answer.status_code, answer.json()["effort"]) == (200, "CHEAP")
    told = signed_in(world.cast.nobody).get("/api/v1/slos/SLO-1/nines/").json()
    assert told["errors"] == [
        {"name": "timeout", "bad": 120, "effort": "CHEAP"},
        {"name": "database", "bad": 60, "effort": None},
    ]


def test_what_is_restricted_does_not_exist_for_others(world: World) -> None:
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    for address in ("/slos/SLO-1/nines/", "/api/v1/slos/SLO-1/nines/", f"/slis/SLI-1/errors/judge/?name={quote('x')}"):
        assert signed_in(world.cast.nobody).get(address).status_code == 404
