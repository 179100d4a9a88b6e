"""Pages of suites and executions: what they show, and to whom."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.delivery.models import Story
from apps.organization.models import Scope
from apps.specs import actions
from apps.specs.models import Execution, SandboxTest
from tests.cast import Cast, forget_seats, signed_in
from tests.specs.evidence import make_story

pytestmark = pytest.mark.django_db
SHOP = {
    "title": "Shop stories",
    "folder": "/srv/shop/features",
    "command": ["behave", "--outfile={report}", "{features}"],
    "covers": ["I-1"],
    "environment": {"SHOP_PASSWORD": "hidden from the pages"},
}


@pytest.fixture(autouse=True)
def shop(settings: Settings) -> None:
    settings.SUITES = {"shop": SHOP}
    settings.TRUSTED_SUITES = frozenset()


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


def ask(cast: Cast, **of: str) -> Execution:
    return actions.request_execution(suite_name="shop", by=forget_seats(cast.tomas), **of)


def page_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return str(response.content.decode())


# --- suites


def test_suites_say_what_they_cover_and_never_their_environment(cast, story):
    client = signed_in(cast.tomas)

    pages = page_of(client, "/suites/") + page_of(client, "/suites/shop/")

    assert "Shop stories" in pages and "Checkout that nobody abandons" not in pages and "I-1" in pages
    assert "1 text not run yet" in pages
    assert "hidden from the pages" not in pages


def test_without_any_suite_the_page_says_who_registers_one(cast, settings):
    settings.SUITES = {}
    assert "No suite is registered" in page_of(signed_in(cast.tomas), "/suites/")


def test_an_unknown_suite_is_not_found(cast):
    assert page_of(signed_in(cast.tomas), "/suites/other/", 404)


def test_a_sandbox_that_does_not_hold_is_said_so(cast):
    SandboxTest.objects.create(host="worker-2", at=timezone.now(), problem="The program bwrap is not installed.")

    page = page_of(signed_in(cast.tomas), "/suites/")

    assert "No sandbox on worker-2" in page and "The program bwrap is not installed." in page


def test_executions_page_by_key(cast, story):
    for _ in range(52):
        Execution.objects.update(state="STOPPED")
        ask(cast)
    client = signed_in(cast.tomas)

    page = page_of(client, "/suites/shop/")

    assert page.count('class="row-title"') == 50 and "after=" in page
    last = Execution.objects.order_by("pk")[2]
    assert page_of(client, f"/suites/shop/?after={last.pk}").count('class="row-title"') == 2


# --- asking


def test_one_button_runs_all(cast, story):
    response = signed_in(cast.tomas).post("/suites/shop/executions/new/")

    execution = Execution.objects.get()
    assert response.status_code == 302 and response["Location"] == f"/executions/{execution.key}/"
    assert (execution.epic, execution.story, execution.asked_by) == (None, None, cast.tomas)


def test_the_form_offers_the_epics_that_it_covers(cast, story):
    page = page_of(signed_in(cast.tomas), "/suites/shop/executions/new/")

    assert f'value="{story.epic.key}"' in page


def test_a_story_and_its_epic_offer_to_run_them(cast, story):
    client = signed_in(cast.tomas)

    assert f'name="story" value="{story.key}"' in page_of(client, f"/stories/{story.key}/")
    assert f'name="epic" value="{story.epic.key}"' in page_of(client, f"/epics/{story.epic.key}/")

    client.post("/suites/shop/executions/new/", {"story": story.key})
    assert Execution.objects.get().story == story
    assert "/executions/EX-1/" in page_of(client, f"/stories/{story.key}/")


def test_who_holds_no_seat_is_told_so(cast, story):
    client = signed_in(cast.nobody)

    assert "you hold none there" in page_of(client, "/suites/shop/")
    assert "you hold none there" in page_of(client, "/suites/shop/executions/new/", 403)
    assert client.post("/suites/shop/executions/new/").status_code == 403
    assert not Execution.objects.exists()


def test_what_does_not_exist_is_refused_in_the_form(cast, story):
    client = signed_in(cast.tomas)

    assert client.post("/suites/shop/executions/new/", {"epic": "E-99"}).status_code == 400
    assert client.post("/suites/shop/executions/new/", {"story": "S-99"}).status_code == 404


# --- one execution


def test_while_it_runs_the_page_looks_again_and_says_how_far_it_is(cast, story):
    execution = ask(cast)
    Execution.objects.update(
        state="RUNNING", scenarios_total=3, scenarios_begun=2, scenarios_failing=1, current="Add one thing"
    )
    client = signed_in(cast.tomas)

    part = client.get(execution.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()

    assert part.startswith('<div id="execution-progress"') and 'hx-trigger="every 1s"' in part
    assert "2 of 3" in part and "Add one thing" in part and "1 failing so far" in part
    assert f'action="/executions/{execution.key}/cancel/"' in part


def test_what_it_wrote_is_shown_as_text(cast, story):
    execution = ask(cast)
    Execution.objects.update(state="STOPPED", problem="It had 99 processes.", output="<script>alert(1)</script>")

    page = page_of(signed_in(cast.tomas), execution.get_absolute_url())

    assert "Stopped without a result" in page and "It had 99 processes." in page
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert "hx-trigger" not in page.partition('id="execution-progress"')[2].partition(">")[0]


def test_who_asked_may_cancel_by_the_page(cast, story):
    execution = ask(cast)
    client = signed_in(cast.tomas)

    assert client.get(f"{execution.get_absolute_url()}cancel/").status_code == 405
    assert client.post(f"{execution.get_absolute_url()}cancel/").status_code == 302

    execution.refresh_from_db()
    assert execution.state == "CANCELED"
    assert "Nothing of it counts as evidence" in page_of(client, execution.get_absolute_url())
    assert client.post(f"{execution.get_absolute_url()}cancel/").status_code == 409


def test_a_hidden_initiative_is_not_named_by_what_a_suite_covers(cast, story, settings):
    settings.SUITES = {"shop": {**SHOP, "covers": [cast.initiative.title, "I-2", "I-1", story.epic.key]}}
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    for address in ("/suites/", "/suites/shop/"):
        page = page_of(signed_in(cast.nobody), address)
        assert "I-2" in page
        for name in (cast.initiative.title, "I-1", story.epic.key):
            assert name not in page
        assert "I-1" in page_of(signed_in(cast.tomas), address)


@pytest.mark.parametrize("address", ["/suites/", "/suites/shop/"])
def test_lists_do_not_read_what_suites_wrote(cast, story, address):
    ask(cast)
    client = signed_in(cast.tomas)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert not [one["sql"][:200] for one in captured if '"specs_execution"."output"' in one["sql"]]


def test_what_is_hidden_is_not_found(cast, story):
    execution, epic = ask(cast), ask(cast, epic_key=story.epic.key)
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    client = signed_in(cast.nobody)

    for one in (execution, epic):
        assert page_of(client, one.get_absolute_url(), 404)
        assert client.post(f"{one.get_absolute_url()}cancel/").status_code == 404
    page = page_of(client, "/suites/shop/")
    assert "EX-" not in page and "0 stories" in page
