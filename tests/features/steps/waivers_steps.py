"""Requirements that are attested, and waivers that two people grant."""

from datetime import timedelta

from behave import given, then, when
from behave.runner import Context

from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.models import NFR
from apps.organization.queries import today
from apps.signoff.models import Waiver
from stage.acts import ask_waiver, epic_called, grant_waiver
from stage.people import person_called
from stage.world import expect, world_of

READER = "Vera"


def _latest() -> str:
    return f"/waivers/{Waiver.objects.latest('pk').key}/"


@given("{epic:Words} requires {requirement:Words}, which nobody has attested")
def requires(context: Context, epic: str, requirement: str) -> None:
    """A non-functional requirement that Maria wrote."""
    create_nfr(epic_key=epic_called(epic).key, title=requirement, statement="Of 100, 95.", by=person_called("Maria"))


@given("{who:Person} has asked for a waiver on {epic:Words} for {days:d} days")
def has_asked(context: Context, who: str, epic: str, days: int) -> None:
    """For the requirement that nobody attested."""
    ask_waiver(epic, days, by=who)


@given("a waiver on {epic:Words} is granted for {days:d} days")
def is_granted(context: Context, epic: str, days: int) -> None:
    """Asked by Tomas, granted by Maria and Priya."""
    ask_waiver(epic, days, by="Tomas")
    grant_waiver(by=("Maria", "Priya"))


@when("{who:Person} says yes to the waiver")
def says_yes(context: Context, who: str) -> None:
    """The button on its page."""
    browser = world_of(context).browser(who)
    browser.open(_latest())
    browser.press("act", "grant")


@when("{who:Person} attests {requirement:Words}, saying {words:Words}")
def attests(context: Context, who: str, requirement: str, words: str) -> None:
    """That it is met, for a month."""
    browser = world_of(context).browser(who)
    form = browser.open(f"/nfrs/{NFR.objects.get(title=requirement).key}/attest/").form_with("verdict")
    assert form is not None, f"{who} cannot attest here: {browser.page}"
    browser.send(form, verdict="MET", words=words, until_on=(today() + timedelta(days=30)).isoformat())


@then("the waiver is shown as {state:Words}")
def waiver_is_shown_as(context: Context, state: str) -> None:
    """Beside its title."""
    page = world_of(context).browser(READER).open(_latest())
    expect(state in page.marks, page, f"“{state}”, not {page.marks}")
