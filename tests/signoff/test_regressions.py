"""A signed story that a later run fails: it and its epic regress at once, and everybody sees where it began."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.audit.queries import readings
from apps.delivery.models import Story
from apps.organization import queries as organization
from apps.signoff import regressions
from apps.specs import actions as specs
from apps.specs import queries
from apps.specs.models import Result, Run
from tests.cast import Cast, TeamFactory, signed_in
from tests.failing_log import fail_the_log
from tests.signoff.promises import Promise, make_promise
from tests.signoff.promises import key as form_key
from tests.specs.evidence import behave_json, edit, import_bytes, make_story
from tests.specs.kits import BEHAVE, PYTHON, Kit, bubblewrap, executed, kit  # noqa: F401, fixtures
from tests.specs.test_pages import words_of

pytestmark = pytest.mark.django_db


def text_of(story: Story) -> str:
    """The story's current text."""
    version = Story.objects.select_related("version").get(pk=story.pk).version
    assert version
    return version.text


def run(promise: Promise, *stories: Story, status: str = "passed", revision: str = "", **kwargs: object) -> Run:
    """A run of these stories in which every step ended so."""
    # Reports that do not say when they ran are told apart by their bytes.
    path = f"run{Run.objects.count()}/pay.feature"
    files = [behave_json(text_of(story), path=path, Pay=status) for story in stories]
    return import_bytes(*files, by=promise.cast.tomas, revision=revision, **kwargs).run  # type: ignore[arg-type]


def by_hand(promise: Promise, story: Story, status: str) -> Run:
    (current,) = promise.fresh(story)
    return specs.record_by_hand(
        story_key=story.key,
        positions=[1],
        status=status,
        words="Clicked through it",
        digest=current.digest,
        key=form_key(),
        by=promise.cast.sam,
    )


def logged(event: str) -> list[dict[str, object]]:
    """The facts of every entry of this event, in order."""
    entries = Entry.objects.filter(event=event).order_by("index")
    return [one.statement.predicate["facts"] for one in readings(entries) if one.statement]


@pytest.fixture
def signed(promise: Promise) -> Promise:
    """An epic accepted by Maria, whose stories passed at revision a1."""
    run(promise, *promise.stories, revision="a1")
    promise.sign()
    return promise


# --- the state, and the log


@pytest.mark.parametrize("channel", [Run.Channel.COMMAND, Run.Channel.API, Run.Channel.PAGE, Run.Channel.SUITE])
def test_a_failing_run_regresses_story_and_epic_at_once_whatever_way_it_came(signed: Promise, channel: str) -> None:
    story = signed.stories[0]
    failing = run(signed, story, status="failed", revision="b2", channel=channel)
    (fresh,) = signed.fresh(story)
    assert (fresh.state, fresh.is_regressed) == ("SIGNED", True)
    assert signed.reread().state == "REGRESSED"
    assert signed.reread().regressed_at is not None
    (facts,) = logged("story.regressed")
    assert facts == {
        "run": failing.key,
        "first_run": failing.key,
        "first_revision": "b2",
        "scenario": "Pay in way 1 0",
        "step": "Given a basket with 2 items",
        "good_run": "R-1",
        "good_revision": "a1",
    }


JUNIT = [PYTHON, "-m", "behave", "--junit", "--junit-directory={reports}", "--no-color", "{features}"]


@pytest.mark.parametrize("command", [BEHAVE, JUNIT], ids=["json", "junit"])
def test_a_suite_that_the_portal_runs_itself_regresses_it_and_names_the_step(
    cast: Cast,
    kit: Kit,  # noqa: F811
    command: list[str],
) -> None:
    made = make_promise(cast, stories=0)
    story = make_story(cast, epic=made.epic)
    kit.register(command, trusted=True, revision="good")
    assert executed(cast).problem == ""
    made.stories.append(story)
    made.sign_stories()
    made.sign()
    steps = kit.folder / "steps" / "cart_steps.py"
    steps.write_text(steps.read_text().replace("append(thing)", "extend([thing, thing])"))
    kit.register(command, trusted=True, revision="bad")
    execution = executed(cast)
    assert made.reread().state == "REGRESSED"
    (facts,) = logged("story.regressed")
    assert execution.run
    assert (facts["run"], facts["first_revision"], facts["good_revision"]) == (execution.run.key, "bad", "good")
    assert (facts["scenario"], facts["step"]) == ("Add one thing", "Then the cart holds 1 thing")
    assert failure(story).failing == 3


def test_what_somebody_saw_fail_regresses_it_too(signed: Promise) -> None:
    failing = by_hand(signed, signed.stories[0], "FAILED")
    assert signed.reread().state == "REGRESSED"
    (facts,) = logged("story.regressed")
    assert (facts["run"], facts["step"]) == (failing.key, "")


def test_the_entry_is_the_portals_own_in_the_act_of_the_run(signed: Promise) -> None:
    failing = run(signed, signed.stories[0], status="failed", revision="b2")
    *_, imported, regressed = readings(Entry.objects.order_by("index"))
    assert (imported.entry.event, regressed.entry.event) == ("run.imported", "story.regressed")
    assert str(regressed.line) == (
        f"The portal found that signed {signed.stories[0].key} “Pay in way 1” fails since {failing.key} (revision b2): "
        "“Pay in way 1 0”, at “Given a basket with 2 items”"
    )
    assert regressed.entry.person == ""
    assert {about.key for about in regressed.entry.abouts.all()} == {
        signed.stories[0].key,
        signed.epic.key,
        failing.key,
    }


def test_it_is_recorded_once_for_each_turn(signed: Promise) -> None:
    story = signed.stories[0]
    for number, status in enumerate(["failed", "failed", "passed", "passed", "failed"]):
        run(signed, story, status=status, revision=f"c{number}")
    assert [facts["first_revision"] for facts in logged("story.regressed")] == ["c0", "c4"]
    assert [facts["revision"] for facts in logged("story.recovered")] == ["c2"]


def test_several_stories_are_an_entry_each_and_unsigned_ones_none(signed: Promise) -> None:
    unsigned = signed.add_story("Pay by invoice")
    run(signed, *signed.stories, status="failed")
    entries = Entry.objects.filter(event="story.regressed").order_by("index")
    assert [entry.subject for entry in entries] == [story.key for story in signed.stories[:2]]
    assert signed.fresh(unsigned)[0].state == "FAILING"


def test_a_log_that_refuses_the_entry_leaves_neither_run_nor_regression(signed: Promise) -> None:
    fail_the_log("story.regressed")
    count = Run.objects.count()
    with pytest.raises(DatabaseError):
        run(signed, signed.stories[0], status="failed")
    assert Run.objects.count() == count
    assert not signed.fresh(signed.stories[0])[0].is_regressed


# --- where it began


def failure(story: Story) -> queries.Failure:
    return queries.failures_of([story.pk])[story.pk]


def test_the_first_failing_run_of_the_current_streak_is_named_and_the_last_good_one(signed: Promise) -> None:
    story = signed.stories[0]
    for revision, status in [("b1", "failed"), ("b2", "passed"), ("b3", "failed"), ("b4", "failed")]:
        run(signed, story, status=status, revision=revision)
    found = failure(story)
    assert found.good is not None
    assert (found.good.run.revision, found.run.revision, found.failing) == ("b2", "b3", 1)
    assert found.at == Result.objects.get(run=found.run).at
    assert (found.scenario, found.step) == ("Pay in way 1 0", "Given a basket with 2 items")
    assert found.url == f"/runs/{found.run.key}/#result-1"


def test_a_story_that_does_not_fail_has_no_failure_and_one_that_never_passed_no_good_run(cast: Cast) -> None:
    made = make_promise(cast)
    run(made, made.stories[0])
    run(made, made.stories[1], status="failed")
    assert queries.failures_of([story.pk for story in made.stories]).keys() == {made.stories[1].pk}
    assert failure(made.stories[1]).good is None


def test_a_late_run_stands_where_it_ran_and_not_where_it_came(signed: Promise) -> None:
    story = signed.stories[0]
    run(signed, story, status="failed", revision="b2")
    first = run(signed, story, status="failed", revision="b1")
    before = Result.objects.get(run__revision="b2").at - timedelta(microseconds=1)
    Result.objects.filter(run=first).update(at=before)
    assert failure(story).run == first


def test_skipped_runs_between_do_not_end_the_streak(signed: Promise) -> None:
    story = signed.stories[0]
    for revision, status in [("b1", "failed"), ("b2", "skipped"), ("b3", "failed")]:
        run(signed, story, status=status, revision=revision)
    assert failure(story).run.revision == "b1"


def test_a_run_that_passed_in_one_browser_and_failed_in_another_is_no_good_run(signed: Promise) -> None:
    story = signed.stories[0]
    text = text_of(story)
    import_bytes(behave_json(text), behave_json(text, Pay="failed"), by=signed.cast.tomas, revision="b1")
    run(signed, story, status="failed", revision="b2")
    found = failure(story)
    assert found.good is not None
    assert (found.good.run.revision, found.run.revision) == ("a1", "b1")


def test_of_several_failing_scenarios_the_one_that_fails_longest_is_named(cast: Cast) -> None:
    made = make_promise(cast, stories=0)
    story = made.add_story("Pay", scenarios=3)
    text = text_of(story)
    import_bytes(behave_json(text), by=cast.tomas, revision="a1")
    import_bytes(behave_json(text, **{"Pay 1": "failed"}), by=cast.tomas, revision="b1")
    import_bytes(behave_json(text, **{"Pay 1": "failed", "Pay 2": "failed"}), by=cast.tomas, revision="b2")
    found = failure(story)
    assert (found.scenario, found.run.revision, found.failing) == ("Pay 1", "b1", 2)


def test_a_twin_that_the_text_holds_no_longer_counts_no_longer(cast: Cast) -> None:
    made = make_promise(cast, stories=0)
    story = made.add_story("Pay")
    once = text_of(story)
    again = once[once.index("  Scenario:") :]
    edit(cast, story, f"{once}\n{again}")
    run(made, story, revision="a1")
    run(made, story, status="failed", revision="b1")
    assert failure(story).failing == 2
    edit(cast, story, once)
    run(made, story, revision="c1")
    run(made, story, status="failed", revision="d1")
    assert (failure(story).failing, failure(story).run.revision) == (1, "d1")


def test_many_stories_need_as_many_queries_as_one(signed: Promise) -> None:
    run(signed, *signed.stories, status="failed")
    for ids in ([signed.stories[0].pk], [story.pk for story in signed.stories]):
        with CaptureQueriesContext(connection) as captured:
            assert len(queries.failures_of(ids)) == len(ids)
        assert len(captured) == 2


@pytest.mark.sqlite  # its plan of the query
def test_the_streak_is_looked_up_by_the_index_of_the_story(signed: Promise) -> None:
    run(signed, *signed.stories, status="failed")
    with CaptureQueriesContext(connection) as captured:
        queries.failures_of([signed.stories[0].pk])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured[0]['sql']}")
        plan = "\n".join(row[3] for row in cursor.fetchall())
    assert "result_of_story (story_id=? AND at>?)" in plan
    assert "SCAN U0" not in plan and "SCAN V0" not in plan


# --- what people see


def test_the_page_of_a_regressed_story_says_where_it_began(signed: Promise) -> None:
    story = signed.stories[0]
    client = signed_in(signed.cast.maria)
    assert "it fails now" not in words_of(client, story.get_absolute_url())
    failing = run(signed, story, status="failed", revision="b2")
    page = words_of(client, story.get_absolute_url())
    assert "Signed, but it fails now" in page
    assert f'<a class="link" href="/runs/{failing.key}/#result-1">run {failing.key}</a>' in page
    assert "at <code>Given a basket with 2 items</code>" in page
    assert "first failed at <code>b2</code>, last passed at <code>a1</code>" in page
    run(signed, story, revision="b3")
    assert "it fails now" not in words_of(client, story.get_absolute_url())


def test_the_page_of_the_epic_says_it_in_the_story_s_row(signed: Promise) -> None:
    failing = run(signed, signed.stories[0], status="failed", revision="b2")
    page = words_of(signed_in(signed.cast.maria), signed.epic.get_absolute_url())
    assert "Accepted, regressed" in page
    assert page.count(f'fails since <a class="link" href="/runs/{failing.key}/#result-1">') == 1


def rows(promise: Promise, address: str = "/regressions/") -> str:
    return words_of(signed_in(promise.cast.maria), address)


def test_the_list_shows_where_each_began_and_whom_it_concerns(signed: Promise) -> None:
    assert "Nothing that was signed fails now" in rows(signed)
    story = signed.stories[0]
    run(signed, story, status="failed", revision="b2")
    page = rows(signed)
    assert page.count('class="row-title"') == 1
    for words in ("Pay in way 1", "Regressed", "<code>b2</code>", "<code>a1</code>", "Pay in way 1 0"):
        assert words in page
    assert "<code>Given a basket with 2 items</code>" in page
    assert "<div>Lena Brandt</div><div>Maria Keller</div>" in page
    run(signed, story, revision="b3")
    assert "Nothing that was signed fails now" in rows(signed)


def test_the_list_filters_by_words_epic_and_team(signed: Promise) -> None:
    run(signed, *signed.stories, status="failed")
    team = TeamFactory.create()
    Story.objects.filter(pk=signed.stories[0].pk).update(team=team)
    count = 'class="row-title"'
    assert rows(signed).count(count) == 2
    assert rows(signed, "/regressions/?text=way 2").count(count) == 1
    assert rows(signed, f"/regressions/?epic={signed.epic.key.lower()}").count(count) == 2
    assert rows(signed, f"/regressions/?team={team.scope.key}").count(count) == 1
    assert "No regression matches" in rows(signed, "/regressions/?epic=E-99")
    part = words_of(signed_in(signed.cast.maria), "/regressions/", **{"HX-Request": "true"})
    assert part.lstrip().startswith('<div id="regression-list"')


def test_the_list_as_csv(signed: Promise) -> None:
    failing = run(signed, *signed.stories, status="failed", revision="=b2")
    response = signed_in(signed.cast.maria).get("/regressions/?as=csv")
    lines = list(csv.DictReader(StringIO(response.getvalue().decode())))
    assert [line["Story"] for line in lines] == [story.key for story in signed.stories]
    assert lines[0]["First failing run"] == failing.key
    assert lines[0]["First failing revision"] == "'=b2"
    assert lines[0]["Last good revision"] == "a1"
    assert lines[0]["Signed by"] == "Lena Brandt, Maria Keller"


def test_the_list_pages(signed: Promise) -> None:
    client = signed_in(signed.cast.maria)
    run(signed, signed.stories[0], status="failed")
    more = [signed.add_story(f"Pay more {number}") for number in range(60)]
    signed.prove(*more)
    signed.sign_stories(*more)
    run(signed, *more[:19], status="failed")
    assert words_of(client, "/regressions/").count('class="row-title"') == 20
    run(signed, *more, status="failed")
    page = words_of(client, "/regressions/?sort=-key")
    assert page.count('class="row-title"') == 50
    more_link = re.search(r'href="(/regressions/\S+after=\S+)"', page)
    assert more_link
    assert words_of(client, more_link[1].replace("&amp;", "&")).count('class="row-title"') == 11


def test_a_restricted_initiative_s_regressions_do_not_exist_for_others(signed: Promise) -> None:
    run(signed, *signed.stories, status="failed")
    signed.epic.initiative.scope.restricted = True
    signed.epic.initiative.scope.save()
    assert organization.hidden_scope_ids(signed.cast.nobody)
    client = signed_in(signed.cast.nobody)
    assert "Nothing that was signed fails now" in words_of(client, "/regressions/")
    assert signed.stories[0].key not in client.get("/regressions/?as=csv").getvalue().decode()
    assert rows(signed).count('class="row-title"') == 2


def test_regressions_of_nothing_asks_nothing(signed: Promise) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert regressions.regressions_of(signed.fresh()) == []
    assert len(captured) == 1  # the stories themselves
