"""Epics and stories: how they came to be, what people write into them, what their pages show."""

from behave import given, step, then, when
from behave.runner import Context

from stage.acts import (
    change_story,
    current_text,
    epic_called,
    story_called,
    write_epic,
    write_story,
)
from stage.texts import REFORMATTED, text_of
from stage.world import World, expect, world_of

READER = "Vera"


def ends_with(title: str, outcome: str) -> str:
    """The story's text with another last step."""
    return text_of(title, outcome=outcome)


def _editor(world: World, who: str, title: str) -> None:
    """Opens the story's editor."""
    browser = world.browser(who)
    page = browser.open(f"/stories/{story_called(title).key}/edit/")
    form = page.form_with("text")
    expect(form is not None, page, f"an editor of “{title}”")


def _save(world: World, who: str, text: str, reason: str = "customers asked for it") -> None:
    browser = world.browser(who)
    form = browser.page.form_with("base_version")
    assert form is not None, f"no editor is open: {browser.page}"
    browser.send(form, text=text, reason=reason)


def _add(world: World, who: str, epic: str, text: str) -> None:
    browser = world.browser(who)
    page = browser.open(f"/epics/{epic_called(epic).key}/stories/new/")
    if form := page.form_with("text"):
        browser.send(form, text=text)


# --- how it came to be


@given("the epic {epic:Words} with {stories:Stories}")
def epic_with_stories(context: Context, epic: str, stories: list[str]) -> None:
    """Maria wrote the epic, Ruth its stories; nothing ran yet."""

    def make() -> None:
        write_epic(epic, stories)

    world_of(context).begin_with(("written", epic, *stories), make)


@given("{epic:Words} has one more story, {story:Words}")
def one_more_story(context: Context, epic: str, story: str) -> None:
    """Ruth wrote it; it never ran."""
    write_story(epic_called(epic), text_of(story))


@given("{who:Person} has changed the story {story:Words} to end with {outcome:Words}")
def has_changed(context: Context, who: str, story: str, outcome: str) -> None:
    """Another last step."""
    change_story(story, ends_with(story, outcome), by=who)


@given("{who:Person} has tidied up the story {story:Words}")
def has_tidied_up(context: Context, who: str, story: str) -> None:
    """Layout alone."""
    change_story(story, REFORMATTED["indents it anew"](current_text(story_called(story))), by=who)


# --- what people write


@step("{who:Person} has the story {story:Words} open to edit it")
def has_open_to_edit(context: Context, who: str, story: str) -> None:
    """Their browser shows the editor."""
    _editor(world_of(context), who, story)


@when("{who:Person} changes the story {story:Words} to end with {outcome:Words}")
def changes(context: Context, who: str, story: str, outcome: str) -> None:
    """Opens the editor, writes another last step, saves."""
    world = world_of(context)
    _editor(world, who, story)
    _save(world, who, ends_with(story, outcome))


@when("{who:Person} edits the story {story:Words} and {change:Change}")
def edits(context: Context, who: str, story: str, change: object) -> None:
    """Opens the editor, changes what stands there, saves."""
    world = world_of(context)
    before = current_text(story_called(story))
    assert callable(change)
    after = change(before)
    assert after != before, "this changes nothing"
    _editor(world, who, story)
    _save(world, who, after)


@given("{who:Person} has saved it ending with {outcome:Words}")
@when("{who:Person} saves it ending with {outcome:Words}")
def saves_it(context: Context, who: str, outcome: str) -> None:
    """From the editor that is open since."""
    world = world_of(context)
    form = world.page(who).form_with("base_version")
    assert form is not None, f"no editor is open: {world.page(who)}"
    title = form.fields["text"][0].partition("Feature: ")[2].partition("\n")[0].strip()
    _save(world, who, ends_with(title, outcome))


@when("{who:Person} saves again what stands in her editor")
def saves_again(context: Context, who: str) -> None:
    """Without typing anything."""
    browser = world_of(context).browser(who)
    form = browser.page.form_with("base_version")
    assert form is not None, f"no editor is open: {browser.page}"
    browser.send(form)


@when("{who:Person} adds to {epic:Words} a story that reads")
def adds_story_that_reads(context: Context, who: str, epic: str) -> None:
    """By the page for a new story, with the text below."""
    _add(world_of(context), who, epic, f"{context.text}\n")


@when("{who:Person} compares the last two versions of {story:Words}")
def compares(context: Context, who: str, story: str) -> None:
    """The page of their difference."""
    world_of(context).browser(who).open(f"/stories/{story_called(story).key}/difference/")


@when("{who:Person} opens the epic {epic:Words}")
def opens_epic(context: Context, who: str, epic: str) -> None:
    """The page that gathers everything."""
    world_of(context).browser(who).open(f"/epics/{epic_called(epic).key}/")


# --- what their pages show


def _marks(world: World, address: str, wanted: str) -> None:
    page = world.browser(READER).open(address)
    expect(wanted in page.marks, page, f"“{wanted}”, not {page.marks}")


@then("the story {story:Words} is shown as {state:Words}")
def story_is_shown_as(context: Context, story: str, state: str) -> None:
    """Beside its title."""
    _marks(world_of(context), f"/stories/{story_called(story).key}/", state)


@then("the epic {epic:Words} is shown as {state:Words}")
def epic_is_shown_as(context: Context, epic: str, state: str) -> None:
    """Beside its title."""
    _marks(world_of(context), f"/epics/{epic_called(epic).key}/", state)


@then("the list of epics shows {epic:Words} as {state:Words}")
def list_of_epics_shows(context: Context, epic: str, state: str) -> None:
    """In its row."""
    page = world_of(context).browser(READER).open("/epics/")
    rows = page.rows_with(epic)
    expect(len(rows) == 1 and state in rows[0], page, f"“{epic}” as “{state}”, not {rows}")


@then("everybody reads {words:Words} at the story {story:Words}")
def everybody_reads_at_story(context: Context, words: str, story: str) -> None:
    """On its page, whoever opens it."""
    page = world_of(context).browser(READER).open(f"/stories/{story_called(story).key}/")
    expect(words in page.words, page, f"“{words}”")


@then("everybody reads {words:Words} at the epic {epic:Words}")
def everybody_reads_at_epic(context: Context, words: str, epic: str) -> None:
    """On its page, whoever opens it."""
    page = world_of(context).browser(READER).open(f"/epics/{epic_called(epic).key}/")
    expect(words in page.words, page, f"“{words}”")


@then("the story {story:Words} says {words:Words}")
def story_says(context: Context, story: str, words: str) -> None:
    """Its current text, as its page prints it."""
    page = world_of(context).browser(READER).open(f"/stories/{story_called(story).key}/")
    expect(f"Then {words}" in page.words, page, f"a text that ends with “{words}”")


@then("the versions of {story:Words} are by {authors:Names}")
def versions_are_by(context: Context, story: str, authors: list[str]) -> None:
    """The oldest first."""
    page = world_of(context).browser(READER).open(f"/stories/{story_called(story).key}/versions/")
    written = page.people[::-1]
    expect(written == authors, page, f"versions by {authors}, not by {written}")


@then("there is no story {story:Words}")
def there_is_no_story(context: Context, story: str) -> None:
    """Not in the list of stories."""
    page = world_of(context).browser(READER).open("/stories/")
    expect("Pay by card" in page.words, page, "the list of stories")
    expect(story not in page.words, page, f"no story “{story}”")


@then("{who:Person} is shown the new step {words:Words}")
def is_shown_the_new_step(context: Context, who: str, words: str) -> None:
    """A line of a difference that came."""
    page = world_of(context).page(who)
    found = any(line.endswith(words) for line in page.came)
    expect(found, page, f"“{words}” among the new lines {page.came}")


@then("{who:Person} reads the whole text of {story:Words}")
def reads_the_whole_text(context: Context, who: str, story: str) -> None:
    """Printed in full, not behind a link."""
    page = world_of(context).page(who)
    text = " ".join(current_text(story_called(story)).split())
    expect(text in page.words, page, f"the text “{text}”")


@then("{who:Person} still has {words:Words} in her editor")
def still_has_in_editor(context: Context, who: str, words: str) -> None:
    """What was typed stands where it was typed."""
    page = world_of(context).page(who)
    form = page.form_with("base_version")
    expect(form is not None and words in form.fields["text"][0], page, f"“{words}” in the editor")
