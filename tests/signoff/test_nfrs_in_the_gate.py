"""Requirements that are measured or proven: what gate, signature, dossier, pages and programs make of them."""

import json
from decimal import Decimal

import pytest
import rfc8785
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.refused import Refused
from apps.delivery import queries as delivery
from apps.delivery.actions.nfrs import create_nfr, edit_nfr
from apps.delivery.models import NFR
from apps.desk.queries import read_desk
from apps.reliability import actions as reliability
from apps.signoff import actions, queries
from apps.signoff.actions import attest_nfr
from apps.signoff.dossier import read_dossier
from apps.signoff.models import EpicSignOff
from apps.signoff.moved import Moved
from apps.signoff.release import release_of
from apps.signoff.states import VerdictState
from tests.cast import Cast, forget_seats, in_days, signed_in
from tests.reliability.world import make_sli
from tests.signoff.promises import Promise, make_promise
from tests.signoff.requirements import count, measured, proven, run
from tests.signoff.test_gate import gate_of, said, waive

pytestmark = pytest.mark.django_db


def page(promise: Promise, name: str = "maria", part: str = "epic-nfrs") -> str:
    whole = signed_in(promise.cast.people[name]).get(f"/epics/{promise.epic.key}/").content.decode()
    return " ".join(whole.partition(f'id="{part}"')[2].partition("</section>")[0].split())


def test_unmet_and_unknown_shut_it_and_met_opens_it(promise: Promise) -> None:
    nfr = measured(promise)
    verdict = said(promise, "nfrs_attested")
    assert (verdict.state, verdict.words) == (
        VerdictState.UNKNOWN,
        f"0 of 1 NFRs met; {nfr.key}: no data of SLI-2 in 28 days",
    )
    assert (verdict.owner, verdict.url, verdict.subject) == ("Priya Raman", "/slis/SLI-2/", nfr.key)
    count(promise, nfr, 98, 100)
    verdict = said(promise, "nfrs_attested")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words == f"0 of 1 NFRs met; {nfr.key}: 98 % of SLI-2 over 28 days, 99 % is needed"
    blocker = gate_of(promise).blocker
    assert blocker and blocker.name == "nfrs_attested"
    with pytest.raises(Refused, match="98 % of SLI-2 over 28 days"):
        promise.sign()
    count(promise, nfr, 99, 100)
    assert said(promise, "nfrs_attested").words == "1 of 1 NFRs met"
    assert promise.sign()


def test_what_fails_comes_before_what_is_unknown(promise: Promise) -> None:
    measured(promise, title="Unknown")
    failing = proven(promise, promise.stories[1], "Pay in way 2 0")
    run(promise, promise.stories[1], **{"Pay": "failed"})
    verdict = said(promise, "nfrs_attested")
    assert (verdict.state, verdict.subject, verdict.owner) == (VerdictState.UNMET, failing.key, "Tomás Novák")


def test_a_waiver_of_one_covers_it(promise: Promise) -> None:
    nfr = measured(promise)
    count(promise, nfr, 98, 100)
    waiver = waive(promise, criterion="nfrs_attested", subject=nfr.key, days=9)
    assert said(promise, "nfrs_attested").words == "0 of 1 NFRs met, 1 waived"
    assert f"waived by {waiver.key}" in page(promise)
    kept = promise.sign(meaning="ACCEPT_WITH_EXCEPTIONS")
    (shown,) = read_dossier(bytes(kept.dossier.body)).nfrs
    assert (shown.state, shown.words.startswith("98 % of SLI-2 over 28 days, 99 % is needed; waived by")) == (
        "WAIVED",
        True,
    )


def test_nothing_is_signed_that_got_worse_meanwhile(promise: Promise) -> None:
    nfr = measured(promise)
    count(promise, nfr, 99, 100)
    shown = promise.dossier()
    count(promise, nfr, 98, 100)
    with pytest.raises(Moved):
        promise.sign(shown=shown)
    assert not EpicSignOff.objects.exists()


def test_figures_that_move_drift_nothing_and_another_sense_of_good_does(promise: Promise) -> None:
    nfr = measured(promise)
    assert nfr.sli
    count(promise, nfr, 99, 100)
    signed = promise.sign()
    count(promise, nfr, 50, 100)
    assert queries.current_promise(promise.reread()) == signed.promise
    assert release_of(promise.reread(), at=timezone.now()).state == "SIGNED"
    sli = nfr.sli
    said_before = {"kind": sli.kind, "source": sli.source, "good_query": "", "total_query": ""}
    reliability.edit_sli(
        sli_key=sli.key,
        title="Another title",
        good_means=sli.good_means,
        is_mean_of_ratios=False,
        by=promise.cast.maria,
        **said_before,
    )
    assert queries.current_promise(promise.reread()) == signed.promise
    reliability.edit_sli(
        sli_key=sli.key,
        title="Another title",
        good_means="answered at all",
        is_mean_of_ratios=False,
        by=promise.cast.maria,
        **said_before,
    )
    assert queries.current_promise(promise.reread()) != signed.promise
    assert release_of(promise.reread(), at=timezone.now()).state == "DRIFTED"
    actions.refresh_drift(epic_id=promise.epic.pk)
    assert promise.reread().state == "DRIFTED"


def test_a_promise_without_such_requirements_has_the_root_it_had(promise: Promise) -> None:
    nfr = NFR.objects.get(pk=_attested(promise).pk)
    leaves = {leaf.key: leaf.digest for leaf in promise.dossier().leaves}
    assert leaves[nfr.key] == nfr.digest


def test_the_dossier_keeps_what_was_seen_and_the_receipt_prints_it(promise: Promise) -> None:
    nfr = measured(promise)
    safe = proven(promise, promise.stories[0], "Pay in way 1 0")
    count(promise, nfr, 99, 100)
    run(promise, promise.stories[0])
    sign_off = promise.sign()
    kept = {shown.key: shown for shown in read_dossier(bytes(sign_off.dossier.body)).nfrs}
    assert kept[nfr.key].judged_by == "SLI-2 is at least 99 % over the last 28 days"
    assert (kept[nfr.key].state, kept[nfr.key].words) == ("MET", "99 % of SLI-2 over 28 days, 99 % is needed")
    assert kept[safe.key].judged_by == f"“Pay in way 1 0” of {promise.stories[0].key} passes"
    assert json.loads(bytes(sign_off.dossier.body))["format"] == "triad/dossier/4"
    count(promise, nfr, 50, 100)
    receipt = signed_in(promise.cast.maria).get(f"/receipts/{sign_off.signature.key}/").content.decode()
    assert "SLI-2 is at least 99 % over the last 28 days: 99 % of SLI-2 over 28 days, 99 % is needed" in receipt
    assert "Proven" in receipt


def test_older_dossiers_are_read(promise: Promise) -> None:
    _attested(promise)
    old = {**json.loads(promise.dossier().body), "format": "triad/dossier/3"}
    del old["nfrs"]
    assert read_dossier(rfc8785.dumps(old)).nfrs == []


def test_the_signing_page_prints_what_is_promised(promise: Promise) -> None:
    measured(promise)
    words = signed_in(promise.cast.maria).get(f"/epics/{promise.epic.key}/sign-off/").content.decode()
    assert "Met where SLI-2 is at least 99 % over the last 28 days." in words
    assert "A good event is answered with 2xx within 300 ms." in words


@pytest.mark.parametrize("columns", [{"target": "0.5"}, {"days": 1}])
def test_what_was_changed_beside_the_portal_is_not_signed(promise: Promise, columns: dict[str, object]) -> None:
    nfr = measured(promise)
    count(promise, nfr, 99, 100)
    NFR.objects.filter(pk=nfr.pk).update(**columns)
    with pytest.raises(Refused, match=f"The stored text of {nfr.key} is not the one that its digest names"):
        promise.sign()


def test_nobody_attests_what_is_measured(promise: Promise) -> None:
    nfr = measured(promise)
    with pytest.raises(Refused, match=f"Nobody attests {nfr.key}: it is met where SLI-2 is at least 99 %"):
        attest_nfr(
            nfr_key=nfr.key, digest=nfr.digest, verdict="MET", words="So.", until_on=in_days(9), by=promise.cast.priya
        )
    shown = signed_in(promise.cast.priya).get(f"/nfrs/{nfr.key}/attest/").content.decode()
    assert f"Nobody attests {nfr.key}" in shown


def test_what_was_attested_says_nothing_of_what_is_measured_now(promise: Promise) -> None:
    nfr = _attested(promise)
    sli = make_sli(promise.epic.scope, promise.cast.maria, "Cold")
    edit_nfr(
        nfr_key=nfr.key,
        title=nfr.title,
        statement=nfr.statement,
        by=promise.cast.maria,
        kind="MEASURED",
        sli=sli.key,
        target=Decimal("0.99"),
        days=7,
    )
    assert said(promise, "nfrs_attested").state == VerdictState.UNKNOWN


def test_the_panel_says_what_judges_it_and_how_it_stands(promise: Promise) -> None:
    nfr = measured(promise)
    count(promise, nfr, 98, 100)
    words = page(promise)
    assert "Met where SLI-2 is at least 99 % over the last 28 days" in words
    assert "98 % of SLI-2 over 28 days, 99 % is needed" in words
    assert "Owner: Priya Raman" in words
    assert 'href="/slis/SLI-2/">Open</a>' in words
    assert f"/nfrs/{nfr.key}/edit/" in words
    assert f"/nfrs/{nfr.key}/edit/" not in page(promise, "lena")


def test_programs_read_each_with_its_verdict(promise: Promise) -> None:
    nfr = measured(promise)
    count(promise, nfr, 98, 100)
    _attested(promise)
    gate = signed_in(promise.cast.maria).get(f"/api/v1/epics/{promise.epic.key}/gate/").json()
    assert [row["state"] for row in gate["nfrs"]] == ["UNMET", "MET"]
    row = gate["nfrs"][0]
    assert (row["nfr"], row["kind"], row["owner"]) == (nfr.key, "MEASURED", "Priya Raman")
    assert row["judged_by"] == "SLI-2 is at least 99 % over the last 28 days"
    assert row["words"] == "98 % of SLI-2 over 28 days, 99 % is needed"
    assert row["url"].endswith("/slis/SLI-2/")


def test_the_desk_asks_nobody_to_attest_it_and_names_the_blocker(promise: Promise) -> None:
    nfr = measured(promise)
    count(promise, nfr, 98, 100)
    now = timezone.now()
    assert not read_desk(forget_seats(promise.cast.priya), at=now).work.nfrs
    (row,) = read_desk(forget_seats(promise.cast.maria), at=now).work.blocked.rows
    assert row.blocker_words == f"{nfr.key}: 98 % of SLI-2 over 28 days, 99 % is needed"
    assert (row.next_step, row.blocker_note) == ("Open what judges it", "Fast")


def test_the_same_number_of_queries_for_one_and_for_twenty(cast: Cast) -> None:
    def grow(number: int) -> None:
        made = make_promise(cast, stories=0, title=f"Epic {number}")
        story = made.add_story(f"Pay for {number}")
        count(made, measured(made, days=number + 1), 99, 100)
        proven(made, story, f"Pay for {number} 0")
        run(made, story)

    def asked() -> int:
        epics = list(delivery.epics_for(cast.maria))
        with CaptureQueriesContext(connection) as captured:
            gates = queries.gates(epics, at=timezone.now())
        verdicts = [item.verdict for gate in gates.values() for item in gate.judged if item.name == "nfrs_attested"]
        assert {verdict.words for verdict in verdicts} == {"2 of 2 NFRs met"}
        return len(captured)

    grow(0)
    one = asked()
    for number in range(1, 20):
        grow(number)
    assert asked() == one


def _attested(promise: Promise) -> NFR:
    nfr = create_nfr(epic_key=promise.epic.key, title="Cold start", statement="In 2 s.", by=promise.cast.maria)
    attest_nfr(
        nfr_key=nfr.key, digest=nfr.digest, verdict="MET", words="So.", until_on=in_days(9), by=promise.cast.priya
    )
    return nfr
