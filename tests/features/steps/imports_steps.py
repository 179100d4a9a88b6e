"""Folders of feature files that come in."""

import io
import zipfile

from behave import given, then, when
from behave.runner import Context
from django.core.files.uploadedfile import SimpleUploadedFile

from stage.acts import story_called
from stage.texts import text_of
from stage.world import World, expect, world_of


def _zip(world: World, folder: str) -> SimpleUploadedFile:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, text in world.folder.items():
            archive.writestr(f"{folder}/{name}", text)
    return SimpleUploadedFile(f"{folder}.zip", kept.getvalue())


@given("a folder {folder:Words} with the files {names:Names}")
def a_folder(context: Context, folder: str, names: list[str]) -> None:
    """Each a story that is called as its file."""
    world_of(context).folder = {name: text_of(name.removesuffix(".feature")) for name in names}


@given("the file {name:Words} in the folder {folder:Words} reads")
def the_file_reads(context: Context, name: str, folder: str) -> None:
    """The text below."""
    world_of(context).folder[name] = f"{context.text}\n"


@given("the file {name:Words} in the folder {folder:Words} is deleted")
def the_file_is_deleted(context: Context, name: str, folder: str) -> None:
    """It is in the folder no more."""
    del world_of(context).folder[name]


@given("{who:Person} has imported the folder {folder:Words} into the initiative {initiative:Words}")
@when("{who:Person} imports the folder {folder:Words} into the initiative {initiative:Words}")
def imports_the_folder(context: Context, who: str, folder: str, initiative: str) -> None:
    """As a ZIP, by the page for it; a worker does it, and the page says what came of it."""
    world = world_of(context)
    browser = world.browser(who)
    form = browser.open("/imports/new/").form_with("upload")
    assert form is not None, f"{who} cannot import here: {browser.page}"
    asked = browser.send(form, initiative=initiative, upload=_zip(world, folder))
    browser.open(asked.address)


@then("{who:Person} finds the story {story:Words} in the epic {epic:Words}")
def finds_in_epic(context: Context, who: str, story: str, epic: str) -> None:
    """On the page of the epic."""
    page = world_of(context).browser(who).open("/stories/")
    rows = page.rows_with(story)
    expect(len(rows) == 1 and epic in rows[0], page, f"“{story}” in “{epic}”, not {rows}")


@then("{who:Person} finds the story {story:Words} shown as {state:Words}")
def finds_shown_as(context: Context, who: str, story: str, state: str) -> None:
    """On its own page."""
    page = world_of(context).browser(who).open(f"/stories/{story_called(story).key}/")
    expect(state in page.marks, page, f"“{state}”, not {page.marks}")
