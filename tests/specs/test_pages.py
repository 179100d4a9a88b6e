"""Pages of runs: what they show, and to whom."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.delivery.models import Story
from apps.organization import queries as organization
from apps.specs import queries
from apps.specs.models import Result, Run
from tests.cast import Cast, signed_in
from tests.specs.evidence import CART, PAY, behave_json, import_bytes, make_epic, make_story, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


def import_runs(cast: Cast, count: int) -> list[Run]:
    return [import_bytes(behave_json(CART), by=cast.tomas, revision=f"revision{number}").run for number in range(count)]


def words_of(client: Client, address: str, **headers: Any) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


# --- the list


def test_an_empty_list_says_what_to_do(cast):
    assert "No run yet" in words_of(signed_in(cast.tomas), "/runs/")


def test_the_list_filters_and_pages(cast, story):
    import_runs(cast, 53)
    client = signed_in(cast.tomas)

    page = words_of(client, "/runs/")
    after = f"after={Run.objects.get(key='R-4').pk}"
    assert after in page
    assert "R-53" in page and "/runs/R-3/" not in page
    assert "/runs/R-3/" in words_of(client, f"/runs/?{after}")
    assert words_of(client, "/runs/?text=revision52").count('class="row-title"') == 1
    assert "No run matches" in words_of(client, "/runs/?channel=API")
    assert words_of(client, f"/runs/?epic={story.epic.key}&text=r-7").count('class="row-title"') == 1
    assert "No run matches" in words_of(client, "/runs/?epic=E-99")


def test_htmx_gets_the_list_alone(cast, story):
    import_runs(cast, 1)

    part = words_of(signed_in(cast.tomas), "/runs/", **{"HX-Request": "true"})

    assert part.lstrip().startswith('<div id="run-list"')


def test_the_list_as_csv_runs_nothing_in_a_spreadsheet(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas, revision="=1+1")

    response = signed_in(cast.tomas).get("/runs/?as=csv")
    rows = list(csv.DictReader(StringIO(response.getvalue().decode())))

    assert rows[0]["Revision"] == "'=1+1"
    assert rows[0]["Cases"] == "3"


# --- one run


def test_a_run_shows_its_results_why_some_are_unknown_and_messages_escaped(cast, story):
    run = import_bytes(
        behave_json(CART, **{"Add one": "failed"}), behave_json(PAY, path="features/pay.feature"), by=cast.tomas
    ).run
    client = signed_in(cast.tomas)

    page = words_of(client, run.get_absolute_url())
    assert "Not green" in page
    assert "No story has the name “Pay” that the report gives." in page
    assert "Assertion failed: &lt;b&gt;1&lt;/b&gt; is not 2" in page
    assert story.get_absolute_url() in page
    assert words_of(client, f"{run.get_absolute_url()}?show=unknown").count('id="result-') == 2
    assert words_of(client, f"{run.get_absolute_url()}?show=FAILED").count('id="result-') == 2
    assert words_of(client, f"{run.get_absolute_url()}?show=not-passed").count('id="result-') == 2
    assert words_of(client, f"{run.get_absolute_url()}?text={story.key}").count('id="result-') == 4
    assert "No result matches" in words_of(client, f"{run.get_absolute_url()}?show=stale")
    assert words_of(client, f"{run.get_absolute_url()}?show=nonsense").count('id="result-') == 5


def test_a_run_pages_its_results(cast):
    text = CART + "".join(f"      | thing{number} |\n" for number in range(60))
    make_story(cast, text)
    run = import_bytes(behave_json(text), by=cast.tomas).run
    client = signed_in(cast.tomas)

    assert "after=50" in words_of(client, run.get_absolute_url())
    assert 'id="result-51"' in words_of(client, f"{run.get_absolute_url()}?after=50")


def test_a_run_as_csv(cast, story):
    run = import_bytes(behave_json(CART), by=cast.tomas).run

    response = signed_in(cast.tomas).get(f"{run.get_absolute_url()}?as=csv")

    rows = list(csv.DictReader(StringIO(response.getvalue().decode())))
    assert [row["Story"] for row in rows] == [story.key] * 3


def test_an_unknown_run_is_not_found(cast):
    assert signed_in(cast.tomas).get("/runs/R-99/").status_code == 404


# --- what is restricted


@pytest.fixture
def mixed(cast: Cast, story: Story) -> Run:
    """A run of an open story and of one that is hidden by now, with a result nobody knows."""
    make_story(cast, PAY, epic=make_epic(cast, cast.elsewhere))
    unknown = PAY.replace("Feature: Pay", "Feature: Nobody knows")
    run = import_bytes(
        behave_json(CART),
        behave_json(PAY, path="features/pay.feature"),
        behave_json(unknown, path="features/x.feature"),
        by=cast.maria,
    ).run
    cast.elsewhere.restricted = True
    cast.elsewhere.save()
    return run


def test_of_a_mixed_run_one_reads_ones_own_part(cast, mixed):
    page = words_of(signed_in(cast.tomas), mixed.get_absolute_url())

    assert "Only a part of this run" in page
    assert "Pay" not in page and "Nobody knows" not in page
    assert page.count('id="result-') == 3 + 1
    assert queries.counts_outside(organization.hidden_scope_ids(cast.tomas), mixed)[0]["cases"] == 3
    assert "Nobody knows" in words_of(signed_in(cast.maria), mixed.get_absolute_url())


def test_a_run_of_hidden_stories_alone_does_not_exist(cast, mixed):
    Result.objects.filter(run=mixed, story__title="Cart").delete()
    client = signed_in(cast.tomas)

    assert client.get(mixed.get_absolute_url()).status_code == 404
    assert "No run yet" in words_of(client, "/runs/")
    assert client.get(f"/runs/?epic={mixed.results.exclude(story=None)[0].story.epic.key}").status_code == 200


# --- importing, and the evidence on a story's page


def test_the_evidence_of_a_story_takes_two_queries(cast, story):
    import_runs(cast, 3)
    story = reread(story)

    with CaptureQueriesContext(connection) as captured:
        evidence = queries.story_evidence(story)
    part = render_to_string("specs/_story_evidence.html", {"evidence": evidence, "story": story})

    assert len(captured) == 2
    assert part.count("Passed") == 3
    assert "/runs/R-3/?after=1#result-2" in part
    assert "Add sofas twice (row 2)" in part


def test_a_story_that_never_ran_says_so(story):
    part = render_to_string("specs/_story_evidence.html", {"evidence": queries.story_evidence(story), "story": story})

    assert part.count("Never ran") == 3


def test_the_latest_run_of_an_epic_counts_its_own_stories_alone(cast, story):
    other = make_story(cast, PAY)
    run = import_bytes(
        behave_json(CART, **{"Add one": "failed"}), behave_json(PAY, path="pay.feature"), by=cast.tomas
    ).run

    found = queries.latest_run_of(story.epic)

    assert found and found.run == run
    assert found.counts == {"cases": 3, "stale": 0, "FAILED": 1, "PASSED": 2, "stories": 1}
    assert queries.latest_run(other.epic) == run
    assert queries.latest_run(make_epic(cast, title="Nothing yet")) is None
