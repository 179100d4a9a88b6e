"""The story editor and the import page as people use them: problems while typing, nothing lost, without scripts too."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.delivery import actions
from apps.delivery.models import FeatureImport
from tests.cast import make_cast, signed_in
from tests.committed_db import CommittedDatabase
from tests.delivery.test_feature_files import zipped
from tests.delivery.work import CART, CART_FORMATTED, PAY, Work, accept, make_epic, make_initiative, make_story


@dataclass
class Desk:
    """A portal with work in it, and browsers for those who are signed in."""

    chromium: Browser
    url: str
    work: Work

    def page(self, name: str, path: str, *, scripts: bool = True) -> Page:
        context = self.chromium.new_context(java_script_enabled=scripts)
        secret = signed_in(self.work.cast.people[name]).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": secret, "url": self.url}])
        page = context.new_page()
        page.goto(self.url + path)
        return page


@pytest.fixture
def desk(committed_db: CommittedDatabase, chromium: Browser) -> Iterator[Desk]:
    cast = make_cast()
    epic = make_epic(cast)
    work = Work(cast, make_initiative(cast), epic, make_story(cast, epic), make_story(cast, epic, PAY))
    accept(epic)
    live = LiveServer("localhost")
    yield Desk(chromium, live.url, work)
    live.stop()
    connections["default"].close()


def test_problems_stand_at_their_line_while_typing(desk: Desk) -> None:
    page = desk.page("ruth", f"/stories/{desk.work.cart.key}/edit/")
    check = page.locator("#story-check")
    page.fill("#id_text", CART.replace("Then the cart holds 1", "Ten the cart holds 1"))
    expect(check).to_contain_text("It cannot be saved like this")
    expect(page.locator(".editor-lines .wrong")).to_have_text("11")
    page.click("#story-check [data-goto]")
    selected = "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert page.locator("#id_text").evaluate(selected).strip().startswith("Ten the")
    page.fill("#id_text", CART.replace("holds 1 thing", "holds one thing"))
    expect(check).to_contain_text("This changes the meaning")
    expect(check).to_contain_text(f"{desk.work.epic.key}, which is signed, drifts.")
    page.fill("#id_text", CART_FORMATTED)
    expect(check).to_contain_text("Formatting only")
    expect(page.locator(".editor-lines .wrong")).to_have_count(0)


def test_without_scripts(desk: Desk) -> None:
    page = desk.page("ruth", f"/stories/{desk.work.cart.key}/edit/", scripts=False)
    wrong = CART.replace("Then the cart holds 1", "Ten the cart holds 1")
    page.fill("#id_text", wrong)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#story-check")).to_contain_text("Line 11")
    assert page.input_value("#id_text").replace("\r\n", "\n") == wrong
    page.fill("#id_text", CART_FORMATTED)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#story-check")).to_contain_text("Formatting only")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/stories/{desk.work.cart.key}/")
    desk.work.cart.refresh_from_db()
    assert desk.work.cart.versions.count() == 2


def test_an_import_is_followed_to_its_end(desk: Desk) -> None:
    page = desk.page("adam", "/imports/new/")
    page.fill("#id_initiative", "Another shop")
    archive = zipped({"cart/fill.feature": CART, "pay/card.feature": PAY})
    page.set_input_files("#id_upload", {"name": "shop.zip", "mimeType": "application/zip", "buffer": archive})
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#feature-import-progress")).to_contain_text("Waiting for a worker")
    actions.run_feature_import(FeatureImport.objects.get().pk)
    expect(page.locator("#feature-import-progress")).to_contain_text("2 stories of 2 files")
