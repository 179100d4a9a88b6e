"""Signing: the pages on which people read, choose what their signature means, confirm who they are, get a receipt."""

from behave import given, step, then, when
from behave.runner import Context

from stage.acts import (
    epic_called,
    promise_reliability,
    run_stories,
    sign_epic,
    sign_stories,
    stories_of,
    story_called,
    take_back,
    write_epic,
)
from stage.world import World, expect, world_of

READER = "Vera"
UNSIGNED = "Nobody has signed this epic yet"


def _open(world: World, who: str, address: str) -> None:
    """The page to read before signing; its form, if they get one, stays open."""
    browser = world.browser(who)
    page = browser.open(f"{address}sign-off/")
    if form := page.form_with("meaning"):
        browser.keep(form)


def _sign(world: World, who: str, address: str, meaning: str, comment: str = "") -> None:
    """Reads, chooses, confirms; whoever gets no form stays on the page that says why."""
    browser = world.browser(who)
    _open(world, who, address)
    if browser.page.form_with("meaning"):
        browser.send_kept(meaning=meaning, comment=comment)
        browser.confirm()


def _epic(title: str) -> str:
    return f"/epics/{epic_called(title).key}/"


def _story(title: str) -> str:
    return f"/stories/{story_called(title).key}/"


# --- how it came to be


@given("the epic {epic:Words} is ready to sign, with {stories:Stories}")
def ready_to_sign(context: Context, epic: str, stories: list[str]) -> None:
    """Ruth wrote the stories, they passed, Lena signed them; Priya saw to it that they are there when needed."""

    def make() -> None:
        promise_reliability(write_epic(epic, stories))
        run_stories(stories_of(epic))
        sign_stories(stories_of(epic))

    world_of(context).begin_with(("ready to sign", epic, *stories), make)


@given("the stories of {epic:Words} are passed and signed")
def passed_and_signed(context: Context, epic: str) -> None:
    """Those that are not signed as they stand; Lena signs."""
    waiting = [story for story in stories_of(epic) if not story.is_signed]
    run_stories(waiting)
    sign_stories([story for story in stories_of(epic) if not story.is_signed])


@given("{who:Person} has signed the story {story:Words}")
def has_signed_story(context: Context, who: str, story: str) -> None:
    """At its current text."""
    sign_stories([story_called(story)], by=who)


@given("{who:Person} has taken back her signature of {story:Words}")
def has_taken_back(context: Context, who: str, story: str) -> None:
    """By a rejection."""
    take_back(story_called(story), by=who)


@given("{who:Person} has signed the epic {epic:Words}")
def has_signed_epic(context: Context, who: str, epic: str) -> None:
    """As it stands."""
    sign_epic(epic, by=who)


@given("{who:Person} has signed the epic {epic:Words} with exceptions")
def has_signed_with_exceptions(context: Context, who: str, epic: str) -> None:
    """As it stands, with what is waived."""
    sign_epic(epic, by=who, meaning="ACCEPT_WITH_EXCEPTIONS")


# --- what people do


@step("{who:Person} has the epic {epic:Words} open to sign it")
def has_epic_open(context: Context, who: str, epic: str) -> None:
    """Their browser shows what the signature would cover."""
    _open(world_of(context), who, _epic(epic))


@when("{who:Person} goes on to sign")
def goes_on_to_sign(context: Context, who: str) -> None:
    """From the page that has been open since."""
    browser = world_of(context).browser(who)
    browser.send_kept(meaning="ACCEPT", comment="")
    browser.confirm()


@when("{who:Person} sends the same form again")
def sends_again(context: Context, who: str) -> None:
    """As a double click, or going back, would."""
    browser = world_of(context).browser(who)
    world_of(context).receipts[who] = browser.page.address
    browser.send_kept(meaning="ACCEPT", comment="")


@when("{who:Person} signs the epic {epic:Words}")
def signs_epic(context: Context, who: str, epic: str) -> None:
    """Accepts the delivery."""
    _sign(world_of(context), who, _epic(epic), "ACCEPT")


@when("{who:Person} signs the epic {epic:Words} with exceptions")
def signs_epic_with_exceptions(context: Context, who: str, epic: str) -> None:
    """Accepts the delivery, but for what is waived."""
    _sign(world_of(context), who, _epic(epic), "ACCEPT_WITH_EXCEPTIONS")


@when("{who:Person} signs the story {story:Words}")
def signs_story(context: Context, who: str, story: str) -> None:
    """Accepts it as its text says."""
    _sign(world_of(context), who, _story(story), "ACCEPT")


@when("{who:Person} signs all stories of {epic:Words} that wait for her")
def signs_all(context: Context, who: str, epic: str) -> None:
    """Each that is not shut to her, also where it changed since it was signed and so is not ticked beforehand."""
    browser = world_of(context).browser(who)
    page = browser.open(f"{_epic(epic)}stories/sign-off/")
    if form := page.form_with("stories"):
        browser.send(form, stories=form.choices.get("stories", []))
        browser.confirm()


@when("{who:Person} signs the epic {epic:Words} and types a wrong password")
def types_a_wrong_password(context: Context, who: str, epic: str) -> None:
    """When asked who she is."""
    browser = world_of(context).browser(who)
    _open(world_of(context), who, _epic(epic))
    browser.send_kept(meaning="ACCEPT", comment="")
    browser.confirm("not her password")


@when("{who:Person} rejects the epic {epic:Words} because {reason:Words}")
def rejects_epic(context: Context, who: str, epic: str, reason: str) -> None:
    """With words."""
    _sign(world_of(context), who, _epic(epic), "REJECT", reason)


@when("{who:Person} rejects the epic {epic:Words} without a reason")
def rejects_epic_without_reason(context: Context, who: str, epic: str) -> None:
    """Without any."""
    _sign(world_of(context), who, _epic(epic), "REJECT")


@when("{who:Person} rejects the story {story:Words} because {reason:Words}")
def rejects_story(context: Context, who: str, story: str, reason: str) -> None:
    """With words."""
    _sign(world_of(context), who, _story(story), "REJECT", reason)


# --- what comes of it


@given("{who:Person} has the receipt of her signature of {epic:Words}")
def has_the_receipt(context: Context, who: str, epic: str) -> None:
    """She has just signed it; later steps read the receipt."""
    receipt = sign_epic(epic, by=who)
    world_of(context).receipts["the receipt"] = f"/receipts/{receipt}/"


@then("{who:Person} gets a receipt")
def gets_a_receipt(context: Context, who: str) -> None:
    """It opens by itself; later steps read it."""
    world = world_of(context)
    page = world.page(who)
    expect(page.address.startswith("/receipts/") and "What was stated" in page.words, page, "a receipt")
    world.receipts["the receipt"] = page.address


@then("{who:Person} gets the same receipt as before")
def gets_the_same_receipt(context: Context, who: str) -> None:
    """No second one."""
    world = world_of(context)
    page, first = world.page(who), world.receipts[who]
    expect(first.startswith("/receipts/") and page.address == first, page, f"the receipt {first}")


@then("the receipt says that {name:Words} signed as {seat:Words}")
def receipt_says_who(context: Context, name: str, seat: str) -> None:
    """Printed name and seat, as anybody reads them."""
    world = world_of(context)
    page = world.browser(READER).open(world.receipts["the receipt"])
    expect(f"Signed by {name} Seat {seat}, held since" in page.words, page, f"“{name}” as “{seat}”")


@then("the receipt says {words:Words}")
def receipt_says(context: Context, words: str) -> None:
    """As anybody reads it."""
    world = world_of(context)
    page = world.browser(READER).open(world.receipts["the receipt"])
    expect(words in page.words, page, f"“{words}”")


@then("the receipt no longer says {words:Words}")
def receipt_no_longer_says(context: Context, words: str) -> None:
    """As anybody reads it."""
    world = world_of(context)
    page = world.browser(READER).open(world.receipts["the receipt"])
    expect("Signed by" in page.words and words not in page.words, page, f"a receipt without “{words}”")


@then("nobody has signed the epic {epic:Words}")
def nobody_has_signed_epic(context: Context, epic: str) -> None:
    """Its page says so."""
    page = world_of(context).browser(READER).open(_epic(epic))
    expect(UNSIGNED in page.words, page, f"“{UNSIGNED}”")


@then("nobody has signed the story {story:Words}")
def nobody_has_signed_story(context: Context, story: str) -> None:
    """Its page says so."""
    page = world_of(context).browser(READER).open(_story(story))
    expect("No analyst has signed this story yet" in page.words, page, "no signature")
