"""The component sheet in Chromium: no violation of accessibility or of the policy, no sideways scrolling; keys."""

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.browser.looking import opened, violations

pytestmark = pytest.mark.urls("tests.browser.sheet_urls")

PATHS = [
    "/sheet/",
    "/sheet/?errors",
    "/epics/E-42/?toast",
    "/epics/E-42/receipt/",
    "/accounts/login/",
    "/nowhere/",
    "/charts/",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PATHS)
def test_no_violation(sheet: str, chromium: Browser, path: str, width: int, theme: str) -> None:
    page, complaints = opened(chromium, sheet + path, theme, width)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [words for words in complaints if "404 (Not Found)" not in words] == []
    page.context.close()


def test_menu_on_a_phone_opens_without_scripts(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/epics/E-42/", width=390, scripts=False)
    assert not page.locator("#navigation").is_visible()
    page.get_by_role("button", name="Menu").click()
    assert page.locator("#navigation").get_by_role("link", name="Epics").is_visible()
    page.get_by_role("button", name="Close the menu").click()
    assert not page.locator("#navigation").is_visible()
    page.context.close()


def test_a_chosen_theme_lasts(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/sheet/")
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert page.locator('[data-theme-choice="dark"]').get_attribute("aria-pressed") == "true"
    page.context.close()


def test_keys(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/sheet/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("ge?")
    assert page.locator("[data-search]").input_value() == "ge?"
    page.locator("h1").click()
    page.keyboard.press("Shift+?")
    assert page.get_by_role("dialog", name="Keyboard").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/d/e/")
    page.context.close()


def test_a_shut_button_says_why_to_the_keyboard(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/sheet/")
    page.get_by_role("button", name="Sign", exact=True).focus()
    assert page.get_by_role("tooltip").filter(has_text="somebody else must sign").is_visible()
    page.context.close()


def test_more_rows_take_the_links_place(sheet: str, chromium: Browser) -> None:
    page, complaints = opened(chromium, sheet + "/parts/")
    for seen in (6, 9):
        page.get_by_role("link", name="Show more").click()
        expect(page.locator("tbody td:not(.more)")).to_have_count(seen)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
    assert complaints == []
    page.context.close()


def test_more_rows_without_scripts_are_the_next_page(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/parts/", scripts=False)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator("tbody td").first).to_have_text("Row 4")
    page.context.close()


def test_a_refusal_is_said_and_the_page_stays(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/parts/")
    page.get_by_role("link", name="Refused").click()
    expect(page.locator("#toasts")).to_contain_text("E-42 changed while you were reading.")
    expect(page.locator("#parts-list")).to_contain_text("Row 1")
    page.context.close()


def test_a_session_that_ended_leads_to_the_sign_in(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/parts/")
    page.get_by_role("link", name="Ended").click()
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.context.close()


def test_a_part_brings_its_message_and_is_announced(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/parts/")
    page.get_by_role("link", name="Done").click()
    expect(page.locator("#toasts")).to_contain_text("E-42 is signed.")
    expect(page.locator("#announcements")).to_contain_text("updated")
    page.context.close()


def test_leaving_with_unsaved_words_asks(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, sheet + "/sheet/")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.get_by_label("Title", exact=True).first.fill("Other words")
    page.goto(sheet + "/epics/E-42/")
    assert asked == ["beforeunload"]
    page.context.close()
