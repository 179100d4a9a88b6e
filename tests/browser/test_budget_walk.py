"""A budget breaks, three seats decide, the epic's gate shuts, the decision expires; and a surplus asks for its own.

Counts come by the API with a token, as whoever measures sends them; a real worker computes, opens and ends; people act
on pages alone. The week until the decision ends passes between two starts of the portal.
"""

import json
import re
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.running import Portal, running
from tests.browser.visitor import PATIENCE, Visitor, visiting

pytestmark = pytest.mark.long

EPIC, PROMISE = "E-2", "Checkout is there when the shopper is"
CALM = "A receipt is there before one asks"
SEATS = ("maria", "jonas", "priya")
HELD_FOR = 7  # days that the decision holds


# Python runs it in each process that it begins.
TRAVEL = """
import datetime, time_machine
travel = time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days={days}), tick=True)
travel.start()
"""


@pytest.fixture
def later(tmp_path: Path) -> dict[str, str]:
    """An environment in which it is a good week later, for every process of the portal."""
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(TRAVEL.format(days=HELD_FOR + 2))
    return {"PYTHONPATH": str(folder)}


def test_a_budget_breaks_and_three_seats_decide(chromium: Browser, tmp_path: Path, later: dict[str, str]) -> None:
    var = tmp_path / "var"
    with running(var) as portal:
        with visiting(chromium, portal.url) as visitor:
            visitor.sign_in("adam", portal.password)
            token = make_token(visitor)
        with visiting(chromium, portal.url) as visitor:
            visitor.sign_in("maria", portal.password)
            sli = indicator_of(visitor)
            assert not may_not_ship(visitor, "are stopped until")
            push(portal, token, sli, by="1h", counts=failed_hours())
            decision = wait_for_decision(visitor, PROMISE, "Budget used up")
            expect(visitor.page.locator("#told")).to_contain_text("%")
            propose(visitor, option="STOP", cause="OWN_BUG_OR_PROCEDURE", reason="Three hours without a till.")
        for username in SEATS:
            with visiting(chromium, portal.url) as visitor:
                visitor.sign_in(username, portal.password)
                sign(visitor, decision, portal.password)
        with visiting(chromium, portal.url) as visitor:
            visitor.sign_in("maria", portal.password)
            expect(visitor.go(f"/decisions/{decision}/").locator(".title")).to_contain_text("Decided")
            visitor.go(f"/epics/{EPIC}/")
            assert f"as {decision} decided" in visitor.words
            assert may_not_ship(visitor, f"as {decision} decided")
    with running(var, **later) as portal, visiting(chromium, portal.url) as visitor:
        visitor.sign_in("maria", portal.password)
        until(visitor, f"/decisions/{decision}/", lambda: "Expired" in visitor.page.locator(".title").inner_text())
        visitor.go(f"/epics/{EPIC}/")
        assert f"as {decision} decided" not in visitor.words
        assert not may_not_ship(visitor, f"as {decision} decided")


def test_a_surplus_becomes_a_proposal_to_break_something(chromium: Browser, tmp_path: Path) -> None:
    """Until game days exist, the proposal is the decision."""
    with running(tmp_path / "var") as portal:
        with visiting(chromium, portal.url) as visitor:
            visitor.sign_in("adam", portal.password)
            token = make_token(visitor)
        with visiting(chromium, portal.url) as visitor:
            visitor.sign_in("priya", portal.password)
            sli = define(visitor)
            push(portal, token, sli, by="1d", counts=good_days(20))
            decision = wait_for_decision(visitor, CALM, "Budget left over")
            propose(visitor, option="BREAK", reason="We have not seen it fail for three weeks.")
        for username in SEATS:
            with visiting(chromium, portal.url) as visitor:
                visitor.sign_in(username, portal.password)
                sign(visitor, decision, portal.password)
        with visiting(chromium, portal.url) as visitor:
            visitor.sign_in("priya", portal.password)
            page = visitor.go(f"/decisions/{decision}/")
            expect(page.locator(".title")).to_contain_text("Decided")
            expect(page.locator("#proposal")).to_contain_text("Break ourselves on purpose")
            assert not may_not_ship(visitor, f"as {decision} decided")


def define(visitor: Visitor) -> str:
    """What is measured of the epic, and a promise over seven days. Returns the indicator's key."""
    page = visitor.go("/slis/new/")
    visitor.fill(scope=EPIC, title="Receipts arrive", good_means="the mail is there within a minute")
    visitor.press("Define")
    page.wait_for_url("**/slis/SLI-*/slos/new/")
    sli = page.url.split("/")[-4]
    visitor.fill(title=CALM, target="99", window="7d", rationale="Support is asked after two minutes.")
    visitor.press("Promise")
    page.wait_for_url("**/slos/SLO-*/")
    return sli


def good_days(days: int) -> list[dict[str, object]]:
    """So many whole days before today, of which nothing failed."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        {"at": instant(today - timedelta(days=back)), "good": 50_000, "total": 50_000} for back in range(1, days + 1)
    ]


def make_token(visitor: Visitor) -> str:
    """Of a service account that sends counts, shown once."""
    visitor.go("/service-accounts/new/")
    visitor.fill(name="Whoever measures", username="meter")
    visitor.press("Add")
    page = visitor.go("/people/meter/tokens/")
    page.locator('main [name="name"]').fill("counts")
    visitor.press("Make a token")
    secret = page.locator(".secret code").inner_text()
    assert secret
    return secret


def indicator_of(visitor: Visitor) -> str:
    """The key of what the promise measures, found as a person finds it."""
    page = visitor.go("/reliability/")
    page.get_by_role("link", name=PROMISE).click()
    page.get_by_role("link", name="Checkout shows in time").click()
    page.wait_for_url("**/slis/SLI-*/")
    return page.url.rstrip("/").rpartition("/")[2]


def failed_hours() -> list[dict[str, object]]:
    """The last three whole hours: ten million requests each, none of them answered in time."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    bad = {"good": 0, "total": 10_000_000, "errors": {"Payment page timed out": 10_000_000}}
    return [{"at": instant(hour - timedelta(hours=back)), **bad} for back in (1, 2, 3)]


def push(portal: Portal, token: str, sli: str, *, by: str, counts: list[dict[str, object]]) -> None:
    """As whoever measures does it."""
    request = urllib.request.Request(  # noqa: S310
        f"{portal.url}/api/v1/slis/{sli}/counts/",
        data=json.dumps({"by": by, "counts": counts}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert json.load(answer)["counts"] == len(counts)


def instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def wait_for_decision(visitor: Visitor, promise: str, kind: str) -> str:
    """The worker computes where the SLO stands, and opens a decision: nobody asks it to."""
    page = visitor.page
    opened = page.locator("#decisions li", has_text=kind)
    visitor.go("/reliability/")
    page.get_by_role("link", name=promise).click()
    page.wait_for_url("**/slos/SLO-*/")
    until(visitor, "", lambda: opened.count() > 0)
    opened.first.get_by_role("link").first.click()
    page.wait_for_url("**/decisions/D-*/")
    return page.url.rstrip("/").rpartition("/")[2]


def propose(visitor: Visitor, *, reason: str, **fields: str) -> None:
    """What to decide, for a week, by whoever looks at it."""
    page = visitor.page
    last = (datetime.now(UTC) + timedelta(days=HELD_FOR)).date().isoformat()
    visitor.fill(reason=reason, expires_on=last, **fields)
    page.locator('main [name="owner"]').select_option(label="Tomás Novák")
    visitor.press("Propose")
    expect(page.locator("#proposal")).to_contain_text(reason)
    expect(page.locator("#columns")).to_contain_text("Waiting")


def sign(visitor: Visitor, decision: str, password: str) -> None:
    """For one's own column, with one's password."""
    visitor.go(f"/decisions/{decision}/sign/")
    visitor.fill(meaning="AGREE")
    visitor.press("Confirm who you are and sign")
    visitor.confirm(password)
    visitor.page.wait_for_url(re.compile(r"/(receipts|decisions)/"))
    assert "reauthenticate" not in visitor.page.url


def may_not_ship(visitor: Visitor, why: str) -> bool:
    """Whether the release gate, as CI asks it, says no for this reason among others."""
    answer = visitor.context.request.get(f"{visitor.url}/api/v1/epics/{EPIC}/gate/")
    assert answer.status == 200
    return why in json.dumps(answer.json(), ensure_ascii=False)


def until(visitor: Visitor, path: str, done: Callable[[], bool]) -> None:
    """Open the page again, as people do, until it says so."""
    deadline = time.monotonic() + 6 * PATIENCE / 1000
    while True:
        visitor.go(path) if path else visitor.page.reload()
        if done():
            return
        assert time.monotonic() < deadline, visitor.words
        visitor.page.wait_for_timeout(1_000)
