"""One of everything that pages list, and as many more as asked for, made by the acts themselves.

Epics: E-1 has something of every kind and cannot be accepted, E-2 can, E-3 was accepted and then each of its stories
was edited, E-4 was accepted and then each of them failed. In E-5 all of them pass, and an analyst may sign them; the
first has as many scenarios as there are rows.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from apps.audit import actions as audit
from apps.delivery import actions as delivery
from apps.delivery.actions import Planned, nfrs, threads
from apps.delivery.feature_files import pack
from apps.delivery.models import FeatureImport, Story
from apps.desk import actions as desk
from apps.integrations import actions as integrations
from apps.organization import actions as organization
from apps.organization.models import Person, Scope, Service, Team
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.actions import Agreed, CaseSigning, Meant, Reviewed
from apps.reliability.counts import DAY, batch_of, seconds_of
from apps.reliability.models import SLI
from apps.reliability.nine_case import Weighed
from apps.signatures.models import Signature
from apps.signoff import actions as signoff
from apps.specs import actions as specs
from apps.specs.models import Execution, Run
from tests.cast import (
    Cast,
    DelegationFactory,
    MembershipFactory,
    PersonFactory,
    ScopeFactory,
    SeatFactory,
    ServiceFactory,
    TeamFactory,
    forget_seats,
    in_days,
    make_cast,
)
from tests.pages.deciding import grow_decisions
from tests.pages.passkeys import add_passkey
from tests.signoff import promises
from tests.signoff.promises import Promise, make_dependable, make_promise, text_of
from tests.specs.evidence import behave_json, edit, import_bytes


def suites(count: int) -> dict[str, Any]:
    """What the operator registered: `shop`, and others like it."""
    shop = {
        "title": "Shop stories",
        "folder": "/srv/shop/features",
        "command": ["behave", "--outfile={report}", "{features}"],
        "covers": ["I-1"],
    }
    return {"shop": shop, **{f"shop{number}": shop for number in range(1, count)}}


@dataclass
class Shelf:
    """The things, and in `latest` the keys that stand in addresses as `{run}`."""

    cast: Cast
    full: Promise
    ready: Promise
    moved: Promise
    live: Promise
    proven: Promise
    rows: int = 0
    latest: dict[str, str] = field(default_factory=dict)


def make_shelf() -> Shelf:
    """One row of everything. `settings.SUITES` must have a suite `shop`."""
    cast = make_cast()
    delivery.create_initiative(title="Quiet merger", restricted=True, by=cast.adam)
    team = TeamFactory.create(key="orders", title="Orders")
    ServiceFactory.create(key="checkout", title="Checkout", team=team)
    ServiceFactory.create(key="ledger", title="Ledger", team=TeamFactory.create(key="platform"), users="")
    organization.add_service_account(username="ci", name="CI", by=cast.adam)
    for username in ("ben", "ola"):
        _take_second_factor(cast, username)
    full, ready, moved, live, proven = (
        make_promise(cast, stories=0, title=title) for title in ("Full", "Ready", "Moved", "Live", "Proven")
    )
    shelf = Shelf(cast, full, ready, moved, live, proven)
    delivery.edit_epic(
        epic_key=full.epic.key,
        title="Full",
        summary="All of it",
        team_key="orders",
        promised_for="2027-Q1",
        by=cast.maria,
    )
    grow(shelf, 1)
    return shelf


def _take_second_factor(cast: Cast, username: str) -> None:
    person = cast.people[username] = PersonFactory.create(username=username, is_demo=True)
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)


def grow(shelf: Shelf, count: int) -> None:
    """`count` more of everything."""
    for number in range(shelf.rows + 1, shelf.rows + count + 1):
        _grow_organization(shelf.cast, number)
        _grow_full(shelf, number)
        _grow_imports(shelf.cast, number)
        _grow_reliability(shelf, number)
        grow_decisions(shelf.cast, number)
        audit.verify()
        add_passkey(shelf.cast.ola, f"Key {number}")
    _grow_ready(shelf.ready, count)
    _grow_moved(shelf.moved, count)
    _grow_live(shelf.live, count)
    _grow_proven(shelf.proven, count)
    _grow_executions(shelf.cast, count)
    shelf.rows += count
    desk.follow_log()
    shelf.latest |= {
        "run": Run.objects.latest("pk").key,
        "feature_import": FeatureImport.objects.latest("pk").key,
        "execution": Execution.objects.latest("pk").key,
        "epic_receipt": Signature.objects.filter(subject=shelf.moved.epic.key).latest("pk").key,
        "story_receipt": Signature.objects.filter(subject=shelf.live.stories[0].key).latest("pk").key,
        "full_story": shelf.full.stories[0].key,
        "moved_story": shelf.moved.stories[0].key,
        "live_story": shelf.live.stories[0].key,
        "wide_story": shelf.proven.stories[0].key,
        "passkey": str(Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).latest("pk").pk),
    }


def _grow_organization(cast: Cast, number: int) -> None:
    team, checkout = Team.objects.get(scope__key="orders"), Service.objects.get(scope__key="checkout")
    person = PersonFactory.create(name=f"Extra {number}", is_demo=True)
    MembershipFactory.create(team=team, person=person)
    MembershipFactory.create(team=TeamFactory.create(key=f"team-{number}"), person=cast.maria)
    needed, needing = (ServiceFactory.create(key=f"{word}-{number}", team=team) for word in ("needed", "needing"))
    organization.add_service_dependency(service=checkout, needs=needed, kind="HARD", by=cast.adam)
    organization.add_service_dependency(service=needing, needs=checkout, kind="SOFT", by=cast.adam)
    ServiceFactory.create(key=f"unowned-{number}", team=TeamFactory.create(key=f"gap-{number}"), users="")
    scope = ScopeFactory.create(key=f"T-{number}", kind=Scope.Kind.TEAM, parent=cast.initiative)
    SeatFactory.create(person=cast.maria, role=Role.PRODUCT_OWNER, scope=scope)
    SeatFactory.create(person=person, role=Role.SRE, scope=team.scope)
    SeatFactory.create(role=Role.BUSINESS_ANALYST, scope=cast.initiative)
    SeatFactory.create(person=person, role=Role.AUDITOR, scope=cast.organization)
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=person)
    DelegationFactory.create(seat=SeatFactory.create(role=Role.SRE, scope=scope), delegate=cast.maria)
    account = PersonFactory._meta.model.objects.get(username="ci")
    organization.create_token(person=account, name=f"push {number}", expires_on=in_days(90), by=cast.adam)
    delivery.create_initiative(title=f"Initiative {number}", by=cast.adam)
    for one in cast.people.values():
        forget_seats(one)


def _grow_full(shelf: Shelf, number: int) -> None:
    cast, promise = shelf.cast, shelf.full
    epic = promise.epic.key
    story = promise.add_story(f"Never run {number}")
    delivery.plan_story(story_key=story.key, team_key="orders", points=2, by=cast.ruth)
    first = promise.stories[0]
    promise.edit(first, outcome=f"{number} orders are placed")
    nfr = nfrs.create_nfr(epic_key=epic, title=f"Fast {number}", statement="Soon", by=cast.maria)
    for digest, key in ((nfr.digest, nfr.key), (_first_nfr(promise), "NFR-1")):
        signoff.attest_nfr(nfr_key=key, digest=digest, verdict="MET", words="So.", until_on=in_days(9), by=cast.priya)
    threads.link_service(epic_key=epic, service_key=f"needed-{number}", by=cast.maria)
    make_dependable(promise.epic, cast=cast, target="0.5")  # epics that it needs allow no more than 81 % in the end
    below, above = (make_promise(cast, stories=0, title=f"{word} {number}") for word in ("Below", "Above"))
    threads.add_dependency(epic_key=epic, needs_key=below.epic.key, kind="HARD", by=cast.jonas)
    threads.add_dependency(epic_key=above.epic.key, needs_key=epic, kind="SOFT", by=cast.jonas)
    delivery.comment_on_epic(epic_key=epic, text=f"Remark {number}", by=cast.sam)
    delivery.comment_on_story(story_key=first.key, text=f"Remark {number}", by=cast.sam)
    waiver = signoff.ask_waiver(
        epic_key=epic,
        criterion="nfrs_attested",
        subject=nfr.key,
        reason="It can wait",
        owner=cast.jonas,
        until_on=in_days(20),
        by=cast.tomas,
    )
    for granting in (cast.maria, cast.priya):
        signoff.grant_waiver(waiver_key=waiver.key, by=granting)
    promise.sign(meaning="REJECT", comment=f"No {number}.")
    asked_of = SeatFactory.create(person=PersonFactory.create(), role=Role.PRODUCT_OWNER, scope=cast.initiative).person
    signoff.request_epic_sign_off(epic_key=epic, of=asked_of, words="Today?", by=cast.vera)
    signoff.request_epic_sign_off(epic_key=below.epic.key, of=cast.maria, words="Today?", by=cast.vera)
    signoff.request_story_sign_off(story_key=story.key, of=cast.lena, words="Today?", by=cast.vera)


def _grow_reliability(shelf: Shelf, number: int) -> None:
    """One more SLI with an SLO; and of the first, one more day and cause, another SLO on it, version and SLA."""
    priya = shelf.cast.priya
    scope = shelf.full.epic.scope.key
    sli = reliability.create_sli(scope_key=scope, title=f"Answers {number}", good_means="answered in time", by=priya)
    window, share = f"{number}d", Decimal("0.99")
    promise: dict[str, Any] = {"title": f"In time {number}", "rationale": "Users leave.", "by": priya}
    slo = reliability.create_slo(sli_key=sli.key, target=share, window="28d", **promise)
    if number > 1:
        reliability.create_slo(sli_key="SLI-1", target=share, window=window, **promise)
        reliability.change_slo(slo_key="SLO-1", target=share - Decimal(number) / 1000, window="28d", **promise)
    start = seconds_of(timezone.now()) // DAY * DAY - number * DAY
    counts = batch_of([(start, 990, 1000)], grain=DAY, errors=[(start, f"cause {number}", 10)])
    reliability.record_counts(batches={"SLI-1": counts, sli.key: counts}, by=priya)
    shelf.latest["slo"] = slo.key
    agreed = Agreed(f"Books {number}", share, window, "A tenth of the fee.", in_days(-number))
    reliability.agree_sla(slo_key="SLO-1", agreed=agreed, by=shelf.cast.maria)
    _weigh(shelf, number)
    _watch(shelf, number)
    if number == 1:
        _meter(sli, by=priya)
    reliability.refresh_slos()


def _meter(sli: SLI, *, by: Person) -> None:
    """A source is asked for it."""
    query = "sum(rate(answers[{{.window}}]))"
    meant: dict[str, Any] = {"title": sli.title, "good_means": sli.good_means, "kind": sli.kind, "by": by}
    prometheus = SLI.Source.PROMETHEUS
    reliability.edit_sli(sli_key=sli.key, **meant, source=prometheus, good_query=query, total_query=query)
    integrations.measure_sli(sli_key=sli.key, source="nowhere", by=by)


def _watch(shelf: Shelf, number: int) -> None:
    """One more resource; of the first one more day of usage and another review."""
    priya = shelf.cast.priya
    meant = Meant(title=f"Disk {number}", limit=100.0, unit="GB")
    reliability.create_resource(scope_key=shelf.full.epic.scope.key, meant=meant, by=priya)
    reliability.record_usage(resource_key="RES-1", usage={in_days(-number): 60.0}, by=priya)
    reviewed = Reviewed(note=f"Enough for {number}", next_review_on=in_days(number))
    reliability.review_headroom(resource_key="RES-1", reviewed=reviewed, by=priya)
    planned = Planned("RES-1", in_days(number), float(number), f"Campaign {number}")
    delivery.plan_demand(epic_key=shelf.full.epic.key, planned=planned, by=shelf.cast.jonas)


def _weigh(shelf: Shelf, number: int) -> None:
    """One more case for SLO-1 and one more class of errors judged; the first case is signed, and SLO-1 has a badge."""
    priya, maria = shelf.cast.priya, shelf.cast.maria
    judged = {"name": f"cause {number}", "effort": "CHEAP", "why": "Ask once more"}
    reliability.judge_error_class(sli_key="SLI-1", **judged, by=shelf.cast.jonas)
    for revenue in (number, 1000 + number):
        weighed = Weighed(Fraction("0.9999"), "$", Decimal(revenue), None, None, None)
        case = reliability.save_nine_case(slo_key="SLO-1", weighed=weighed, by=priya)
        if case.key == "CASE-1":
            signing = CaseSigning(case.digest, f"{maria.name}, Product Owner of I-1", "", promises.key())
            at = promises.confirmed()
            reliability.sign_nine_case(case_key=case.key, signing=signing, by=maria, authentication=at)
            reliability.share_badge(slo_key="SLO-1", by=priya)


def _first_nfr(promise: Promise) -> str:
    return promise.epic.nfrs.earliest("pk").digest


def _grow_imports(cast: Cast, number: int) -> None:
    """An upload of as many good files, and as many that are refused."""
    files = [(f"shop/good{at}.feature", text_of(f"Arrive in way {at}").encode()) for at in range(number)]
    files += [
        (f"shop/wrong{at}.feature", b"Feature: A\n  Scenario: B\n    Given a\n    Gven b\n") for at in range(number)
    ]
    asked = delivery.ask_feature_import(
        initiative_title="The shop", source="shop.zip", archive=pack(files), skip_refused=True, by=cast.adam
    )
    delivery.run_feature_import(asked.pk)


def _grow_executions(cast: Cast, count: int) -> None:
    for _ in range(count):
        Execution.objects.update(state=Execution.State.DONE)
        specs.request_execution(suite_name="shop", by=forget_seats(cast.tomas), epic_key="E-4")


def _grow_ready(promise: Promise, count: int) -> None:
    new = _added(promise, count)
    promise.prove(*new)
    promise.sign_stories(*new)


def _added(promise: Promise, count: int) -> list[Story]:
    start = len(promise.stories)
    return [promise.add_story(f"{promise.epic.title} pays in way {start + at}") for at in range(count)]


def _grow_moved(promise: Promise, count: int) -> None:
    _added(promise, count)
    promise.prove()
    promise.sign_stories()
    promise.sign()
    for story in promise.stories:
        promise.edit(story, outcome=f"{len(promise.stories)} things moved")


def _grow_live(promise: Promise, count: int) -> None:
    """Signed while it passes, failing since; the first story often one after the other, and so flaky."""
    new = _added(promise, count)
    _run(promise, promise.stories, "passed")
    promise.sign_stories(*new)
    promise.sign()
    for turn in range(max(count, 4)):
        _run(promise, promise.stories if turn < 4 else promise.stories[:1], "failed" if turn % 2 else "passed")
    _run(promise, promise.stories, "failed")


def _grow_proven(promise: Promise, count: int) -> None:
    _added(promise, count)
    (wide,) = promise.fresh(promise.stories[0])
    wide = edit(promise.cast, wide, text_of(wide.title, scenarios=len(promise.stories)))
    promise.prove()
    _run(promise, [wide], "passed", scenarios=len(promise.stories))


def _run(promise: Promise, stories: list[Story], status: str, scenarios: int = 1) -> None:
    number = Run.objects.count()
    files = [
        behave_json(text_of(story.title, scenarios=scenarios), path=f"run{number}/pay{at}.feature", Live=status)
        for at, story in enumerate(stories)
    ]
    at = timezone.now() - timedelta(minutes=1000 - number)
    import_bytes(*files, by=promise.cast.tomas, revision=f"r{number}", ran_at=at)
