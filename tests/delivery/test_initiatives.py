"""Starting and editing initiatives."""

import re

import pytest

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions
from apps.delivery.models import Initiative
from apps.organization.models import Scope
from apps.organization.roles import Role
from tests.cast import Cast, signed_in
from tests.delivery.work import Work, last_entry, make_initiative


def test_create(cast: Cast) -> None:
    made = actions.create_initiative(title="  Pay  faster ", purpose="For all", by=cast.adam)
    assert (made.title, made.scope.parent, made.scope.kind) == ("Pay faster", cast.organization, Scope.Kind.INITIATIVE)
    assert (last_entry().event, last_entry().subject) == ("initiative.created", made.key)


def test_create_needs_a_seat_on_the_organization(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        actions.create_initiative(title="Pay", by=cast.vera)
    assert refused.value.sentence == (
        "Starting an initiative takes a seat as Technical Product Manager or Administrator of ORG or above, "
        "and you hold none."
    )
    assert not Initiative.objects.exists()


def test_titles_are_used_once(cast: Cast) -> None:
    actions.create_initiative(title="Pay", by=cast.adam)
    with pytest.raises(BadInput, match="There is an initiative “Pay” already"):
        actions.create_initiative(title="Pay", by=cast.adam)
    with pytest.raises(BadInput, match="The title is empty"):
        actions.create_initiative(title=" ", by=cast.adam)


def test_edit(cast: Cast) -> None:
    key = make_initiative(cast).key
    actions.edit_initiative(initiative_key=key, title="Checkout", purpose="x", restricted=True, by=cast.vera)
    made = Initiative.objects.get()
    assert (made.title, made.scope.restricted) == ("Checkout", True)
    count = Entry.objects.count()
    actions.edit_initiative(initiative_key=key, title="Checkout", purpose="x", restricted=True, by=cast.vera)
    assert Entry.objects.count() == count
    with pytest.raises(NotAllowed, match=f"Editing the initiative {key} takes a seat"):
        actions.edit_initiative(initiative_key=key, title="No", purpose="", restricted=False, by=cast.maria)


def test_archived_ones_are_not_edited(cast: Cast) -> None:
    made = make_initiative(cast)
    Scope.objects.filter(pk=made.scope_id).update(archived_at="2026-01-01T00:00:00Z")
    with pytest.raises(Refused, match="I-1 is archived"):
        actions.edit_initiative(initiative_key=made.key, title="x", purpose="", restricted=False, by=cast.vera)


def test_pages(work: Work) -> None:
    client = signed_in(work.adam)
    answer = client.post("/initiatives/new/", {"title": "Returns", "purpose": "Less paper"})
    made = Initiative.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"/initiatives/{made.key}/")
    again = client.post("/initiatives/new/", {"title": "Returns", "purpose": "Less paper"})
    assert (again.status_code, "Less paper" in again.content.decode()) == (400, True)
    assert "Returns" in client.get("/initiatives/").content.decode()
    page = signed_in(work.vera).get(f"/initiatives/{work.initiative.key}/").content.decode()
    assert work.epic.title in page
    edit = f"/initiatives/{work.initiative.key}/edit/"
    assert signed_in(work.vera).post(edit, {"title": "Checkout", "purpose": ""}).status_code == 302
    assert signed_in(work.sam).get(edit).status_code == 403


def test_restricted_ones_are_like_unknown_ones(work: Work) -> None:
    Scope.objects.filter(pk=work.initiative.scope_id).update(restricted=True)
    work.cast.seat(work.nobody, Role.PRODUCT_OWNER, work.elsewhere)
    client = signed_in(work.nobody)
    hidden = {
        f"/initiatives/{work.initiative.key}/": "/initiatives/I-9/",
        f"/epics/{work.epic.key}/edit/": "/epics/E-9/edit/",
        f"/epics/{work.epic.key}/services/": "/epics/E-9/services/",
        f"/epics/{work.epic.key}/dependencies/": "/epics/E-9/dependencies/",
        f"/epics/{work.epic.key}/nfrs/new/": "/epics/E-9/nfrs/new/",
        f"/epics/{work.epic.key}/stories/new/": "/epics/E-9/stories/new/",
        f"/stories/{work.cart.key}/edit/": "/stories/S-9/edit/",
        f"/stories/{work.cart.key}/versions/": "/stories/S-9/versions/",
        f"/stories/{work.cart.key}/difference/": "/stories/S-9/difference/",
    }
    for url, unknown in hidden.items():
        answers = [client.get(url), client.get(unknown)]
        assert [answer.status_code for answer in answers] == [404, 404], url
        same, other = (re.sub("[A-Za-z0-9]{64}", "token", answer.content.decode()) for answer in answers)
        assert same == other, url
    assert work.epic.key not in client.get("/epics/").content.decode()
    assert work.cart.title not in client.get("/stories/").content.decode()
    assert client.post(f"/epics/{work.epic.key}/comments/", {"text": "hi"}).status_code == 404
    assert client.get(f"/stories/{work.cart.key}/versions/").status_code == 404
    assert signed_in(work.ruth).get(f"/stories/{work.cart.key}/versions/").status_code == 200
    assert signed_in(work.emil).get(f"/stories/{work.cart.key}/versions/").status_code == 200
