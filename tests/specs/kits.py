"""Suites for tests: registered in the settings like an operator's, with steps that this folder writes."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from apps.specs import actions
from apps.specs.models import Execution
from tests.cast import Cast, forget_seats

NO_BWRAP = "bubblewrap is not installed: apt-get install bubblewrap"
# Steps of the cart in `evidence.CART`: what is added is counted.
STEPS = """
from behave import given, then, when

@given("an empty cart")
def empty(context):
    context.things = []

@when("I add {thing}")
def add(context, thing):
    context.things.append(thing)

@then("the cart holds {count:d} thing")
@then("the cart holds {count:d} things")
def holds(context, count):
    assert len(context.things) == count, f"the cart holds {len(context.things)}"
"""
PYTHON = sys.executable
# What Python itself needs where it is not the system's own.
READABLE = sorted({sys.prefix, sys.base_prefix})
BEHAVE = [PYTHON, "-m", "behave", "--format=json", "--outfile={report}", "--format=plain", "--no-color", "{features}"]


@pytest.fixture
def bubblewrap() -> None:
    """The test is skipped where bubblewrap is absent."""
    if shutil.which("bwrap") is None:
        pytest.skip(NO_BWRAP)


class Kit:
    """One suite `shop` that covers the cast's initiative."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        (folder / "steps").mkdir(parents=True)
        (folder / "steps" / "cart_steps.py").write_text(STEPS)
        settings.VAR = folder.parent / "var"

    def register(self, command: list[str] | None = None, *, trusted: bool = False, **body: Any) -> None:
        """As the operator would, besides the portal's own suite nothing."""
        table = {
            "title": "Shop",
            "folder": str(self.folder),
            "command": command or BEHAVE,
            "covers": ["I-1"],  # the initiative of the cast
            "readable": READABLE,
            **body,
        }
        self.settings.SUITES = {"shop": table}
        self.settings.TRUSTED_SUITES = frozenset({"shop"} if trusted else ())

    def script(self, text: str) -> list[str]:
        """The command that runs a Python script of the suite's folder."""
        (self.folder / "script.py").write_text(text)
        return [PYTHON, "{features}/script.py", "{report}"]


@pytest.fixture
def kit(settings: Settings, tmp_path: Path, bubblewrap: None) -> Kit:
    """A registered behave suite of the cart."""
    kit = Kit(settings, tmp_path / "shop")
    kit.register()
    return kit


def executed(cast: Cast, **of: str) -> Execution:
    """An execution that Maria asked for, carried out here and now."""
    execution = actions.request_execution(suite_name="shop", by=forget_seats(cast.maria), **of)
    actions.execute(execution.pk)
    execution.refresh_from_db()
    return execution


def alive(mark: str) -> list[str]:
    """Living processes that were started with this word among their arguments."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if mark in words:
                found.append(f"{folder.name}: {words[-200:]}")
    return found
