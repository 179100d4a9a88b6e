"""Pages of SLIs and SLOs: from a definition to figures by plain forms, lists, and what others do not see."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.organization.models import Scope
from apps.organization.roles import Role
from apps.reliability import tasks
from apps.reliability.models import SLI, SLO
from tests.api.asking import pipeline_of, send
from tests.cast import Cast, ScopeFactory, signed_in
from tests.reliability.world import NOW, World, ago, make_sli, make_slo

PARTIAL = {"HX-Request": "true"}
SLI_FORM = {
    "scope": "E-1",
    "title": "Pay in time",
    "kind": "LATENCY",
    "good_means": "answered within a second",
    "source": "PUSHED",
}
SLO_FORM = {"title": "Paying is quick", "target": "99.5", "window": "7d", "rationale": "They leave after two failures."}


def text(client: Client, url: str, status: int = 200, **asked: Any) -> str:
    """What the page says."""
    answer = client.get(url, **asked)
    assert answer.status_code == status
    return b"".join(answer).decode() if answer.streaming else str(answer.content.decode())


def test_from_a_definition_to_figures_by_plain_forms(world: World) -> None:
    priya = signed_in(world.priya)
    defined = priya.post("/slis/new/", SLI_FORM)
    assert (defined.status_code, defined["Location"]) == (302, "/slis/SLI-2/slos/new/")
    assert "SLI-2 is defined. Next, promise something of it." in text(priya, defined["Location"])
    promised = priya.post("/slis/SLI-2/slos/new/", SLO_FORM)
    assert (promised.status_code, promised["Location"]) == (302, "/slos/SLO-2/")
    page = text(priya, "/slos/SLO-2/")
    for words in ("Paying is quick", "99.5 %", "7 days", "no event was counted", "No data in this window.", "No data"):
        assert words in page
    counts = [{"at": "2026-11-27T10:00:00Z", "good": 998, "total": 1000, "errors": {"Card refused twice": 2}}]
    assert send(pipeline_of(world.cast), "slis/SLI-2/counts/", {"by": "1h", "counts": counts}).status_code == 200
    tasks.refresh_slos()
    page = text(priya, "/slos/SLO-2/")
    for words in ("99.8 %", "998 of 1,000 events", "60 %", "40 % of the budget is used: 2 bad of 5 allowed"):
        assert words in page
    for words in ("Card refused twice", "Show as table", "They leave after two failures.", "<svg"):
        assert words in page
    assert "27 Nov 2026" in text(priya, "/slis/SLI-2/")
    assert "1,000" in text(priya, "/slis/SLI-2/")


def test_a_change_is_a_version_that_the_page_tells(world: World) -> None:
    priya = signed_in(world.priya)
    assert 'value="99"' in text(priya, "/slos/SLO-1/change/")
    form = {**SLO_FORM, "title": world.slo.title, "window": "month:Europe/Berlin", "next_review_on": "2027-01-31"}
    assert priya.post("/slos/SLO-1/change/", form)["Location"] == "/slos/SLO-1/"
    page = text(priya, "/slos/SLO-1/")
    for words in ("SLO-1 has a new version.", "99.5 %", "Users leave after two failures.", "31 Jan 2027"):
        assert words in page
    assert priya.post("/slos/SLO-1/archive/", {"reason": "Replaced."})["Location"] == "/slos/SLO-1/"
    assert "Archived" in text(priya, "/slos/SLO-1/")
    assert "SLO-1" not in text(priya, "/reliability/")


def test_an_sli_is_edited_and_archived(world: World) -> None:
    priya = signed_in(world.priya)
    form = {name: value for name, value in SLI_FORM.items() if name != "scope"}
    assert priya.post("/slis/SLI-1/edit/", form)["Location"] == "/slis/SLI-1/"
    assert "answered within a second" in text(priya, "/slis/SLI-1/")
    refused = priya.post("/slis/SLI-1/archive/")
    assert refused.status_code == 409
    assert "SLO-1 rests on SLI-1. Archive that SLO first." in refused.content.decode()
    spare = make_sli(world.scope, world.priya)
    assert priya.post(f"/slis/{spare.key}/archive/")["Location"] == f"/slis/{spare.key}/"
    assert f'href="/slis/{spare.key}/"' not in text(priya, "/slis/")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("target", "100.5", "less than or equal to 100"),
        ("target", "0", "greater than or equal to"),
        ("target", "many", "Enter a number."),
        ("window", "400d", "365"),
        ("window", "month:Atlantis/Center", "Atlantis"),
        ("rationale", "", "This field is required."),
    ],
)
def test_what_cannot_be_promised_keeps_what_was_typed(world: World, field: str, value: str, words: str) -> None:
    priya = signed_in(world.priya)
    for url in ("/slis/SLI-1/slos/new/", "/slos/SLO-1/change/"):
        answer = priya.post(url, {**SLO_FORM, field: value})
        assert answer.status_code == 400
        assert words in answer.content.decode()
        assert "Paying is quick" in answer.content.decode()
    assert [(slo.key, slo.version) for slo in SLO.objects.all()] == [("SLO-1", 1)]


def test_what_cannot_be_measured_keeps_what_was_typed(world: World) -> None:
    priya = signed_in(world.priya)
    answer = priya.post("/slis/new/", {**SLI_FORM, "source": "PROMETHEUS"})
    assert answer.status_code == 400
    assert "needs both queries" in answer.content.decode()
    assert "Pay in time" in answer.content.decode()
    edited = priya.post("/slis/SLI-1/edit/", {**SLI_FORM, "good_means": ""})
    assert (edited.status_code, SLI.objects.get().good_means) == (400, world.sli.good_means)


def test_offered_is_only_where_one_may_define_anything(world: World) -> None:
    """Else the form is filled in, and refused afterwards."""
    ScopeFactory.create(key="E-9", kind=Scope.Kind.EPIC, title="Of others", parent=world.cast.elsewhere)
    priya = signed_in(world.priya)
    for url, form in (("/slis/new/", SLI_FORM), ("/resources/new/", {"title": "Disk", "limit": 5, "measure": "PEAK"})):
        page = text(priya, url)
        assert f'value="{world.scope.key}"' in page
        assert "Of others" not in page
        answer = priya.post(url, {**form, "scope": "E-9"})
        assert (answer.status_code, "takes a seat as" in answer.content.decode()) == (403, True)


def test_who_may_define_nothing_anywhere_gets_the_sentence_and_no_form(world: World) -> None:
    """A seat, but below it there is neither a service nor an epic nor a team."""
    world.cast.seat(world.cast.nobody, Role.SRE_LEAD, world.cast.elsewhere)
    nobody = signed_in(world.cast.nobody)
    assert "None of your seats lets you define what is measured." in text(nobody, "/slis/new/", 403)
    assert "None of your seats lets you say what has a limit." in text(nobody, "/resources/new/", 403)
    assert nobody.post("/slis/new/", SLI_FORM).status_code == 403


def test_who_may_only_read_sees_shut_buttons_and_is_refused(world: World) -> None:
    nobody = signed_in(world.cast.nobody)
    assert "None of your seats lets you define what is measured." in text(nobody, "/reliability/")
    assert "Changing SLO-1 takes a seat as" in text(nobody, "/slos/SLO-1/")
    for url in (
        "/slis/new/",
        "/slis/SLI-1/edit/",
        "/slis/SLI-1/slos/new/",
        "/slos/SLO-1/change/",
        "/slos/SLO-1/archive/",
    ):
        assert nobody.get(url).status_code == nobody.post(url, {}).status_code == 403
    assert SLO.objects.get().version == 1


def test_the_overview_by_need_with_filters(world: World) -> None:
    fine = make_sli(world.scope, world.priya, "Search answers")
    make_slo(fine, world.priya)
    world.push((ago(hours=2), 900, 1000))
    tasks.refresh_slos()
    nobody = signed_in(world.cast.nobody)
    page = text(nobody, "/reliability/")
    assert page.index("SLO-1") < page.index("SLO-2")
    assert "−900 %" in page
    assert "SLO-1" not in text(nobody, "/reliability/?state=NO_DATA")
    assert "SLO-2" in text(nobody, "/reliability/?text=search")
    assert "No SLO matches" in text(nobody, "/reliability/?scope=E-99")
    part = text(nobody, "/reliability/?text=search", headers=PARTIAL)
    assert part.lstrip().startswith('<div id="slo-list"')
    assert "<html" not in part
    status = text(nobody, "/slos/SLO-1/", headers=PARTIAL)
    assert status.lstrip().startswith('<div id="slo-status"')
    assert text(nobody, "/slis/?text=search", headers=PARTIAL).lstrip().startswith('<div id="sli-list"')


def test_the_overview_as_csv(world: World) -> None:
    world.push((ago(hours=2), 995, 1000))
    tasks.refresh_slos()
    (row,) = csv.DictReader(io.StringIO(text(signed_in(world.cast.nobody), "/reliability/?as=csv")))
    assert (row["Key"], row["Of"], row["Target"], row["SLI"]) == ("SLO-1", "E-1", "0.99", "0.995")
    assert (row["Good"], row["Total"], row["Budget left"], row["State"]) == ("995", "1000", "0.5", "FAIR")
    assert row["As of"] == "2026-11-28T12:00:00+00:00"


def test_figures_that_nobody_computed_lately_are_grey(world: World) -> None:
    world.push((ago(hours=2), 900, 1000))
    tasks.refresh_slos()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        nobody = signed_in(world.cast.nobody)
        assert "stale since" in text(nobody, "/reliability/")
        page = text(nobody, "/slos/SLO-1/")
    assert "no worker has computed newer ones since" in page
    assert "−900 %" in page


def test_what_is_restricted_does_not_exist(world: World) -> None:
    world.push((ago(hours=2), 900, 1000))
    tasks.refresh_slos()
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    nobody = signed_in(world.cast.nobody)
    for url in ("/reliability/", "/reliability/?as=csv", "/slis/"):
        assert "Checkout answers" not in text(nobody, url)
    assert "No SLO yet" in text(nobody, "/reliability/")
    for url in ("/slos/SLO-1/", "/slis/SLI-1/", "/slos/SLO-1/change/", "/slis/SLI-1/edit/", "/slis/SLI-1/slos/new/"):
        assert nobody.get(url).status_code == 404


@pytest.mark.django_db
def test_while_nothing_is_measured_pages_say_what_they_will_show(cast: Cast) -> None:
    nobody, priya = signed_in(cast.nobody), signed_in(cast.priya)
    assert "how much of each budget is left" in text(nobody, "/reliability/")
    assert "Begin with what is measured." not in text(nobody, "/reliability/")
    assert "Begin with what is measured." in text(priya, "/reliability/")
    assert "what is measured of services and epics" in text(nobody, "/slis/")
