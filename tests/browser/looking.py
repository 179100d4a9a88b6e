"""What a test waits for before it looks at a page, and what axe finds wrong with it."""

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.visitor import PATIENCE

# Half a second without any request would do as well, and there are some four hundred looks.
AXE = Axe()
SETTLED = "document.readyState === 'complete' && !document.querySelector('.htmx-request')"


def settle(page: Page) -> None:
    """Wait until the page and all that it asks for by itself are there."""
    deadline = time.monotonic() + PATIENCE / 1000
    # Asked from outside each time: what Playwright would ask again in the page, the page's policy refuses.
    while not page.evaluate(SETTLED):
        assert time.monotonic() < deadline, f"{page.url} is still asking for something"
        page.wait_for_timeout(20)


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules of axe that the page breaks, each with the elements that break it."""
    # It is half a megabyte, and most pages are looked at twice.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    # Without a list of all that is well, which takes as long as finding it.
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((found) => found.violations)")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def opened(
    chromium: Browser, url: str, theme: str = "light", width: int = 1280, scripts: bool = True
) -> tuple[Page, list[str]]:
    """The page at `url`, and what the browser complained of."""
    context = chromium.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=theme,  # type: ignore[arg-type]
        java_script_enabled=scripts,
        reduced_motion="reduce",  # colors are looked at when they have arrived
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    if scripts:
        settle(page)
    return page, complaints
