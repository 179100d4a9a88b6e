"""`/api/v1/` of SLIs, their counts and SLOs: defined, pushed, read, changed; who may what, and what is refused."""

from typing import Any

import pytest
from django.test import Client

from apps.organization.models import Scope
from apps.reliability import tasks
from apps.reliability.models import DayCount, HourCount
from tests.api.asking import API, every_row, pipeline_of, problem, queries_of, read, rows, send
from tests.cast import signed_in
from tests.reliability.world import World, ago, make_sli, make_slo

pytestmark = pytest.mark.django_db
SLI = {"scope": "E-1", "title": "Pay in time", "kind": "LATENCY", "good_means": "within a second", "source": "PUSHED"}
SLO = {"title": "Paying is quick", "target": 99.9, "window": "7d", "rationale": "They leave."}
COUNT = {"at": "2026-11-28T10:00:00Z", "good": 995, "total": 1000, "errors": {"timeout": 4}}


@pytest.fixture
def priya(world: World) -> Client:
    return signed_in(world.priya)


@pytest.fixture
def pipeline(world: World) -> Client:
    return pipeline_of(world.cast)


def push(client: Client, *counts: dict[str, Any], by: str = "1h", key: str = "SLI-1", **headers: str) -> Any:
    return send(client, f"slis/{key}/counts/", {"by": by, "counts": list(counts)}, **headers)


def test_what_is_measured_is_defined_changed_and_archived(priya: Client) -> None:
    made = send(priya, "slis/", SLI)
    assert made.status_code == 201, made.content
    assert (made.json()["key"], made.json()["of"], made.json()["counts_until"]) == ("SLI-2", "E-1", None)
    changed = send(priya, "slis/SLI-2/", {"title": "Pay at once"}, method="patch").json()
    assert (changed["title"], changed["good_means"]) == ("Pay at once", "within a second")
    assert [row["key"] for row in rows(priya, "slis/?text=at+once")] == ["SLI-2"]
    assert send(priya, "slis/SLI-2/archive/").json()["archived_at"]
    assert [row["key"] for row in rows(priya, "slis/")] == ["SLI-1"]
    assert problem(send(priya, "slis/SLI-2/archive/"), 409) == "SLI-2 is archived; define a new SLI instead."
    assert read(priya, "slis/SLI-2/")["archived_at"]


def test_counts_come_by_a_token_and_make_figures(priya: Client, pipeline: Client) -> None:
    answer = push(pipeline, COUNT)
    assert answer.json() == {
        "sli": "SLI-1",
        "counts": 1,
        "good": 995,
        "total": 1000,
        "counts_until": "2026-11-28T11:00:00.000000Z",
    }
    tasks.refresh_slos()
    row = read(pipeline, "slos/SLO-1/")
    assert (row["good"], row["total"], row["sli"], row["budget_left"]) == (995, 1000, "0.995", "0.5")
    assert (row["state"], row["target"], row["burn"]["6h"]) == ("FAIR", "0.99", "0.5")
    assert row["as_of"] == "2026-11-28T12:00:00.000000Z"
    days = read(pipeline, "slis/SLI-1/days/")
    assert days == [{"at": "2026-11-28T00:00:00.000000Z", "good": 995, "total": 1000}]


def test_sent_twice_counts_once(pipeline: Client) -> None:
    assert push(pipeline, COUNT).status_code == push(pipeline, COUNT).status_code == 200
    assert list(DayCount.objects.values_list("good", "total")) == [(995, 1000)]
    corrected = {**COUNT, "good": 1000, "errors": {}}
    first = push(pipeline, corrected, Idempotency_Key="build-4711")
    assert first.status_code == 200, first.content
    assert push(pipeline, corrected, Idempotency_Key="build-4711").json() == first.json()
    assert list(HourCount.objects.values_list("good", "total")) == [(1000, 1000)]
    assert problem(push(pipeline, COUNT, Idempotency_Key="build-4711"), 422)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "The body is no JSON object, such as {“by”: “5m”, “counts”: […]}."),
        ({"count": []}, "“count” says nothing here. The body has by and counts."),
        ({"by": "2h", "counts": [COUNT]}, "“by” is the span of one count: 5m, 1h, 1d."),
        ({"by": ["1h"], "counts": [COUNT]}, "“by” is the span of one count: 5m, 1h, 1d."),
        ({"by": "1h"}, "“counts” is a list of at least one count."),
        ({"by": "1h", "counts": []}, "“counts” is a list of at least one count."),
        ({"by": "1h", "counts": [COUNT, 7]}, "“counts[1]” is no object with at, good and total."),
        (
            {"by": "1h", "counts": [{**COUNT, "bad": 5}]},
            "“counts[0].bad” says nothing here. A count has at, good, total and errors.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "at": 1764324000}]},
            "“counts[0].at” is no instant, such as “2026-11-28T14:05:00Z”.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "at": "2026-11-28T10:00:00.5Z"}]},
            "“counts[0].at” is not where a span begins.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "at": "1969-12-31T23:00:00Z"}]},
            "“counts[0].at” is not where a span begins.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "at": "2026-11-28T10:05:00Z"}]},
            "2026-11-28 10:05:00 UTC is not where the hour begins.",
        ),
        ({"by": "1h", "counts": [{**COUNT, "good": 1.5}]}, "“counts[0].good” is no whole number of events."),
        ({"by": "1h", "counts": [{**COUNT, "total": True}]}, "“counts[0].total” is no whole number of events."),
        ({"by": "1h", "counts": [{**COUNT, "good": -1}]}, "“counts[0].good” is no whole number of events."),
        (
            {"by": "1h", "counts": [{**COUNT, "good": 1001}]},
            "2026-11-28 10:00 UTC: 1001 good of 1000 events cannot be.",
        ),
        ({"by": "1h", "counts": [COUNT, COUNT]}, "2026-11-28 10:00 UTC stands there twice. A bucket has one count."),
        (
            {"by": "1h", "counts": [{**COUNT, "errors": [4]}]},
            "“counts[0].errors” is no object of numbers by cause.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "errors": {"timeout": "4"}}]},
            "“counts[0].errors.timeout” is no whole number of events.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "errors": {"timeout": 6}}]},
            "2026-11-28 10:00 UTC: more errors by class than there are bad events.",
        ),
        (
            {"by": "1h", "counts": [{**COUNT, "errors": {" ": 1}}]},
            "2026-11-28 10:00 UTC: a class of errors has a name of 1 to 80 characters.",
        ),
    ],
)
def test_counts_that_cannot_be(pipeline: Client, body: Any, words: str) -> None:
    assert problem(send(pipeline, "slis/SLI-1/counts/", body), 400) == words
    assert DayCount.objects.count() == 0


def test_more_counts_than_are_taken_at_once(pipeline: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.reliability.pushed.MOST_COUNTS", 1)
    assert problem(push(pipeline, COUNT, COUNT), 400) == "“counts” has 2 counts; at most 1 are taken at once."


def test_a_token_pushes_counts_and_does_nothing_else(pipeline: Client) -> None:
    asked = [
        send(pipeline, "slis/", SLI),
        send(pipeline, "slis/SLI-1/", {"title": "Mine"}, method="patch"),
        send(pipeline, "slis/SLI-1/archive/"),
        send(pipeline, "slis/SLI-1/slos/", SLO),
        send(pipeline, "slos/SLO-1/", {"target": 1, "rationale": "Easy."}, method="patch"),
        send(pipeline, "slos/SLO-1/archive/", {"reason": "Gone."}),
    ]
    assert [problem(answer, 403) != "" for answer in asked] == [True] * len(asked)
    assert read(pipeline, "slos/SLO-1/")["version"] == 1


def test_who_holds_no_seat_for_it_pushes_nothing(world: World) -> None:
    words = problem(push(signed_in(world.cast.maria), COUNT), 403)
    assert words.startswith("Sending counts of SLI-1 takes a seat as ")
    assert words.endswith(" of E-1 or above, and you hold none.")


def test_a_promise_is_made_changed_and_archived(priya: Client) -> None:
    made = send(priya, "slis/SLI-1/slos/", SLO)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["key"], row["indicator"], row["target"], row["window"]) == ("SLO-2", "SLI-1", "0.999", "7d")
    assert (row["state"], row["sli"], row["budget_left"]) == ("NO_DATA", None, None)
    answer = send(priya, "slos/SLO-2/", {"target": 99.5}, method="patch")
    assert "rationale" in problem(answer, 400)
    changed = send(priya, "slos/SLO-2/", {"target": 99.5, "rationale": "Too dear."}, method="patch").json()
    assert (changed["target"], changed["window"], changed["version"]) == ("0.995", "7d", 2)
    versions = read(priya, "slos/SLO-2/versions/")
    assert [(one["number"], one["target"], one["rationale"]) for one in versions] == [
        (2, "0.995", "Too dear."),
        (1, "0.999", "They leave."),
    ]
    assert versions[0]["written_by"]["username"] == "priya"
    assert send(priya, "slos/SLO-2/archive/", {"reason": "Nobody asks."}).json()["archived_at"]
    assert [row["key"] for row in rows(priya, "slos/")] == ["SLO-1"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", 100.1),
        ("target", 0),
        ("target", "99.9"),
        ("target", 1e-9),
        ("window", "28"),
        ("window", "366d"),
        ("rationale", " "),
    ],
)
def test_promises_that_cannot_be(priya: Client, field: str, value: object) -> None:
    answer = send(priya, "slis/SLI-1/slos/", {**SLO, field: value})
    assert problem(answer, 400)
    assert [row["key"] for row in rows(priya, "slos/")] == ["SLO-1"]


def test_lists_by_need_filtered_and_page_by_page(world: World, priya: Client) -> None:
    second = make_sli(world.scope, world.priya, "Search answers")
    make_slo(second, world.priya)
    make_slo(world.sli, world.priya, target="0.9")
    world.push((ago(hours=2), 900, 1000))
    tasks.refresh_slos()
    assert [(row["key"], row["state"]) for row in every_row(priya, "slos/?limit=1")] == [
        ("SLO-1", "EXHAUSTED"),
        ("SLO-3", "EXHAUSTED"),
        ("SLO-2", "NO_DATA"),
    ]
    assert [row["key"] for row in rows(priya, "slos/?text=search")] == ["SLO-2"]
    assert [row["key"] for row in rows(priya, "slos/?state=NO_DATA")] == ["SLO-2"]
    assert rows(priya, "slos/?scope=E-99") == []
    assert [row["key"] for row in every_row(priya, "slis/?limit=1")] == ["SLI-1", "SLI-2"]
    assert "state" in problem(priya.get(f"{API}slos/?state=FINE"), 400)
    assert "colour" in problem(priya.get(f"{API}slis/?colour=red"), 400)


def test_more_rows_cost_no_more_queries(world: World, priya: Client) -> None:
    before = queries_of(priya, "slos/"), queries_of(priya, "slis/")
    for number in range(5):
        make_slo(make_sli(world.scope, world.priya, f"Answers {number}"), world.priya)
    assert (queries_of(priya, "slos/"), queries_of(priya, "slis/")) == before


def test_what_is_restricted_does_not_exist(world: World, pipeline: Client) -> None:
    world.push((ago(hours=2), 900, 1000))
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    assert rows(pipeline, "slis/") == rows(pipeline, "slos/") == []
    for path in ("slis/SLI-1/", "slis/SLI-1/days/", "slos/SLO-1/", "slos/SLO-1/versions/"):
        unknown = pipeline.get(API + path.replace("-1/", "-99/"))
        assert problem(pipeline.get(API + path), 404) == problem(unknown, 404)
    assert problem(push(pipeline, COUNT), 404) == problem(push(pipeline, COUNT, key="SLI-99"), 404)
    assert list(DayCount.objects.values_list("total", flat=True)) == [1000]
