"""Chromium for tests that need eyes: pages as people get them, scripts, styles and policy included."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.living import Demo, live_in
from tests.browser.running import running

CHROMIUM = os.environ.get("TRIAD_CHROMIUM") or shutil.which("chromium") or ""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; open a context of your own in it. Skips where Chromium is absent."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (apt-get install chromium, or name it in TRIAD_CHROMIUM)")
    # Playwright's loop runs in this thread, which Django takes for asynchronous code touching the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, run whole by `up`, after some people have used it. A test may add to it, and takes nothing away."""
    with running(tmp_path_factory.mktemp("demo") / "var") as portal:
        yield live_in(portal, chromium)
