"""Requirements of an epic: a change of what is promised drifts it."""

from typing import Any

import pytest

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions, queries
from apps.delivery.models import NFR
from tests.cast import signed_in
from tests.delivery.work import Work, accept, last_entry


def make(work: Work, **more: str) -> NFR:
    said: dict[str, Any] = {"title": "Fast", "statement": "A page opens within 1 s for 99 %.", **more}
    return actions.create_nfr(epic_key="E-1", by=work.maria, **said)


def test_create(work: Work) -> None:
    accept(work.epic)
    nfr = make(work)
    work.epic.refresh_from_db()
    assert (nfr.key, len(nfr.digest), work.epic.state) == ("NFR-1", 64, "DRIFTED")
    assert list(queries.active_nfrs(work.epic)) == [nfr]
    assert (last_entry().event, last_entry().subject) == ("nfr.created", "NFR-1")


def test_edit_changes_the_digest(work: Work) -> None:
    nfr = make(work)
    accept(work.epic)
    edited = actions.edit_nfr(nfr_key="NFR-1", title="Fast", statement="Within 2 s.", by=work.maria)
    work.epic.refresh_from_db()
    assert edited.digest != nfr.digest
    assert work.epic.state == "DRIFTED"
    count = Entry.objects.count()
    actions.edit_nfr(nfr_key="NFR-1", title="Fast", statement="Within 2 s.", by=work.maria)
    assert Entry.objects.count() == count


def test_archive(work: Work) -> None:
    make(work)
    accept(work.epic)
    actions.archive_nfr(nfr_key="NFR-1", reason="dropped", by=work.vera)
    work.epic.refresh_from_db()
    assert (list(queries.active_nfrs(work.epic)), work.epic.state) == ([], "DRIFTED")
    with pytest.raises(Refused, match="NFR-1 is archived; write a new requirement instead"):
        actions.edit_nfr(nfr_key="NFR-1", title="x", statement="y", by=work.maria)


def test_refusals(work: Work) -> None:
    make(work)
    with pytest.raises(
        NotAllowed, match="Writing requirements of E-1 takes a seat as Technical Product Manager or Pro"
    ):
        actions.create_nfr(epic_key="E-1", title="x", statement="y", by=work.priya)
    with pytest.raises(NotAllowed, match="Changing NFR-1 takes a seat"):
        actions.edit_nfr(nfr_key="NFR-1", title="x", statement="y", by=work.priya)
    with pytest.raises(NotAllowed, match="Changing NFR-1 takes a seat as Technical Product Manager or Product Owner"):
        actions.archive_nfr(nfr_key="NFR-1", reason="x", by=work.priya)
    with pytest.raises(BadInput, match="The statement is empty. Say what must hold"):
        make(work, statement=" ")
    with pytest.raises(BadInput, match="The title is empty"):
        make(work, title="")
    with pytest.raises(NFR.DoesNotExist):
        actions.archive_nfr(nfr_key="NFR-9", reason="x", by=work.maria)


def test_pages(work: Work) -> None:
    client = signed_in(work.maria)
    assert client.get("/epics/E-1/nfrs/new/").status_code == 200
    said = {"title": "Fast", "statement": "Within 1 s.", "kind": "ATTESTED"}
    assert client.post("/epics/E-1/nfrs/new/", said)["Location"] == "/epics/E-1/"
    assert client.post("/epics/E-1/nfrs/new/", {"title": "Fast"}).status_code == 400
    unsaid = {"title": "Fast", "statement": "Within 1 s."}
    for url in ("/epics/E-1/nfrs/new/", "/nfrs/NFR-1/edit/"):
        refused = client.post(url, unsaid)
        assert (refused.status_code, "Say how it is judged" in refused.content.decode()) == (400, True)
    assert "Within 1 s." in client.get("/nfrs/NFR-1/edit/").content.decode()
    assert client.post("/nfrs/NFR-1/edit/", {**said, "title": "Faster"}).status_code == 302
    assert client.get("/nfrs/NFR-1/archive/").status_code == 200
    assert client.post("/nfrs/NFR-1/archive/", {"reason": "x"}).status_code == 302
    assert client.get("/nfrs/NFR-1/edit/").status_code == 409
    assert client.get("/nfrs/NFR-9/edit/").status_code == 404
