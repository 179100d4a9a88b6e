"""`/api/v1/` of specs: runs with their results, evidence, flaky scenarios, suites and executions."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from apps.delivery.models import Story
from apps.organization.models import Scope
from apps.specs.models import Execution
from tests.api.asking import every_row, pipeline_of, problem, queries_of, read, rows, send
from tests.cast import Cast, signed_in
from tests.specs.evidence import CART, behave_json, import_bytes, junit, make_story
from tests.specs.test_execution_pages import SHOP

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(settings: Settings) -> None:
    settings.SUITES = {"shop": SHOP}
    settings.TRUSTED_SUITES = frozenset()


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


@pytest.fixture
def tomas(cast: Cast, story: Story) -> Client:
    return signed_in(cast.tomas)


def test_a_run_with_its_results(cast: Cast, tomas: Client, story: Story) -> None:
    run = import_bytes(behave_json(CART), by=cast.tomas, revision="a1b2c3").run
    (row,) = rows(tomas, "runs/?text=a1b2")
    assert (row["key"], row["revision"], row["received_by"]["username"]) == (run.key, "a1b2c3", "tomas")
    alone = read(tomas, f"runs/{run.key}/")
    assert (alone["is_whole"], alone["counts"]) == (True, run.counts)
    results = rows(tomas, f"runs/{run.key}/results/")
    assert {result["story"] for result in results} == {story.key}
    assert [result["position"] for result in results] == list(range(1, len(results) + 1))
    assert every_row(tomas, f"runs/{run.key}/results/?limit=1") == results
    assert rows(tomas, f"runs/{run.key}/results/?show=not-passed") == []
    assert rows(tomas, "runs/?channel=HAND") == []
    assert problem(tomas.get("/api/v1/runs/R-99/"), 404)


def test_what_is_proven_of_a_story(cast: Cast, tomas: Client, story: Story) -> None:
    before = rows(tomas, f"stories/{story.key}/evidence/")
    assert {row["run"] for row in before} == {None}
    run = import_bytes(behave_json(CART), by=cast.tomas).run
    after = rows(tomas, f"stories/{story.key}/evidence/")
    assert {(row["status"], row["run"]) for row in after} == {("PASSED", run.key)}


def test_results_of_hidden_stories_are_neither_listed_nor_counted(cast: Cast, story: Story) -> None:
    run = import_bytes(behave_json(CART), by=cast.tomas).run
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    outside = pipeline_of(cast)
    assert rows(outside, "runs/") == []
    assert problem(outside.get(f"/api/v1/runs/{run.key}/"), 404)
    assert problem(outside.get(f"/api/v1/stories/{story.key}/evidence/"), 404)
    assert rows(signed_in(cast.tomas), "runs/") != []


def test_a_program_pushes_and_reads_what_came_of_it(cast: Cast, story: Story) -> None:
    pipeline = pipeline_of(cast)
    made = pipeline.post("/api/v1/runs/?revision=abc", behave_json(CART), content_type="application/octet-stream")
    assert made.status_code == 201, made.content
    assert read(pipeline, f"runs/{made.json()['run']}/")["revision"] == "abc"
    refused = pipeline.post("/api/v1/runs/?revison=abc", b"{}", content_type="application/octet-stream")
    assert "“revison” says nothing here" in problem(refused, 400)


def test_the_same_number_of_queries_for_one_run_and_for_twenty(cast: Cast, tomas: Client) -> None:
    import_bytes(junit(CART, at=None), by=cast.tomas, format="junit")
    one = queries_of(tomas, "runs/")
    for number in range(20):
        import_bytes(junit(CART, at=None), by=cast.tomas, format="junit", revision=str(number))
    assert len(rows(tomas, "runs/")) == 21
    assert queries_of(tomas, "runs/") == one
    assert len(every_row(tomas, "runs/?limit=4")) == 21


def test_suites_and_their_executions(cast: Cast, tomas: Client, story: Story) -> None:
    (suite,) = rows(tomas, "suites/")
    assert (suite["name"], suite["covers"], suite["stories"], suite["changed"]) == ("shop", ["I-1"], 1, 1)
    assert "hidden from the pages" not in str(suite)
    asked = send(tomas, "suites/shop/executions/", {"story": story.key})
    assert (asked.status_code, asked.json()["state"], asked.json()["story"]) == (201, "WAITING", story.key)
    key = asked.json()["key"]
    assert send(tomas, "suites/shop/executions/", {"story": story.key}).json()["key"] == key
    assert [row["key"] for row in rows(tomas, "suites/shop/executions/")] == [key]
    assert send(tomas, f"executions/{key}/cancel/").json()["state"] == "CANCELED"
    assert "has ended already" in problem(send(tomas, f"executions/{key}/cancel/"), 409)
    assert problem(tomas.get("/api/v1/suites/nothing/"), 404)
    assert "you hold none" in problem(send(signed_in(cast.nobody), "suites/shop/executions/", {}), 403)


def test_a_token_has_nothing_run_by_the_portal(cast: Cast, story: Story) -> None:
    assert "A token does not do this." in problem(send(pipeline_of(cast), "suites/shop/executions/", {}), 403)
    assert not Execution.objects.exists()


def test_nothing_is_flaky_before_it_ran_often(cast: Cast, tomas: Client, story: Story) -> None:
    import_bytes(behave_json(CART), by=cast.tomas)
    assert rows(tomas, "runs/flaky/") == []
