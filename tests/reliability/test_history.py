"""What was attained by month and quarter, from stored days: sums exactly, changes of the target marked."""

from datetime import UTC, date, datetime
from decimal import Decimal

from apps.reliability import actions, queries
from apps.reliability.attainment import MEAN_OF_RATIOS
from apps.reliability.models import SLOVersion
from tests.cast import signed_in
from tests.reliability.world import DAY, World


def day(month: int, number: int) -> datetime:
    """A day of the world's year."""
    return datetime(2026, month, number, tzinfo=UTC)


def agreed_on(world: World, on: date, target: str) -> None:
    """Another version, in force from this day on."""
    number = SLOVersion.objects.count() + 1
    SLOVersion.objects.create(
        slo=world.slo, number=number, target=Decimal(target), window="28d", effective_on=on, rationale="x",
        written_by=world.priya,
    )  # fmt: skip


def since_august(world: World) -> None:
    """99 % since August, 99.9 % from 16 October on."""
    world.slo.versions.update(effective_on=date(2026, 8, 1))
    agreed_on(world, date(2026, 10, 16), "0.999")


def test_months_and_quarters_are_sums_judged_by_what_each_day_allowed(world: World) -> None:
    since_august(world)
    # 2 bad of 1,000 are within 99 %; of 100 more, one is beyond the 0.1 that 99.9 % allows, and the month within 10.1.
    world.push(
        (day(9, 1), 90, 100), (day(9, 2), 9990, 10000), (day(10, 1), 998, 1000), (day(10, 20), 99, 100), grain=DAY
    )
    found = queries.history_of(world.slo)
    assert [one.words for one in found.months] == [
        "2026-09: 99.8019 %, target 99 %: met.",
        "2026-10: 99.7272 %, target 99 %, then 99.9 % from 2026-10-16: met, judged by what each day allowed.",
    ]
    assert [(one.label, one.good, one.total) for one in found.quarters] == [
        ("2026-Q3", 10080, 10100),
        ("2026-Q4", 1097, 1100),
    ]
    assert [change.since for change in found.months[1].changes] == [date(2026, 10, 16)]


def test_a_version_of_the_same_target_is_no_change_and_the_last_of_a_day_holds(world: World) -> None:
    since_august(world)
    agreed_on(world, date(2026, 10, 16), "0.9995")
    agreed_on(world, date(2026, 10, 20), "0.9995")
    world.push((day(10, 20), 99, 100), grain=DAY)
    (month,) = queries.history_of(world.slo).months
    assert month.words == "2026-10: 99 %, target 99.95 %: missed."


def test_the_page_marks_changes_and_months_without_data(world: World) -> None:
    client = signed_in(world.cast.nobody)
    assert "No day has been counted yet" in client.get("/slos/SLO-1/").content.decode()
    since_august(world)
    world.push((day(8, 1), 980, 1000), (day(10, 1), 998, 1000), (day(10, 20), 100, 100), (day(11, 2), 9, 10), grain=DAY)
    page = client.get("/slos/SLO-1/").content.decode()
    assert "The target was met in 1 of 3 months; it changed 1 time." in page
    assert "99 %, then 99.9 % from 2026-10-16" in page
    assert page.count("Target changed") == 2  # its month and its quarter
    assert "2026-09" in page
    assert "98 %" in page
    assert MEAN_OF_RATIOS not in page


def test_a_source_of_ratios_is_warned_of(world: World) -> None:
    actions.edit_sli(
        sli_key="SLI-1", title="Ratios", good_means="2xx", kind="CUSTOM", source="PUSHED", is_mean_of_ratios=True,
        by=world.priya,
    )  # fmt: skip
    world.push((day(11, 2), 9, 10), grain=DAY)
    client = signed_in(world.priya)
    assert MEAN_OF_RATIOS in client.get("/slos/SLO-1/").content.decode()
    assert client.get("/api/v1/slos/SLO-1/history/").json()["months"][0]["warning"] == MEAN_OF_RATIOS


def test_the_api_tells_exact_shares_and_when_the_target_changed(world: World) -> None:
    since_august(world)
    world.push((day(9, 1), 1, 3), (day(11, 1), 1, 1), grain=DAY)
    told = signed_in(world.cast.nobody).get("/api/v1/slos/SLO-1/history/").json()
    assert [(one["period"], one["sli"], one["met"]) for one in told["months"]] == [
        ("2026-09", "0.333333333333", False),
        ("2026-10", None, None),
        ("2026-11", "1", True),
    ]
    assert told["months"][1]["changed"] == [{"since": "2026-10-16", "target": "0.999"}]
    assert [one["period"] for one in told["quarters"]] == ["2026-Q3", "2026-Q4"]


def test_who_may_not_read_it_gets_404(world: World) -> None:
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    assert signed_in(world.cast.nobody).get("/api/v1/slos/SLO-1/history/").status_code == 404
