"""A requirement that an SLI measures, or a scenario proves: its definition, what is refused, what moves its digest."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.audit import statement
from apps.audit.beside import BadEntry
from apps.audit.canonical import canonical_digest
from apps.audit.models import Entry
from apps.audit.verify import verify_log
from apps.common.refused import BadInput
from apps.delivery import actions, queries
from apps.delivery.comparing import check_nfrs
from apps.delivery.models import NFR
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.models import SLI
from tests.cast import ServiceFactory, signed_in
from tests.delivery.work import CART, CART_FORMATTED, Work, accept, last_entry, make_epic
from tests.reliability.world import make_sli


@pytest.fixture
def sli(work: Work) -> SLI:
    """Of the epic's own experience."""
    return make_sli(work.epic.scope, work.priya)


def measured(work: Work, by_sli: SLI, **more: Any) -> NFR:
    said = {"kind": "MEASURED", "sli": by_sli.key, "target": Decimal("0.999"), "days": 28, **more}
    return actions.create_nfr(epic_key="E-1", title="Fast", statement="In 1 s.", by=work.maria, **said)


def proven(work: Work, scenario: str = "", **more: Any) -> NFR:
    named = scenario or f"{work.pay.key}:By card"
    return actions.create_nfr(
        epic_key="E-1", title="Safe", statement="Nobody pays twice.", by=work.maria, kind="SCENARIO", scenario=named
    )


def test_what_an_sli_measures(work: Work, sli: SLI) -> None:
    accept(work.epic)
    nfr = NFR.objects.get(pk=measured(work, sli).pk)
    work.epic.refresh_from_db()
    assert (nfr.kind, nfr.sli, nfr.target, nfr.days) == ("MEASURED", sli, Decimal("0.999"), 28)
    assert nfr.judged_by == f"{sli.key} is at least 99.9 % over the last 28 days"
    assert nfr.digest == nfr.meaning_digest
    assert work.epic.state == "DRIFTED"
    facts = statement.decode(bytes(last_entry().body)).predicate["facts"]
    assert facts == {"drifted": True, "kind": "MEASURED", "sli": sli.key, "target": "0.999", "days": "28"}


def test_what_a_scenario_proves(work: Work) -> None:
    nfr = NFR.objects.get(pk=proven(work).pk)
    assert (nfr.kind, nfr.story, nfr.scenario) == ("SCENARIO", work.pay, "By card")
    assert nfr.judged_by == f"“By card” of {work.pay.key} passes"
    assert nfr.digest == nfr.meaning_digest
    assert b"By card" not in bytes(last_entry().body)  # somebody's words


def test_what_is_attested_keeps_the_digest_it_always_had(work: Work) -> None:
    """Signed promises hold it: the recipe, written out here, must not move."""
    nfr = actions.create_nfr(epic_key="E-1", title="Fast", statement="In 1 s.", by=work.maria)
    assert nfr.digest == canonical_digest({"key": "NFR-1", "kind": "ATTESTED", "statement": "In 1 s.", "title": "Fast"})
    assert nfr.digest == "d618e4820c1788bf93ab6641f881efeb5063f6b31bbada23bdd3770a869db678"


@pytest.mark.parametrize("change", [{"target": Decimal("0.99")}, {"days": 7}, {"sli": "other"}, {"kind": "ATTESTED"}])
def test_every_part_of_what_judges_it_moves_the_digest_and_drifts(work: Work, sli: SLI, change: dict[str, Any]) -> None:
    other = make_sli(work.epic.scope, work.priya, "Another")
    nfr = measured(work, sli)
    accept(work.epic)
    said: dict[str, Any] = {"kind": "MEASURED", "sli": sli.key, "target": Decimal("0.999"), "days": 28, **change}
    said["sli"] = other.key if change.get("sli") else said["sli"]
    edited = actions.edit_nfr(nfr_key=nfr.key, title="Fast", statement="In 1 s.", by=work.maria, **said)
    assert edited.digest != nfr.digest
    assert NFR.objects.get(pk=nfr.pk).meaning_digest == edited.digest
    work.epic.refresh_from_db()
    assert work.epic.state == "DRIFTED"


def test_the_same_again_changes_nothing(work: Work, sli: SLI) -> None:
    nfr = measured(work, sli)
    count = Entry.objects.count()
    said: dict[str, Any] = {"kind": "MEASURED", "sli": sli.key, "target": Decimal("0.9990"), "days": 28}
    actions.edit_nfr(nfr_key=nfr.key, title="Fast", statement="In 1 s.", by=work.maria, **said)
    assert Entry.objects.count() == count


def test_what_another_kind_needs_is_left_out(work: Work, sli: SLI) -> None:
    nfr = measured(work, sli, kind="ATTESTED", scenario=f"{work.pay.key}:By card")
    assert (nfr.sli, nfr.target, nfr.days, nfr.story, nfr.scenario) == (None, None, None, None, "")


def test_a_scenario_is_named_by_its_meaning(work: Work) -> None:
    """Layout is none of it, nor how an accent is written."""
    written = CART.replace("One thing", "Ein K\u00f6rbchen ")
    actions.edit_story(story_key=work.cart.key, text=written, base_version=1, reason="words", by=work.ruth)
    nfr = proven(work, f"{work.cart.key}:Ein Ko\u0308rbchen")
    assert nfr.scenario == "Ein K\u00f6rbchen"
    assert queries.named_scenarios(work.epic) == [
        (work.cart.key, "Ein K\u00f6rbchen"),
        (work.cart.key, "Several things"),
        (work.pay.key, "By card"),
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "GUESSED"}, "“GUESSED” is no kind of requirement: ATTESTED, MEASURED, SCENARIO"),
        ({"sli": ""}, "needs an SLI, a target, and over how many days"),
        ({"target": None}, "needs an SLI, a target, and over how many days"),
        ({"days": None}, "needs an SLI, a target, and over how many days"),
        ({"target": Decimal(0)}, "A target is above 0 % and at most 100 %, over 1 to 365 days"),
        ({"target": Decimal("1.000000001")}, "A target is above 0 % and at most 100 %"),
        ({"days": 0}, "over 1 to 365 days"),
        ({"days": 366}, "over 1 to 365 days"),
        ({"sli": "SLI-99"}, "There is no SLI SLI-99 that you may read"),
        ({"kind": "SCENARIO"}, "A requirement that a scenario proves needs one, as S-3:Pay by card"),
        ({"kind": "SCENARIO", "scenario": "S-1"}, "A requirement that a scenario proves needs one"),
        ({"kind": "SCENARIO", "scenario": "S-99:By card"}, "There is no story S-99 that you may read"),
        ({"kind": "SCENARIO", "scenario": "S-1:By card"}, "The current text of S-1 has no scenario “By card”"),
        ({"kind": "SCENARIO", "scenario": "S-1:\x00"}, "The scenario holds a NUL character"),
    ],
)
def test_refusals(work: Work, sli: SLI, said: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        measured(work, sli, **said)
    assert not NFR.objects.exists()


def test_nothing_of_other_epics_judges_it(work: Work) -> None:
    other = make_epic(work.cast, "Payment")
    theirs = make_sli(other.scope, work.priya)
    with pytest.raises(BadInput, match=f"{theirs.key} is measured of E-2. Choose an SLI of E-1, a service or a team"):
        measured(work, theirs)
    story = actions.create_story(epic_key=other.key, text=CART_FORMATTED, by=work.ruth)
    with pytest.raises(BadInput, match=f"{story.key} is no story of E-1. Choose a scenario of one that is"):
        proven(work, f"{story.key}:One thing")


def test_nothing_archived_judges_it(work: Work, sli: SLI) -> None:
    reliability.archive_sli(sli_key=sli.key, by=work.priya)
    with pytest.raises(BadInput, match=f"{sli.key} is archived: nobody measures it any more"):
        measured(work, sli)
    actions.archive_story(story_key=work.pay.key, reason="Not now.", by=work.ruth)
    with pytest.raises(BadInput, match=f"{work.pay.key} is no story of E-1"):
        proven(work)
    assert not queries.measurable_slis(work.epic, by=work.maria).exists()


def test_a_service_may_be_measured(work: Work) -> None:
    work.cast.seat(work.priya, Role.SRE_ORGANIZATION_LEAD, work.cast.organization)
    of_service = make_sli(ServiceFactory.create(key="payments").scope, work.priya)
    assert measured(work, of_service).sli == of_service


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "MEASURED"},
        {"kind": "SCENARIO"},
        {"scenario": "By card"},
        {"days": 3},
        {"kind": "GUESSED"},
    ],
)
def test_the_database_refuses_half_a_definition(work: Work, columns: dict[str, Any]) -> None:
    nfr = actions.create_nfr(epic_key="E-1", title="Fast", statement="In 1 s.", by=work.maria)
    with pytest.raises(IntegrityError), transaction.atomic():
        NFR.objects.filter(pk=nfr.pk).update(**columns)


@pytest.mark.parametrize("columns", [{"target": 0}, {"target": 2}, {"days": 0}, {"days": 366}, {"sli": None}])
def test_the_database_refuses_what_cannot_be_measured(work: Work, sli: SLI, columns: dict[str, Any]) -> None:
    nfr = measured(work, sli)
    with pytest.raises(IntegrityError), transaction.atomic():
        NFR.objects.filter(pk=nfr.pk).update(**columns)
    check_nfrs()


def test_pages(work: Work, sli: SLI) -> None:
    client = signed_in(work.maria)
    page = client.get("/epics/E-1/nfrs/new/").content.decode()
    assert f'<option value="{sli.key}">{sli.key} Checkout answers · of Checkout in one page</option>' in page
    assert f'<option value="{work.pay.key}:By card">{work.pay.key} By card</option>' in page
    said = {"title": "Fast", "statement": "In 1 s.", "kind": "MEASURED", "sli": sli.key, "target": "99.95", "days": "7"}
    made = client.post("/epics/E-1/nfrs/new/", said, follow=True).content.decode()
    assert f"NFR-1 is written. {sli.key} is at least 99.95 % over the last 7 days." in made
    edited = client.get("/nfrs/NFR-1/edit/").content.decode()
    assert 'value="99.95"' in edited
    assert f'<option value="{sli.key}" selected>' in edited
    refused = client.post("/epics/E-1/nfrs/new/", {**said, "days": ""})
    assert (refused.status_code, "over how many days" in refused.content.decode()) == (400, True)
    gone = client.post("/nfrs/NFR-1/edit/", {**said, "kind": "SCENARIO", "scenario": "S-1:Nothing"})
    assert (gone.status_code, "has this scenario. Choose another" in gone.content.decode()) == (400, True)
    changed = {**said, "kind": "SCENARIO", "scenario": f"{work.pay.key}:By card"}
    assert client.post("/nfrs/NFR-1/edit/", changed).status_code == 302
    nfr = NFR.objects.get(key="NFR-1")
    assert (nfr.kind, nfr.sli, nfr.scenario) == ("SCENARIO", None, "By card")


def test_the_api_takes_percent_and_tells_the_exact_share(work: Work, sli: SLI) -> None:
    client = signed_in(work.maria)
    body = {"title": "Fast", "statement": "In 1 s.", "kind": "MEASURED", "sli": sli.key, "target": 99.95, "days": 7}
    made = client.post("/api/v1/epics/E-1/nfrs/", body, content_type="application/json")
    assert made.status_code == 201
    row = made.json()
    assert (row["kind"], row["sli"], row["target"], row["days"]) == ("MEASURED", sli.key, "0.9995", 7)
    assert (row["story"], row["scenario"]) == (None, None)
    assert row["judged_by"] == f"{sli.key} is at least 99.95 % over the last 7 days"
    only = client.patch("/api/v1/nfrs/NFR-1/", {"days": 30}, content_type="application/json").json()
    assert (only["sli"], only["target"], only["days"]) == (sli.key, "0.9995", 30)
    other = {"kind": "SCENARIO", "scenario": f"{work.pay.key}:By card"}
    turned = client.patch("/api/v1/nfrs/NFR-1/", other, content_type="application/json").json()
    assert (turned["story"], turned["scenario"], turned["sli"]) == (work.pay.key, "By card", None)
    half = client.post("/api/v1/epics/E-1/nfrs/", {**body, "sli": None}, content_type="application/json")
    assert (half.status_code, "needs an SLI" in half.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "columns",
    [{"target": Decimal("0.5")}, {"days": 1}, {"statement": "In 9 s."}, {"digest": "ab" * 32}],
)
def test_a_definition_changed_beside_the_portal_is_found(work: Work, sli: SLI, columns: dict[str, Any]) -> None:
    nfr = measured(work, sli)
    check_nfrs()
    NFR.objects.filter(pk=nfr.pk).update(**columns)
    assert f"{nfr.key} is not the requirement that was written" in str(verify_log().words)
    NFR.objects.filter(pk=nfr.pk).delete()
    with pytest.raises(BadEntry, match=f"{nfr.key}, of which it tells, is gone"):
        check_nfrs()


def test_a_requirement_that_nobody_wrote_is_found(work: Work) -> None:
    nfr = proven(work)
    NFR.objects.filter(pk=nfr.pk).update(key="NFR-9")
    with pytest.raises(BadEntry, match="NFR-9 is a requirement that no entry tells of"):
        check_nfrs()
