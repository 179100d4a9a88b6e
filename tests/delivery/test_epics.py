"""Writing, editing and archiving epics."""

import pytest

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions
from apps.delivery.models import Epic
from apps.organization.models import Scope
from tests.cast import Cast, TeamFactory, signed_in
from tests.delivery.work import Work, accept, last_entry, make_epic


def edit(work: Work, **more: str) -> Epic:
    said = {"title": work.epic.title, "summary": "", "team_key": "", "promised_for": "", **more}
    return actions.edit_epic(epic_key=work.epic.key, by=work.maria, **said)


def test_create(cast: Cast) -> None:
    TeamFactory.create(key="carts")
    epic = make_epic(cast, team_key="carts", promised_for="2027-q1", summary="One page")
    assert (epic.key, epic.promised_for, epic.state) == ("E-1", "2027-Q1", "OPEN")
    assert epic.team is not None
    assert (epic.scope.key, epic.scope.kind, epic.scope.parent) == ("E-1", Scope.Kind.EPIC, cast.initiative)
    assert (last_entry().event, last_entry().subject) == ("epic.created", "E-1")


def test_create_is_refused(cast: Cast) -> None:
    with pytest.raises(BadInput, match="“soon” is not a quarter such as 2026-Q4"):
        make_epic(cast, promised_for="soon")
    with pytest.raises(Refused, match="There is no team x"):
        make_epic(cast, team_key="x")
    with pytest.raises(NotAllowed) as refused:
        actions.create_epic(initiative_key=cast.initiative.key, title="x", by=cast.ruth)
    assert refused.value.sentence == (
        "Writing epics of I-1 takes a seat as Technical Product Manager or Product Owner of I-1 or above, "
        "and you hold none."
    )
    Scope.objects.filter(pk=cast.initiative.pk).update(archived_at="2026-01-01T00:00:00Z")
    with pytest.raises(Refused, match="I-1 is archived; start an initiative of your own"):
        make_epic(cast)
    assert not Epic.objects.exists()


def test_edit_changes_its_scope_too_and_does_not_drift(work: Work) -> None:
    accept(work.epic)
    edit(work, title="Checkout", summary="One page only", promised_for="2026-Q4")
    work.epic.refresh_from_db()
    assert (work.epic.title, work.epic.scope.title, work.epic.state) == ("Checkout", "Checkout", "SIGNED")
    count = Entry.objects.count()
    edit(work, title="Checkout", summary="One page only", promised_for="2026-Q4")
    assert Entry.objects.count() == count


def test_edit_is_refused(work: Work) -> None:
    with pytest.raises(NotAllowed, match="Editing E-1 takes a seat"):
        actions.edit_epic(epic_key="E-1", title="x", summary="", team_key="", promised_for="", by=work.tomas)
    actions.archive_epic(epic_key="E-1", reason="no", by=work.maria)
    with pytest.raises(Refused, match="E-1 is archived; nothing in it changes any more"):
        edit(work)


def test_archive(work: Work) -> None:
    actions.archive_epic(epic_key="E-1", reason="We buy it instead", by=work.maria)
    work.epic.refresh_from_db()
    assert work.epic.state == "ARCHIVED"
    assert last_entry().event == "epic.archived"
    with pytest.raises(Refused):
        actions.edit_story(story_key=work.cart.key, text="Feature: x", by=work.ruth, base_version=1)


def test_archive_is_refused(work: Work) -> None:
    other = make_epic(work.cast, "Another")
    actions.add_dependency(epic_key=other.key, needs_key="E-1", kind="SOFT", by=work.tomas)
    with pytest.raises(Refused, match=f"{other.key} needs E-1. Remove that dependency first"):
        actions.archive_epic(epic_key="E-1", reason="no", by=work.maria)
    with pytest.raises(NotAllowed, match="Archiving E-1 takes a seat"):
        actions.archive_epic(epic_key="E-1", reason="no", by=work.ruth)
    with pytest.raises(BadInput, match="The reason is empty"):
        actions.archive_epic(epic_key=other.key, reason=" ", by=work.maria)


def test_pages(work: Work) -> None:
    client = signed_in(work.maria)
    answer = client.post("/epics/new/", {"initiative": "I-1", "title": "Returns", "summary": "", "promised_for": ""})
    assert (answer.status_code, answer["Location"]) == (302, "/epics/E-2/")
    wrong = client.post("/epics/new/", {"initiative": "I-1", "title": "Returns", "promised_for": "soon"})
    assert (wrong.status_code, "Write a quarter such as 2027-Q1." in wrong.content.decode()) == (400, True)
    assert signed_in(work.ruth).post("/epics/new/", {"initiative": "I-1", "title": "x"}).status_code == 403
    assert client.post("/epics/E-2/edit/", {"title": "Returns by post"}).status_code == 302
    assert client.get("/epics/E-2/archive/").status_code == 200
    assert client.post("/epics/E-2/archive/", {"reason": "no"})["Location"] == "/epics/"
    page = client.get("/epics/").content.decode()
    assert "Returns by post" not in page
    assert "Returns by post" in client.get("/epics/?state=ARCHIVED").content.decode()


def test_list_filters_sorts_and_pages(work: Work) -> None:
    for number in range(60):
        make_epic(work.cast, f"Epic {number:02}")
    client = signed_in(work.maria)
    first = client.get("/epics/?sort=-title")
    titles = [epic.title for epic in first.context["epics"]]
    assert (len(titles), titles[0], titles[-1]) == (50, "Epic 59", "Epic 10")
    rest = client.get(first.context["next_url"], headers={"HX-Request": "true"})
    assert [epic.title for epic in rest.context["epics"]][-2:] == ["Epic 00", "Checkout in one page"]
    assert rest.context["next_url"] == ""
    assert rest.content.decode().lstrip().startswith('<div id="epic-list"')
    assert [epic.title for epic in client.get("/epics/?text=epic+07").context["epics"]] == ["Epic 07"]
    assert len(client.get("/epics/?initiative=I-1&state=OPEN").context["epics"]) == 50
    assert client.get("/epics/?state=SIGNED").context["epics"] == []
    assert client.get("/epics/?sort=nonsense&after=E-99999&state=nonsense").status_code == 200


def test_csv_is_plain_text(work: Work) -> None:
    make_epic(work.cast, "=1+1")
    answer = signed_in(work.maria).get("/epics/?as=csv")
    lines = answer.getvalue().decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("Key,Title,Initiative,State")
    assert "'=1+1" in lines[2]
    stories = signed_in(work.maria).get("/stories/?as=csv").getvalue().decode().splitlines()
    assert stories[1].startswith(f"{work.cart.key},Fill the cart,E-1,READY")
