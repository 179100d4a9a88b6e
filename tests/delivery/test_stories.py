"""Writing, planning and archiving stories; their lists, versions and differences."""

import pytest

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions
from apps.delivery.models import Story
from apps.delivery.states import StoryState
from tests.cast import TeamFactory, signed_in
from tests.delivery.work import CART, CART_CHANGED, CART_FORMATTED, PAY, Work, accept, last_entry, prove, sign


def test_create(work: Work) -> None:
    accept(work.epic)
    story = actions.create_story(epic_key="E-1", text=PAY, by=work.ruth, reason="asked for")
    work.epic.refresh_from_db()
    assert (story.title, story.state, story.scenario_count) == ("Pay", StoryState.READY, 1)
    assert story.version is not None
    assert (story.version.number, story.version.reason, story.version.author) == (1, "asked for", work.ruth)
    assert (work.epic.story_count, work.epic.state) == (3, "DRIFTED")
    assert (last_entry().event, last_entry().subject) == ("story.created", story.key)


def test_create_is_refused(work: Work) -> None:
    with pytest.raises(NotAllowed, match="Writing stories of E-1 takes a seat as Product Owner or Business Analyst"):
        actions.create_story(epic_key="E-1", text=PAY, by=work.tomas)
    with pytest.raises(actions.NotAStory, match="Line 1: There is no feature"):
        actions.create_story(epic_key="E-1", text="# nothing", by=work.ruth)
    with pytest.raises(BadInput, match="Points are a number from 0 to 100"):
        actions.create_story(epic_key="E-1", text=PAY, by=work.ruth, points=101)
    actions.archive_epic(epic_key="E-1", reason="no", by=work.maria)
    with pytest.raises(Refused, match="E-1 is archived"):
        actions.create_story(epic_key="E-1", text=PAY, by=work.ruth)
    assert Story.objects.count() == 2


def test_many_problems_are_counted() -> None:
    text = "Feature: A\n  Scenario: B\n    Given a\n" + "    nonsense\n" * 9
    with pytest.raises(actions.NotAStory) as refused:
        actions.read_story(text)
    assert refused.value.sentence.endswith("And 4 more.")


def test_plan(work: Work) -> None:
    TeamFactory.create(key="carts")
    accept(work.epic)
    story = actions.plan_story(story_key=work.cart.key, team_key="carts", points=5, by=work.ruth)
    work.epic.refresh_from_db()
    assert story.team is not None
    assert (story.team.scope.key, story.points, work.epic.state) == ("carts", 5, "SIGNED")
    assert last_entry().event == "story.planned"
    with pytest.raises(Refused, match="There is no team nowhere"):
        actions.plan_story(story_key=work.cart.key, team_key="nowhere", points=5, by=work.ruth)


def test_archive(work: Work) -> None:
    prove(work.cart)
    sign(work.cart, work.cast)
    accept(work.epic)
    actions.archive_story(story_key=work.cart.key, reason="not needed", by=work.maria)
    work.epic.refresh_from_db()
    assert (work.epic.state, work.epic.story_count, work.epic.signed_story_count) == ("DRIFTED", 1, 0)
    assert (last_entry().event, last_entry().subject) == ("story.archived", work.cart.key)
    with pytest.raises(Refused, match=f"{work.cart.key} is archived"):
        actions.archive_story(story_key=work.cart.key, reason="again", by=work.maria)
    with pytest.raises(NotAllowed, match=f"Archiving {work.pay.key} takes a seat"):
        actions.archive_story(story_key=work.pay.key, reason="x", by=work.sam)


def test_pages(work: Work) -> None:
    client = signed_in(work.ruth)
    assert "Feature: " in client.get("/epics/E-1/stories/new/").content.decode()
    assert client.post("/epics/E-1/stories/new/", {"text": PAY})["Location"] == "/stories/S-3/"
    wrong = client.post("/epics/E-1/stories/new/", {"text": "Feature: A\n  Scenario: B\n    Given a\n    x\n"})
    assert (wrong.status_code, 'data-line="4"' in wrong.content.decode()) == (400, True)
    check = client.post("/epics/E-1/stories/new/", {"text": PAY, "check": "1"})
    assert (check.status_code, Story.objects.count()) == (200, 3)
    assert client.get("/stories/S-3/plan/").status_code == 200
    assert client.post("/stories/S-3/plan/", {"team": "", "points": "3"}).status_code == 302
    assert client.post("/stories/S-3/plan/", {"team": "", "points": "300"}).status_code == 400
    assert client.get("/stories/S-3/archive/").status_code == 200
    assert client.post("/stories/S-3/archive/", {"reason": ""}).status_code == 400
    assert client.post("/stories/S-3/archive/", {"reason": "x"})["Location"] == "/epics/E-1/"


def test_list(work: Work) -> None:
    prove(work.cart)
    client = signed_in(work.ruth)

    def keys(query: str) -> list[str]:
        return [story.key for story in client.get(f"/stories/?{query}").context["stories"]]

    assert keys("") == [work.cart.key, work.pay.key]
    assert keys("state=PASSING") == [work.cart.key]
    assert keys("state=READY") == [work.pay.key]
    assert keys("epic=e-1&sort=-title") == [work.pay.key, work.cart.key]
    assert keys("text=CART") == [work.cart.key]
    assert keys(f"text={work.pay.key.lower()}") == [work.pay.key]
    assert keys("epic=E-9") == []
    actions.archive_story(story_key=work.pay.key, reason="x", by=work.maria)
    assert keys("") == [work.cart.key]
    assert keys("state=ARCHIVED") == [work.pay.key]


def test_versions_and_differences(work: Work) -> None:
    key = work.cart.key
    actions.edit_story(story_key=key, text=CART_FORMATTED, by=work.lena, base_version=1, reason="tabs")
    actions.edit_story(story_key=key, text=CART_CHANGED, by=work.ruth, base_version=2)
    client = signed_in(work.sam)
    page = client.get(f"/stories/{key}/versions/").content.decode()
    assert "Formatting only" in page
    assert "Changed its meaning" in page
    assert "“tabs”" in page
    last = client.get(f"/stories/{key}/difference/").content.decode()
    assert "Then the cart holds 1 thing" in last
    assert "Then the cart holds one thing" in last
    same = client.get(f"/stories/{key}/difference/?from=1&to=2").content.decode()
    assert "The same meaning" in same
    assert client.get(f"/stories/{key}/difference/?from=1&to=9").status_code == 404
    assert client.get(f"/stories/{key}/difference/?from=x&to=-1").status_code == 200
    assert CART in client.get(f"/stories/{key}/difference/?from=1&to=1").context["newer"].text
