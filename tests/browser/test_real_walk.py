"""The first full walk on real input, by pages only: a whole portal, real Chromium, 216 feature files and a real run.

The same walk by commands, with the counts, is `tests/walks/test_real_input.py`.
"""

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.running import Portal, running
from tests.browser.visitor import Visitor, visiting
from tests.walks.test_real_input import behave, proven_files, reformat  # noqa: F401, fixtures

PASSWORD = "a fine day in May"
SINCE = "2026-11-01T00:00"  # in UTC; the run is of 2026-11-23
PEOPLE = {
    "maria": ("Maria Oliveira", "Product Owner"),
    "jonas": ("Jonas Thoma", "Solution Architect"),
    "priya": ("Priya Nair", "SRE Lead"),
    "lena": ("Lena Okafor", "Business Analyst"),
    "sam": ("Sam Reyes", "SRE"),
}
WHO_SIGN_IN = ("maria", "lena", "sam")
# Stories whose scenarios no report of the run mentions.
NEVER_RAN = ("step.execute_steps.feature", "scenario_outline.improved.feature")


@pytest.fixture
def portal(tmp_path: Path, migrated_template: str) -> Iterator[Portal]:
    (tmp_path / "var").mkdir()
    shutil.copyfile(migrated_template, tmp_path / "var" / "portal.sqlite3")
    with running(tmp_path / "var", "--empty") as portal:
        yield portal


@dataclass
class Walk:
    """One visitor who takes each seat in turn, signing in anew for each."""

    visitor: Visitor
    scripts: bool
    folder: Path

    def become(self, username: str) -> None:
        self.visitor.sign_out()
        self.visitor.sign_in(username, PASSWORD)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_real_input_from_import_to_drift(
    chromium: Browser,
    portal: Portal,
    behave: Path,  # noqa: F811
    proven_files: Path,  # noqa: F811
    tmp_path: Path,
    scripts: bool,
) -> None:
    report = behave / "generated-run" / "behave-report.json"
    with visiting(chromium, portal.url, java_script_enabled=scripts) as visitor:
        walk = Walk(visitor, scripts, tmp_path)
        begin(walk)
        add_people(walk)
        import_features(walk, behave, "Behave", since=SINCE, skip_refused=True)
        see_what_was_imported(walk)
        import_results(walk, report)
        see_four_blocked_epics(walk)

        import_features(walk, proven_files, "Behave, proven", since=SINCE)
        import_results(walk, report, initiative="I-2")
        give_seats(walk)
        record_by_hand(walk)
        promise_reliability(walk)
        sign_stories(walk)
        sign_epic(walk)
        verify_log(walk)

        reformat(proven_files)
        import_features(walk, proven_files, "Behave, proven")
        expect(visitor.page.get_by_text("42 of 42 files")).to_be_visible()
        assert count_stories(walk, "SIGNED", "E-5") == 42
        story, words = edit_one_step(walk, "runner.dry_run.feature")
        see_what_drifted(walk, story, words)


def begin(walk: Walk) -> None:
    """The first run: nobody is there yet, and every page leads to the one that makes the first administrator."""
    visitor = walk.visitor
    visitor.go("/first-run/")
    visitor.fill(organization="Behave & Co", name="Adam Brook", username="adam", password=PASSWORD, again=PASSWORD)
    visitor.press("Begin")
    visitor.page.wait_for_url("**/accounts/login/")
    visitor.sign_in("adam", PASSWORD)


def add_people(walk: Walk) -> None:
    """Five people by CSV; those who act choose a password by their one-time link."""
    visitor = walk.visitor
    visitor.go("/people/import/")
    visitor.fill(text="username,name\n" + "".join(f"{key},{name}\n" for key, (name, _) in PEOPLE.items()))
    visitor.press("Import")
    expect(visitor.page.get_by_text("5 people added")).to_be_visible()
    links = []
    for username in WHO_SIGN_IN:
        visitor.go(f"/people/{username}/")
        visitor.press("New one-time link")
        links.append(visitor.page.locator(".secret code").inner_text())
    visitor.sign_out()
    for link in links:
        visitor.go(link.removeprefix(visitor.url))
        visitor.fill(password1=PASSWORD, password2=PASSWORD)
        visitor.press("Set the password")
        expect(visitor.page.get_by_label("Password again")).to_have_count(0)
        visitor.sign_out()
    visitor.sign_in("adam", PASSWORD)


def import_features(walk: Walk, folder: Path, initiative: str, *, since: str = "", skip_refused: bool = False) -> None:
    """A ZIP of `folder` through the page, until a worker is done with it."""
    archive = walk.folder / "features.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packing:
        for path in sorted(folder.rglob("*.feature")):
            packing.write(path, path.relative_to(folder))
    visitor = walk.visitor
    page = visitor.go("/imports/new/")
    visitor.fill(initiative=initiative, text_at=since)
    page.locator('[name="upload"]').set_input_files(archive)
    page.locator('[name="skip_refused"]').set_checked(skip_refused)
    visitor.press("Import")
    page.wait_for_url("**/imports/IMP-*/")
    if not walk.scripts:
        walk.visitor.look_again()
    expect(page.get_by_role("term").filter(has_text="Unchanged")).to_be_visible(timeout=120_000)


def see_what_was_imported(walk: Walk) -> None:
    """205 stories of 216 files, and each refused file with its line and reason."""
    page = walk.visitor.page
    expect(page.locator(".tile", has_text="Stories")).to_contain_text("205 of 216 files")
    expect(page.locator(".tile", has_text="Epics")).to_contain_text("4")
    rows = page.locator("#refused tbody tr")
    expect(rows).to_have_count(10)
    for cells in [row.locator("td").all_inner_texts() for row in rows.all()]:
        assert cells[0].endswith(".feature") and int(cells[1]) > 0 and len(cells[2]) > 10, cells


def import_results(walk: Walk, report: Path, *, initiative: str = "") -> None:
    """The real report through the page."""
    visitor = walk.visitor
    page = visitor.go("/runs/import/")
    page.locator('[name="reports"]').set_input_files(report)
    visitor.fill(revision="43d0a932", initiative=initiative)
    visitor.press("Import results")
    page.wait_for_url("**/runs/R-*/")
    for name, count in {"Cases": 311, "Passed": 306, "Skipped": 5}.items():
        expect(page.locator(".tile", has_text=name)).to_contain_text(str(count))


def see_four_blocked_epics(walk: Walk) -> None:
    """Each is in the list, and its own page says what blocks it."""
    page = walk.visitor.go("/epics/")
    rows = page.locator("#epic-list tbody tr")
    expect(rows).to_have_count(4)
    paths = [str(link.get_attribute("href")) for link in rows.locator("a.row-title").all()]
    for path in paths:
        page = walk.visitor.go(path)
        unmet = page.locator("#epic-gate li.bad")
        expect(unmet.first).to_contain_text("0 of ")
        expect(unmet.filter(has_text="Vacant: Product Owner")).to_have_count(1)
        expect(page.locator("h1 + *", has_text="Blocked")).to_be_visible()


def give_seats(walk: Walk) -> None:
    """Four seats by CSV, the fifth by hand in the grid."""
    visitor = walk.visitor
    seats = [f"{key},{name},{role},I-2\n" for key, (name, role) in PEOPLE.items() if key != "sam"]
    visitor.go("/people/import/")
    visitor.fill(text="username,name,role,scope\n" + "".join(seats))
    visitor.press("Import")
    expect(visitor.page.get_by_text("4 seats given")).to_be_visible()
    visitor.go("/scopes/I-2/triad/")
    visitor.page.get_by_role("link", name="Fill the seat of SRE", exact=True).click()
    visitor.fill(person="sam", role="SRE")
    visitor.press("Give the seat")
    visitor.page.wait_for_url("**/scopes/I-2/triad/")
    expect(visitor.page.locator("#seats")).to_contain_text("Sam Reyes")


def record_by_hand(walk: Walk) -> None:
    """Sam tries what the run left out, and says so."""
    walk.become("sam")
    assert count_stories(walk, "PASSING", "E-5") == 40
    visitor = walk.visitor
    for file in NEVER_RAN:
        visitor.go(f"/stories/?epic=E-5&text={file}")
        path = visitor.page.locator("#story-list a.row-title").get_attribute("href")
        page = visitor.go(f"{path}by-hand/")
        for box in page.locator('[name="scenarios"]').all():
            box.check()
        visitor.fill(status="PASSED", words="Left out of the run by its tags; tried at the terminal.")
        visitor.press("Record")
        expect(page.locator(".title")).to_contain_text("Passing")
    assert count_stories(walk, "PASSING", "E-5") == 42


def promise_reliability(walk: Walk) -> None:
    """Sam says what of the epic's experience is measured and promised, sends counts of it, and links the promise."""
    visitor = walk.visitor
    page = visitor.go("/slis/new/?scope=E-5")
    visitor.fill(title="Runs end as they should", good_means="a run that ends with the right exit code")
    visitor.press("Define")
    page.wait_for_url("**/slis/SLI-*/slos/new/")
    key = page.url.split("/")[-4]
    visitor.fill(target="99", window="28d", rationale="One run of a hundred may be started again.")
    visitor.press("Promise")
    page.wait_for_url("**/slos/SLO-*/")
    promised = page.url.split("/")[-2]
    before = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    token = next(one["value"] for one in page.context.cookies() if one["name"].endswith("csrftoken"))
    answer = page.context.request.post(
        f"{visitor.url}/api/v1/slis/{key}/counts/",
        data={"by": "1h", "counts": [{"at": before.isoformat(), "good": 999, "total": 1_000}]},
        headers={"X-CSRFToken": token, "Referer": visitor.url},
    )
    assert answer.ok, answer.text()
    visitor.go("/epics/E-5/slos/")
    visitor.fill(slo=promised)
    visitor.press("Link it")
    expect(page.locator("#slos")).to_contain_text(promised)


def sign_stories(walk: Walk) -> None:
    """Lena, the analyst, signs all of them at once."""
    walk.become("lena")
    visitor = walk.visitor
    page = visitor.go("/epics/E-5/")
    page.get_by_role("link", name="sign 42 passing").click()
    expect(page.locator('[name="stories"]:checked')).to_have_count(42)
    visitor.press("Confirm who you are and sign")
    visitor.confirm(PASSWORD)
    page.wait_for_url("**/epics/E-5/")
    assert count_stories(walk, "SIGNED", "E-5") == 42


def sign_epic(walk: Walk) -> None:
    """Maria, the product owner, signs from her desk; the receipt is proven by the log."""
    walk.become("maria")
    visitor = walk.visitor
    page = visitor.go("/")
    expect(page.locator("#desk-ready tbody tr")).to_have_count(1)
    page.locator("#desk-ready").get_by_role("link", name="Review and sign").click()
    page.wait_for_url("**/epics/E-5/sign-off/")
    expect(page.locator("details.story-text")).to_have_count(43)  # the SLO is printed as well
    visitor.fill(meaning="ACCEPT", comment="Read at my desk.")
    visitor.press("Confirm who you are and sign")
    visitor.confirm(PASSWORD)
    page.wait_for_url("**/receipts/SIG-*/")
    expect(page.get_by_text("Proven", exact=True)).to_be_visible()
    expect(page.locator("#receipt")).to_contain_text("Product Owner of I-2")
    visitor.go("/epics/E-5/")
    expect(page.locator(".title")).to_contain_text("Signed")


def verify_log(walk: Walk) -> None:
    """Adam asks for a walk over the log; a worker finds nothing changed."""
    walk.become("adam")
    visitor = walk.visitor
    page = visitor.go("/audit/verifications/")
    visitor.press("Verify now")
    if not walk.scripts:
        walk.visitor.look_again()
    expect(page.locator("#verification-list").get_by_text("Nothing changed")).to_be_visible()


def count_stories(walk: Walk, state: str, epic: str) -> int:
    """How many stories of the epic the list shows in this state, all its pages read."""
    page = walk.visitor.go(f"/stories/?epic={epic}&state={state}")
    expect(page.locator("#story-list")).to_be_visible()
    return page.locator("#story-list tbody tr:has(.row-title)").count()


def edit_one_step(walk: Walk, file: str) -> tuple[str, str]:
    """Lena changes one step of a signed story in the editor. Returns the story's path and the new step."""
    walk.become("lena")
    visitor = walk.visitor
    page = visitor.go(f"/stories/?epic=E-5&text={file}")
    path = str(page.locator("#story-list a.row-title").first.get_attribute("href"))
    visitor.go(f"{path}edit/")
    text = page.locator('[name="text"]').input_value()
    step = next(line for line in text.splitlines() if line.strip().startswith("When I run "))
    changed = step.replace("When ", "When for once ", 1)
    visitor.fill(text=text.replace(step, changed, 1), reason="Only for this walk")
    if walk.scripts:
        expect(page.locator("#story-check")).to_contain_text("E-5, which is signed, drifts.")
    visitor.press("Save")
    page.wait_for_url(f"**{path}")
    expect(page.locator(".title")).to_contain_text("Broken")
    return path, changed.strip()


def see_what_drifted(walk: Walk, story: str, words: str) -> None:
    """Exactly that story is broken, exactly that epic drifted, and the difference shows the step."""
    visitor = walk.visitor
    page = visitor.go("/stories/?state=BROKEN")
    expect(page.locator("#story-list a.row-title")).to_have_count(1)
    expect(page.locator("#story-list a.row-title")).to_have_attribute("href", story)
    assert count_stories(walk, "SIGNED", "E-5") == 41
    page = visitor.go("/epics/?state=DRIFTED")
    expect(page.locator("#epic-list a.row-title")).to_have_count(1)
    expect(page.locator("#epic-list .row-key")).to_have_text("E-5")
    page = visitor.go("/epics/E-5/")
    expect(page.locator("#epic-changed")).to_contain_text(words)
    page = visitor.go(f"{story}difference/?from=2&to=3")
    expect(page.locator("#difference")).to_contain_text(words)
