"""Somebody at a browser: signs in, fills forms as people do, and hears everything the browser complains of."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

PATIENCE = 60_000  # milliseconds; a machine may have much else to do
expect.set_options(timeout=PATIENCE)
# The browser says it of the page itself, whose status the test looks at.
OF_THE_PAGE = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Visitor:
    """One page of one person, and what went wrong on it."""

    url: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self) -> None:
        """Listen to whatever pages of this visitor complain of."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not OF_THE_PAGE.match(message.text):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _response(self, response: Response) -> None:
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind not in ("document", "xhr", "fetch")):
            self.complaints.append(f"{response.url} answered {response.status}")

    def go(self, path: str, status: int = 200) -> Page:
        """Open `path`, which is answered with `status`."""
        answer = self.page.goto(self.url + path)
        assert answer is not None and answer.status == status, f"{path}: {answer and answer.status}"
        return self.page

    def go_confirmed(self, path: str, password: str) -> Page:
        """Open `path`, re-authenticating where it asks for that first."""
        self.go(path)
        if "/reauthenticate/" in self.page.url and "/reauthenticate/" not in path:
            # With a second factor that one is asked for; the password is another way.
            self.go(f"/accounts/reauthenticate/?next={path}")
            self.confirm(password)
            self.page.wait_for_url(f"**{path}")
        return self.page

    def sign_in(self, username: str, password: str) -> None:
        """By the form."""
        self.go("/accounts/login/")
        self.page.get_by_label("Username or e-mail").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")
        expect(self.page.locator("main h1")).to_be_visible()
        assert "/accounts/login" not in self.page.url, self.page.locator("body").inner_text()

    def sign_out(self) -> None:
        """As closing the browser would, without asking the server."""
        self.context.clear_cookies()

    def press(self, name: str) -> None:
        """Press the button of exactly this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def fill(self, **fields: str) -> None:
        """Write into the form's fields, or choose, each by the name that is posted."""
        for name, value in fields.items():
            box = self.page.locator(f'main [name="{name}"]')
            kind = box.first.evaluate("element => element.type")
            if kind == "select-one":
                box.select_option(value)
            elif kind == "radio":
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            else:
                box.fill(value)

    def confirm(self, password: str) -> None:
        """Re-authenticate, as binding acts ask."""
        self.page.wait_for_url("**/accounts/reauthenticate/**")
        self.page.get_by_label("Password").fill(password)
        self.press("Confirm")

    def look_again(self) -> None:
        """Without scripts a person asks for the news, until there is nothing more to wait for."""
        link = self.page.get_by_role("link", name="Look again")
        deadline = time.monotonic() + 2 * PATIENCE / 1000
        while link.count():
            assert time.monotonic() < deadline, self.words
            link.click()
            self.page.wait_for_timeout(300)

    @property
    def words(self) -> str:
        """What the page says, in one line."""
        return " ".join(self.page.locator("main").inner_text().split())


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visitor]:
    """A visitor with a fresh browser; at its end nothing may have been complained of."""
    context = browser.new_context(
        # Without motion: colors are looked at when they have arrived.
        **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(REPORT_VIOLATIONS)
    visitor = Visitor(url, context, context.new_page())
    visitor.hear()
    try:
        yield visitor
        assert visitor.complaints == []
    finally:
        context.close()
