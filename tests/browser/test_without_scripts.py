"""The work without JavaScript: everything that binds is a link or a form."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.living import GOOD, Demo
from tests.browser.visitor import Visitor, visiting


@pytest.fixture
def visitor(chromium: Browser, demo: Demo) -> Iterator[Visitor]:
    with visiting(chromium, demo.url, java_script_enabled=False) as visitor:
        yield visitor


def test_an_epic_is_signed_from_the_desk_to_the_receipt(visitor: Visitor, demo: Demo) -> None:
    visitor.sign_in("maria", demo.password)
    page = visitor.page
    row = page.locator("#desk-ready tbody tr", has_text="Pay with a wallet")
    row.get_by_role("link", name="Pay with a wallet").click()
    page.wait_for_url("**/epics/E-3/")
    page.get_by_role("link", name="Review and sign").click()
    visitor.fill(meaning="ACCEPT", comment="Tried with two wallets.")
    visitor.press("Confirm who you are and sign")
    visitor.confirm("not the password")
    expect(page.locator("main, body").first).to_contain_text("Not confirmed")
    visitor.confirm(demo.password)
    page.wait_for_url("**/receipts/SIG-*/")
    expect(page.get_by_text("Proven", exact=True)).to_be_visible()
    visitor.go("/epics/E-3/")
    expect(page.locator(".title")).to_contain_text("Signed")


def test_a_story_is_edited(visitor: Visitor, demo: Demo) -> None:
    visitor.sign_in("ruth", demo.password)
    page = visitor.go("/stories/S-2/edit/")
    text = page.locator('[name="text"]').input_value()
    broken = re.sub(r"\n    Then ", "\n    Thn ", text, count=1)
    visitor.fill(text=broken, reason="Asked for by support")
    visitor.press("Check")
    expect(page.locator("#story-check")).to_contain_text("It cannot be saved like this")
    visitor.press("Save")
    assert page.locator('[name="text"]').input_value() == broken
    assert page.locator('[name="reason"]').input_value() == "Asked for by support"
    visitor.fill(text=re.sub(r"\n    When ", "\n    When at night ", text, count=1))
    visitor.press("Check")
    expect(page.locator("#story-check")).to_contain_text("This changes the meaning")
    visitor.press("Save")
    page.wait_for_url("**/stories/S-2/")
    expect(page.locator(".title")).to_contain_text("Broken")
    visitor.go("/stories/S-2/difference/?from=1&to=2")
    expect(page.locator("#difference")).to_contain_text("When at night")


def test_a_small_zip_is_imported(visitor: Visitor, demo: Demo) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packing:
        packing.writestr("vouchers/buy.feature", GOOD.replace("present", "voucher"))
    visitor.sign_in("adam", demo.password)
    page = visitor.go("/imports/new/")
    visitor.fill(initiative="Vouchers")
    file = {"name": "vouchers.zip", "mimeType": "application/zip", "buffer": archive.getvalue()}
    page.locator('[name="upload"]').set_input_files(file)  # type: ignore[arg-type]
    visitor.press("Import")
    page.wait_for_url("**/imports/IMP-*/")
    visitor.look_again()
    expect(page.locator(".tile", has_text="Stories")).to_contain_text("1 of 1 files")
    page.get_by_role("link", name="Vouchers").click()
    expect(page.locator("main table")).to_contain_text(re.compile("vouchers", re.IGNORECASE))
