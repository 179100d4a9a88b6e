"""Suites that mean harm, for tests: scripts that are really run in the sandbox, of which nothing may be left."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal

from apps.delivery.models import Story
from apps.specs.models import Execution, Run
from tests.cast import Cast
from tests.specs.evidence import CART, behave_json, make_story
from tests.specs.kits import Kit, alive, bubblewrap, executed, kit  # noqa: F401, fixtures

IN_TIME = 8.0  # seconds, of which a limit takes one or two
LIMITS = {"seconds": 3, "memory_mb": 128, "processes": 24, "disk_mb": 8}
BEGINNING = """
import json, os, signal, socket, subprocess, sys, time
report = sys.argv[1]
reports = os.path.dirname(report)
good = open(os.path.join(os.path.dirname(__file__), "good")).read()

def leave(text=good, to=report):
    with open(to, "w") as file:
        file.write(text)

"""
Hostile = Callable[..., Execution]


@pytest.fixture(name="story")
def story_fixture(cast: Cast) -> Story:
    return make_story(cast)


@pytest.fixture(name="hostile")
def hostile_fixture(cast: Cast, story: Story, kit: Kit) -> Hostile:  # noqa: F811
    """Runs a script in the sandbox. Whatever it is, it ends soon, and leaves no process and no folder."""

    def run(script: str, *, good: bytes = behave_json(CART), of: dict[str, str] | None = None, **limits: int) -> Any:
        mark = f"mark-{uuid.uuid4().hex}"
        (kit.folder / "good").write_bytes(good)
        kit.register([*kit.script(BEGINNING + script), mark], limits={**LIMITS, **limits})
        begun = time.monotonic()
        execution = executed(cast, **(of or {}))
        assert time.monotonic() - begun < IN_TIME + limits.get("seconds", 0)
        assert alive(mark) == []
        assert list((Path(portal.VAR) / "executions").glob("*")) == []
        assert execution.is_finished and execution.is_sandboxed
        return execution

    return run


def stopped(execution: Execution) -> str:
    """Why it was stopped; nothing was stored then."""
    assert execution.state == Execution.State.STOPPED, (execution.state, execution.output[-2000:])
    assert execution.run is None and not Run.objects.exists()
    return execution.problem


def done(execution: Execution) -> str:
    """What it wrote; it ended by itself and its report was read."""
    assert execution.state == Execution.State.DONE, (execution.problem, execution.output[-2000:])
    return execution.output
