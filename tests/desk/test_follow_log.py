"""Following the log: who is told of what, once, and who is not."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from apps.audit import queries as audit
from apps.delivery import actions as delivery
from apps.delivery.models import Story
from apps.desk import actions, tasks
from apps.desk.models import LogCursor, Notification
from apps.desk.telling import TELLING
from apps.organization import actions as organization
from apps.organization.models import Person, Scope, Seat
from apps.organization.roles import Role
from apps.signoff import actions as signoff
from apps.signoff.models import Waiver
from apps.specs import actions as specs
from tests.cast import Cast, DelegationFactory, PersonFactory, TeamFactory, in_days
from tests.signoff.promises import Promise, confirmed, key, make_promise
from tests.signoff.requirements import proven
from tests.specs.evidence import behave_json, import_bytes

pytestmark = pytest.mark.django_db


def follow() -> dict[str, str]:
    """What each was told since the last time, by username."""
    before = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while actions.follow_log():
        pass
    found = Notification.objects.filter(pk__gt=before).select_related("person").order_by("pk")
    return {one.person.username: one.words for one in found}


def events() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("event", flat=True))


# --- stories and epics


def test_a_signed_story_tells_the_product_owner(promise: Promise) -> None:
    cast = promise.cast
    follow()
    story = promise.add_story("Pay by invoice")
    promise.prove(story)
    promise.sign_stories(story)
    assert follow() == {"maria": f"{story.key} “Pay by invoice” of {promise.epic.key} was signed."}
    assert Notification.objects.latest("pk").url == f"/stories/{story.key}/"
    assert not Notification.objects.filter(person=cast.lena).exists()


def test_many_stories_signed_at_once_are_one_line(cast: Cast) -> None:
    made = make_promise(cast, stories=5, title="Pay {with} braces")
    made.prove()
    made.sign_stories()
    assert follow() == {"maria": f"5 stories of {made.epic.key} “Pay {{with}} braces” were signed."}
    assert Notification.objects.get().url == f"/epics/{made.epic.key}/"


def test_a_rejected_story_tells_its_author_and_the_team_lead(promise: Promise) -> None:
    follow()
    (shown,) = promise.shown(promise.stories[0])
    signoff.sign_off_story(
        shown=shown, meaning="REJECT", by=promise.cast.lena, authentication=confirmed(), comment="Too slow", key=key()
    )
    told = follow()
    assert told.keys() == {"ruth", "tomas"}
    assert "which you wrote, was rejected" in told["ruth"]
    assert "Too slow" not in str(told)


def test_an_edit_of_the_meaning_tells_who_signed_and_the_owner_of_what_drifted(promise: Promise) -> None:
    promise.sign()
    follow()
    promise.edit(promise.stories[0], outcome="something else happens")
    told = follow()
    assert told == {
        "lena": f"{promise.stories[0].key} “Pay in way 1”, which you signed, means something else now: "
        "your signature no longer holds.",
        "maria": f"{promise.epic.key} “Checkout in one page” is no longer what was signed.",
    }
    # It drifts once.
    promise.edit(promise.stories[1], outcome="something else happens")
    assert follow().keys() == {"lena"}


def test_reformatting_tells_nobody(promise: Promise) -> None:
    promise.sign()
    follow()
    story = Story.objects.select_related("version").get(pk=promise.stories[0].pk)
    assert story.version is not None
    text = story.version.text.replace("    Given", "      Given")
    delivery.edit_story(story_key=story.key, text=text, by=promise.cast.ruth, base_version=1, reason="tidy")
    assert follow() == {}


@pytest.mark.parametrize(("meaning", "done"), [("ACCEPT", "was signed off."), ("REJECT", "was rejected.")])
def test_a_signed_epic_tells_the_seats_and_who_signed_its_stories(promise: Promise, meaning: str, done: str) -> None:
    follow()
    promise.sign(meaning=meaning, comment="As agreed")
    told = follow()
    assert told.keys() == {"jonas", "priya", "tomas", "lena"}
    assert told["lena"] == f"{promise.epic.key} “Checkout in one page” {done}"


def test_the_lead_of_the_epic_s_team_is_told_too(promise: Promise) -> None:
    team = TeamFactory.create()
    lead = PersonFactory.create(username="lead")
    promise.cast.seat(lead, Role.ENGINEERING_TEAM_LEAD, team.scope)
    type(promise.epic).objects.filter(pk=promise.epic.pk).update(team=team)
    follow()
    promise.sign()
    assert "lead" in follow()


def test_a_drift_that_comes_by_itself_tells_the_owner(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    made.sign_stories()
    made.sign()
    follow()
    waiver = ask(made, cast.jonas)
    signoff.grant_waiver(waiver_key=waiver.key, by=cast.priya)
    signoff.grant_waiver(waiver_key=waiver.key, by=cast.maria)
    assert follow()["maria"] == f"{made.epic.key} “Checkout in one page” is no longer what was signed."
    assert "epic.drifted" in events()


# --- waivers, requests, requirements


def ask(made: Promise, by: Person, owner: Person | None = None) -> Waiver:
    return signoff.ask_waiver(
        epic_key=made.epic.key,
        criterion="run_green",
        subject="",
        reason="The runner is down",
        owner=owner or made.cast.tomas,
        until_on=in_days(10),
        by=by,
    )


def test_a_waiver_asked_for_waits_for_two(promise: Promise) -> None:
    follow()
    waiver = ask(promise, promise.cast.jonas)
    told = follow()
    assert told.keys() == {"maria", "priya"}
    assert told["priya"].startswith(f"Waiver {waiver.key} of {promise.epic.key}")


@pytest.mark.parametrize("granted", [True, False])
def test_a_decided_waiver_tells_who_asked_and_who_owns_it(promise: Promise, granted: bool) -> None:
    cast = promise.cast
    waiver = ask(promise, cast.jonas)
    follow()
    if granted:
        signoff.grant_waiver(waiver_key=waiver.key, by=cast.priya)
        signoff.grant_waiver(waiver_key=waiver.key, by=cast.maria)
    else:
        signoff.refuse_waiver(waiver_key=waiver.key, reason="No", by=cast.priya)
    told = follow()
    done = "granted" if granted else "refused"
    assert told["jonas"].endswith(f"which you asked for, was {done}.")
    assert told["tomas"].endswith(f"which you own, was {done}.")


def test_who_is_asked_to_sign_is_told(promise: Promise) -> None:
    follow()
    signoff.request_story_sign_off(
        story_key=promise.stories[0].key, of=promise.cast.lena, words="Please", by=promise.cast.jonas
    )
    assert follow() == {"lena": f"You are asked to sign {promise.stories[0].key} “Pay in way 1”."}


def test_requirements_tell_the_sre_lead_and_attestations_the_owner(promise: Promise) -> None:
    cast = promise.cast
    follow()
    nfr = delivery.create_nfr(epic_key=promise.epic.key, title="Fast", statement="p99 below 300 ms", by=cast.maria)
    assert follow() == {"priya": f"{nfr.key} “Fast” of {promise.epic.key} waits for you to attest it."}
    signoff.attest_nfr(
        nfr_key=nfr.key, digest=nfr.digest, verdict="MET", words="Load test", until_on=in_days(30), by=cast.priya
    )
    assert follow() == {"maria": f"{nfr.key} “Fast” of {promise.epic.key} was attested as met."}


def test_nobody_is_asked_to_attest_what_is_proven(promise: Promise) -> None:
    follow()
    made = proven(promise, promise.stories[0], "Pay in way 1 0")
    assert follow() == {}
    promise.sign(meaning="REJECT", comment="Not yet.")
    follow()
    delivery.edit_nfr(nfr_key=made.key, title="Safe", statement="Ask.", by=promise.cast.maria)
    assert follow() == {"priya": f"{made.key} “Safe” of {promise.epic.key} waits for you to attest it."}


# --- evidence


def try_by_hand(made: Promise, story: Story, status: str) -> str:
    (current,) = made.fresh(story)
    return specs.record_by_hand(
        story_key=story.key,
        positions=[1],
        status=status,
        words="Clicked through it",
        digest=current.digest,
        key=key(),
        by=made.cast.sam,
    ).key


def test_a_run_that_breaks_a_signed_story_tells_signers_and_lead_once(promise: Promise) -> None:
    story = promise.stories[0]
    promise.sign()
    try_by_hand(promise, story, "PASSED")
    follow()
    run = try_by_hand(promise, story, "FAILED")
    words = f"Signed {story.key} “Pay in way 1” fails since run {run}."
    assert follow() == {"lena": words, "tomas": words, "maria": words}
    assert Notification.objects.latest("pk").url == story.get_absolute_url()
    # It fails again: nothing new. It passes, then fails: told anew.
    try_by_hand(promise, story, "FAILED")
    assert follow() == {}
    run = try_by_hand(promise, story, "PASSED")
    assert set(follow().values()) == {f"Signed {story.key} “Pay in way 1” fails no longer since run {run}."}
    try_by_hand(promise, story, "FAILED")
    assert follow().keys() == {"lena", "tomas", "maria"}


def test_several_stories_of_an_epic_that_one_run_breaks_are_one_line(promise: Promise) -> None:
    texts = [story.version.text for story in promise.fresh() if story.version]
    follow()
    run = import_bytes(*(behave_json(text, Pay="failed") for text in texts), by=promise.cast.tomas).run
    told = follow()
    assert told["lena"] == f"2 signed stories of {promise.epic.key} “Checkout in one page” fail since run {run.key}."
    assert Notification.objects.latest("pk").url == promise.epic.get_absolute_url()
    # Who may not read it is not told, whoever signed it.
    promise.epic.initiative.scope.restricted = True
    promise.epic.initiative.scope.save()
    Seat.objects.filter(person=promise.cast.lena).update(until_on=in_days(-1))
    import_bytes(*(behave_json(text) for text in texts), by=promise.cast.tomas, revision="mended")
    assert "lena" not in follow()


def test_a_run_that_fails_an_unsigned_story_tells_nobody(cast: Cast) -> None:
    made = make_promise(cast, stories=1)
    follow()
    try_by_hand(made, made.stories[0], "FAILED")
    assert follow() == {}


# --- seats


def test_seats_tell_the_person_whose_they_are(cast: Cast) -> None:
    follow()
    seat = organization.grant_seat(person=cast.nobody, role=Role.SRE, scope=cast.initiative, by=cast.adam)
    assert follow() == {"nobody": f"You hold a new seat: SRE of {cast.initiative.key}."}
    delegate = PersonFactory.create(username="delegate")
    organization.delegate_seat(seat=seat, delegate=delegate, until_on=in_days(3), by=cast.nobody)
    assert follow() == {"delegate": f"You may act as SRE of {cast.initiative.key} until {in_days(3)}."}
    organization.end_seat(seat=seat, by=cast.adam)
    assert follow()["nobody"] == f"Your seat as SRE of {cast.initiative.key} ends."


# --- comments


def test_who_changes_a_mail_address_tells_whose_it_is(cast: Cast) -> None:
    follow()
    organization.edit_person(person=cast.ruth, by=cast.adam, time_zone="Europe/Lisbon")
    organization.edit_person(person=cast.ruth, by=cast.adam, email="ruth@example.com")
    words = "Your mail address was changed by an administrator: for some hours you sign only with a code or passkey"
    assert follow() == {"ruth": f"{words} that you had before. If you did not expect it, tell an auditor."}
    organization.choose_password_by_link(person=cast.ruth, password_hash="x")
    assert follow()["ruth"].startswith("Your password was set anew by a one-time link: for some hours you sign only")
    organization.choose_password_by_link(person=cast.maria, password_hash="x")
    assert follow()["maria"] == (
        "Your password was set anew by a one-time link. If you did not expect it, tell an auditor."
    )


def test_comments_tell_whom_the_thing_concerns(promise: Promise) -> None:
    cast = promise.cast
    follow()
    delivery.comment_on_story(story_key=promise.stories[0].key, text="Why?", by=cast.sam)
    assert follow().keys() == {"maria", "ruth", "lena"}
    delivery.comment_on_story(story_key=promise.stories[0].key, text="Because", by=cast.ruth)
    assert follow().keys() == {"maria", "sam", "lena"}
    delivery.comment_on_epic(epic_key=promise.epic.key, text="Go", by=cast.maria)
    assert follow().keys() == {"jonas", "priya"}


# --- who is not told


def test_nobody_is_told_of_their_own_act(promise: Promise) -> None:
    follow()
    promise.sign()
    follow()
    assert not Notification.objects.filter(event="epic.signed_off", person=promise.cast.maria).exists()


def test_a_delegate_acts_and_the_holder_is_told(promise: Promise) -> None:
    delegate = PersonFactory.create()
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=delegate)
    follow()
    promise.sign(by=delegate)
    assert "maria" in follow()


def test_who_left_and_service_accounts_are_not_told(promise: Promise) -> None:
    Person.objects.filter(username="tomas").update(is_active=False)
    Person.objects.filter(username="lena").update(is_service=True)
    follow()
    promise.sign()
    assert follow().keys() == {"jonas", "priya"}


def test_who_may_not_read_the_restricted_is_not_told(promise: Promise) -> None:
    cast = promise.cast
    delivery.comment_on_epic(epic_key=promise.epic.key, text="I was here", by=cast.adam)
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    Seat.objects.filter(person__in=[cast.lena, cast.adam]).update(until_on=in_days(-1))
    follow()
    delivery.comment_on_epic(epic_key=promise.epic.key, text="Secret", by=cast.jonas)
    delivery.comment_on_story(story_key=promise.stories[0].key, text="Secret", by=cast.jonas)
    told = follow()
    assert "lena" not in told
    assert "adam" not in told
    assert told.keys() == {"maria", "priya", "ruth"}


# --- following


def test_each_entry_is_followed_once(promise: Promise) -> None:
    promise.sign()
    first = tasks.follow_log()
    assert first == audit.head().size
    told = Notification.objects.count()
    assert tasks.follow_log() == 0
    # Even where the cursor is lost.
    LogCursor.objects.update(next_index=0)
    assert tasks.follow_log() == first
    assert Notification.objects.count() == told


def test_long_logs_are_followed_in_batches(promise: Promise, monkeypatch: pytest.MonkeyPatch) -> None:
    promise.sign()
    monkeypatch.setattr(actions, "BATCH", 3)
    assert actions.follow_log() == 3
    assert LogCursor.objects.get().next_index == 3
    assert tasks.follow_log() == audit.head().size - 3
    assert "epic.signed_off" in events()


def test_what_fails_leaves_the_cursor_where_it_was(promise: Promise, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Notification.objects, "bulk_create", fails)
    with pytest.raises(RuntimeError, match="disk is full"), transaction.atomic():
        actions.follow_log()
    assert not LogCursor.objects.filter(next_index__gt=0).exists()


def test_a_notification_keeps_no_personal_value(promise: Promise) -> None:
    promise.sign(meaning="REJECT", comment="Unreadable")
    follow()
    words = " ".join(Notification.objects.values_list("words", flat=True))
    for person in promise.cast.people.values():
        assert person.name not in words
    assert "Unreadable" not in words


def test_every_event_of_the_table_is_one_that_is_recorded() -> None:
    """A name that no act records tells nobody, ever."""
    root = Path(__file__).parents[2] / "apps"
    source = "\n".join(path.read_text() for path in root.glob("*/actions/**/*.py"))
    # Waivers are closed by f"waiver.{state}".
    unknown = {event for event in TELLING if f'"{event}"' not in source} - {"waiver.refused"}
    assert unknown == set()


@pytest.mark.parametrize("epics", [1, 10])
def test_costs_the_same_for_few_entries_and_for_many(
    cast: Cast, epics: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(epics):
        made = make_promise(cast, title=f"Epic {number}")
        made.prove()
        made.sign_stories()
        made.sign()
        ask(made, cast.jonas)
        delivery.comment_on_epic(epic_key=made.epic.key, text="Well", by=cast.sam)
    with django_assert_num_queries(21):
        actions.follow_log()
    assert Notification.objects.count() >= 4 * epics
