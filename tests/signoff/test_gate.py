"""The gate: what each criterion says, and that one more takes one function."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.delivery import actions as delivery
from apps.delivery import queries as delivery_queries
from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.actions.threads import add_dependency
from apps.delivery.models import Epic, Initiative, Story
from apps.organization import queries as organization
from apps.organization.models import Seat
from apps.organization.roles import Role
from apps.signoff import actions, criteria, queries
from apps.signoff.criteria import criterion
from apps.signoff.facts import EpicFacts
from apps.signoff.models import Waiver
from apps.signoff.states import GateState, VerdictState
from apps.signoff.verdicts import Gate, Verdict
from tests.cast import Cast, DelegationFactory, TeamFactory, in_days, signed_in
from tests.signoff.promises import Promise, make_promise

pytestmark = pytest.mark.django_db


def gate_of(promise: Promise) -> Gate:
    return queries.gates([promise.reread()])[promise.epic.pk]


def said(promise: Promise, name: str) -> Verdict:
    return next(item.verdict for item in gate_of(promise).judged if item.name == name)


def test_everything_met_is_ready(promise: Promise) -> None:
    assert gate_of(promise).state == GateState.READY
    assert gate_of(promise).blocker is None


def test_no_stories_is_unmet_and_no_run_unknown(cast: Cast) -> None:
    made = make_promise(cast, stories=0)
    assert said(made, "stories_signed").state == VerdictState.UNMET
    assert said(made, "run_green").state == VerdictState.UNKNOWN


def test_the_blocker_names_the_story_its_state_and_who_can_move_it(promise: Promise) -> None:
    promise.edit(promise.stories[0], outcome="nothing is charged")
    blocker = gate_of(promise).blocker
    assert blocker is not None
    assert blocker.name == "stories_signed"
    assert blocker.verdict.detail == f"{promise.stories[0].key} is broken by edit: run the new text"
    assert blocker.verdict.owner == "Tomás Novák"


def test_a_failing_story_makes_the_run_red(promise: Promise) -> None:
    promise.prove(promise.stories[0], verdict="FAILED")
    verdict = said(promise, "run_green")
    assert (verdict.state, verdict.detail) == (VerdictState.UNMET, "1 failing")


def test_hard_dependencies_are_signed_first_soft_ones_need_not(promise: Promise, cast: Cast) -> None:
    needed, nice = make_promise(cast, title="Payment"), make_promise(cast, title="Vouchers")
    add_dependency(epic_key=promise.epic.key, needs_key=nice.epic.key, kind="SOFT", by=cast.jonas)
    assert said(promise, "dependencies_signed").state == VerdictState.MET
    add_dependency(epic_key=promise.epic.key, needs_key=needed.epic.key, kind="HARD", by=cast.jonas)
    verdict = said(promise, "dependencies_signed")
    assert verdict.state == VerdictState.UNMET
    assert f"{needed.epic.key} is not" in verdict.words
    needed.prove()
    needed.sign_stories()
    needed.sign()
    assert said(promise, "dependencies_signed").state == VerdictState.MET


def test_a_vacant_seat_is_named(promise: Promise) -> None:
    Seat.objects.filter(role=Role.SOLUTION_ARCHITECT).delete()
    verdict = said(promise, "seats_filled")
    assert (verdict.state, verdict.words) == (VerdictState.UNMET, "Vacant: Solution Architect")


def test_one_person_on_both_sides_is_a_conflict(promise: Promise) -> None:
    promise.cast.seat(promise.cast.lena, Role.PRODUCT_OWNER, promise.epic.scope)
    verdict = said(promise, "seats_filled")
    assert verdict.state == VerdictState.UNMET
    assert verdict.words.startswith("One person is both Business Analyst and Product Owner, so ")
    assert verdict.detail == "Lena Brandt"


def test_a_delegate_on_both_sides_is_a_conflict_as_the_triad_says(promise: Promise) -> None:
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=promise.cast.ruth)
    verdict = said(promise, "seats_filled")
    (conflict,) = organization.triad(promise.epic.scope).conflicts
    assert conflict.words.startswith("Ruth Adeyemi is both Business Analyst and Product Owner")
    assert (verdict.state, verdict.detail) == (VerdictState.UNMET, "Ruth Adeyemi")
    assert verdict.words.startswith("One person is both Business Analyst and Product Owner, so ")


def test_what_is_held_beside_the_epic_is_no_conflict(promise: Promise) -> None:
    """A product owner of the team alone, who is an analyst of the epic."""
    team = TeamFactory.create()
    Story.objects.update(team=team)
    promise.cast.seat(promise.cast.ruth, Role.PRODUCT_OWNER, team.scope)
    assert said(promise, "seats_filled").state == VerdictState.MET
    promise.cast.seat(promise.cast.maria, Role.BUSINESS_ANALYST, team.scope)
    assert said(promise, "seats_filled").detail == "Maria Keller"


def test_of_several_waivers_the_one_is_named_that_covers_the_requirement(promise: Promise) -> None:
    cold, met = (
        create_nfr(epic_key=promise.epic.key, title=title, statement="Under 2 s.", by=promise.cast.maria)
        for title in ("Cold start", "Warm start")
    )
    actions.attest_nfr(
        nfr_key=met.key, digest=met.digest, verdict="MET", words="So.", until_on=in_days(9), by=promise.cast.priya
    )
    waive(promise, criterion="run_green", days=2)
    waive(promise, criterion="nfrs_attested", subject=met.key, days=3)
    waive(promise, criterion="nfrs_attested", subject=cold.key, days=5)
    longest = waive(promise, criterion="nfrs_attested", subject=cold.key, days=20)
    verdict = said(promise, "nfrs_attested")
    assert (verdict.state, verdict.words) == (VerdictState.WAIVED, "1 of 2 NFRs met, 1 waived")
    assert verdict.url == f"/waivers/{longest.key}/"
    assert verdict.detail.startswith(f"{longest.key} until ")


def waive(promise: Promise, *, criterion: str, days: int, subject: str = "") -> Waiver:
    """Asked by Tomás, granted by Maria and Priya."""
    waiver = actions.ask_waiver(
        epic_key=promise.epic.key,
        criterion=criterion,
        subject=subject,
        reason="The cache arrives in December.",
        owner=promise.cast.jonas,
        until_on=in_days(days),
        by=promise.cast.tomas,
    )
    for person in (promise.cast.maria, promise.cast.priya):
        actions.grant_waiver(waiver_key=waiver.key, by=person)
    return waiver


@pytest.fixture
def made_up() -> Iterator[None]:
    @criterion("made_up", "Made up")
    def made_up(epic: EpicFacts, at: datetime) -> Verdict:
        return Verdict(VerdictState.UNMET, f"{epic.key} lacks it")

    yield
    criteria.CRITERIA.pop()


def test_one_more_criterion_is_one_function(made_up: None, promise: Promise) -> None:
    gate = gate_of(promise)
    assert gate.state == GateState.BLOCKED
    assert gate.blocker is not None
    assert gate.blocker.verdict.words == f"{promise.epic.key} lacks it"


def test_many_gates_take_the_queries_of_one(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    one = [make_promise(cast).reread()]
    # Nobody refreshes its SLO, so that counts are read; in the first five minutes of an hour one table less.
    at = timezone.now().replace(minute=30)
    with CaptureQueriesContext(connection) as captured:
        queries.gates(one, at=at)
    others = [make_promise(cast, title=f"Epic {number}") for number in range(19)]
    for other in others:
        delivery.edit_epic(
            epic_key=other.epic.key,
            title=other.epic.title,
            summary="",
            team_key="",
            promised_for="2026-Q4",
            by=cast.maria,
        )
    epics = list(delivery_queries.epics_for(cast.maria))
    assert len(epics) == 20
    with django_assert_num_queries(len(captured)):
        queries.gates(epics, at=at)


def test_a_teams_own_product_owner_is_not_the_epics(promise: Promise) -> None:
    team = TeamFactory.create()
    Epic.objects.filter(pk=promise.epic.pk).update(team=team)
    promise.cast.seat(promise.cast.lena, Role.PRODUCT_OWNER, team.scope)
    assert said(promise, "seats_filled").state == VerdictState.MET  # Lena holds both, but not of this epic
    promise.cast.seat_of("maria").delete()
    assert said(promise, "seats_filled").words == "Vacant: Product Owner"


def test_words_do_not_tell_of_a_restricted_epic(promise: Promise) -> None:
    cast = promise.cast
    cast.seat(cast.maria, Role.PRODUCT_OWNER, cast.elsewhere)
    secret = delivery.create_epic(
        initiative_key=Initiative.objects.create(scope=cast.elsewhere).key, title="A merger", by=cast.maria
    )
    add_dependency(epic_key=promise.epic.key, needs_key=secret.key, kind="HARD", by=cast.jonas)
    assert secret.key in said(promise, "dependencies_signed").words
    cast.elsewhere.restricted = True
    cast.elsewhere.save()
    told = said(promise, "dependencies_signed")
    assert told.words == "0 of 1 hard dependencies signed; one of a restricted initiative is not"
    assert (told.owner, told.url) == ("", "")
    page = signed_in(cast.lena).get(f"/epics/{promise.epic.key}/")
    assert "A merger" not in page.content.decode()
    assert "A merger" in signed_in(cast.ada).get(f"/epics/{promise.epic.key}/").content.decode()
