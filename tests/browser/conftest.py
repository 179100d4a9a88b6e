"""Chromium for tests that need eyes: pages as people get them, scripts, styles and policy included."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

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
ENGINE: dict[str, Any] = dict(settings.TEMPLATES[0])
SHEET = [{**ENGINE, "DIRS": [*ENGINE["DIRS"], Path(__file__).parent / "sheet"]}]


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


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own, without a database: pytest-django refuses any query, so the frame asks none."""
    live = LiveServer("localhost")
    yield live.url
    live.stop()


@pytest.fixture
def sheet(server: str) -> Iterator[str]:
    """The server's address, with the sheet's templates found."""
    with override_settings(TEMPLATES=SHEET):
        yield server
