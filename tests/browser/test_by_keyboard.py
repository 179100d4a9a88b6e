"""The work by keys alone: to the one act of a page, to search, to epics, to help and back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.living import Demo
from tests.browser.visitor import Visitor, visiting

FOCUSED = "document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''"
# An outline, or what stands in its place, is drawn around what has the focus; around the whole of the search.
IS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement.closest(".search") || document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
}"""


@pytest.fixture(scope="module")
def maria(chromium: Browser, demo: Demo) -> Iterator[Visitor]:
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("maria", demo.password)
        yield visitor


def tab_to(page: Page, words: str, at_most: int = 60) -> None:
    """Press Tab until the focus is on `words`; wherever it comes by, it can be seen."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if words in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{at_most} times Tab, and never on “{words}”")


def test_tab_reaches_the_act_of_an_epic(maria: Visitor) -> None:
    page = maria.go("/epics/E-3/")
    tab_to(page, "Review and sign")
    page.keyboard.press("Enter")
    page.wait_for_url("**/epics/E-3/sign-off/")


def test_an_epic_is_signed_up_to_the_password_by_keys(maria: Visitor) -> None:
    page = maria.go("/epics/E-3/sign-off/")
    page.locator('[name="meaning"]').first.focus()
    page.keyboard.press("Space")
    expect(page.locator('[name="meaning"]').first).to_be_checked()
    tab_to(page, "Confirm who you are and sign")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/reauthenticate/**")


def test_tab_reaches_the_act_of_the_sign_page(maria: Visitor) -> None:
    tab_to(maria.go("/epics/E-3/sign-off/"), "Confirm who you are and sign")


def test_the_skip_link_leads_past_the_navigation(maria: Visitor) -> None:
    page = maria.go("/epics/E-3/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "Review and sign", at_most=8)


def test_a_slash_searches(maria: Visitor) -> None:
    page = maria.go("/epics/E-3/")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("wallet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=wallet")
    expect(page.locator("main")).to_contain_text("Pay with a wallet")


def test_letters_lead_to_pages(maria: Visitor) -> None:
    page = maria.go("/")
    for keys, path in {"ge": "/epics/", "gd": "/", "gn": "/inbox/"}.items():
        page.keyboard.press(keys[0])
        page.keyboard.press(keys[1])
        page.wait_for_url(f"{maria.url}{path}")


def test_a_question_mark_helps_and_escape_closes(maria: Visitor) -> None:
    page = maria.go("/epics/E-3/")
    page.keyboard.press("?")
    help_box = page.get_by_role("dialog", name="Keyboard")
    expect(help_box).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_box).to_be_hidden()


def test_nothing_was_complained_of(maria: Visitor) -> None:
    assert maria.complaints == []
