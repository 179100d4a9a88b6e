"""Initiatives, and those that not everybody may read."""

from behave import given, then, when
from behave.runner import Context
from stage.acts import epic_called, initiative_called, story_called, write_epic
from stage.people import give_seat, person_called
from stage.world import expect, world_of

from apps.delivery import actions as delivery
from apps.organization.roles import Role

INSIDER = "Omar"


@given("the initiative {initiative:Words}")
def the_initiative(context: Context, initiative: str) -> None:
    """One in which nobody holds a seat yet."""
    delivery.create_initiative(title=initiative, by=person_called("Adam"))


@given("the restricted initiative {initiative:Words} with the epic {epic:Words} and the story {story:Words}")
def restricted(context: Context, initiative: str, epic: str, story: str) -> None:
    """Omar owns the product there; nobody else holds a seat."""
    made = delivery.create_initiative(title=initiative, restricted=True, by=person_called("Adam"))
    give_seat(person_called(INSIDER), Role.PRODUCT_OWNER, made.scope)
    write_epic(epic, [story], initiative=initiative, by=INSIDER)


@when("{who:Person} opens the page of the {kind:w} {title:Words}")
def opens_the_page(context: Context, who: str, kind: str, title: str) -> None:
    """By its address, which somebody may guess."""
    found = {"initiative": initiative_called, "epic": epic_called, "story": story_called}[kind](title)
    world_of(context).browser(who).open(found.get_absolute_url())


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
