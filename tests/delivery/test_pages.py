"""Every list and form of delivery asks the database as often for many rows as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.delivery import actions
from apps.delivery.models import Epic
from tests.cast import Cast, ServiceFactory, TeamFactory, signed_in
from tests.delivery.work import CART, CART_CHANGED, Work, make_epic, make_story

# Page: queries. Two are the session and its person, two the seats, one or two the restricted initiatives; in the
# lists one the choices of the filter and one the rows.
PAGES = {
    "/initiatives/": 7,
    "/initiatives/I-1/": 9,
    "/epics/": 7,
    "/epics/?state=OPEN&sort=-title&text=e&initiative=I-1": 7,
    "/epics/new/": 7,
    "/epics/E-1/edit/": 8,
    "/epics/E-1/archive/": 7,
    "/epics/E-1/dependencies/": 9,
    "/epics/E-1/services/": 8,
    "/epics/E-1/nfrs/new/": 6,
    "/epics/E-1/stories/new/": 6,
    "/nfrs/NFR-1/edit/": 6,
    "/nfrs/NFR-1/archive/": 6,
    "/stories/": 7,
    "/stories/?state=READY&sort=-title&text=cart&epic=E-1": 7,
    "/stories/S-1/edit/": 6,
    "/stories/S-1/plan/": 7,
    "/stories/S-1/archive/": 6,
    "/stories/S-1/versions/": 7,
    "/stories/S-1/difference/?from=1&to=2": 8,
    "/imports/": 6,
    "/imports/new/": 6,
}


def grow(work: Cast, number: int) -> None:
    """One more row of everything that these pages list."""
    epic = make_epic(work, f"Epic {number}", team_key="")
    TeamFactory.create(key=f"squad-{number}")
    ServiceFactory.create(key=f"runs-{number}")
    actions.plan_story(story_key=make_story(work, epic).key, team_key=f"squad-{number}", points=1, by=work.ruth)
    make_story(work, Epic.objects.get(key="E-1"))
    actions.create_nfr(epic_key="E-1", title=f"Fast {number}", statement="Soon", by=work.maria)
    actions.link_service(epic_key="E-1", service_key=f"runs-{number}", by=work.maria)
    actions.add_dependency(epic_key="E-1", needs_key=epic.key, kind="HARD", by=work.tomas)
    text = CART if number % 2 else CART_CHANGED
    version = Epic.objects.get(key="E-1").stories.get(key="S-1").versions.count()
    actions.edit_story(story_key="S-1", text=f"{text}# {number}\n", by=work.ruth, base_version=version)
    actions.create_initiative(title=f"Initiative {number}", by=work.adam)


def asked(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200, url
    return len(queries)


@pytest.fixture
def clients(work: Work) -> dict[str, Client]:
    return {name: signed_in(work.cast.people[name]) for name in ("maria", "ruth", "tomas", "vera")}


def test_queries_are_as_many_for_many_rows(work: Work, clients: dict[str, Client]) -> None:
    grow(work.cast, 1)
    maria = clients["maria"]
    first = {url: asked(maria, url) for url in PAGES}
    for number in range(2, 21):
        grow(work.cast, number)
    assert {url: asked(maria, url) for url in PAGES} == first
    assert first == PAGES


def test_comments_cost_nothing_each(work: Work) -> None:
    client = signed_in(work.sam)
    url = "/epics/E-1/comments/"

    def post() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.post(url, {"text": "Hi"}, headers={"HX-Request": "true"}).status_code == 200
        return len(queries)

    first = post()
    for _ in range(19):
        post()
    assert post() == first
