"""Initiatives, and those that not everybody may read."""

from collections.abc import Callable

from behave import given, then, when
from behave.runner import Context

from apps.delivery import actions as delivery
from apps.organization.roles import Role
from stage.acts import epic_called, initiative_called, story_called, write_epic
from stage.people import give_seat, person_called
from stage.world import expect, world_of

INSIDER = "Omar"
PAGES: dict[str, Callable[[str], str]] = {
    "initiative": lambda title: f"/initiatives/{initiative_called(title).key}/",
    "epic": lambda title: f"/epics/{epic_called(title).key}/",
    "story": lambda title: f"/stories/{story_called(title).key}/",
}


@given("the restricted initiative {initiative:Words} with the epic {epic:Words} and the story {story:Words}")
def restricted(context: Context, initiative: str, epic: str, story: str) -> None:
    """Omar owns the product there; nobody else holds a seat."""
    made = delivery.create_initiative(title=initiative, restricted=True, by=person_called("Adam"))
    give_seat(person_called(INSIDER), Role.PRODUCT_OWNER, made.scope)
    write_epic(epic, [story], initiative=initiative, by=INSIDER)


@when("{who:Person} opens the page of the {kind:w} {title:Words}")
def opens_the_page(context: Context, who: str, kind: str, title: str) -> None:
    """By its address, which somebody may guess."""
    world_of(context).browser(who).open(PAGES[kind](title))


@when("{who:Person} searches for {words:Words}")
def searches(context: Context, who: str, words: str) -> None:
    """On the page for searching."""
    world_of(context).browser(who).open(f"/search/?q={words}")


@then("{who:Person} finds {title:Words}")
def finds(context: Context, who: str, title: str) -> None:
    """Among the hits."""
    page = world_of(context).page(who)
    expect(bool(page.rows_with(title)), page, f"“{title}”")


@then("{who:Person} does not find {title:Words}")
def does_not_find(context: Context, who: str, title: str) -> None:
    """Nowhere on the page."""
    page = world_of(context).page(who)
    expect("Nothing found" in page.words and title not in page.words, page, f"nothing of “{title}”")
