"""Every page of the portal in Chromium, on the demo: what a person with other eyes, a phone or a dark room gets.

TRIAD_PICTURES names a folder in which a picture of each page is kept, to be looked at.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, Page, expect

from tests.browser.living import Demo
from tests.browser.looking import settle, violations
from tests.browser.routes import ELSEWHERE, ERRORS, NO_PAGES, PAGES, route_names
from tests.browser.visitor import Visitor, visiting

PICTURES = Path(os.environ["TRIAD_PICTURES"]) if os.environ.get("TRIAD_PICTURES") else None
VISITS = [visit for visits in PAGES.values() for visit in visits]
DESK, PHONE = 1280, 390
SAME_IDS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}"""


class Visitors:
    """One browser for each of the demo's people, signed in when they are first needed."""

    def __init__(self, chromium: Browser, demo: Demo, stack: ExitStack) -> None:
        self.chromium, self.demo, self.stack = chromium, demo, stack
        self.known: dict[str, Visitor] = {}

    def of(self, username: str) -> Visitor:
        if username not in self.known:
            visitor = self.stack.enter_context(visiting(self.chromium, self.demo.url))
            self.known[username] = visitor
            if username == "ben":
                sign_in_with_code(visitor, self.demo)
            elif username != "-":
                visitor.sign_in(username, self.demo.password)
        return self.known[username]

    def opened(self, visit: str, status: int = 200) -> Visitor:
        """The page of a visit at a desk, in light; re-authenticated where it asks for that first."""
        username, _, path = visit.partition(" ")
        visitor = self.of(username)
        visitor.complaints.clear()
        visitor.page.set_viewport_size({"width": DESK, "height": 900})
        visitor.page.emulate_media(color_scheme="light")
        if status == 200:
            visitor.go_confirmed(path, self.demo.password)
        else:
            visitor.go(path, status)
        return visitor


@pytest.fixture(scope="module")
def visitors(chromium: Browser, demo: Demo) -> Iterator[Visitors]:
    with ExitStack() as stack:
        yield Visitors(chromium, demo, stack)


def sign_in_with_code(visitor: Visitor, demo: Demo) -> None:
    """Password, then the page that asks for a code."""
    visitor.go("/accounts/login/")
    visitor.page.get_by_label("Username or e-mail").fill("ben")
    visitor.page.get_by_label("Password", exact=True).fill(demo.password)
    visitor.press("Sign in")
    visitor.page.wait_for_url("**/2fa/authenticate/**")
    see(visitor, "light", DESK, "mfa_authenticate")
    see(visitor, "dark", PHONE, "mfa_authenticate")
    visitor.fill(code=demo.recovery_codes.pop())
    visitor.press("Sign in")
    expect(visitor.page.locator("#desk-nothing, .head")).to_be_visible()


def see(visitor: Visitor, theme: Literal["light", "dark"], width: int, name: str) -> None:
    """Nothing is wrong with the page as it stands, in this theme at this width."""
    page = visitor.page
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 844})
    settle(page)
    if PICTURES is not None:
        page.screenshot(path=PICTURES / f"{name}-{theme}-{width}.png", full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    assert page.evaluate(SAME_IDS) == [], "ids that stand twice"
    assert visitor.complaints == []


def see_title(page: Page) -> None:
    """A title of its own, and one heading."""
    expect(page).to_have_title(re.compile(r".. · Triad$"))  # waits: after a click the page is yet to come
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()


def name_of(visit: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "_", visit).strip("_")


def test_every_route_is_in_the_table() -> None:
    assert set(route_names()) - set(PAGES) - set(ELSEWHERE) - set(NO_PAGES) == set()
    for route, visits in PAGES.items():
        for visit in visits:
            path = visit.partition(" ")[2].partition("?")[0]
            assert resolve(path).view_name == route, visit


@pytest.mark.parametrize("visit", VISITS, ids=name_of)
def test_page(visitors: Visitors, visit: str) -> None:
    visitor = visitors.opened(visit)
    see_title(visitor.page)
    see(visitor, "light", DESK, name_of(visit))
    see(visitor, "dark", PHONE, name_of(visit))


@pytest.mark.long
@pytest.mark.parametrize("visit", VISITS, ids=name_of)
def test_page_in_the_other_looks(visitors: Visitors, visit: str) -> None:
    visitor = visitors.opened(visit)
    see(visitor, "dark", DESK, name_of(visit))
    see(visitor, "light", PHONE, name_of(visit))


@pytest.mark.parametrize(("status", "visit"), ERRORS, ids=str)
def test_error_page(visitors: Visitors, status: int, visit: str) -> None:
    visitor = visitors.opened(visit, status)
    see_title(visitor.page)
    see(visitor, "light", DESK, f"{status}-{name_of(visit)}")
    see(visitor, "dark", PHONE, f"{status}-{name_of(visit)}")


def test_second_factor(visitors: Visitors) -> None:
    """The page between password and code is seen when Ben signs in."""
    assert visitors.of("ben").complaints == []


def test_passkey(chromium: Browser, demo: Demo) -> None:
    """Ola adds a passkey, looks at its pages, signs in with it alone, and removes it."""
    # A passkey is bound to a name, and 127.0.0.1 is none.
    with visiting(chromium, demo.url.replace("127.0.0.1", "localhost")) as visitor:
        visitor.sign_in("ola", demo.password)
        add_device(visitor)
        page = visitor.go_confirmed("/accounts/2fa/webauthn/add/", demo.password)
        visitor.fill(name="My phone")
        page.locator('[name="passwordless"]').check()
        visitor.press("Add it")
        page.wait_for_url("**/accounts/2fa/recovery-codes/")
        page.goto(f"{visitor.url}/accounts/2fa/webauthn/")
        for act in ("Rename", "Remove"):
            expect(page.get_by_role("link", name=f"{act} My phone")).to_be_visible()
            see_both(visitor, "passkeys")
            page.get_by_role("link", name=f"{act} My phone").click()
            see_both(visitor, f"passkey-{act}")
            page.goto(f"{visitor.url}/accounts/2fa/webauthn/")
        visitor.go("/accounts/2fa/webauthn/reauthenticate/")
        see_both(visitor, "passkey-reauthenticate")
        visitor.sign_out()
        visitor.go("/accounts/login/")
        visitor.press("Sign in with a passkey")
        page.wait_for_url(f"{visitor.url}/")
        visitor.go("/accounts/2fa/webauthn/")
        remove = str(page.get_by_role("link", name="Remove My phone").get_attribute("href"))
        visitor.go_confirmed(remove, demo.password)
        visitor.press("Remove it")
        expect(page.get_by_text("No passkey yet")).to_be_visible()


def add_device(visitor: Visitor) -> None:
    """A made-up device that makes passkeys and always says yes."""
    device = visitor.context.new_cdp_session(visitor.page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    kind |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def see_both(visitor: Visitor, name: str) -> None:
    """At a desk in light, on a phone in the dark."""
    see_title(visitor.page)
    see(visitor, "light", DESK, name)
    see(visitor, "dark", PHONE, name)


REFUSED = {
    "an inline style": """document.body.insertAdjacentHTML("beforeend", "<p style='color:red'>Red</p>")""",
    "an inline script": """document.body.append(Object.assign(document.createElement("script"), {text: "1"}))""",
    "a picture from elsewhere": """Object.assign(new Image(), {src: "https://elsewhere.example.org/a.png"})""",
    "a request elsewhere": """fetch("https://elsewhere.example.org/").catch(() => 0)""",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_policy_refuses_would_be_heard(visitors: Visitors, what: str) -> None:
    """Else no page could fail for it."""
    visitor = visitors.opened("maria /epics/")
    visitor.page.evaluate(f"() => {{ {REFUSED[what]}; }}")
    visitor.page.wait_for_function("() => document.readyState === 'complete'")
    deadline = time.monotonic() + 30
    while not any("CSP: " in one for one in visitor.complaints):
        assert time.monotonic() < deadline, visitor.complaints
        visitor.page.wait_for_timeout(20)
    visitor.complaints.clear()
