"""The portal runs its own stories: from the page, with progress, and red or green by truth."""

from django.conf import settings
from playwright.sync_api import Browser, expect

from portal.demo.itself import EPICS
from tests.browser.living import Demo
from tests.browser.visitor import Visitor, visiting

MINUTES = 60_000
STORIES = sorted(settings.OWN_STORIES.rglob("*.feature"))
STORY = "Try a story by hand"
TRUE = 'Then the story "Pay by card" is shown as "Passing"'
UNTRUE = 'Then the story "Pay by card" is shown as "Failing"'


def test_the_whole_suite_runs_from_its_page_and_ends_green(chromium: Browser, demo: Demo) -> None:
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("maria", demo.password)
        page = visitor.go("/suites/")
        page.get_by_role("link", name="The portal's own stories").click()
        visitor.press("Run all")
        page.wait_for_url("**/executions/EX-*/")
        expect(page.get_by_text("Running scenarios")).to_be_visible(timeout=4 * MINUTES)
        bar = page.locator("#execution-progress progress")
        begun = int(bar.get_attribute("value") or 0)
        expect(bar).not_to_have_attribute("value", str(begun), timeout=MINUTES)
        assert int(bar.get_attribute("value") or 0) > begun
        expect(page.get_by_text("All passed")).to_be_visible(timeout=4 * MINUTES)
        expect(page.get_by_text(f"scenarios of {len(STORIES)} stories passed")).to_be_visible()
        assert " scenarios passed, 0 failed, 0 skipped" in page.locator(".output").inner_text()


def test_the_demo_holds_the_portals_own_stories_in_four_epics(chromium: Browser, demo: Demo) -> None:
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("maria", demo.password)
        visitor.go("/initiatives/").get_by_role("link", name="Triad itself").click()
        for folder, title, _ in EPICS:
            expect(visitor.page.get_by_role("link", name=title)).to_be_visible()
            assert [story for story in STORIES if story.parent.name == folder]
        assert len(EPICS) == len({story.parent for story in STORIES}) == 4


def test_an_edited_story_is_broken_until_it_ran_and_then_what_it_is(chromium: Browser, demo: Demo) -> None:
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("ruth", demo.password)
        address = address_of(visitor)
        run(visitor, address)
        expect(visitor.page.get_by_text("All passed")).to_be_visible(timeout=4 * MINUTES)

        edit(visitor, address, TRUE, UNTRUE)
        assert state(visitor, address) == "Broken by edit"
        run(visitor, address)
        expect(visitor.page.get_by_text("Not all passed")).to_be_visible(timeout=4 * MINUTES)
        assert state(visitor, address) == "Failing"

        edit(visitor, address, UNTRUE, TRUE)
        assert state(visitor, address) == "Broken by edit"
        run(visitor, address)
        expect(visitor.page.get_by_text("All passed")).to_be_visible(timeout=4 * MINUTES)
        assert state(visitor, address) == "Passing"


def address_of(visitor: Visitor) -> str:
    page = visitor.go(f"/stories/?text={STORY}")
    return str(page.get_by_role("link", name=STORY).first.get_attribute("href"))


def state(visitor: Visitor, address: str) -> str:
    return visitor.go(address).locator(".title .chip").first.inner_text().strip()


def edit(visitor: Visitor, address: str, old: str, new: str) -> None:
    page = visitor.go(f"{address}edit/")
    text = page.locator('[name="text"]').input_value()
    assert old in text
    visitor.fill(text=text.replace(old, new), reason="To see what is true")
    visitor.press("Save")
    page.wait_for_url(f"**{address}")


def run(visitor: Visitor, address: str) -> None:
    visitor.go(address)
    visitor.press("Run now")
    visitor.page.wait_for_url("**/executions/EX-*/")
