"""What the settings say of suites: read, or refused with the suite's name and what is wrong."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.checks import run_checks

from apps.specs.running import suites
from apps.specs.running.suites import Limits, NotASuite

TABLE: dict[str, Any] = {
    "title": "Shop",
    "folder": "/srv/shop/features",
    "command": ["behave", "--outfile={report}", "{features}"],
    "covers": ["I-2", "E-7"],
}


def read(**body: Any) -> suites.Suite:
    """The one suite of a table that says this besides what it must say; what is None is left out."""
    table = {name: value for name, value in {**TABLE, **body}.items() if value is not None}
    return suites.registered({"shop": table})["shop"]


def test_what_a_table_must_say_is_enough() -> None:
    suite = read(title=None)
    assert suite == suites.Suite(
        name="shop",
        title="shop",
        folder=Path("/srv/shop/features"),
        command=("behave", "--outfile={report}", "{features}"),
        covers=("I-2", "E-7"),
    )
    assert suite.limits == Limits(seconds=900, memory_mb=1024, processes=64, files=256, disk_mb=256)
    assert (suite.on_change, suite.every_hours, suite.is_trusted) == (False, 0, False)


def test_what_a_table_may_say() -> None:
    suite = read(
        readable=["/srv/shop/venv"],
        environment={"SHOP_URL": "http://127.0.0.1:8000"},
        on_change=True,
        every_hours=0.5,
        begins="^# (?P<name>.*)",
        fails="^not ok",
        format="junit",
        revision="1.2",
        limits={"seconds": 60, "files": 32},
    )
    assert suite.readable == (Path("/srv/shop/venv"),)
    assert suite.environment == {"SHOP_URL": "http://127.0.0.1:8000"}
    assert (suite.on_change, suite.every_hours, suite.format, suite.revision) == (True, 0.5, "junit", "1.2")
    assert suite.limits == Limits(seconds=60, files=32)
    assert (suites.begun(suite, "# Add one"), suites.fails(suite, "not ok 2")) == ("Add one", True)


def test_only_the_settings_can_trust_a_suite() -> None:
    found = suites.registered({"shop": TABLE, "portal": TABLE}, trusted=frozenset({"portal"}))
    assert [suite.name for suite in found.values() if suite.is_trusted] == ["portal"]


def test_reading_leaves_the_table_alone() -> None:
    before = {**TABLE, "limits": {"seconds": 5}}
    table = {"shop": {**before}}
    assert suites.registered(table) == suites.registered(table)
    assert table == {"shop": before}


def test_the_command_as_one_would_type_it() -> None:
    suite = read(command=["sh", "-c", "go {features} > {report}"])
    assert suite.command_words == "sh -c 'go {features} > {report}'"
    assert read(command=["/opt/shop/bin/python", "{report}"]).command_words == "python {report}"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("  Scenario: Add one thing", "Add one thing"),
        ("  Scenario Outline: Add lamps -- @1.1 ", "Add lamps -- @1.1"),
        ("    Given a Scenario: like this", None),
        ("", None),
    ],
)
def test_a_scenario_begins(line: str, name: str | None) -> None:
    assert suites.begun(read(), line) == name


def test_a_pattern_may_have_no_name() -> None:
    assert suites.begun(read(begins="^#"), "# one") == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Shop", "“Shop”: a suite's name has small letters, digits and dashes, at most 50."),
        ("../shop", "“../shop”: a suite's name has small letters, digits and dashes, at most 50."),
        ("s" * 51, f"“{'s' * 51}”: a suite's name has small letters, digits and dashes, at most 50."),
    ],
)
def test_a_name_that_is_none(name: str, words: str) -> None:
    with pytest.raises(NotASuite) as refused:
        suites.registered({name: TABLE})
    assert str(refused.value) == words


KNOWN = (
    "begins, command, covers, environment, every_hours, fails, folder, format, limits, on_change, readable, revision,"
    " title"
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"folders": "/srv"}, f"“folders” is unknown. Known are {KNOWN}."),
        ({"is_trusted": True}, f"“is_trusted” is unknown. Known are {KNOWN}."),
        ({"name": "x"}, f"“name” is unknown. Known are {KNOWN}."),
        ({"folder": None}, "“folder” is missing."),
        ({"command": None}, "“command” is missing."),
        ({"covers": []}, "“covers” is missing."),
        ({"folder": "features"}, "“features” has to be a path from the root."),
        ({"readable": ["../venv"]}, "“../venv” has to be a path from the root."),
        ({"readable": "/srv"}, "readable is a list of texts."),
        ({"command": "behave {report}"}, "command is a list of texts."),
        ({"command": ["behave", 3, "{report}"]}, "command is a list of texts."),
        ({"command": ["behave", "", "{report}"]}, "command is a list of texts."),
        (
            {"command": ["behave", "{features}"]},
            "the command names no {report} and no {reports} to leave results in.",
        ),
        ({"covers": "I-2"}, "covers is a list of texts."),
        ({"environment": {"N": 1}}, "environment is a table of texts."),
        ({"environment": ["N=1"]}, "environment is a table of texts."),
        ({"environment": {"A=B": "1"}}, "“A=B” is no name of a variable."),
        ({"environment": {"A": "1\0"}}, "environment is a table of texts."),
        ({"begins": "("}, "“(” is no regular expression: missing ), unterminated subpattern at position 0."),
        ({"fails": "["}, "“[” is no regular expression: unterminated character set at position 0."),
        ({"begins": 1}, "begins is a text."),
        ({"title": ["Shop"]}, "title is a text."),
        ({"revision": 1}, "revision is a text."),
        ({"format": "xunit"}, "“xunit” is not a format of reports."),
        ({"on_change": "yes"}, "on_change is true or false."),
        ({"every_hours": -1}, "every_hours is a number of hours, 0 for never."),
        ({"every_hours": "1"}, "every_hours is a number of hours, 0 for never."),
        ({"every_hours": float("nan")}, "every_hours is a number of hours, 0 for never."),
        ({"every_hours": True}, "every_hours is a number of hours, 0 for never."),
        ({"limits": 5}, "limits is a table of disk_mb, files, memory_mb, processes, seconds."),
        ({"limits": {"cpu": 5}}, "limits is a table of disk_mb, files, memory_mb, processes, seconds."),
        ({"limits": {"seconds": 0}}, "limits are whole numbers above 0."),
        ({"limits": {"seconds": True}}, "limits are whole numbers above 0."),
        ({"limits": {"seconds": 1.5}}, "limits are whole numbers above 0."),
        ({"limits": {"seconds": 1501}}, "at most 1500 seconds; split it, or run it in your CI."),
    ],
)
def test_what_is_wrong_is_said(body: dict[str, Any], words: str) -> None:
    with pytest.raises(NotASuite) as refused:
        read(**body)
    assert str(refused.value).startswith(f"Suite shop: {words}")


def test_a_suite_that_is_no_table() -> None:
    with pytest.raises(NotASuite) as refused:
        suites.registered({"shop": "behave"})  # type: ignore[dict-item]
    assert str(refused.value) == "Suite shop: this is no table."


# --- the settings


def test_the_check_of_the_system_says_it(settings: Any) -> None:
    settings.SUITES = {"shop": {**TABLE, "folder": ""}}
    (error,) = [message for message in run_checks() if message.id == "specs.E001"]
    assert error.msg == "Suite shop: “folder” is missing."
    assert error.hint == "apps/specs/running/suites.py says what stands in a suite."


def test_the_check_is_silent_about_the_portals_own() -> None:
    assert "portal" in suites.registered(portal.SUITES, trusted=portal.TRUSTED_SUITES)
    assert [message for message in run_checks() if message.id == "specs.E001"] == []


SAY = "from django.conf import settings; print(sorted(settings.SUITES), sorted(settings.TRUSTED_SUITES))"


def with_file(path: Path, var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of `manage.py` in a process of its own, with the file as PORTAL_SUITES."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=portal.BASE_DIR,
        env={**kept, "PORTAL_VAR": str(var), "PORTAL_SUITES": str(path), "PORTAL_SECRET_KEY": "x" * 50},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_file_of_the_operators(tmp_path: Path) -> None:
    file = tmp_path / "suites.toml"
    file.write_text(
        '[shop]\nfolder = "/srv/shop"\ncommand = ["behave", "--outfile={report}"]\ncovers = ["I-2"]\n'
        "limits = { seconds = 60 }\n"
    )
    assert with_file(file, tmp_path, "shell", "-v", "0", "-c", SAY).stdout == "['portal', 'shop'] ['portal']\n"
    assert with_file(file, tmp_path, "check").returncode == 0


def test_a_file_of_the_operators_with_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "suites.toml"
    file.write_text('[shop]\nfolder = "shop"\ncommand = ["behave", "--outfile={report}"]\ncovers = ["I-2"]\n')
    checked = with_file(file, tmp_path, "check")
    assert checked.returncode == 1
    assert "(specs.E001) Suite shop: “shop” has to be a path from the root." in checked.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "PORTAL_SUITES"),
        ("[shop\n", "PORTAL_SUITES"),
        ('[portal]\nfolder = "/srv"\n', "“portal” is the portal's own suite"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "suites.toml"
    if text is not None:
        file.write_text(text)
    checked = with_file(file, tmp_path, "check")
    assert checked.returncode == 1
    assert words in checked.stderr.splitlines()[-1] and str(file) in checked.stderr
