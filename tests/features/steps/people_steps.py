"""Who sits where: seats, delegation, what a person reads and is told."""

from datetime import timedelta

from behave import given, then, when
from behave.runner import Context

from apps.organization.models import Seat
from apps.organization.queries import today
from apps.organization.roles import Role
from stage.acts import epic_called
from stage.people import give_seat, person_called
from stage.world import World, expect, world_of


def _seat_of(first_name: str) -> Seat:
    return Seat.objects.filter(person=person_called(first_name)).earliest("pk")


def _delegate(world: World, by: str, holder: str, delegate: str, days: int) -> None:
    browser = world.browser(by)
    page = browser.open(f"/seats/{_seat_of(holder).pk}/delegate/")
    if form := page.form_with("delegate"):
        until = today() + timedelta(days=days)
        browser.send(form, delegate=person_called(delegate).username, until_on=until.isoformat())


@given("{who:Person} has delegated her seat to {delegate:Person} for {days:d} days")
@when("{who:Person} delegates her seat to {delegate:Person} for {days:d} days")
def delegates(context: Context, who: str, delegate: str, days: int) -> None:
    """By the page of her seat."""
    _delegate(world_of(context), who, who, delegate, days)


@when("{who:Person} delegates {holder:Person}'s seat to {delegate:Person} for {days:d} days")
def delegates_anothers(context: Context, who: str, holder: str, delegate: str, days: int) -> None:
    """By the page of a seat that is somebody else's."""
    _delegate(world_of(context), who, holder, delegate, days)


@given("{who:Person} is besides {role:Role} of the epic {epic:Words}")
def is_besides(context: Context, who: str, role: Role, epic: str) -> None:
    """One more seat."""
    give_seat(person_called(who), role, epic_called(epic).scope)


@when("{days:d} days have passed")
def days_have_passed(context: Context, days: int) -> None:
    """The clock, and what the portal does by it."""
    world_of(context).let_pass(days)


@then("{who:Person} is told {words:Words}")
@then("{who:Person} reads {words:Words}")
def reads(context: Context, who: str, words: str) -> None:
    """It stands on the page before them."""
    page = world_of(context).page(who)
    expect(words in page.words, page, f"“{words}”")


@then("{who:Person} is refused with {reason:Words}")
def is_refused(context: Context, who: str, reason: str) -> None:
    """The reason stands on the page, and nothing was done: no receipt, no word of success."""
    page = world_of(context).page(who)
    expect(reason in page.words and not page.address.startswith("/receipts/"), page, f"a refusal with “{reason}”")
    shut = page.status >= 400 or "You cannot" in page.words
    expect(shut, page, "a page that shuts the door")


@then("{who:Person} stands before the sign-in page")
def stands_before_sign_in(context: Context, who: str) -> None:
    """Whatever they wanted to open or send."""
    page = world_of(context).page(who)
    expect(page.address.startswith("/accounts/login/"), page, "the sign-in page")


@then("{who:Person} cannot sign in any more")
def cannot_sign_in(context: Context, who: str) -> None:
    """With her right name and password."""
    page = world_of(context).browser(who).sign_in()
    expect(page.address.startswith("/accounts/"), page, "a door that stays shut")


@when("{who:Person} ends {holder:Person}'s seat")
def ends_seat(context: Context, who: str, holder: str) -> None:
    """At once, by its page."""
    browser = world_of(context).browser(who)
    form = browser.open(f"/seats/{_seat_of(holder).pk}/end/").form_with("last_day")
    assert form is not None, f"{who} cannot end it here: {browser.page}"
    browser.send(form)


@when("{who:Person} deactivates {other:Person}")
def deactivates(context: Context, who: str, other: str) -> None:
    """By the page of the person."""
    browser = world_of(context).browser(who)
    form = browser.open(f"/people/{person_called(other).username}/deactivate/").form_with("reason")
    assert form is not None, f"{who} cannot do it here: {browser.page}"
    browser.send(form)


@then("{who:Person} finds {words:Words} in the inbox")
def finds_in_inbox(context: Context, who: str, words: str) -> None:
    """In their own, once the portal has followed its log."""
    world = world_of(context)
    world.instance.worker.do("desk.follow_log")
    page = world.browser(who).open("/inbox/")
    expect(words in page.words, page, f"“{words}” in the inbox")
