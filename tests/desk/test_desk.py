"""The desk: what it shows to whom, and at what cost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.common.refused import NotAllowed
from apps.delivery import actions as delivery
from apps.delivery.models import Epic, Story
from apps.delivery.states import EpicState
from apps.desk import queries
from apps.desk.greeting import greeting, joined
from apps.desk.queries import epics
from apps.desk.queries.desks import LIMIT, Desk
from apps.organization.models import Delegation, Person, Scope, Seat
from apps.organization.roles import Role
from apps.signoff import actions as signoff
from apps.signoff.models import Waiver
from apps.specs import actions as specs
from apps.specs.models import Run
from tests.cast import Cast, DelegationFactory, PersonFactory, TeamFactory, forget_seats, in_days, signed_in
from tests.signoff.promises import Promise, key, make_promise

pytestmark = pytest.mark.django_db


def desk_of(person: Person, only: str = "") -> Desk:
    """As a new request would read it."""
    return queries.read_desk(forget_seats(person), at=timezone.now(), only=only)


def page(person: Person, path: str = "/") -> str:
    response = signed_in(person).get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("zone", "hour", "words"),
    [
        ("UTC", 9, "Good morning, Maria"),
        ("UTC", 12, "Good afternoon, Maria"),
        ("UTC", 23, "Good evening, Maria"),
        ("America/New_York", 14, "Good morning, Maria"),
        ("Asia/Tokyo", 14, "Good evening, Maria"),
        ("Nowhere/At_All", 9, "Good morning, Maria"),
        ("../../etc/passwd", 9, "Good morning, Maria"),
    ],
)
def test_greets_by_the_person_s_own_clock(zone: str, hour: int, words: str) -> None:
    assert greeting("Maria", zone, datetime(2026, 5, 4, hour, tzinfo=UTC)) == words


def test_joins_words_as_people_do() -> None:
    assert [joined(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


# --- product owner


def test_an_epic_whose_gate_is_open_is_ready_to_sign(promise: Promise) -> None:
    desk = desk_of(promise.cast.maria)
    (row,) = desk.work.ready.rows
    assert row.epic.key == promise.epic.key
    assert (row.state, row.may_not) == ("READY", "")
    html = page(promise.cast.maria)
    assert "Ready to sign" in html
    assert f"/epics/{promise.epic.key}/sign-off/" in html
    assert "2 of 2 stories signed" in html
    assert "Product Owner of Checkout that nobody abandons · 1 ready to sign" in html


def test_a_signed_epic_waits_for_nobody(promise: Promise) -> None:
    promise.sign()
    work = desk_of(promise.cast.maria).work
    assert not (work.ready or work.blocked or work.moved)
    assert "Nothing is ready to sign" in page(promise.cast.maria)


def test_a_blocked_epic_names_the_one_blocker_and_its_owner(cast: Cast) -> None:
    made = make_promise(cast)
    (row,) = desk_of(cast.maria).work.blocked.rows
    assert row.blocker is not None
    assert row.blocker.name == "stories_signed"
    assert row.blocker_words == f"{made.stories[0].key} is ready"
    assert row.blocker_note == "run it"
    html = page(cast.maria)
    assert "the one thing in the way, and who can move it" in html
    assert "Tomás Novák" in html
    assert f'href="/stories/{made.stories[0].key}/"' in html


def test_a_drifted_epic_is_blocked_until_its_story_is_signed_again(promise: Promise) -> None:
    promise.sign()
    promise.edit(promise.stories[0], outcome="the order is placed at once")
    work = desk_of(promise.cast.maria).work
    (moved,) = work.moved.rows
    assert (moved.state, moved.words) == ("DRIFTED", "Drifted, 1 story changed")
    assert moved.blocker_words == f"{promise.stories[0].key} is broken by edit"
    assert not work.ready

    promise.prove()
    promise.sign_stories(promise.stories[0])
    work = desk_of(promise.cast.maria).work
    assert [(row.state, row.words) for row in work.ready.rows] == [("DRIFTED", "Drifted, 1 story changed")]
    assert not work.moved


def test_a_regressed_epic_has_moved(promise: Promise) -> None:
    promise.sign()
    promise.prove(promise.stories[1], verdict=Story.Verdict.FAILED)
    (row,) = desk_of(promise.cast.maria).work.moved.rows
    assert row.state == "REGRESSED"
    assert row.next_step == "Open the runs"
    assert "Regressed" in page(promise.cast.maria)


def test_a_rejected_epic_is_ready_again_once_it_promises_something_else(promise: Promise) -> None:
    """A requirement more, which is attested; no story was touched."""
    promise.sign(meaning="REJECT", comment="Nobody says how fast it is.")
    assert not desk_of(promise.cast.maria).work.ready
    nfr = delivery.create_nfr(epic_key=promise.epic.key, title="Fast", statement="In 2 s.", by=promise.cast.maria)
    assert not desk_of(promise.cast.maria).work.ready
    signoff.attest_nfr(
        nfr_key=nfr.key,
        digest=nfr.digest,
        verdict="MET",
        words="Load test",
        until_on=in_days(9),
        by=promise.cast.priya,
    )
    work = desk_of(promise.cast.maria).work
    assert ([row.state for row in work.ready.rows], bool(work.blocked)) == (["REJECTED"], False)


def test_a_rejected_epic_is_ready_again_once_what_was_not_met_is(promise: Promise) -> None:
    """The promise is the same: a requirement that was not attested is now."""
    nfr = delivery.create_nfr(epic_key=promise.epic.key, title="Fast", statement="In 2 s.", by=promise.cast.maria)
    promise.sign(meaning="REJECT", comment="Nobody says how fast it is.")
    assert not desk_of(promise.cast.maria).work.ready
    signoff.attest_nfr(
        nfr_key=nfr.key,
        digest=nfr.digest,
        verdict="MET",
        words="Load test",
        until_on=in_days(9),
        by=promise.cast.priya,
    )
    assert [row.state for row in desk_of(promise.cast.maria).work.ready.rows] == ["REJECTED"]
    promise.sign(meaning="REJECT", comment="Still too slow for me.")
    assert not desk_of(promise.cast.maria).work.ready


def test_a_rejected_epic_is_ready_again_once_a_story_was_signed_anew(promise: Promise) -> None:
    promise.sign(meaning="REJECT", comment="The refund is missing.")
    work = desk_of(promise.cast.maria).work
    assert not work.ready
    assert [row.state for row in work.blocked.rows] == ["REJECTED"]
    assert "the reason is a comment on it" in page(promise.cast.maria)
    promise.edit(promise.stories[0], outcome="the refund arrives")
    promise.prove()
    promise.sign_stories(promise.stories[0])
    assert [row.state for row in desk_of(promise.cast.maria).work.ready.rows] == ["REJECTED"]


def test_who_signed_a_story_as_analyst_sees_why_the_epic_is_not_theirs_to_sign(promise: Promise) -> None:
    Seat.objects.filter(person=promise.cast.ruth).update(person=PersonFactory.create())
    Seat.objects.filter(person=promise.cast.lena).update(person=PersonFactory.create())
    promise.cast.seat(promise.cast.lena, Role.PRODUCT_OWNER, promise.epic.scope)
    (row,) = desk_of(promise.cast.lena).work.ready.rows
    assert "carries your signature. Another product owner can sign." in row.may_not
    assert row.may_not in page(promise.cast.lena).replace("&#x27;", "'")


@pytest.mark.parametrize("signer", ["delegate", "holder"])
def test_what_a_delegate_signed_for_an_owner_is_not_the_owner_s_to_sign(cast: Cast, signer: str) -> None:
    """Maria was an analyst too; her delegate signed the story in that seat, or she did, and somebody acts for her."""
    made = make_promise(cast, stories=1)
    made.prove()
    delegate = PersonFactory.create(name="Dora Stand")
    as_analyst = cast.seat(cast.maria, Role.BUSINESS_ANALYST, cast.initiative)
    DelegationFactory.create(seat=as_analyst, delegate=delegate)
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=delegate)
    made.sign_stories(by=forget_seats(delegate if signer == "delegate" else cast.maria))
    Delegation.objects.filter(seat=as_analyst).delete()
    Seat.objects.filter(pk=as_analyst.pk).update(person=PersonFactory.create())
    for person in (cast.maria, delegate):
        (row,) = desk_of(forget_seats(person)).work.ready.rows
        with pytest.raises(NotAllowed) as caught:
            made.sign(by=forget_seats(person))
        assert row.may_not == caught.value.sentence


def test_other_seats_read_of_what_moved_and_sign_nothing(promise: Promise) -> None:
    promise.sign()
    promise.edit(promise.stories[0], outcome="it fails politely")
    work = desk_of(promise.cast.jonas).work
    assert not work.ready and not work.blocked
    assert [row.epic.key for row in work.moved.rows] == [promise.epic.key]


def test_a_row_tells_of_the_last_run(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    assert "never ran" in page(cast.maria)
    tried(made, made.stories[0])
    assert "last run 1 pass, <time" in page(cast.maria)


def test_epics_elsewhere_are_not_on_the_desk(promise: Promise) -> None:
    other = PersonFactory.create()
    promise.cast.seat(other, Role.PRODUCT_OWNER, promise.cast.elsewhere)
    desk = desk_of(other)
    assert not desk.work
    assert desk.is_owner


# --- analysts, architects and leads, SRE leads


def test_an_analyst_finds_passing_stories_but_their_own(cast: Cast) -> None:
    made = make_promise(cast, stories=4)
    made.prove()
    assert not desk_of(cast.ruth).work.stories
    (row,) = desk_of(cast.lena).work.stories.rows
    assert (row.epic.key, row.count, row.unnamed) == (made.epic.key, 4, 1)
    html = page(cast.lena)
    assert f"/epics/{made.epic.key}/stories/sign-off/" in html
    assert "and 1 more" in html
    made.sign_stories()
    assert not desk_of(cast.lena).work.stories


def test_a_delegate_does_not_sign_what_the_holder_of_the_seat_wrote(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    delegate = PersonFactory.create()
    seat = cast.seat_of("ruth")
    given = {"from_on": in_days(-1), "until_on": in_days(3), "granted_by": cast.ruth}
    Delegation.objects.create(seat=seat, delegate=delegate, **given)
    assert not desk_of(delegate).work.stories
    assert "for Ruth Adeyemi" in desk_of(delegate).seats


def test_what_an_analyst_tried_by_hand_waits_for_another(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    tried(made, made.stories[0], by=cast.lena)
    assert not desk_of(cast.lena).work.stories
    delegate = PersonFactory.create()
    DelegationFactory.create(seat=cast.seat_of("lena"), delegate=delegate)
    assert not desk_of(delegate).work.stories
    tried(made, made.stories[0])
    assert desk_of(cast.lena).work.stories
    assert desk_of(delegate).work.stories


def test_leads_and_architects_find_what_broke(promise: Promise) -> None:
    cast = promise.cast
    promise.edit(promise.stories[0], outcome="it breaks")
    promise.prove(promise.stories[1], verdict=Story.Verdict.FAILED)
    for person in (cast.tomas, cast.jonas):
        rows = desk_of(person).work.mend.rows
        assert {story.key for story in rows} == {story.key for story in promise.stories}
    html = page(cast.tomas)
    assert "Broken by edit" in html
    assert "by Ruth Adeyemi" in html
    assert "Signed, fails now" in html
    assert not desk_of(cast.priya).work.mend


def test_the_sre_lead_attests_what_nobody_did_or_what_ends_soon(cast: Cast) -> None:
    made = make_promise(cast)
    nfrs = [
        delivery.create_nfr(epic_key=made.epic.key, title=f"Fast {n}", statement="p99 below 300 ms", by=cast.maria)
        for n in range(4)
    ]
    assert [row.words for row in desk_of(cast.priya).work.nfrs.rows] == ["Never attested"] * 4
    for nfr, verdict, days in ((nfrs[0], "MET", 90), (nfrs[1], "MET", 3), (nfrs[2], "UNMET", 90)):
        signoff.attest_nfr(
            nfr_key=nfr.key,
            digest=nfr.digest,
            verdict=verdict,
            words="Load test",
            until_on=in_days(days),
            by=cast.priya,
        )
    words = {row.nfr.key: row.words for row in desk_of(cast.priya).work.nfrs.rows}
    assert words.keys() == {nfr.key for nfr in nfrs[1:]}
    assert words[nfrs[1].key].startswith("Ends ")
    assert words[nfrs[2].key] == "Attested as not met"
    delivery.edit_nfr(nfr_key=nfrs[0].key, title="Fast 0", statement="p99 below 200 ms", by=cast.maria)
    assert "Defined anew since" in page(cast.priya)
    assert not desk_of(cast.maria).work.nfrs


def ask_waiver(made: Promise, by: Person) -> Waiver:
    return signoff.ask_waiver(
        epic_key=made.epic.key,
        criterion="run_green",
        subject="",
        reason="The runner is down",
        owner=made.cast.tomas,
        until_on=in_days(10),
        by=by,
    )


def test_a_waiver_waits_for_the_two_who_decide_and_not_for_the_asker(cast: Cast) -> None:
    waiver = ask_waiver(make_promise(cast), cast.maria)
    assert not desk_of(cast.maria).work.waivers
    assert [one.key for one in desk_of(cast.priya).work.waivers.rows] == [waiver.key]
    assert f"/waivers/{waiver.key}/" in page(cast.priya)
    signoff.grant_waiver(waiver_key=waiver.key, by=cast.priya)
    assert not desk_of(cast.priya).work.waivers
    other = PersonFactory.create()
    cast.seat(other, Role.PRODUCT_OWNER, cast.initiative)
    assert [one.key for one in desk_of(other).work.waivers.rows] == [waiver.key]


def test_a_request_names_who_asks_until_it_is_answered(promise: Promise) -> None:
    cast = promise.cast
    signoff.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="We ship on Friday", by=cast.jonas)
    html = page(cast.maria)
    assert "Asked of you" in html
    assert "Jonas Weber" in html
    assert "We ship on Friday" in html
    promise.sign()
    assert not desk_of(cast.maria).work.requests


def test_a_request_on_what_became_hidden_is_not_shown(promise: Promise) -> None:
    cast = promise.cast
    signoff.request_epic_sign_off(epic_key=promise.epic.key, of=cast.maria, words="", by=cast.jonas)
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    assert desk_of(cast.maria).work.requests
    Seat.objects.filter(person=cast.maria).update(until_on=in_days(-1))
    assert not desk_of(cast.maria).work.requests


@pytest.mark.parametrize("role", [Role.BUSINESS_ANALYST, Role.ENGINEERING_TEAM_LEAD])
def test_a_seat_on_the_team_shows_nothing_of_what_is_restricted(cast: Cast, role: Role) -> None:
    """The team works on the epic, and the seat counts for its stories: but read they are by the initiative's seats."""
    team = TeamFactory.create()
    made = make_promise(cast)
    Epic.objects.filter(pk=made.epic.pk).update(team=team)
    made.prove(made.stories[0])
    made.prove(made.stories[1], verdict=Story.Verdict.FAILED)
    Epic.objects.filter(pk=made.epic.pk).update(signed_promise="a" * 64, drifted_at=timezone.now())
    person = cast.seat(PersonFactory.create(), role, team.scope).person
    work = desk_of(person).work
    assert (bool(work.stories), bool(work.mend)) == (role == Role.BUSINESS_ANALYST, role != Role.BUSINESS_ANALYST)
    assert work.moved
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    assert not desk_of(person).work


# --- everybody else


@pytest.mark.parametrize("name", ["emil", "ada", "adam", "vera"])
def test_who_looks_after_the_whole_sees_epics_by_state(promise: Promise, name: str) -> None:
    desk = desk_of(promise.cast.people[name])
    assert desk.overview is not None
    assert {one.state: one.count for one in desk.overview.states}[EpicState.OPEN] == 1
    html = page(promise.cast.people[name])
    assert "/epics/?state=SIGNED" in html
    assert ("/audit/verifications/" in html) is (name != "vera")


def test_who_looks_after_the_whole_counts_nothing_that_is_hidden_from_them(promise: Promise) -> None:
    cast = promise.cast
    cast.seat(cast.maria, Role.PRODUCT_OWNER, cast.elsewhere)
    cast.seat(cast.ruth, Role.BUSINESS_ANALYST, cast.elsewhere)
    make_promise(replace(cast, initiative=cast.elsewhere), stories=1, title="Merger")
    Scope.objects.filter(pk=cast.elsewhere.pk).update(restricted=True)
    counted = {}
    for name in ("vera", "emil"):
        overview = desk_of(cast.people[name]).overview
        assert overview is not None
        counted[name] = {one.state: one.count for one in overview.states}[EpicState.OPEN]
    assert counted == {"vera": 1, "emil": 2}


def test_who_holds_no_seat_learns_what_the_page_is_for_and_whom_to_ask(promise: Promise) -> None:
    html = page(promise.cast.nobody)
    assert "You hold no seat yet" in html
    assert "Nothing waits for you yet" in html
    assert "Adam Roth" in html
    assert promise.epic.title not in html


def test_a_seat_without_work_says_so(cast: Cast) -> None:
    html = page(cast.sam)
    assert "nothing waits for you" in html
    assert "Nothing waits for you" in html


def test_an_administrator_of_an_empty_organization_sees_first_steps(cast: Cast) -> None:
    html = page(cast.adam)
    assert "First steps" in html
    assert "/imports/new/" in html
    make_promise(cast)
    assert "First steps" not in page(cast.adam)


def test_signed_out_one_is_asked_to_sign_in() -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


# --- cost


def everywhere(cast: Cast) -> Person:
    """Somebody with work in every section and no conflict: product owner here; analyst, SRE lead, team lead there."""
    person = PersonFactory.create(name="Eve Everywhere")
    cast.seat(person, Role.PRODUCT_OWNER, cast.initiative)
    for role in (Role.BUSINESS_ANALYST, Role.SRE_LEAD, Role.ENGINEERING_TEAM_LEAD):
        cast.seat(person, role, cast.elsewhere)
    cast.seat(person, Role.ADMINISTRATOR, cast.organization)
    for name, role in (("maria", Role.PRODUCT_OWNER), ("ruth", Role.BUSINESS_ANALYST), ("jonas", Role.SRE)):
        cast.seat(cast.people[name], role, cast.elsewhere)
    return person


def tried(made: Promise, story: Story, status: str = "PASSED", by: Person | None = None) -> Run:
    """Sam, if nobody else is named, tries the story by hand: a run."""
    (current,) = made.fresh(story)
    return specs.record_by_hand(
        story_key=story.key,
        positions=[1],
        status=status,
        words="Clicked through it",
        digest=current.digest,
        key=key(),
        by=by or made.cast.sam,
    )


def fill(cast: Cast, asked_of: Person) -> None:
    """One more row in every section."""
    ready = make_promise(cast, stories=1, title="Ready")
    tried(ready, ready.stories[0])
    ready.sign_stories()
    signoff.request_epic_sign_off(epic_key=ready.epic.key, of=asked_of, words="", by=cast.jonas)
    moved = make_promise(cast, stories=1, title="Moved")
    tried(moved, moved.stories[0])
    moved.sign_stories()
    moved.sign()
    moved.edit(moved.stories[0], outcome="another thing")
    make_promise(cast, stories=1, title="Blocked")
    there = make_promise(replace(cast, initiative=cast.elsewhere), stories=2, title="Passing")
    there.prove(there.stories[0])
    there.prove(there.stories[1], verdict=Story.Verdict.FAILED)
    delivery.create_nfr(epic_key=there.epic.key, title="Fast", statement="Below 300 ms", by=cast.maria)
    ask_waiver(there, cast.jonas)


SECTIONS = ("ready", "stories", "requests", "waivers", "nfrs", "blocked", "moved", "mend")


@pytest.fixture
def count_queries(django_assert_num_queries: DjangoAssertNumQueries) -> Iterator[Callable[[Person, int], None]]:
    def count(person: Person, expected: int) -> None:
        client = signed_in(person)
        # Nobody refreshes the SLOs, so that counts are read; in the first five minutes of an hour one table less.
        with time_machine.travel(timezone.now().replace(minute=30), tick=False):
            client.get("/")
            with django_assert_num_queries(expected):
                assert client.get("/").status_code == 200

    yield count


def test_the_dearest_desk_costs_the_same_with_one_row_and_with_twenty(
    cast: Cast, count_queries: Callable[[Person, int], None]
) -> None:
    person = everywhere(cast)
    fill(cast, person)
    work = desk_of(person).work
    assert {name: len(getattr(work, name).rows) for name in SECTIONS} == {**dict.fromkeys(SECTIONS, 1)}
    count_queries(person, 41)
    for _ in range(LIMIT):
        fill(cast, person)
    work = desk_of(person).work
    assert {len(getattr(work, name).rows) for name in SECTIONS} == {LIMIT}
    count_queries(person, 41)


def test_more_than_twenty_lead_to_all_of_them(cast: Cast) -> None:
    for number in range(LIMIT + 1):
        make_promise(cast, stories=0, title=f"Epic {number}")
    html = page(cast.maria)
    assert "The oldest 20 of 21 are shown" in html
    assert "21 blocked" in html
    assert "/?section=blocked" in html
    assert len(desk_of(cast.maria, only="blocked").work.blocked.rows) == LIMIT + 1
    only = page(cast.maria, "/?section=blocked")
    assert "Epic 20" in only
    assert "Ready to sign" not in only
    assert "Ready to sign" in page(cast.maria, "/?section=nonsense")


@pytest.fixture
def few_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody had thousands of epics: four are judged."""
    monkeypatch.setattr(epics, "GATED", 4)


def test_what_needs_a_signature_comes_before_what_does_not(cast: Cast, few_are_judged: None) -> None:
    """The youngest epic was signed and moved, the next may be ready by a waiver; older ones wait for their stories."""
    old = [make_promise(cast, stories=1, title=f"Old {number}").epic.key for number in range(5)]
    waived = make_promise(cast, stories=1, title="Waived")
    waived.prove()
    waiver = signoff.ask_waiver(
        epic_key=waived.epic.key,
        criterion="stories_signed",
        subject="",
        reason="The analyst is ill",
        owner=cast.tomas,
        until_on=in_days(10),
        by=cast.jonas,
    )
    for person in (cast.maria, cast.priya):
        signoff.grant_waiver(waiver_key=waiver.key, by=person)
    moved = make_promise(cast, stories=1, title="Moved")
    moved.prove()
    moved.sign_stories()
    moved.sign()
    moved.edit(moved.stories[0], outcome="another thing")
    work = desk_of(cast.maria).work
    assert [row.epic.key for row in work.ready.rows] == [waived.epic.key]
    assert [row.epic.key for row in work.moved.rows] == [moved.epic.key]
    assert [row.epic.key for row in work.blocked.rows] == old[:2]
    assert (work.blocked.more, work.blocked.count, work.blocked.unread) == (True, "5", 3)
    html = page(cast.maria)
    assert "1 ready to sign, 5 blocked, 1 moved since signed" in html
    assert "The first 2 of 5 are shown." in html
    assert '/epics/?state=OPEN">open</a>' in html
    assert '/epics/?state=OPEN">open</a>' in page(cast.maria, "/?section=blocked")


def test_of_more_than_are_judged_none_is_dropped_silently(cast: Cast, few_are_judged: None) -> None:
    """More may be ready than are judged, so that what moved has no room left: the page says so."""
    for number in range(6):
        made = make_promise(cast, stories=1, title=f"Ready {number}")
        made.prove()
        made.sign_stories()
    signed = make_promise(cast, stories=1, title="Moved")
    signed.prove()
    signed.sign_stories()
    signed.sign()
    signed.edit(signed.stories[0], outcome="another thing")
    work = desk_of(cast.maria).work
    assert (len(work.ready.rows), work.ready.count, work.ready.unread) == (4, "4+", 2)
    assert (len(work.moved.rows), work.moved.count, work.moved.unread) == (0, "1", 1)
    html = page(cast.maria)
    assert "Of 2 more the stories are signed or waived" in html
    assert "4+ ready to sign, 1 moved since signed" in html
    assert '/epics/?state=DRIFTED">drifted</a>' in html


def test_the_oldest_comes_first(cast: Cast) -> None:
    keys = []
    for number in range(3):
        made = make_promise(cast, stories=1, title=f"Epic {number}")
        made.prove()
        made.sign_stories()
        keys.append(made.epic.key)
        Story.objects.filter(epic=made.epic).update(signed_at=timezone.now() - timedelta(days=number))
    assert [row.epic.key for row in desk_of(cast.maria).work.ready.rows] == keys[::-1]
    assert Epic.objects.count() == 3
