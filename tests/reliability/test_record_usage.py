"""Usage comes in by day: replaced when it comes again, computed at once, told in the log once."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.reliability import actions, queries, usage
from apps.reliability.formats import counts_csv
from apps.reliability.models import DayUsage, Resource
from tests.organization import log
from tests.reliability.headroom_world import TODAY, days, growing, make_resource
from tests.reliability.world import NOW, World


def record(world: World, sent: dict[date, float], **said: object) -> Resource:
    by = said.get("by", world.priya)
    return actions.record_usage(resource_key="RES-1", usage=sent, by=by)  # type: ignore[arg-type]


def stored() -> list[tuple[date, float]]:
    return list(DayUsage.objects.order_by("on").values_list("on", "value"))


def test_a_year_that_grows_tells_the_day_of_its_limit(world: World) -> None:
    growing(world, make_resource(world))
    found = queries.headroom_of(Resource.objects.get())
    assert found.words.startswith("60.5 of 100 GB in use (60 %), growing by 1 a day (95 %: 1 to 1). ")
    assert "on 2027-01-07" in found.words
    assert Resource.objects.get().status.used_until == TODAY


def test_a_day_that_comes_again_is_replaced(world: World) -> None:
    make_resource(world)
    for _ in range(2):
        record(world, days(3, lambda ago: ago))
    record(world, {TODAY: 7.5})
    assert stored() == [(TODAY - timedelta(days=2), 2), (TODAY - timedelta(days=1), 1), (TODAY, 7.5)]


def test_one_entry_for_many_days_and_no_float_in_it(world: World) -> None:
    make_resource(world)
    before = log.size()
    record(world, days(20, lambda ago: 3.25), by=world.cast.sam)
    assert log.size() == before + 1
    assert "sent usage of 20 days of RES-1 “Disk of orders”" in log.said("resource.usage_recorded")
    first = (TODAY - timedelta(days=19)).isoformat()
    assert log.facts("resource.usage_recorded") == {"days": 20, "first": first, "last": TODAY.isoformat()}
    record(world, {TODAY: 4.0})
    assert f"sent usage of {TODAY} of RES-1" in log.said("resource.usage_recorded")


def test_the_trend_is_that_of_a_year(world: World) -> None:
    make_resource(world)
    record(world, {TODAY - timedelta(days=700 - number): 90.0 - number / 10 for number in range(300)})
    record(world, days(100, lambda ago: 60 - ago / 10))
    found = queries.headroom_of(Resource.objects.get())
    assert (found.n, round(found.slope.a_day, 3) if found.slope else None) == (100, 0.1)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "There is no usage in it"),
        ({TODAY + timedelta(days=1): 1.0}, "is in the future. Nothing has been measured there yet"),
        ({date(1989, 12, 31): 1.0}, "1989-12-31 lies before 1990"),
        ({TODAY: -1.0}, "Usage is a number from 0 on, at most 10"),
        ({TODAY: float("nan")}, "Usage is a number from 0 on"),
        ({TODAY: 1e19}, "Usage is a number from 0 on"),
        ({date(2000, 1, 1) + timedelta(days=number): 1.0 for number in range(4001)}, "4,001 days; at most 4,000 are"),
    ],
)
def test_what_was_not_measured_is_refused(world: World, sent: dict[date, float], words: str) -> None:
    make_resource(world)
    with pytest.raises(BadInput, match=words):
        record(world, sent)
    assert stored() == []


def test_it_takes_a_seat_and_a_resource_that_is_watched(world: World) -> None:
    make_resource(world)
    with pytest.raises(NotAllowed, match="Sending usage of RES-1 takes a seat as"):
        record(world, {TODAY: 1.0}, by=world.cast.maria)
    actions.archive_resource(resource_key="RES-1", by=world.priya)
    with pytest.raises(Refused, match="RES-1 is archived"):
        record(world, {TODAY: 1.0})
    assert stored() == []


def test_a_failing_entry_rolls_it_back(world: World, request: pytest.FixtureRequest) -> None:
    make_resource(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError), transaction.atomic():
        record(world, days(20, lambda ago: 1))
    assert stored() == []


# --- what is sent


def test_of_several_values_of_a_day_the_highest_counts() -> None:
    sent = [
        {"at": "2026-11-27T23:30:00-01:00", "value": 3},
        {"at": "2026-11-28", "value": 1.5},
        {"at": "2026-11-28T14:00:00Z", "value": 2},
        {"at": "2026-11-27", "value": 9},
    ]
    assert usage.read({"usage": sent}) == {date(2026, 11, 28): 3.0, date(2026, 11, 27): 9.0}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "The body is no JSON object, such as {“usage”: […]}".replace("[", r"\[")),
        ({"usage": [], "of": 1}, "“of” says nothing here. The body has usage"),
        ({"usage": []}, "“usage” is a list of at least one value"),
        ({"usage": [1]}, r"“usage\[0\]” is no object with at and value"),
        ({"usage": [{"at": "2026-11-28", "value": 1, "on": 1}]}, r"“usage\[0\].on” says nothing here. A value has at"),
        ({"usage": [{"at": 5, "value": 1}]}, r"“usage\[0\].at” is no day, such as"),
        ({"usage": [{"at": "2026-13-28", "value": 1}]}, "is not an instant"),
        ({"usage": [{"at": "2026-11-28T10:00:00", "value": 1}]}, "is not an instant with a zone"),
        ({"usage": [{"at": "2026-11-28", "value": True}]}, r"“usage\[0\].value” is no number from 0 to 10"),
        ({"usage": [{"at": "2026-11-28", "value": "1"}]}, "is no number from 0 to 10"),
        ({"usage": [{"at": "2026-11-28", "value": 10**400}]}, "is no number from 0 to 10"),
        ({"usage": [{"at": "2026-11-28", "value": float("nan")}]}, "is no number from 0 to 10"),
        ({"usage": [1] * 100_001}, "has 100,001 values; at most 100,000 are taken at once"),
    ],
)
def test_a_body_that_says_something_else_is_refused_with_its_place(body: object, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        usage.read(body)


def test_a_file_of_values_is_read() -> None:
    read = counts_csv.read_values(b"at;value\n2026-11-28;1.5\n2026-11-28T14:00:00Z;2e1\n1795867200;3\n")
    assert [value for _, value in read] == [1.5, 20, 3]
    assert read[0][0] == NOW.replace(hour=0)
    assert usage.by_day(read) == {date(2026, 11, 28): 20.0}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"at,good,total\n2026-11-28,1,2\n", "Line 1: these are counts; a file of values begins with"),
        (b"at,value\n2026-11-28\n", "Line 2: 1 cells where at,value belong"),
        (b"at,value\n2026-11-28,many\n", "Line 2: “many” is no number; leave out the line where there is none"),
        (b"at,value\nyesterday,1\n", "Line 2: “yesterday” is no instant"),
        (b"at,value\n\xff,1\n", "Line 2: the byte at offset 9 is not UTF-8"),
        (b"", "Line 1: the first line is"),
    ],
)
def test_a_file_that_says_something_else_is_refused_by_line(data: bytes, words: str) -> None:
    with pytest.raises(counts_csv.NotCounts, match=words):
        counts_csv.read_values(data)


# --- by a command


def imported(tmp_path: Path, text: str, **options: Any) -> str:
    """What `import_usage` prints of a file of this text."""
    file = tmp_path / "usage.csv"
    file.write_text(text)
    out = StringIO()
    call_command("import_usage", str(file), **{"resource": "RES-1", **options}, stdout=out)
    return out.getvalue()


def test_a_command_takes_a_file(world: World, tmp_path: Path) -> None:
    make_resource(world)
    said = imported(tmp_path, "at,value\n2026-11-27,60\n2026-11-28T09:00:00Z,61\n2026-11-28T10:00:00Z,62.5\n")
    assert said.startswith("RES-1: usage of 2 days, 2026-11-27 to 2026-11-28. ")
    assert list(DayUsage.objects.values_list("value", flat=True)) == [60, 62.5]
    assert log.said("resource.usage_recorded").startswith("Importer sent usage of 2 days")
    told = json.loads(imported(tmp_path, "at,value\n2026-11-28,63\n", json=True, by="priya"))
    assert (told["resource"], told["days"], told["first"], told["refused"]) == ("RES-1", 1, "2026-11-28", [])
    assert told["state"] == "TOO_FEW"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("at,value\n2026-11-27,60\n2026-11-28,much\n", {}, "Line 3: “much” is no number"),
        ("at,value\n2026-11-27,60\n2026-11-28,-1\n", {}, "Line 3: “-1” is no number from 0 to 10^18."),
        ("at,good,total\n2026-11-28,1,2\n", {}, "Line 1: these are counts"),
        ("at,value\n2026-11-27,60\n2026-12-24,70\n", {}, "2026-12-24 is in the future"),
        ("at,value\n2026-11-28,60\n", {"resource": "RES-9"}, "There is no resource RES-9."),
        ("at,value\n2026-11-28,60\n", {"by": "nobody"}, "Sending usage of RES-1 takes a seat as"),
        ("at,value\n2026-11-28,60\n", {"by": "somebody"}, "Nobody active has the username “somebody”."),
    ],
)
def test_all_of_the_file_or_nothing(world: World, tmp_path: Path, text: str, options: Any, words: str) -> None:
    make_resource(world)
    with pytest.raises(CommandError) as refused:
        imported(tmp_path, text, **options)
    assert words in str(refused.value)
    assert not DayUsage.objects.exists()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_usage", str(tmp_path / "absent"), resource="RES-1", json=True, stdout=out)
    assert json.loads(out.getvalue())["refused"] == [f"{tmp_path / 'absent'}: No such file or directory."]
