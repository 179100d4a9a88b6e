"""Running suites: asked for, by a change, by schedule; what is refused, what it proves, canceled, and who sees it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.audit import queries as audit
from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery.models import Epic, Story
from apps.organization.roles import Role
from apps.specs import actions, queries, tasks
from apps.specs.actions import executing
from apps.specs.models import Execution, Result, Run, SuiteText
from tests.cast import Cast, PersonFactory, SeatFactory, forget_seats
from tests.failing_log import fail_the_log
from tests.specs.evidence import CART, EDITED, edit, make_epic, make_story, reread
from tests.specs.kits import PYTHON, Kit, bubblewrap, executed, kit  # noqa: F401, fixtures

pytestmark = pytest.mark.django_db
OTHER = CART.replace("Feature: Cart", "Feature: Basket").replace("Add one thing", "Put one thing")


@pytest.fixture
def shop(settings: Settings, tmp_path: Path) -> Kit:
    """The suite, for tests that do not run it."""
    suite = Kit(settings, tmp_path / "shop")
    suite.register()
    return suite


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


def ask(cast: Cast, by: str = "maria", suite: str = "shop", **of: str) -> Execution:
    return actions.request_execution(suite_name=suite, by=forget_seats(cast.people[by]), **of)


def suites() -> list[Any]:
    return list(queries.registered_suites().values())


def reread_execution(execution: Execution) -> Execution:
    return Execution.objects.get(pk=execution.pk)


def state(story: Story) -> str:
    return str(reread(story).state)


# --- asking: refusals


def test_a_suite_that_is_not_registered(cast, story, shop):
    with pytest.raises(BadInput, match=r"No suite is registered as “other”\. The operator registers suites"):
        ask(cast, suite="other")


def test_an_epic_that_the_suite_does_not_cover(cast, story, shop):
    epic = make_epic(cast, cast.elsewhere, title="Returns")
    with pytest.raises(
        Refused, match=rf"Suite “Shop” does not cover {epic.key}; what it covers stands in the settings"
    ):
        ask(cast, epic_key=epic.key)
    other = make_story(cast, OTHER, epic=epic)
    with pytest.raises(Refused, match=f"does not cover {epic.key}"):
        ask(cast, story_key=other.key)


@pytest.mark.parametrize("whole", [True, False])
def test_who_holds_no_seat_there(cast, story, shop, whole):
    of = {} if whole else {"story_key": story.key}
    for name in ("nobody", "emil", "ada", "adam"):
        with pytest.raises(NotAllowed, match="Running a suite takes a seat that builds, runs or owns the stories"):
            ask(cast, by=name, **of)
    somebody = PersonFactory.create()
    cast.seat(somebody, Role.SRE, cast.elsewhere)
    with pytest.raises(NotAllowed):
        actions.request_execution(suite_name="shop", by=somebody, **of)
    assert not Execution.objects.exists()


def test_nothing_to_run(cast, shop):
    with pytest.raises(Refused, match="What suite “Shop” covers has no scenarios to run"):
        ask(cast)
    bare = make_story(cast, "Feature: Bare\n")
    for of in ({"story_key": bare.key}, {"epic_key": bare.epic.key}):
        with pytest.raises(Refused, match=f"{next(iter(of.values()))} has no scenarios to run"):
            ask(cast, **of)


def test_what_one_may_not_read_is_not_there(cast, story, shop):
    shop.register(covers=["I-1", "I-2"])
    other = make_story(cast, OTHER, epic=make_epic(cast, cast.elsewhere, title="Returns"))
    cast.elsewhere.restricted = True
    cast.elsewhere.save()
    with pytest.raises(Epic.DoesNotExist):
        ask(cast, by="tomas", epic_key=other.epic.key)
    with pytest.raises(Story.DoesNotExist):
        ask(cast, by="tomas", story_key=other.key)


# --- asking: effect


def test_it_is_recorded_with_the_seat(cast, story, shop):
    execution = ask(cast, by="tomas", story_key=story.key)

    assert (execution.key, execution.state, execution.cause, execution.suite) == ("EX-1", "WAITING", "REQUEST", "shop")
    entry = Entry.objects.latest("index")
    assert (entry.event, entry.subject) == ("execution.requested", "EX-1")
    (reading,) = audit.readings([entry])
    assert reading.statement
    assert reading.statement.predicate["seat"]["role"] == "ENGINEERING_TEAM_LEAD"
    assert reading.statement.predicate["about"] == sorted([story.key, story.epic.key])


def test_one_that_waits_for_the_same_is_returned(cast, story, shop):
    first = ask(cast)
    entries = Entry.objects.count()
    assert ask(cast, by="tomas") == first
    assert Entry.objects.count() == entries
    of_epic, of_story = ask(cast, epic_key=story.epic.key), ask(cast, story_key=story.key)
    assert len({first.pk, of_epic.pk, of_story.pk}) == 3

    Execution.objects.filter(pk=first.pk).update(state="RUNNING", seen_at=timezone.now())
    assert ask(cast) != first, "what runs may have begun before the last edit"


def test_without_its_entry_nothing_is_asked(cast, story, shop):
    fail_the_log()
    with pytest.raises(DatabaseError, match="the disk is full"):
        ask(cast)
    assert not Execution.objects.exists()


# --- running: what it proves


def test_behave_with_json(cast, story, kit):  # noqa: F811
    execution = executed(cast)

    assert (execution.state, execution.exit_code, execution.is_sandboxed) == ("DONE", 0, True)
    assert (execution.stories_total, execution.scenarios_total, execution.scenarios_begun) == (1, 3, 3)
    assert (execution.scenarios_failing, execution.current, execution.problem) == (0, "", "")
    assert "3 scenarios passed, 0 failed" in execution.output
    run = execution.run
    assert run and (run.channel, run.format, run.received_by.username) == ("SUITE", "behave-json", "runner")
    assert (run.source, run.counts["passed"], run.counts["unknown"]) == ("Shop, run by the portal as EX-1", 3, 0)
    assert state(story) == "PASSING"
    assert {result.matched_by for result in Result.objects.all()} <= {"DIGEST", "MANIFEST"}
    assert list(Entry.objects.order_by("index").values_list("event", flat=True))[-1] == "run.imported"


def test_behave_with_junit_in_a_folder(cast, story, kit):  # noqa: F811
    kit.register([PYTHON, "-m", "behave", "--junit", "--junit-directory={reports}", "--no-color", "{features}"])
    execution = executed(cast)
    assert execution.run and execution.run.format == "junit", execution.output
    assert (execution.run.counts["passed"], execution.run.counts["unknown"]) == (3, 0)
    assert state(story) == "PASSING"


@pytest.mark.parametrize("zone", ["UTC0", "EAST-9", "WEST9"])
def test_when_it_ran_is_known_whatever_the_clock_of_the_suite_says(cast, story, kit, zone):  # noqa: F811
    """JUnit's instants have no zone, and steps may stop their clock: neither makes a result of now old, or refused."""
    junit = [PYTHON, "-m", "behave", "--junit", "--junit-directory={reports}", "--no-color", "{features}"]
    kit.register(junit, environment={"TZ": zone})
    execution = executed(cast)
    assert execution.run, execution.problem
    assert execution.run.ran_at and execution.started_at and execution.finished_at
    assert execution.started_at <= execution.run.ran_at <= execution.finished_at
    for result in Result.objects.all():
        assert execution.started_at <= result.at <= execution.finished_at


BDD = """
from pytest_bdd import given, parsers, scenarios, then, when

scenarios(".")

@given("an empty cart", target_fixture="things")
def empty():
    return []

@when(parsers.parse("I add {thing}"))
def add(things, thing):
    things.append(thing)

@then(parsers.parse("the cart holds {count:d} thing"))
@then(parsers.parse("the cart holds {count:d} things"))
def holds(things, count):
    assert len(things) == count
"""


def test_pytest_bdd_with_cucumber_json(cast, story, kit):  # noqa: F811
    (kit.folder / "test_cart.py").write_text(BDD)
    kit.register(
        [PYTHON, "-m", "pytest", "-p", "pytest_bdd.plugin", "-v", "--cucumberjson={report}", "{features}"],
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider"},
        begins=r"::(?P<name>test_\S+)",
        fails=r"\bFAILED\b",
    )
    execution = executed(cast)
    assert execution.run and execution.run.format == "cucumber-json", execution.output
    assert (execution.run.counts["passed"], execution.run.counts["unknown"]) == (3, 0)
    assert (execution.scenarios_begun, execution.scenarios_failing) == (3, 0)
    assert state(story) == "PASSING"


MESSAGES = """
import os, sys
folder = os.path.dirname(__file__)
(name,) = [name for name in os.listdir(folder) if name.endswith(".feature")]
with open(sys.argv[1], "w") as report:
    for line in open(os.path.join(folder, "messages")):
        report.write(line.replace("THE-FILE", "features/" + name))
"""


def test_cucumber_messages(cast, kit):  # noqa: F811
    text = "Feature: Cart\n  Scenario: Add\n    Given an empty cart\n"
    story = make_story(cast, text)
    at = {"seconds": int(timezone.now().timestamp()), "nanos": 0}
    steps = [{"id": "s", "location": {"line": 3}, "keyword": "Given ", "text": "an empty cart"}]
    scenario = {"id": "sc", "location": {"line": 2}, "keyword": "Scenario", "name": "Add", "steps": steps}
    feature = {"location": {"line": 1}, "keyword": "Feature", "name": "Cart", "children": [{"scenario": scenario}]}
    pickle_steps = [{"id": "ps", "astNodeIds": ["s"], "text": "an empty cart"}]
    passed = {"status": "PASSED", "duration": {"seconds": 0, "nanos": 1}}
    messages: list[dict[str, Any]] = [
        {"meta": {"protocolVersion": "27.0.0", "implementation": {"name": "tiny", "version": "1"}}},
        {"source": {"uri": "THE-FILE", "data": text, "mediaType": "text/x.cucumber.gherkin+plain"}},
        {"gherkinDocument": {"uri": "THE-FILE", "feature": feature}},
        {"pickle": {"id": "p", "uri": "THE-FILE", "name": "Add", "astNodeIds": ["sc"], "steps": pickle_steps}},
        {"testRunStarted": {"timestamp": at}},
        {"testCase": {"id": "tc", "pickleId": "p", "testSteps": [{"id": "ts", "pickleStepId": "ps"}]}},
        {"testCaseStarted": {"id": "a", "testCaseId": "tc", "attempt": 0, "timestamp": at}},
        {"testStepStarted": {"testCaseStartedId": "a", "testStepId": "ts", "timestamp": at}},
        {
            "testStepFinished": {
                "testCaseStartedId": "a",
                "testStepId": "ts",
                "testStepResult": passed,
                "timestamp": at,
            }
        },
        {"testCaseFinished": {"testCaseStartedId": "a", "timestamp": at, "willBeRetried": False}},
        {"testRunFinished": {"success": True, "timestamp": at}},
    ]
    (kit.folder / "messages").write_text("".join(json.dumps(message) + "\n" for message in messages))
    kit.register(kit.script(MESSAGES))
    execution = executed(cast)
    assert execution.run and execution.run.format == "cucumber-messages", (execution.problem, execution.output)
    assert (execution.run.counts["passed"], execution.run.counts["unknown"]) == (1, 0)
    assert state(story) == "PASSING"


def test_a_failing_step_turns_the_story_red(cast, kit):  # noqa: F811
    story = make_story(cast, CART.replace("holds 1 thing", "holds 4 things"))
    execution = executed(cast)
    assert (execution.state, execution.exit_code, execution.scenarios_failing) == ("DONE", 1, 1)
    assert execution.run and (execution.run.counts["passed"], execution.run.counts["failed"]) == (2, 1)
    assert state(story) == "FAILING"
    assert "the cart holds 1" in execution.output


def test_one_story_one_epic_or_all(cast, story, kit):  # noqa: F811
    second = make_story(cast, OTHER, epic=story.epic)
    third = make_story(cast, OTHER.replace("Basket", "Bag"), epic=make_epic(cast, title="Bags"))
    make_story(cast, OTHER, epic=make_epic(cast, cast.elsewhere, title="Returns"))

    def cases(**of: str) -> int:
        run = executed(cast, **of).run
        assert run and run.counts["unknown"] == 0
        return int(run.counts["passed"])

    assert cases(story_key=second.key) == 3
    assert [state(one) for one in (story, second, third)] == ["READY", "PASSING", "READY"]
    assert cases(epic_key=story.epic.key) == 6
    assert [state(one) for one in (story, second, third)] == ["PASSING", "PASSING", "READY"]
    assert cases() == 9
    assert [state(one) for one in (story, second, third)] == ["PASSING", "PASSING", "PASSING"]


def test_two_stories_of_one_text_each_get_their_result(cast, story, kit):  # noqa: F811
    twin = make_story(cast, CART, epic=make_epic(cast, title="Twin"))
    run = executed(cast).run
    assert run and (run.counts["passed"], run.counts["unknown"]) == (6, 0)
    assert [state(one) for one in (story, twin)] == ["PASSING", "PASSING"]


def test_a_title_is_no_name_of_a_file(cast, kit):  # noqa: F811
    story = make_story(cast, CART.replace("Feature: Cart", 'Feature: ../../etc/$(reboot) "; rm -rf / #'))
    assert executed(cast).state == "DONE"
    assert state(story) == "PASSING"


def test_the_runs_entry_rolls_back_with_the_result(cast, story, kit):  # noqa: F811
    execution = ask(cast)
    fail_the_log()
    with pytest.raises(DatabaseError, match="the disk is full"):
        actions.execute(execution.pk)
    execution.refresh_from_db()
    assert (execution.state, execution.run) == ("RUNNING", None)
    assert not Run.objects.exists() and not SuiteText.objects.exists()
    assert state(story) == "READY"


def test_a_suite_that_is_gone_from_the_settings(cast, story, shop):
    execution = ask(cast)
    shop.settings.SUITES = {}
    actions.execute(execution.pk)
    execution.refresh_from_db()
    assert (execution.state, execution.problem) == ("STOPPED", "This suite is no longer registered in the settings.")
    assert Entry.objects.latest("index").event == "execution.stopped"


def test_a_folder_that_is_gone(cast, story, shop):
    shop.register(folder="/srv/nowhere")
    execution = ask(cast)
    actions.execute(execution.pk)
    execution.refresh_from_db()
    assert execution.state == "STOPPED"
    assert execution.problem.endswith(("The suite's folder /srv/nowhere is not there.", "nothing was run here."))


def test_whose_worker_ended_three_times_is_given_up(cast, story, shop):
    execution = ask(cast)
    long_ago = timezone.now() - timedelta(hours=1)
    Execution.objects.update(state="RUNNING", attempts=3, seen_at=long_ago)
    assert list(actions.due_executions()) == [execution]
    actions.execute(execution.pk)
    execution.refresh_from_db()
    assert (execution.state, execution.problem) == ("STOPPED", "The worker ended 3 times while at it.")


def test_one_that_is_seen_is_left_alone(cast, story, shop):
    execution = ask(cast)
    Execution.objects.update(state="RUNNING", attempts=1, seen_at=timezone.now())
    actions.execute(execution.pk)
    execution.refresh_from_db()
    assert (execution.state, execution.attempts) == ("RUNNING", 1)
    assert list(actions.due_executions()) == []


# --- by a change


def test_a_change_is_run_once_with_what_changed_alone(cast, story, kit):  # noqa: F811
    second = make_story(cast, OTHER, epic=story.epic)
    kit.register(on_change=True)
    (first,) = actions.ask_for_changes(suites())
    assert (first.cause, first.asked_by, first.epic, first.story) == ("CHANGE", None, None, None)
    assert actions.ask_for_changes(suites()) == []
    actions.execute(first.pk)
    assert Execution.objects.get().stories_total == 2
    assert actions.ask_for_changes(suites()) == []

    edit(cast, second, OTHER.replace("  Background:", "\n  # a remark\n  Background:"))
    assert actions.ask_for_changes(suites()) == [], "a text of the same meaning was run already"
    edit(cast, second, OTHER.replace("Put one thing", "Put one more"))
    edit(cast, second, OTHER.replace("Put one thing", "Put something"))
    (next_one,) = actions.ask_for_changes(suites())
    actions.execute(next_one.pk)
    next_one.refresh_from_db()
    assert (next_one.stories_total, next_one.state) == (1, "DONE")
    assert next_one.run and next_one.run.counts["passed"] == 3
    assert [state(one) for one in (story, second)] == ["PASSING", "PASSING"]


def test_a_change_that_another_execution_ran_meanwhile_is_no_failure(cast, story, kit):  # noqa: F811
    kit.register(on_change=True)
    (change,) = actions.ask_for_changes(suites())
    executed(cast)
    entries = Entry.objects.count()
    actions.execute(change.pk)
    change.refresh_from_db()
    assert (change.state, change.problem) == ("CANCELED", "Another execution has run these texts already.")
    assert Entry.objects.count() == entries


def test_a_suite_that_does_not_ask_for_it_runs_no_change(cast, story, shop):
    assert actions.ask_for_changes(suites()) == []


def test_edited_while_it_ran_it_proves_nothing_and_is_run_next(cast, story, kit, monkeypatch):  # noqa: F811
    kit.register(on_change=True)
    really = executing.supervise

    def edited_meanwhile(*args: Any, **kwargs: Any) -> Any:
        ended = really(*args, **kwargs)
        edit(cast, story, EDITED)
        return ended

    (first,) = actions.ask_for_changes(suites())
    monkeypatch.setattr(executing, "supervise", edited_meanwhile)
    actions.execute(first.pk)
    monkeypatch.undo()
    first.refresh_from_db()
    assert first.run and (first.run.counts["passed"], first.run.counts["stale"]) == (3, 1)
    assert state(story) != "PASSING"

    (second,) = actions.ask_for_changes(suites())
    actions.execute(second.pk)
    second.refresh_from_db()
    # The steps do not know the new words: red by truth.
    assert second.run and (second.run.counts["passed"], second.run.counts["stale"]) == (2, 0)
    assert state(story) == "FAILING"
    assert actions.ask_for_changes(suites()) == []


def test_edited_before_it_began_what_ran_by_name_alone_proves_nothing_of_the_new_text(  # noqa: F811
    cast,
    kit,  # noqa: F811
    monkeypatch,
):
    """JUnit names no steps, and of two scenarios of one name it does not say which ran."""
    add = "  Scenario: Add\n    Given an empty cart\n    When I add {0}\n    Then the cart holds 1 thing\n"
    story = make_story(cast, "Feature: Cart\n" + add.format("tea") + add.format("milk"))
    kit.register([PYTHON, "-m", "behave", "--junit", "--junit-directory={reports}", "--no-color", "{features}"])
    really = executing._needs_sandbox

    def edited_meanwhile(*args: Any) -> bool:
        edit(cast, story, "Feature: Cart\n" + add.format("never tried"))
        return really(*args)

    monkeypatch.setattr(executing, "_needs_sandbox", edited_meanwhile)
    execution = executed(cast)
    assert execution.run, execution.problem
    assert state(story) != "PASSING"


def test_what_was_stopped_is_not_run_again_by_itself(cast, story, kit):  # noqa: F811
    kit.register(kit.script("raise SystemExit(3)"), on_change=True)
    (first,) = actions.ask_for_changes(suites())
    actions.execute(first.pk)
    first.refresh_from_db()
    assert first.problem == "It left no report and ended with exit code 3. Its output may say why."
    assert actions.ask_for_changes(suites()) == []


def test_whose_worker_always_ends_is_given_up_once_and_for_all(cast, story, shop):
    shop.register(on_change=True)
    (first,) = actions.ask_for_changes(suites())
    left_at = timezone.now() - timedelta(hours=1)
    Execution.objects.update(state="RUNNING", attempts=3, stories_total=1, seen_at=left_at)
    actions.execute(first.pk)
    assert reread_execution(first).state == "STOPPED"
    assert actions.ask_for_changes(suites()) == [], "else it would run for ever"
    edit(cast, story, EDITED)
    assert len(actions.ask_for_changes(suites())) == 1


@pytest.mark.parametrize("running", [False, True])
def test_a_change_that_is_canceled_does_not_come_back_by_itself(cast, story, shop, running):
    shop.register(on_change=True)
    (first,) = actions.ask_for_changes(suites())
    if running:  # and its worker is gone
        Execution.objects.update(state="RUNNING", attempts=1, seen_at=timezone.now() - timedelta(hours=1))
    actions.cancel_execution(key=first.key, by=forget_seats(cast.maria))
    actions.execute(first.pk)
    assert reread_execution(first).state == "CANCELED"
    assert actions.ask_for_changes(suites()) == []


# --- by schedule


def test_a_schedule_runs_the_whole_again_after_its_hours(cast, story, shop):
    shop.register(every_hours=24)
    (first,) = actions.ask_by_schedule(suites())
    assert (first.cause, first.asked_by, first.epic) == ("SCHEDULE", None, None)
    assert actions.ask_by_schedule(suites()) == []
    Execution.objects.update(state="DONE")
    assert actions.ask_by_schedule(suites()) == []
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        (second,) = actions.ask_by_schedule(suites())
        assert second != first
        Execution.objects.filter(pk=second.pk).update(state="RUNNING")
    with time_machine.travel(timezone.now() + timedelta(hours=50), tick=True):
        assert actions.ask_by_schedule(suites()) == [], "the last one still runs"


def test_the_sweep_asks_by_schedule_and_for_changes(cast, story, shop):
    shop.register(every_hours=24, on_change=True)
    tasks.sweep_executions()
    assert sorted(Execution.objects.values_list("cause", flat=True)) == ["CHANGE", "SCHEDULE"]
    tasks.sweep_executions()
    assert Execution.objects.count() == 2


def test_the_whole_that_somebody_asked_for_counts_for_the_schedule(cast, story, shop):
    shop.register(every_hours=24)
    ask(cast, story_key=story.key)
    ask(cast)
    assert actions.ask_by_schedule(suites()) == []


def test_without_hours_or_stories_nothing_is_scheduled(cast, shop):
    shop.register(every_hours=1)
    assert actions.ask_by_schedule(suites()) == []
    make_story(cast)
    shop.register()
    assert actions.ask_by_schedule(suites()) == []


# --- canceling


def test_one_that_waits_is_canceled_at_once(cast, story, shop):
    execution = ask(cast, by="tomas")
    actions.cancel_execution(key=execution.key, by=forget_seats(cast.maria))
    execution.refresh_from_db()
    assert execution.state == "CANCELED" and execution.finished_at
    entry = Entry.objects.latest("index")
    assert (entry.event, entry.subject) == ("execution.canceled", execution.key)

    actions.execute(execution.pk)
    assert Execution.objects.get().attempts == 0
    with pytest.raises(Refused, match=f"{execution.key} has ended already: canceled"):
        actions.cancel_execution(key=execution.key, by=forget_seats(cast.maria))


def test_one_that_runs_is_asked_to_end_once(cast, story, shop):
    execution = ask(cast)
    Execution.objects.update(state="RUNNING", seen_at=timezone.now())
    actions.cancel_execution(key=execution.key, by=forget_seats(cast.maria))
    entries = Entry.objects.count()
    actions.cancel_execution(key=execution.key, by=forget_seats(cast.tomas))
    execution.refresh_from_db()
    assert execution.state == "RUNNING" and execution.cancel_asked_at
    assert Entry.objects.count() == entries


def test_who_may_not_ask_may_not_cancel(cast, story, shop):
    execution = ask(cast)
    with pytest.raises(NotAllowed, match="Only who asked for it may cancel it"):
        actions.cancel_execution(key=execution.key, by=cast.nobody)
    # Who asked may, though the seat has ended since.
    cast.maria.seats.all().delete()
    actions.cancel_execution(key=execution.key, by=forget_seats(cast.maria))


def test_a_seat_elsewhere_cancels_nothing_of_a_suite_that_covers_nothing_now(cast, story, shop):
    whole, one = ask(cast, by="tomas"), ask(cast, by="tomas", story_key=story.key)
    stranger = PersonFactory.create()
    SeatFactory.create(person=stranger, role=Role.SRE, scope=cast.elsewhere)
    shop.register(covers=["I-99"])
    with pytest.raises(NotAllowed, match="Only who asked for it may cancel it"):
        actions.cancel_execution(key=whole.key, by=forget_seats(stranger))
    shop.settings.SUITES = {}
    for execution in (whole, one):
        with pytest.raises(NotAllowed, match="Only who asked for it may cancel it"):
            actions.cancel_execution(key=execution.key, by=forget_seats(stranger))
    # A seat of the story still may.
    actions.cancel_execution(key=one.key, by=forget_seats(cast.maria))


def test_canceled_while_its_report_is_read_it_proves_nothing(cast, story, kit, monkeypatch):  # noqa: F811
    really = executing._taken

    def canceled_meanwhile(*args: Any) -> Any:
        actions.cancel_execution(key=Execution.objects.get().key, by=forget_seats(cast.tomas))
        return really(*args)

    monkeypatch.setattr(executing, "_taken", canceled_meanwhile)
    execution = executed(cast)
    assert (execution.state, execution.run, execution.problem) == ("CANCELED", None, "")
    assert not Run.objects.exists()
    assert Entry.objects.latest("index").event == "execution.canceled"


def test_without_its_entry_nothing_is_canceled(cast, story, shop):
    execution = ask(cast)
    fail_the_log()
    with pytest.raises(DatabaseError, match="the disk is full"):
        actions.cancel_execution(key=execution.key, by=forget_seats(cast.maria))
    execution.refresh_from_db()
    assert (execution.state, execution.cancel_asked_at) == ("WAITING", None)


# --- who sees it


def test_what_ran_hidden_stories_is_hidden(cast, story, shop):
    shop.register(covers=["I-1", "I-2"])
    other = make_story(cast, OTHER, epic=make_epic(cast, cast.elsewhere, title="Returns"))
    mine = ask(cast, story_key=story.key)
    hidden = [ask(cast, story_key=other.key), ask(cast, epic_key=other.epic.key), ask(cast)]
    cast.elsewhere.restricted = True
    cast.elsewhere.save()

    seen = queries.executions_for(forget_seats(cast.tomas))
    assert list(seen) == [mine]
    with pytest.raises(Execution.DoesNotExist):
        actions.cancel_execution(key=hidden[0].key, by=cast.tomas)
    assert set(queries.executions_for(forget_seats(cast.ada))) == {mine, *hidden}

    # What a suite covered is no longer known once it is gone.
    shop.settings.SUITES = {}
    assert list(queries.executions_for(forget_seats(cast.tomas))) == [mine]


def test_what_a_suite_wrote_of_hidden_stories_stays_hidden_when_it_covers_them_no_longer(cast, story, shop):
    shop.register(covers=["I-1", "I-2"])
    make_story(cast, OTHER, epic=make_epic(cast, cast.elsewhere, title="Returns"))
    whole = ask(cast)
    Execution.objects.update(state="RUNNING", attempts=3, seen_at=timezone.now() - timedelta(hours=1))
    actions.execute(whole.pk)
    cast.elsewhere.restricted = True
    cast.elsewhere.save()
    assert list(queries.executions_for(forget_seats(cast.tomas))) == []

    shop.register(covers=["I-1"])

    assert list(queries.executions_for(forget_seats(cast.tomas))) == []
    assert list(queries.executions_for(forget_seats(cast.ada))) == [whole]


def test_the_log_names_what_a_stopped_or_canceled_one_was_of(cast, story, shop):
    stopped, canceled = ask(cast, story_key=story.key), ask(cast, epic_key=story.epic.key)
    actions.cancel_execution(key=canceled.key, by=forget_seats(cast.maria))
    shop.settings.SUITES = {}
    actions.execute(stopped.pk)
    # By these the entries of restricted initiatives are kept from who may not read them.
    for event in ("execution.canceled", "execution.stopped"):
        assert Entry.objects.get(event=event) in audit.entries_about(story.epic.key)


def test_while_a_report_is_read_it_is_not_taken_for_lost(cast, story, kit, monkeypatch):  # noqa: F811
    """The worker cannot say that it is there meanwhile, so it says so ahead."""
    really = executing._taken
    left: list[Execution] = []

    def slowly(*args: Any) -> Any:
        with time_machine.travel(timezone.now() + actions.executions.LOST_AFTER + timedelta(seconds=15)):
            left.extend(actions.due_executions())
        return really(*args)

    monkeypatch.setattr(executing, "_taken", slowly)
    assert executed(cast).state == "DONE"
    assert left == []
