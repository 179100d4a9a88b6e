"""The proof that an installation works: sign in, look round, one task, one signature, the log."""

import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from celery import Celery

from apps.common import health
from portal.demo import PRODUCT_OWNER
from portal.up import places
from portal.up.browser import Browser, Form, Page
from portal.up.tree import Tree

SIGN_OFF = re.compile(r"/epics/E-\d+/sign-off/")
RECEIPT = re.compile(r"/receipts/SIG-\d+/$")
MAY_NOT_FOLLOW = re.compile(r"^/(accounts/(logout|signup)|api/|static/)")
AT_MOST_PAGES = 60
# What differs between two pages of one kind: a key, a number, a name.
A_NAME = re.compile(r"[A-Z]+-\d+|\d+|(?<=^/people/)[^/]+|(?<=^/teams/)[^/]+|(?<=^/services/)[^/]+")

Say = Callable[[str], None]


class NotProven(Exception):
    """Something did not work; the words say what."""


def demo_password() -> str:
    """A password for the people of a demo: easy to type, made anew for every database."""
    return "-".join("".join(secrets.choice("abcdefghkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(4))


def walk(address: str, password: str, tree: Tree, say: Say) -> None:
    """Prove the portal at `address` as the demo's product owner. Raises NotProven with the reason."""
    browser = Browser(address)
    with _step("signed in", say):
        sign_in(browser, PRODUCT_OWNER, password)
    with _step("pages opened", say) as note:
        note.append(f"{_look_round(browser)}")
    with _step("a task went through the worker", say):
        _ring_once(tree)
    with _step("epic signed", say) as note:
        note.append(sign_an_epic(browser, password))
    with _step("log verified", say):
        tree.run("audit_verify", [sys.executable, "manage.py", "audit_verify"])


@contextmanager
def _step(what: str, say: Say) -> Iterator[list[str]]:
    begun = time.monotonic()
    note: list[str] = []
    yield note
    say(f"  {what}{': ' if note else ''}{' '.join(note)} ({time.monotonic() - begun:.1f} s)")


def sign_in(browser: Browser, username: str, password: str) -> None:
    """Sign in by the form. Raises NotProven where that fails."""
    page = _opened(browser.get("/accounts/login/"))
    form = page.form("login", "password")
    if form is None:
        raise NotProven(f"the sign-in page {page.url} has no form for a name and a password")
    page = browser.submit(page, form, {"login": username, "password": password})
    if "/accounts/login" in page.url:
        raise NotProven(f"“{username}” could not sign in with the demo password")


def _look_round(browser: Browser) -> int:
    """Open what the desk links to, and one page further from each kind of thing."""
    desk = _opened(browser.get("/"))
    waiting = _worth_opening(desk)
    seen: set[str] = set()
    kinds: set[str] = set()
    while waiting and len(seen) < AT_MOST_PAGES:
        path = waiting.pop(0)
        kind = A_NAME.sub("…", path.partition("?")[0])
        if path in seen or kind in kinds:
            continue
        page = browser.get(path)
        seen.add(path)
        kinds.add(kind)
        if page.status == 403:  # said in words, which is as it should be: a product owner may not open everything
            continue
        _opened(page)
        waiting += _worth_opening(page)
    if len(seen) < 3:
        raise NotProven(f"the desk leads to {len(seen)} pages only")
    return len(seen)


def _worth_opening(page: Page) -> list[str]:
    return [path for path in page.paths() if not MAY_NOT_FOLLOW.match(path)]


def _opened(page: Page) -> Page:
    if page.status != 200:
        raise NotProven(f"{page.url} answered {page.status}: {page.title or page.text[:200]}")
    return page


def _ring_once(tree: Tree) -> None:
    """Ring the beat ourselves and wait until a worker answered it."""
    socket = places.socket_path(tree.state)
    broker = redis.Redis(unix_socket_path=str(socket), socket_timeout=5)
    before = broker.get(health.BEAT_KEY)
    with Celery(broker=f"redis+socket://{socket}") as bell:
        bell.send_task("common.beat")
    tree.wait_until(
        lambda: broker.get(health.BEAT_KEY) != before,
        seconds=20,
        what=lambda: "no worker ran the task within 20 s",
    )
    broker.close()


def ready_to_sign(desk: Page) -> str:
    """The first sign-off page that the desk leads to. Raises NotProven where there is none."""
    for path in desk.paths():
        if SIGN_OFF.fullmatch(path):
            return path
    raise NotProven("the product owner's desk has no epic that is ready to sign")


def sign_an_epic(browser: Browser, password: str, path: str = "") -> str:
    """Accept the epic whose sign-off page is at `path`, the desk's first if none. Returns its key."""
    path = path or ready_to_sign(_opened(browser.get("/")))
    page = _opened(browser.get(path))
    form = page.form("dossier", "key")
    if form is None:
        raise NotProven(f"{page.url} has no form to sign with")
    page = browser.submit(page, form, _accepting(form))
    again = page.form("password")
    if "/reauthenticate" not in page.url or again is None:
        raise NotProven(f"signing did not ask for the password again: {page.url} ({page.status}) {page.title}")
    page = _opened(browser.submit(page, again, {"password": password}))
    if not RECEIPT.search(page.url):
        raise NotProven(f"after signing came no receipt but {page.url}: {page.title}")
    return path.split("/")[2]


def _accepting(form: Form) -> dict[str, str]:
    meanings = form.choices.get("meaning", [])
    accept = next((value for value in meanings if value.upper().startswith("ACCEPT")), "")
    if not accept:
        raise NotProven("one cannot choose to accept the epic")
    return {"meaning": accept}
