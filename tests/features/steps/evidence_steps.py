"""Evidence: reports that come in, what people tried by hand, and what all of it proves."""

from behave import given, step, then, when
from behave.runner import Context
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.delivery.models import Story
from apps.specs.models import Run
from stage.acts import current_text, run_stories, stories_of, story_called, try_by_hand
from stage.texts import behave_report, text_of
from stage.world import expect, world_of

READER = "Vera"


def _text(title: str) -> str:
    """The current text of the story, or one like it that nobody wrote here."""
    story = Story.objects.select_related("version").filter(title=title).first()
    return current_text(story) if story else text_of(title)


# --- how it came to be


@given("every story of {epic:Words} has passed")
def every_story_has_passed(context: Context, epic: str) -> None:
    """In one run, at their current texts."""
    run_stories(stories_of(epic))


@step("the latest run of {story:Words} {ended:Ended}")
def latest_run_ended(context: Context, story: str, ended: str) -> None:
    """Every scenario of it, at its current text."""
    run_stories([story_called(story)], status=ended)


@given("{who:Person} has tried {story:Words} by hand")
def has_tried(context: Context, who: str, story: str) -> None:
    """And saw it pass."""
    try_by_hand(story_called(story), by=who)


@given("a report in which {stories:Names} passed")
def a_report(context: Context, stories: list[str]) -> None:
    """Of what they say now; nobody has imported it yet."""
    world_of(context).report = behave_report(*map(_text, stories))


# --- what people do


@given("{who:Person} has imported the report")
@when("{who:Person} imports the report")
def imports_the_report(context: Context, who: str) -> None:
    """By the page for it."""
    world = world_of(context)
    browser = world.browser(who)
    if form := browser.open("/runs/import/").form_with("reports"):
        browser.send(form, reports=SimpleUploadedFile("report.json", world.report))


@when("{who:Person} tries {story:Words} by hand and says {words:Words}")
def tries(context: Context, who: str, story: str, words: str) -> None:
    """Every scenario of it, by the page for it."""
    browser = world_of(context).browser(who)
    form = browser.open(f"/stories/{story_called(story).key}/by-hand/").form_with("scenarios")
    assert form is not None, f"{who} cannot record here: {browser.page}"
    browser.send(form, scenarios=form.choices["scenarios"], status="PASSED", words=words)


# --- what all of it proves


@then("the row of {case:Words} says {words:Words}")
def the_row_says(context: Context, case: str, words: str) -> None:
    """On the page of the latest run."""
    page = world_of(context).browser(READER).open(Run.objects.latest("pk").get_absolute_url())
    rows = page.rows_with(case)
    expect(len(rows) == 1 and words in rows[0], page, f"one row of “{case}” with “{words}”, not {rows}")


@then("the story {story:Words} has {passed:d} scenario that passed and {never:d} that never ran")
def has_scenarios(context: Context, story: str, passed: int, never: int) -> None:
    """In the table of its evidence."""
    page = world_of(context).browser(READER).open(f"/stories/{story_called(story).key}/")
    found = len(page.rows_with(" Passed ")), len(page.rows_with(" Never ran "))
    expect(found == (passed, never), page, f"{passed} passed and {never} that never ran, not {found}")


@then("every story {story:Words} is listed as {state:Words}")
def every_story_is_listed_as(context: Context, story: str, state: str) -> None:
    """In the list of stories, of which several may have this title."""
    page = world_of(context).browser(READER).open("/stories/")
    rows = page.rows_with(story)
    expect(len(rows) > 1 and all(state in row for row in rows), page, f"“{state}” in each of {rows}")
