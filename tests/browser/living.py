"""The demo after some people have used it: what its pages need to have something to show."""

import io
import re
import time
import zipfile
from dataclasses import dataclass

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, expect

from tests.browser.running import Portal
from tests.browser.visitor import PATIENCE, Visitor, visiting

GOOD = """Feature: Give a present
  Scenario: A card lies beside it
    Given a basket
    When I ask for a card
    Then it is written
"""
BAD = GOOD.replace("When", "Wen")


@dataclass(frozen=True)
class Demo:
    """A demo that runs; everybody has this password, and Ben these codes besides."""

    url: str
    password: str
    recovery_codes: list[str]


def live_in(portal: Portal, chromium: Browser) -> Demo:
    """Somebody verifies the log, imports, tries by hand, asks for a waiver and takes a second factor."""
    demo = Demo(portal.url, portal.password, [])
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("adam", demo.password)
        visitor.go("/service-accounts/new/")
        visitor.fill(name="Checkout’s CI", username="ci")
        visitor.press("Add")
        import_features(visitor, skip_refused=True)
        import_features(visitor, skip_refused=False)
        visitor.go("/audit/verifications/")
        visitor.press("Verify now")
        expect(visitor.page.locator("#verification-list tbody tr")).to_have_count(1)
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("yuki", demo.password)
        record_by_hand(visitor)
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("jonas", demo.password)
        ask_waiver(visitor)
    with visiting(chromium, demo.url) as visitor:
        visitor.sign_in("ben", demo.password)
        demo.recovery_codes.extend(take_second_factor(visitor, demo.password))
        see_own_stories_run(visitor)
    return demo


def see_own_stories_run(visitor: Visitor) -> None:
    """The portal began to run its own stories by itself; when it has, pages stand still."""
    page = visitor.go("/executions/EX-1/")
    expect(page.get_by_text("All passed")).to_be_visible(timeout=5 * PATIENCE)


def import_features(visitor: Visitor, *, skip_refused: bool) -> None:
    """Two files, one of which cannot be a story; whole or not at all."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packing:
        packing.writestr("presents/give.feature", GOOD)
        packing.writestr("presents/wrong.feature", BAD)
    page = visitor.go("/imports/new/")
    visitor.fill(initiative="Presents")
    page.locator('[name="upload"]').set_input_files(
        {"name": "presents.zip", "mimeType": "application/zip", "buffer": archive.getvalue()}
    )
    page.locator('[name="skip_refused"]').set_checked(skip_refused)
    visitor.press("Import")
    expect(page.locator("#refused tbody tr")).to_have_count(1, timeout=2 * PATIENCE)


def record_by_hand(visitor: Visitor) -> None:
    """A story that no run reached, tried by hand: passing, and unsigned."""
    page = visitor.go("/stories/S-14/by-hand/")
    for box in page.locator('[name="scenarios"]').all():
        box.check()
    visitor.fill(status="PASSED", words="Tried in the cellar of the store.")
    visitor.press("Record")
    expect(page.locator(".title")).to_contain_text("Passing")


def ask_waiver(visitor: Visitor) -> None:
    """A waiver that nobody decided on yet."""
    page = visitor.go("/epics/E-6/waivers/new/")
    visitor.fill(reason="The provider answers next month.")
    page.locator('[name="criterion"]').select_option(index=1)
    page.locator('[name="owner"]').select_option(index=1)
    visitor.press("Ask for it")
    page.wait_for_url("**/waivers/W-*/")


def take_second_factor(visitor: Visitor, password: str) -> list[str]:
    """An app with codes. Returns the recovery codes."""
    page = visitor.go_confirmed("/accounts/2fa/totp/activate/", password)
    page.locator('[name="code"]').fill(code_now(page.locator("#authenticator_secret").input_value()))
    page.locator('main button[type="submit"]').click()
    page.wait_for_url("**/2fa/recovery-codes/")
    codes = re.findall(r"\b[0-9a-f]{8}\b", page.locator("main").inner_html())
    return codes


def code_now(secret: str) -> str:
    """What the app would show."""
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return code
